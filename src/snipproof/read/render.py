"""What the site shows: a re-implementation, to the byte, of the component that a Reference names.

A marker is any text that a line contains, and a line ends at LF only. The order matters and is the component's own: a
start hit wins over an end hit on the same line, Segments join, and then each line loses the indentation that the
display language stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.model import Reference, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START_ANY = "START-ANY"
END_ANY = "END-ANY"

_HIGHLIGHTERS = {
    "tsv2": "ts",
    "tsindent": "ts",
    "gonew": "go",
    "goraw": "go",
    "javaraw": "java",
    "csharpraw": "csharp",
    "pyindent": "py",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The lines of a Source that a pair of markers selects; all line numbers count from 1.

    ``named`` and ``any`` are the lines that opened it, by the start marker itself and by ``START-ANY`` alone.
    ``opened_last`` is the line that opened the part that is still open at the end of the file, 0 when all are closed.
    """

    kept: tuple[int, ...]
    named: tuple[int, ...]
    any: tuple[int, ...]
    opened_last: int

    @property
    def closed(self) -> bool:
        """Whether the part opened last was closed, so that it does not run to the end of the file."""
        return self.opened_last == 0

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The runs of consecutive kept lines."""
        runs: list[list[int]] = []
        for number in self.kept:
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        return tuple(Segment(first, last) for first, last in runs)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one Reference shows: ``text`` as the component hands it to the code block, and where it comes from."""

    text: str
    highlighter: str
    selection: Selection

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The line ranges of the Source that are shown, in order."""
        return self.selection.segments


def select(lines: Sequence[str], start: str | None, end: str | None, include_start: bool = False) -> Selection:
    """Return which of ``lines`` the component keeps; an absent marker is the text ``undefined``, as it is there."""
    start = "undefined" if start is None else start
    end = "undefined" if end is None else end
    kept: list[int] = []
    named: list[int] = []
    by_any: list[int] = []
    opened = 0
    for number, line in enumerate(lines, 1):
        if start in line or START_ANY in line:
            (named if start in line else by_any).append(number)
            # A start inside an open part changes nothing, so the part still begins where it was opened first.
            opened = opened or number
            if include_start:
                kept.append(number)
        elif end in line or END_ANY in line:
            opened = 0
        elif opened:
            kept.append(number)
    return Selection(tuple(kept), tuple(named), tuple(by_any), opened)


def render(text: str, reference: Reference) -> Rendered:
    """Return what ``reference`` shows of a file that holds ``text``."""
    lines = text.split("\n")
    selection = select(lines, reference.start_marker, reference.end_marker, reference.include_start_marker)
    dedent = _INDENTATION.get(reference.language, str)
    shown = "\n".join(dedent(lines[number - 1]) for number in selection.kept)
    return Rendered(shown, _HIGHLIGHTERS.get(reference.language, reference.language), selection)


def _without(prefix: str) -> Callable[[str], str]:
    return lambda line: line.removeprefix(prefix)


def _go(line: str) -> str:
    line = line[2:] if line.startswith("\t\t") else line.removeprefix("\t")
    return line.replace("\t", "  ", 1)


_INDENTATION: dict[str, Callable[[str], str]] = {
    "java": _without(" " * 4),
    "csharpraw": _without(" " * 4),
    "pyindent": _without(" " * 4),
    "csharp": _without(" " * 8),
    "tsindent": _without(" " * 2),
    "go": _go,
    "gonew": lambda line: line.replace("\t", "  ").removeprefix("  "),
    "goraw": lambda line: line.replace("\t", "    "),
}

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
    directive = _directive(_STYLES_OF.get(highlighter.lower(), _EVERY_POPULAR_STYLE))
    text = re.sub(r"\r?\n\Z", "", text)
    return "\n".join(line for line in re.split(r"\r?\n", text) if not directive.fullmatch(line))


def _directive(styles: Sequence[str]) -> re.Pattern[str]:
    word = r"\s*highlight-(?:next-line|start|end)\s*"
    comments = "|".join(before + word + after for before, after in map(_STYLES.__getitem__, styles))
    return re.compile(rf"\s*(?:{comments})\s*".replace(r"\s", _BLANK))
