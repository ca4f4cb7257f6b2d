"""The usual lines of a Page, which regular expressions read many at a time.

Nearly everything on a Page is text without markup, or a heading, a tag or a fence that has its lines for itself. None
of these depends on what stands above, so that only the other lines have to be looked at one by one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.site.mdx.jsx import USUAL, usual_tag
from snipproof.site.mdx.structure import BLOCK, FENCE, HEADING

if TYPE_CHECKING:
    from snipproof.site.mdx.markup import Found
    from snipproof.site.profile import Profile

ADMONITIONS = "secondary|info|success|danger|note|tip|warning|important|caution"
"""The admonitions of Docusaurus, without those of a site's own settings."""
# A tag without attributes that is neither a component nor a heading.
_TAG = r"</?(?!h[1-6])[a-z][a-z0-9]*+[ ]?/?>"
_CODE = r"`[^`\n|]+`(?!`)"
_REST = rf"[^\n`<{{\\]*+(?:(?:\\(?:[^\n`]|(?=\n))|{_CODE}|{_TAG})[^\n`<{{\\]*+)*+\n"
# A line of text: it begins no other block, and nothing in it hides anything, or shows a component.
_TEXT = rf"""(?:[^\s`~<{{#:*+\-_>0-9=$\[\\ie]|(?!(?:import|export)[ ])[ie]|\[(?!\^)|\*\*?(?=[^\s*`<{{\\])
    |_(?=[^\s_`<{{\\])|[0-9]+(?![0-9.)])|{_CODE}|{_TAG}){_REST}"""
_ITEMS = r"(?:(?:[*+-]|[0-9]{1,9}[.)])[ \t]++)*+"
_LISTS = rf"(?:[ \t]*+(?:\r?\n|{_ITEMS}{_TEXT}))*+"
LISTS = re.compile(_LISTS, re.VERBOSE)
"""Lines of text and items of lists, as many as follow one another; this always matches."""
_PATH = r"""(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')"""
_USUAL = rf"""(?:[ \t]*+(?:\r?\n|{_TEXT}))*+(?:
    [ \t]*+(?:
        (\#{{1,6}}[ \t]++{_REST})
        |(COMPONENT)[ \t]*\r?(?:\n|\Z)
        |</([A-Za-z]\w*)>[ \t]*\r?\n
        |<(?!NAME\b)([A-Za-z]\w*)(?:\s+[\w-]+=(?:"[^"]*+"|'[^']*+'|\{{[\w.]*\}})|[ ]+[\w-]+)*+\s*/?>[ \t]*\r?\n
        |(:::)(?:{ADMONITIONS})(?:[ ][^\n`<{{\\\[\]]*+)?\n{_LISTS}[ \t]*+:::[ \t]*\r?(?:\n|\Z)
        |(```(?!`)[^`\n]*\n(?:(?![ \t]*+```)[^\n]*\n)*+[ \t]*+```+[ \t]*)\r?(?:\n|\Z)
    )
    |((?:import[ ][A-Za-z_$][\w$]*[ ]from[ ]{_PATH};?[ \t]*\r?\n)++)(?=[ \t]*\r?\n|\Z)
)?"""
_HEADING, _COMPONENT, _CLOSING, _OPENING, _FENCE, _IMPORTS = 1, 2, 7, 8, 10, 11
_NOTED = {"Tabs": "<Tabs", "TabItem": "<TabItem", **{f"h{level}": HEADING for level in range(1, 7)}}
_NOTED_CLOSING = {"Tabs": "</Tabs", "TabItem": "</TabItem"}


class UsualLines:
    """Reads the usual lines of ``text``, outside of all containers, and adds what they contain to ``found``.

    :ivar singly_until: the offset up to which lines have to be read one by one, since it is not known what is open.
    """

    def __init__(self, text: str, found: Found, profile: Profile) -> None:
        self.singly_until = 0
        self._text = text
        self._found = found
        self._match = _pattern(profile.component, tuple(profile.attributes.items())).match
        self._add = {
            _HEADING: self._add_heading,
            _COMPONENT: self._add_component,
            _CLOSING: self._add_closing_tag,
            _OPENING: self._add_tag,
            _FENCE: self._add_fence,
            _IMPORTS: self._add_imports,
        }

    def read(self, position: int, *, fences: bool) -> int:
        """Read the lines at ``position``, where no paragraph is open, and return the offset behind them.

        Without ``fences``, those are left to be read one by one.
        """
        text = self._text
        while usual := self._match(text, position):
            kind = usual.lastindex
            if kind is None:
                begin = last_paragraph(text, position, usual.end())
                if begin < usual.end():
                    self.singly_until = usual.end()
                return begin
            begin = usual.start(kind)
            if kind == _IMPORTS:
                singly = last_paragraph(text, position, begin) < begin
            else:
                singly = kind == _FENCE and not fences
            if singly:
                self.singly_until = begin
                return position
            add = self._add.get(kind)
            if add:
                add(usual)
            position = usual.end()
        return position

    def _add_heading(self, usual: re.Match[str]) -> None:
        self._found.notes.append((HEADING, *usual.span(_HEADING)))

    def _add_component(self, usual: re.Match[str]) -> None:
        begin, end = usual.span(_COMPONENT)
        values = usual.group(*range(_COMPONENT + 1, _CLOSING))
        self._found.tags.append((begin, dict(zip(USUAL, values, strict=True))))
        self._found.notes.append((BLOCK, begin, end))

    def _add_closing_tag(self, usual: re.Match[str]) -> None:
        if note := _NOTED_CLOSING.get(usual[_CLOSING]):
            self._found.notes.append((note, usual.start(_CLOSING) - 2, usual.end(_CLOSING)))

    def _add_tag(self, usual: re.Match[str]) -> None:
        name = usual[_OPENING]
        if note := _NOTED.get(name):
            self._found.notes.append((note, usual.start(_OPENING) - 1, usual.end(_OPENING)))
        self._found.elements.add(name)

    def _add_fence(self, usual: re.Match[str]) -> None:
        self._found.notes.append((FENCE, *usual.span(_FENCE)))

    def _add_imports(self, usual: re.Match[str]) -> None:
        begin, end = usual.span(_IMPORTS)
        while begin < end:
            self._found.imports.append(begin)
            begin = self._text.find("\n", begin, end) + 1 or end


def last_paragraph(text: str, begin: int, end: int) -> int:
    """Return where the last lines of text between two offsets begin: ``end`` if there is a blank line before it."""
    while begin < end:
        line = text.rfind("\n", begin, end - 1) + 1 or begin
        if not text[line:end].strip():
            return end
        end = line
    return begin


@cache
def _pattern(component: str, attributes: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Return the pattern of lines of text, as many as follow one another, and of a usual block behind them.

    It always matches; its last group is the kind of block.
    """
    tag = usual_tag(component, dict(attributes))
    return re.compile(_USUAL.replace("COMPONENT", tag).replace("NAME", re.escape(component)), re.VERBOSE)
