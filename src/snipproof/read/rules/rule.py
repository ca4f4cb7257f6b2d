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
    candidates = _candidates(source)
    key = _squeezed(marker)
    same = next((candidate for candidate in candidates if key and _squeezed(candidate) == key), "")
    if same:
        return f"did you mean {same!r}?"
    extension = posixpath.splitext(source.path)[1]
    others = (other for path, other in sorted(site.sources.items()) if path.endswith(extension) and path != source.path)
    for other in others:
        number = next((n for n, line in enumerate(other.lines, 1) if marker.strip() and marker.strip() in line), 0)
        if number:
            return f"did you mean the file {other.path}? its line {number} holds {marker.strip()!r}"
    close = difflib.get_close_matches(marker.strip(), candidates, n=1, cutoff=0.8)
    return f"did you mean {close[0]!r}?" if close else ""


def _candidates(source: Source) -> list[str]:
    """Return the comment lines of ``source`` that are short enough to be markers."""
    lines = (line.strip() for line in source.lines if len(line) <= _LONGEST_MARKER and _COMMENT.match(line))
    return list(dict.fromkeys(lines))


def _squeezed(marker: str) -> str:
    """Return ``marker`` without what writers get wrong most often: the word START, the token, blanks and capitals."""
    return re.sub(r"\bSTART\b|[^\w]", "", marker).casefold()
