"""Reads the tags, comments and expressions in a part of a Page, and the text around them.

Tags may stand in expressions and in attributes of other tags; what looks like one in inline code, in a string, or
behind a backslash does not count. What was read is added to :class:`Found`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from snipproof.site.mdx.javascript import Code, CodeError, TagEnd
from snipproof.site.mdx.jsx import TAG_NAME, TagError, read_tag
from snipproof.site.mdx.structure import BLOCK, COMMENT, HEADING
from snipproof.site.mdx.tabs import TAB_TAGS
from snipproof.text import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from snipproof.site.mdx.structure import Note
    from snipproof.site.profile import Profile

_TEXT = re.compile(r"\\[^\n]|`+|<(?=[!\w$/>])|\{|\]\(")
_COMMENT = re.compile(r"<!--(?!-?>)-?+.*?--+>", re.DOTALL)
_CODE_COMMENT = re.compile(r"\{\s*/\*")
_RESOURCE = re.compile(
    r"""\(\s*(?:<(?:[^<>\\\n]|\\.)*+>|(?!<)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+)
    (?:\s+(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?\s*\)""",
    re.VERBOSE | re.DOTALL,
)
DEFINITION = re.compile(
    r"""\[(?:[^\[\]\\]|\\.)++\]:\s*(?:<(?:[^<>\\\n]|\\.)*+>|(?!<)\S+)
    (?:[ \t]+(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?[ \t\r]*(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_MAX_ERRORS = 8
# In one paragraph; each takes as long as reading all of it.
_MAX_FORMULAS = 50
_TICKS = re.compile("`+")
HEADING_NAME = re.compile("h[1-6]")


class Found:
    """What the scan of a Page has found, by offsets; each list is sorted when the scan is done."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.tags: list[tuple[int, dict[str, str | None]]] = []
        self.imports: list[int] = []
        self.problems: list[tuple[int, str]] = []
        self.elements: set[str] = set()

        self.errors = 0

    def mark(self) -> tuple[int, int, int]:
        """Return what :meth:`forget` needs to remove everything that is found from now on."""
        return len(self.notes), len(self.tags), len(self.problems)

    def forget(self, mark: tuple[int, int, int], *, problems: bool = True) -> None:
        """Remove everything that was found since ``mark``, because it is read again; keep ``problems`` if false."""
        del self.notes[mark[0] :], self.tags[mark[1] :]
        if problems:
            del self.problems[mark[2] :]

    def fail(self, position: int, message: str) -> None:
        """Add a problem, once, after which reading goes on; where there are many, the Page is not MDX."""
        if not self.problems or self.problems[-1][0] != position:
            self.problems.append((position, message))
            self.errors += 1

    def move(self, at: Callable[[int], int]) -> None:
        """Replace each offset by the one that ``at`` returns for it."""
        self.notes = [(kind, at(begin), at(end)) for kind, begin, end in self.notes]
        self.tags = [(at(begin), values) for begin, values in self.tags]
        self.imports = [at(begin) for begin in self.imports]
        self.problems = [(at(position), message) for position, message in self.problems]

    @property
    def failed(self) -> bool:
        """Whether so much failed that trying again only takes time."""
        return self.errors > _MAX_ERRORS


class Markup:
    """Reads tags, comments and expressions in ``text``, which begins at the offset ``base`` of the Page."""

    def __init__(self, text: str, base: int, found: Found, profile: Profile) -> None:
        self.text = text
        self.code = Code(text, self.tag)
        self._base = base
        self._found = found
        self._profile = profile
        self._unreadable = f"cannot read this <{profile.component}>"
        self._last_comment_end = len(text)

    def tag(self, begin: int) -> TagEnd:
        """Read the tag at ``begin``.

        :raises TagError: it is not a tag, or never closed.
        :raises CodeError: an expression in it is never closed.
        """
        name = TAG_NAME.match(self.text, begin)
        if name is None:
            raise TagError(begin, "this is not a tag")
        found, base = self._found, self._base
        if name["closing"]:
            kind = f"</{name['closed']}"
            if kind in TAB_TAGS:
                found.notes.append((kind, base + begin, base + begin + len(kind)))
            return TagEnd(name.end(), opens=False, closes=True)
        component = name["name"] or ""
        if component == self._profile.component:
            return self._component(begin, name.end())
        kind = f"<{component}"
        if kind in TAB_TAGS:
            found.notes.append((kind, base + begin, base + name.end()))
        elif HEADING_NAME.fullmatch(component):
            found.notes.append((HEADING, base + begin, base + name.end()))
        found.elements.add(component)
        tag = read_tag(self.text, name.end(), {}, self.code.expression_end)
        return TagEnd(tag.end, opens=True, closes=tag.closes)

    def _component(self, begin: int, name_end: int) -> TagEnd:
        found, base = self._found, self._base
        try:
            tag = read_tag(self.text, name_end, self._profile.attributes, self.code.expression_end)
        except CodeError as error:
            found.fail(base + error.position, f"{self._unreadable}: {error}")
            raise
        except TagError as error:
            if error.end is None:
                found.fail(base + error.position, f"{self._unreadable}: {error}")
                raise
            found.problems.append((base + error.position, f"{self._unreadable}: {error}"))
            return TagEnd(error.end, opens=True, closes=self.text.startswith("/", error.end - 2))
        found.tags.append((base + begin, tag.values))
        found.notes.append((BLOCK, base + begin, base + tag.end))
        return TagEnd(tag.end, opens=True, closes=tag.closes)

    def expression(self, begin: int) -> int:
        """Read the expression in braces at ``begin`` and return the offset behind it.

        :raises CodeError: it is never closed.
        :raises TagError: a tag in it cannot be read.
        """
        end = self.code.expression_end(begin)
        if _CODE_COMMENT.match(self.text, begin):
            self._found.notes.append((COMMENT, self._base + begin, self._base + end))
        return end

    def comment(self, begin: int) -> int | None:
        """Read the comment at ``begin`` and return the offset behind it, ``None`` if there is none that ends."""
        if self._last_comment_end == len(self.text):
            self._last_comment_end = self.text.rfind("-->")
        if begin > self._last_comment_end:
            return None  # not searched to the end again and again
        comment = _COMMENT.match(self.text, begin)
        if comment is None:
            return None
        self._found.notes.append((COMMENT, self._base + begin, self._base + comment.end()))
        return comment.end()


def read_inline(text: str, base: int, found: Found, profile: Profile) -> None:
    """Read ``text``, the whole of a paragraph, a heading or a cell, which begins at the offset ``base`` of the Page."""
    if "<" in text or "{" in text:  # else there is nothing to find, whatever is code
        _Inline(text, base, found, profile).read()


class _Inline:
    def __init__(self, text: str, base: int, found: Found, profile: Profile) -> None:
        self._text = text
        self._base = base
        self._found = found
        self._markup = Markup(text, base, found, profile)
        self._runs: dict[int, list[int]] = {}
        self._formulas = 0

    def read(self) -> None:
        text = self._text
        position = 0
        while text.startswith("[", position) and (definition := DEFINITION.match(text, position)):
            position = definition.end()
        while step := _TEXT.search(text, position):
            begin, position = step.span()
            first = text[begin]
            if first == "`":
                position = self._code_end(begin, position)
            elif first == "<" or (first == "{" and not text.startswith("#", position)):
                position = self._markup_end(begin)
            elif first == "]" and text.rfind("[", 0, begin) >= 0 and (link := _RESOURCE.match(text, begin + 1)):
                position = link.end()

    def _code_end(self, begin: int, end: int) -> int:
        """Return the offset behind the inline code at ``begin``; a lone run of backticks is text."""
        if not self._runs:
            # All runs at once: looking for each one's partner would be quadratic.
            for run in _TICKS.finditer(self._text, begin):
                self._runs.setdefault(len(run[0]), []).append(run.start())
        closings = self._runs.get(end - begin, [])
        index = bisect_left(closings, end)
        return closings[index] + end - begin if index < len(closings) else end

    def _markup_end(self, begin: int) -> int:
        """Read the markup at ``begin`` and return the offset behind it; what cannot be read is text."""
        found = self._found
        if found.failed or self._formulas > _MAX_FORMULAS:
            return begin + 1
        mark = found.mark()
        try:
            if self._text.startswith("<!--", begin):
                end = self._markup.comment(begin)
                if end is None:
                    found.fail(self._base + begin, "the comment '<!--' is never closed")
                    return begin + 4
                return end
            return self._markup.expression(begin) if self._text[begin] == "{" else self._markup.tag(begin).end
        except TagError:
            found.forget(mark, problems=False)
        except CodeError as error:
            found.forget(mark, problems=False)
            if self._text.rfind("$", 0, begin) >= 0 and (math := self._text.find("$", begin)) >= 0:
                self._formulas += 1
                return math + 1  # a formula is not code
            comment = _CODE_COMMENT.match(self._text, begin)
            message = f"the comment {shorten(comment[0])!r} is never closed" if comment else str(error)
            if len(found.problems) == mark[2]:  # else it is reported
                found.fail(self._base + (begin if comment else error.position), message)
        return begin + 1
