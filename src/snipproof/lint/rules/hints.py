"""The hints that several rules give: where a marker may be found instead."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.languages import COMMENT_TOKENS, of_file
from snipproof.text import close_match, quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.lint.rules.base import Context
    from snipproof.model import Source

_MAX_MARKER_LENGTH = 120
# A site with thousands of mistakes gets its hints for the first ones only: comparing spellings is slow.
_MAX_COMPARISONS = 20_000
_START, _END = re.compile(r"\bSTART\b", re.IGNORECASE), re.compile(r"\bEND\b", re.IGNORECASE)
_NOISE = re.compile(r"\bSTART\b|[^\w]", re.IGNORECASE)


class Hints:
    """The hints of one run; :meth:`.base.Context.shared` keeps them for all rules."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._comparisons = 0
        self._comments: dict[str, Sequence[str]] = {}
        self._marker_hints: dict[tuple[str, str, bool], str] = {}

    def close_match(self, word: str, candidates: Sequence[str], cutoff: float = 0.6) -> str:
        """Return the candidate spelt most like ``word``, ``""`` if none is close or too much has been compared."""
        self._comparisons += len(candidates)
        if not candidates or len(word) > _MAX_MARKER_LENGTH or self._comparisons > _MAX_COMPARISONS:
            return ""
        return close_match(word, candidates, cutoff=cutoff)

    def for_marker(self, source: Source, marker: str, *, opens: bool) -> str:
        """Return where ``marker`` may be found: spelt differently in ``source``, or in another file of its language."""
        key = source.path, marker, opens
        if key not in self._marker_hints:
            self._marker_hints[key] = self._for_marker(source, marker, opens)
        return self._marker_hints[key]

    def _for_marker(self, source: Source, marker: str, opens: bool) -> str:
        wanted, key = marker.strip(), _normalized(marker)
        # What contains the marker would have been found.
        candidates = [candidate for candidate in self._comment_lines(source) if wanted not in candidate]
        by_key: dict[str, str] = {}
        for candidate in candidates:
            by_key.setdefault(_normalized(candidate), candidate)
        if key in by_key and key:
            return suggestion(by_key[key])
        wrong = _END if opens else _START
        fitting = {key: candidate for key, candidate in by_key.items() if not wrong.search(candidate)}
        # Names with up to four other characters: two mistakes. Longer names may have much in common and differ.
        if key and (near := self.close_match(key, list(fitting), cutoff=max(0.8, 1 - 2 / len(key)))):
            return suggestion(fitting[near])
        other = self._other_file(source, wanted)
        if other is not None:
            number = next(n for n, line in enumerate(self._context.lines(other), 1) if wanted in line)
            return f"did you mean the file {other.path}? Its line {number} contains {quoted(wanted)}"
        return suggestion(self.close_match(wanted, list(fitting.values()), cutoff=0.8))

    def _other_file(self, source: Source, marker: str) -> Source | None:
        """Return the file of the same language that contains ``marker``; of several the nearest, by folder."""
        folder = posixpath.dirname(source.path)
        same_language = self._sources_by_language[_language(source.path)]
        fitting = [other for other in same_language if marker and marker in other.text and other.path != source.path]
        return min(
            fitting,
            key=lambda other: (-len(posixpath.commonpath((folder, posixpath.dirname(other.path)))), other.path),
            default=None,
        )

    def _comment_lines(self, source: Source) -> Sequence[str]:
        """Return the comment lines of ``source`` that are short enough to be markers."""
        found = self._comments.get(source.path)
        if found is None:
            short = [line.strip() for line in self._context.lines(source) if len(line) <= _MAX_MARKER_LENGTH]
            found = list(dict.fromkeys(line for line in short if line.startswith(COMMENT_TOKENS)))
            self._comments[source.path] = found
        return found

    @cached_property
    def _sources_by_language(self) -> dict[str, list[Source]]:
        found: dict[str, list[Source]] = {}
        for path, source in self._context.site.sources.items():
            found.setdefault(_language(path), []).append(source)
        return found


def _language(path: str) -> str:
    """Return the language of a file, if it is known, else its extension."""
    return of_file(path) or posixpath.splitext(path)[1]


def _normalized(marker: str) -> str:
    """Return ``marker`` without what writers get wrong most often: the word START, the token, blanks and capitals."""
    return _NOISE.sub("", marker).casefold()
