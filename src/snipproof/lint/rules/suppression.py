"""SP002, SP003: ``snipproof: ignore SPnnn because …``, a comment that takes a Finding away.

It stands on the line before what it is about: in a Page ``{/* … */}`` or ``<!-- … -->`` before the tag, in a Source any
comment. A reason is needed, since nobody can tell later whether an unexplained one is still true.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Finding
from snipproof.site.discovery import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.site.docs_site import Site

_WORD = "snipproof:"
_LONGEST = 500
# The whole line is one comment: an example in the middle of a text, or a fence around it, suppresses nothing.
_COMMENT = re.compile(
    r"""[ \t>]*(?:\{[ \t]*/\*|<!--|/\*|\#|//|--|;)[ \t]*
    snipproof:[ \t]*(?P<word>\w*)[ \t]*(?P<ids>SP\d+(?:[ \t]*,[ \t]*SP\d+)*)?
    [ \t]*,?[ \t]*(?:because\b[ \t:]*)?(?P<reason>.*?)[ \t]*(?:\*/[ \t]*\}|-->|\*/)?[ \t]*\r?$""",
    re.VERBOSE,
)


class Suppression(NamedTuple):
    """One comment: the rules that it names and why; ``line`` is its own."""

    path: str
    line: int
    column: int
    rules: tuple[str, ...]
    reason: str

    @property
    def is_valid(self) -> bool:
        """Whether it names rules and says why."""
        return bool(self.rules and self.reason)


class Suppressions:
    """All of one Site, and which of them were needed."""

    def __init__(self, site: Site) -> None:
        self._found: dict[tuple[str, int], Suppression] = {}
        self._used: set[Suppression] = set()
        for path in (page.path for page in site.pages):
            if found := list(read_suppressions(path, site.text_of(path))):
                structure = site.structure_of(path)
                self._found |= {(path, each.line): each for each in found if not structure.in_fence(each.line)}
        for path in site.sources:
            self._found |= {(path, each.line): each for each in read_suppressions(path, site.text_of(path))}

    def suppresses(self, finding: Finding) -> bool:
        """Whether a comment before the place of ``finding`` names its rule. Several may stand one under another."""
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
        """Whether it has taken a Finding away so far."""
        return suppression in self._used


def unexplained(context: Context) -> Iterator[Finding]:
    """SP002: a comment names no rule or gives no reason; it suppresses nothing."""
    for suppression in context.suppressions.all:
        if not suppression.is_valid:
            what = "gives no reason" if suppression.rules else "names no rule"
            message = f"this comment {what}, so that it suppresses nothing"
            hint = "write `snipproof: ignore SP201 because …`, or in a tab `snipproof: not compared because …`"
            yield Finding(suppression.path, suppression.line, suppression.column, "SP002", message, hint)


def unused(context: Context) -> Iterator[Finding]:
    """SP003: nothing is left to suppress. Must be asked last; rules that are off are not missed."""
    for suppression in context.suppressions.all:
        needed = context.suppressions.is_used(suppression) or not context.applied.intersection(suppression.rules)
        if suppression.is_valid and not needed:
            message = f"nothing to suppress: no {' or '.join(suppression.rules)} on the next line"
            hint = "take the comment away"
            yield Finding(suppression.path, suppression.line, suppression.column, "SP003", message, hint)


def read_suppressions(path: str, text: str) -> Iterator[Suppression]:
    """Yield the suppressions of ``text``, with reason or without.

    On a Page, another word to us than ``ignore`` and ``not compared`` (see :mod:`..tabs`) counts as one that names no
    rule: it is misspelt. In a Source it may be what a program says.
    """
    on_page = path.endswith(PAGES)
    position = text.find(_WORD)
    while position >= 0:
        begin = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        match = _COMMENT.fullmatch(text, begin, end) if end - begin <= _LONGEST else None
        if match and (match["word"] == "ignore" or (on_page and match["word"] != "not")):
            rules = tuple(re.findall(r"SP\d+", match["ids"] or "")) if match["word"] == "ignore" else ()
            line = text.count("\n", 0, begin) + 1
            column = len(match[0]) - len(match[0].lstrip(" \t>")) + 1
            yield Suppression(path, line, column, rules, match["reason"])
        position = text.find(_WORD, end)
