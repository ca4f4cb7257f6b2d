"""Finds text that looks like the key of a service, but not placeholders such as ``sk-xxxx``."""

from __future__ import annotations

import re
from collections.abc import Iterator

# How keys of services begin, and what follows. Searched for only where a text holds the beginning.
_KEYS = (
    ("-----BEGIN", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    ("AKIA", re.compile(r"\bAKIA[0-9A-Z]{16}\b"), "an AWS access key"),
    ("AIza", re.compile(r"\bAIza[\w-]{35}\b"), "a Google API key"),
    ("sk-", re.compile(r"\bsk-(?:[a-z]+-){0,2}\w[\w-]{19,}"), "an API key"),
    ("ghp_", re.compile(r"\bghp_\w{30,}"), "a GitHub token"),
    ("github_pat_", re.compile(r"\bgithub_pat_\w{30,}"), "a GitHub token"),
    ("glpat-", re.compile(r"\bglpat-[\w-]{20,}"), "a GitLab token"),
    ("hf_", re.compile(r"\bhf_[A-Za-z0-9]{30,}"), "a Hugging Face token"),
    ("xox", re.compile(r"\bxox[abprs]-[\w-]{20,}"), "a Slack token"),
    ("eyJ", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"), "a JSON Web Token"),
    ("npm_", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"), "an npm token"),
)
_MIN_DISTINCT = 8  # characters: a placeholder such as sk-xxxxxxxx… has fewer
# Words that no generator of keys writes; the short ones only between dashes, since they occur in keys by chance.
_PLACEHOLDER = re.compile(
    r"""your|example|placeholder|replace|insert|redacted|dummy|sample|change.?me|xxx|\.\.\.
    | 1234567|0123456|7654321|abcdefg|MTIzNDU2Nzg  # the last one is 12345678 in a JSON Web Token
    | (?<![^_-])(?:my|key|api|token|secret|test|fake|todo|here)(?![^_-])""",
    re.IGNORECASE | re.VERBOSE,
)
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{32,}")
_END_OF_KEY = "-----END"


def find_keys(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Yield the first key of each kind in ``text``: its place, how keys of that kind begin, and the kind in words."""
    for beginning, pattern, kind in _KEYS:
        if beginning in text:
            match = next((m for m in pattern.finditer(text) if not _is_placeholder(m, beginning)), None)
            if match:
                yield match, beginning, kind


def _is_placeholder(match: re.Match[str], beginning: str) -> bool:
    if beginning == "-----BEGIN":
        body, end, _ = match.string[match.end() :].partition(_END_OF_KEY)
        return bool(end) and not any(_looks_random(found) for found in _KEY_TEXT.findall(body))
    return not _looks_random(match[0][len(beginning) :])


def _looks_random(text: str) -> bool:
    return len(set(text)) >= _MIN_DISTINCT and _PLACEHOLDER.search(text) is None
