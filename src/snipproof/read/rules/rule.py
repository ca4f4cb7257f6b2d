"""What a rule is, and the hints that several rules give."""

from __future__ import annotations

import difflib
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.model import Finding, Reference, Severity, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snipproof.read.site import Site

_LONGEST_MARKER = 120
_COMMENT = re.compile(r"^\s*(?:#|//|--|;|/\*|\*|<!--)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ``snipproof check``: ``check`` gives its Findings, at their default severity."""

    id: str
    name: str
    severity: Severity
    summary: str
    check: Callable[[Site], Iterator[Finding]]


def at(reference: Reference, rule: str, message: str, hint: str = "") -> Finding:
    """Return a Finding at the tag of ``reference``."""
    return Finding(reference.page, reference.line, reference.column, rule, message, hint)


def did_you_mean(site: Site, source: Source, marker: str) -> str:
    """Return where ``marker`` may be found instead: spelt otherwise in ``source``, or in another file of its kind."""
    near = _near(source, marker)
    if near:
        return f"did you mean {near!r}?"
    extension = posixpath.splitext(source.path)[1]
    others = (other for path, other in sorted(site.sources.items()) if path.endswith(extension) and path != source.path)
    for other in others:
        number = next((n for n, line in enumerate(other.lines, 1) if marker.strip() and marker.strip() in line), 0)
        if number:
            return f"did you mean the file {other.path}? its line {number} holds {marker.strip()!r}"
    return ""


def _near(source: Source, marker: str) -> str:
    """Return the comment line of ``source`` that is spelt most like ``marker``."""
    stripped = (line.strip() for line in source.lines if len(line) <= _LONGEST_MARKER and _COMMENT.match(line))
    candidates = list(dict.fromkeys(stripped))
    key = _squeezed(marker)
    for candidate in candidates:
        if key and _squeezed(candidate) == key:
            return candidate
    close = difflib.get_close_matches(marker.strip(), candidates, n=1, cutoff=0.8)
    return close[0] if close else ""


def _squeezed(marker: str) -> str:
    """Return ``marker`` without what writers get wrong most often: the word START, the token, blanks and capitals."""
    return re.sub(r"\b(?:START|END)\b|[^\w]", "", marker).casefold()
