"""Docusaurus' magic comments, such as ``# highlight-next-line``: its code block removes them from what readers see."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What precedes and follows the word of a magic comment, by the style of comment.
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
# The styles of each Prism language: a table of Docusaurus itself, so it does not belong in `languages.py`.
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
# What JavaScript takes for a blank, which differs from Python.
_BLANK = "[\\t\\n\\v\\f\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"


def remove_magic_comments(text: str, highlighter: str) -> str:
    """Return what readers see of a rendered ``text``: the lines that are not magic comments.

    ``highlighter`` is the Prism language of the block.
    """
    return "\n".join([line for _, line in readers_lines(text, highlighter)])


def readers_lines(text: str, highlighter: str) -> list[tuple[int, str]]:
    """Return the lines of a rendered ``text`` that readers see, each with its index in ``text``, from 0."""
    lines = list(enumerate(text.replace("\r\n", "\n").removesuffix("\n").split("\n")))
    if "highlight-" not in text:
        return lines
    comment = _magic_comment(_STYLES_OF.get(highlighter.lower(), _EVERY_POPULAR_STYLE))
    return [(index, line) for index, line in lines if "highlight-" not in line or not comment.fullmatch(line)]


@cache
def _magic_comment(styles: Sequence[str]) -> re.Pattern[str]:
    word = r"\s*highlight-(?:next-line|start|end)\s*"
    comments = "|".join(before + word + after for before, after in map(_STYLES.__getitem__, styles))
    return re.compile(rf"\s*(?:{comments})\s*".replace(r"\s", _BLANK))
