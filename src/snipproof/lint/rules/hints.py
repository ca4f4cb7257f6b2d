"""The hints that several rules give: where a marker may be found instead."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from snipproof.languages import of_file
from snipproof.lint.rules.rule import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.lint.rules.context import Context
    from snipproof.model import Source

_LONGEST_MARKER = 120
# A site with thousands of mistakes gets its hints for the first ones only: comparing spellings is slow.
_MOST_COMPARISONS = 20_000
_START, _END = re.compile(r"\bSTART\b"), re.compile(r"\bEND\b")
_COMMENT = re.compile(r"^\s*(?:#|//|--|;|/\*|\*|<!--)")


def near(context: Context, word: str, candidates: Sequence[str], cutoff: float = 0.6) -> str:
    """Return the candidate that is spelt most like ``word``, ``""`` when none is near or too much was compared."""
    context.comparisons += len(candidates)
    if not candidates or len(word) > _LONGEST_MARKER or context.comparisons > _MOST_COMPARISONS:
        return ""
    import difflib

    return next(iter(difflib.get_close_matches(word, candidates, n=1, cutoff=cutoff)), "")


def did_you_mean(context: Context, source: Source, marker: str, *, opens: bool) -> str:
    """Return where ``marker`` may be found: spelt otherwise in ``source``, or in another file of its language."""
    key = source.path, marker, opens
    if key not in context.hints:
        context.hints[key] = _did_you_mean(context, source, marker, opens)
    return context.hints[key]


def _did_you_mean(context: Context, source: Source, marker: str, opens: bool) -> str:
    candidates = _candidates(context, source)
    key = _squeezed(marker)
    same = next((candidate for candidate in candidates if key and _squeezed(candidate) == key), "")
    if same:
        return f"did you mean {same!r}?"
    wanted = marker.strip()
    other = _other_file(context, source, wanted)
    if other is not None:
        number = next(n for n, line in enumerate(context.lines(other), 1) if wanted in line)
        return f"did you mean the file {other.path}? its line {number} holds {quoted(wanted)}"
    fitting = [candidate for candidate in candidates if (_END if opens else _START).search(candidate) is None]
    close = near(context, wanted, fitting, cutoff=0.8)
    return f"did you mean {close!r}?" if close else ""


def _other_file(context: Context, source: Source, marker: str) -> Source | None:
    """Return the file of the same language that holds ``marker``; of several the nearest, by folder."""
    language = of_file(source.path) or posixpath.splitext(source.path)[1]
    folder = posixpath.dirname(source.path)
    fitting = [o for o in context.sources_in[language] if marker and marker in o.text and o.path != source.path]
    return min(
        fitting,
        key=lambda other: (-len(posixpath.commonpath((folder, posixpath.dirname(other.path)))), other.path),
        default=None,
    )


def _candidates(context: Context, source: Source) -> Sequence[str]:
    """Return the comment lines of ``source`` that are short enough to be markers."""
    found = context.comments.get(source.path)
    if found is None:
        lines = context.lines(source)
        fitting = (line.strip() for line in lines if len(line) <= _LONGEST_MARKER and _COMMENT.match(line))
        found = context.comments[source.path] = list(dict.fromkeys(fitting))
    return found


def _squeezed(marker: str) -> str:
    """Return ``marker`` without what writers get wrong most often: the word START, the token, blanks and capitals."""
    return re.sub(r"\bSTART\b|[^\w]", "", marker).casefold()
