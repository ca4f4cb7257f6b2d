"""What the site shows: a re-implementation, to the byte, of the component that a Reference names.

A marker is any text that a line contains, and a line ends at LF only. The order matters and is the component's own: a
start hit wins over an end hit on the same line, Segments join, and then each line loses the indentation that the
display language stands for.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Reference, Segment
from snipproof.site.profile import Profile
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

START_ANY = "START-ANY"
END_ANY = "END-ANY"
_DEFAULT = Profile()


class Selection(NamedTuple):
    """The lines of a Source that a pair of markers selects; all line numbers count from 1.

    ``segments`` are the runs of lines that are kept. ``named`` and ``any`` are the lines that opened it, by the start
    marker itself and by ``START-ANY`` alone. ``opened_last`` is the line that opened the part that is still open at
    the end of the file, 0 when all are closed.
    """

    segments: tuple[Segment, ...]
    named: tuple[int, ...]
    any: tuple[int, ...]
    opened_last: int

    @property
    def closed(self) -> bool:
        """Whether the part opened last was closed, so that it does not run to the end of the file."""
        return self.opened_last == 0

    @property
    def kept(self) -> tuple[int, ...]:
        """The numbers of all lines that are kept."""
        return tuple(chain.from_iterable([range(first, last + 1) for first, last in self.segments]))


class Rendered(NamedTuple):
    """What one Reference shows: ``text`` as the component hands it to the code block, and where it comes from."""

    text: str
    highlighter: str
    selection: Selection

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The line ranges of the Source that are shown, in order."""
        return self.selection.segments


def select(lines: Lines, start: str | None, end: str | None, include_start: bool = False) -> Selection:
    """Return which of ``lines`` the component keeps; an absent marker is the text ``undefined``, as it is there."""
    named = lines.holding("undefined" if start is None else start)
    by_any = lines.holding(START_ANY)
    if by_any:
        known = set(named)
        by_any = tuple(number for number in by_any if number not in known)
    ends = lines.holding("undefined" if end is None else end)
    ends_any = lines.holding(END_ANY)
    if len(named) == 1 == len(ends) and not by_any and not ends_any and not include_start and named[0] < ends[0]:
        # Nearly all are like this: one part, opened and closed once.
        first, last = named[0] + 1, ends[0] - 1
        return Selection((Segment(first, last),) if first <= last else (), named, (), 0)
    # A start wins over an end on the same line, so starts are put in last.
    events = dict.fromkeys(ends + ends_any, False) | dict.fromkeys(named + by_any, True)
    runs: list[tuple[int, int]] = []
    opened = first = 0
    for number, opens in sorted(events.items()):
        if opened and first < number:
            runs.append((first, number - 1))
        # A start inside an open part changes nothing, so the part still begins where it was opened first.
        opened = (opened or number) if opens else 0
        first = number + 1
        if opens and include_start:
            runs.append((number, number))
    if opened and first <= len(lines):
        runs.append((first, len(lines)))
    return Selection(_joined(runs), named, by_any, opened)


def _joined(runs: list[tuple[int, int]]) -> tuple[Segment, ...]:
    """Return ``runs`` as Segments; those that touch are one."""
    segments: list[Segment] = []
    for first, last in runs:
        if segments and segments[-1].last == first - 1:
            segments[-1] = Segment(segments[-1].first, last)
        else:
            segments.append(Segment(first, last))
    return tuple(segments)


def render(text: str | Lines, reference: Reference, profile: Profile = _DEFAULT) -> Rendered:
    """Return what ``reference`` shows of a file that holds ``text``."""
    lines = Lines(text) if isinstance(text, str) else text
    selection = select(lines, reference.start_marker, reference.end_marker, reference.include_start_marker)
    kept: list[str] = []
    for segment in selection.segments:
        kept += lines.all[segment.first - 1 : segment.last]
    shown = "\n".join(kept)
    dedent = profile.indentation.get(reference.language)
    if dedent is not None:
        shown = dedent(shown)
    return Rendered(shown, profile.highlighters.get(reference.language, reference.language), selection)


# Comments in which the site's code block looks for its directives: what stands before and after the word.
_STYLES = {
    "slashes": ("//", ""),
    "block": (r"/\*", r"\*/"),
    "jsx": (r"\{\s*/\*", r"\*/\s*\}"),
    "hash": ("#", ""),
    "html": ("<!--", "-->"),
    "dashes": ("--", ""),
    "semicolons": (";;", ""),
    "percent": ("%", ""),
    "quote": ("['‘’]", ""),
    "continued quote": (r"(?:_\s*)?['‘’]", ""),
    "rem": (r"[Rr][Ee][Mm]\b", ""),
    "exclamation": ("!", ""),
    "ml": (r"\(\*", r"\*\)"),
    "cobol": (r"\*>", ""),
}
_LANGUAGES = {
    "js javascript ts typescript": ("slashes", "block"),
    "jsx tsx": ("slashes", "block", "jsx"),
    "html": ("slashes", "block", "html"),
    "python py bash": ("hash",),
    "markdown md": ("html", "jsx", "hash"),
    "tex latex matlab": ("percent",),
    "lua haskell": ("dashes",),
    "sql": ("dashes", "block"),
    "wasm": ("semicolons",),
    "vb vba visual-basic": ("quote", "rem"),
    "vbnet": ("continued quote", "rem"),
    "batch": ("rem",),
    "basic": ("rem", "exclamation"),
    "fsharp": ("slashes", "ml"),
    "ocaml sml": ("ml",),
    "fortran": ("exclamation",),
    "cobol": ("cobol",),
}
_EVERY_POPULAR_STYLE = ("slashes", "block", "jsx", "hash", "html")
_STYLES_OF = {name: styles for names, styles in _LANGUAGES.items() for name in names.split()}
# JavaScript's own idea of a blank, which is not Python's.
_BLANK = "[\\t\\n\\v\\f\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"


def shown(text: str, highlighter: str) -> str:
    """Return what readers see of a rendered ``text``: without the lines that only direct its highlights."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    if "highlight-" not in text:
        return text
    directive = _directive(_STYLES_OF.get(highlighter.lower(), _EVERY_POPULAR_STYLE))
    return "\n".join(line for line in text.split("\n") if "highlight-" not in line or not directive.fullmatch(line))


@cache
def _directive(styles: Sequence[str]) -> re.Pattern[str]:
    word = r"\s*highlight-(?:next-line|start|end)\s*"
    comments = "|".join(before + word + after for before, after in map(_STYLES.__getitem__, styles))
    return re.compile(rf"\s*(?:{comments})\s*".replace(r"\s", _BLANK))
