"""Suppressions: ``snipproof: ignore SPnnn because …``, a comment that suppresses Findings of the next line.

In a Page it is ``{/* … */}`` or ``<!-- … -->`` before the tag, in a Source any comment. A reason is required: nobody
can check later whether an unexplained suppression is still true.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import COMMENT_TOKENS
from snipproof.site.discovery import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.model import Finding
    from snipproof.site.docs_site import Site

_WORD = "snipproof:"
_MAX_LENGTH = 500
# The tokens that begin a comment. `*` is not one of them: it continues a comment.
COMMENT_OPENERS = tuple(token for token in COMMENT_TOKENS if token != "*")
# The whole line is one comment: an example in the middle of a text, or a fence around it, suppresses nothing.
_COMMENT = re.compile(
    rf"""[ \t>]*(?:\{{[ \t]*/\*|{"|".join(map(re.escape, COMMENT_OPENERS))})[ \t]*
    snipproof:[ \t]*(?P<word>\w*)[ \t]*(?P<ids>SP\d+(?:[ \t]*,[ \t]*SP\d+)*)?
    [ \t]*,?[ \t]*(?:because\b[ \t:]*)?(?P<reason>.*?)[ \t]*(?:\*/[ \t]*\}}|-->|\*/)?[ \t]*\r?$""",
    re.VERBOSE,
)


class Suppression(NamedTuple):
    """One comment: the rules that it names, and the reason."""

    path: str
    line: int
    column: int
    rules: tuple[str, ...]
    reason: str

    @property
    def is_valid(self) -> bool:
        """Whether it names rules and gives a reason."""
        return bool(self.rules and self.reason)


class Suppressions:
    """The suppressions in the Pages and Sources ``paths`` of one Site, and which of them were needed."""

    def __init__(self, site: Site, paths: Iterable[str]) -> None:
        self._found: dict[tuple[str, int], Suppression] = {}
        self._used: set[Suppression] = set()
        for path in paths:
            found = list(read_suppressions(path, site.text_of(path)))
            if found and path not in site.sources:
                structure = site.structure_of(path)
                found = [each for each in found if not structure.in_fence(each.line)]
            self._found |= {(path, each.line): each for each in found}

    def suppresses(self, finding: Finding) -> bool:
        """Whether a comment on the line before ``finding`` names its rule. Several comments may follow each other."""
        line = finding.line - 1
        while suppression := self._found.get((finding.path, line)):
            if suppression.is_valid and finding.rule in suppression.rules:
                self._used.add(suppression)
                return True
            line -= 1
        return False

    @property
    def all(self) -> list[Suppression]:
        """Every comment, valid or not."""
        return list(self._found.values())

    def is_used(self, suppression: Suppression) -> bool:
        """Whether it has suppressed a Finding so far."""
        return suppression in self._used


def read_suppressions(path: str, text: str) -> Iterator[Suppression]:
    """Yield the suppressions of ``text``, with or without a reason.

    On a Page, ``snipproof:`` with another word than ``ignore`` and ``not compared`` (see
    :mod:`snipproof.site.mdx.tabs`) counts as a suppression that names no rule: it is misspelt. In a Source it may be
    part of the program.
    """
    on_page = path.endswith(PAGES)
    position = text.find(_WORD)
    while position >= 0:
        begin = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        match = _COMMENT.fullmatch(text, begin, end) if end - begin <= _MAX_LENGTH else None
        if match and (match["word"] == "ignore" or (on_page and match["word"] != "not")):
            rules = tuple(re.findall(r"SP\d+", match["ids"] or "")) if match["word"] == "ignore" else ()
            line = text.count("\n", 0, begin) + 1
            column = len(match[0]) - len(match[0].lstrip(" \t>")) + 1
            yield Suppression(path, line, column, rules, match["reason"])
        position = text.find(_WORD, end)
