"""SP211, SP212: what readers get: nothing but comments, or a key that should be secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.read.rules.languages import comment_tokens, displayed
from snipproof.read.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Finding
    from snipproof.read.rules.context import Context

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
_FEWEST_CHARACTERS = 8  # a placeholder such as sk-xxxxxxxx… has fewer different ones
_PLACEHOLDER = re.compile(r"your|example|placeholder|xxx|1234567|\.\.\.", re.IGNORECASE)


def only_comments(context: Context) -> Iterator[Finding]:
    """SP211: every line is a comment, as in ``# Coming soon``: there is no code."""
    for block in context.blocks:
        tokens = comment_tokens(displayed(block.reference.language))
        if not tokens or not block.text.lstrip().startswith(tokens):
            continue
        lines = [line.strip() for line in block.text.split("\n")]
        if all(not line or line.startswith(tokens) for line in lines):
            first = next(line for line in lines if line)
            message = f"readers see no code, only comments: {quoted(first)}"
            yield at(block.reference, "SP211", message, "show code, or take the tab away until there is some")


def secret(context: Context) -> Iterator[Finding]:
    """SP212: a text that looks like a key of a service is shown. The message gives its beginning only."""
    texts = {block.text for block in context.blocks}
    # Two texts to search, since one emoji would make a single one four times as large.
    everything = ["\n".join([text for text in texts if text.isascii() is is_ascii]) for is_ascii in (True, False)]
    keys = [key for key in _KEYS if any(key[0] in part for part in everything)]
    for block in context.blocks if keys else ():
        for beginning, pattern, kind in keys:
            if beginning not in block.text:
                continue
            match = next((m for m in pattern.finditer(block.text) if not _is_placeholder(m[0], beginning)), None)
            if match:
                number = block.source_line(block.text.count("\n", 0, match.start()) + 1)
                begun = match[0][: len(beginning) + 2]
                message = f"{begun + '…'!r} (line {number} of {block.source.path}) looks like {kind}"
                hint = "read it from the environment, and revoke it if it was ever real"
                yield at(block.reference, "SP212", message, hint)


def _is_placeholder(text: str, beginning: str) -> bool:
    if beginning == "-----BEGIN":
        return False
    rest = text[len(beginning) :]
    return len(set(rest)) < _FEWEST_CHARACTERS or _PLACEHOLDER.search(rest) is not None
