"""Where the attributes of a ``<FilteredTextBlock`` stand in the text of a Page, in half-typed text too.

:mod:`snipproof.site.mdx.jsx` decides what a tag means. This module only finds it, and lets a quote or a tag be open: a
value that is not closed ends before the next attribute, or at the end of its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from snipproof.site.profile import Profile

_LONGEST = 4000  # characters; a tag is much shorter
_BLANKS = re.compile(r"\s*")
# In a quotation, each line of a tag begins with its sign.
_BLANKS_IN_QUOTATION = re.compile(r"(?:[^\S\n]+|\n[ \t]*(?:>[ \t]?)*)*")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_NAME = re.compile(r"(?:[^\W\d]|\$)[\w$:-]*")
_OPENER = re.compile(r"""["']|\{(?:[ \t]*["'`])?""")
_NEXT = re.compile(r"""[^\S\n](?=[\w$:-]+[ \t]*=[ \t]*["'{]|/>)|\r?$""", re.MULTILINE)
_ASSIGNED = re.compile(r"""[ \t]([\w$:-]+)[ \t]*=[ \t]*$""")
_ENTITY = re.compile(r"&(?=#?\w+;)")


class Attribute(NamedTuple):
    """One attribute of a tag; offsets are those of the Page.

    :param key: what it is for: a key of the attributes of a profile, ``""`` for another attribute.
    :param begin: where its value begins, behind ``opener``: a quote, a brace, both, or nothing yet.
    """

    key: str
    begin: int
    end: int
    opener: str

    def encoded(self, value: str) -> str:
        """Return ``value`` as it has to be written in the quotes of this attribute."""
        if self.opener in ('"', "'"):
            quote = {'"': "&quot;", "'": "&#39;"}[self.opener]
            return _ENTITY.sub("&amp;", value).replace(self.opener, quote)
        quote = self.opener[-1:]
        if quote not in ('"', "'", "`"):
            return value
        escaped = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
        return escaped.replace("$", "\\$") if quote == "`" else escaped


class LooseTag(NamedTuple):
    """One tag; ``begin`` is the offset of its ``<``, ``end`` the one behind it."""

    begin: int
    end: int
    attributes: tuple[Attribute, ...]

    def attribute(self, key: str) -> Attribute | None:
        """Return the attribute for ``key``."""
        return next((each for each in self.attributes if each.key == key), None)

    def attribute_at(self, offset: int) -> Attribute | None:
        """Return the attribute whose value is at ``offset``, or ends there."""
        return next((each for each in self.attributes if each.begin <= offset <= each.end), None)


def tag_around(text: str, offset: int, profile: Profile) -> LooseTag | None:
    """Return the tag of the site's component that stands at ``offset`` of ``text``."""
    opening = f"<{profile.component}"
    begin = text.rfind(opening, max(0, offset - _LONGEST), offset + len(opening))
    while begin >= 0 and (begin > offset or re.match(r"[\w$.:-]", text[begin + len(opening) :])):
        begin = text.rfind(opening, 0, begin)
    if begin < 0:
        return None
    tag = tag_at(text, begin, profile)
    return tag if tag.end > offset or (tag.end == offset and not text.endswith(">", begin, offset)) else None


def tag_at(text: str, begin: int, profile: Profile) -> LooseTag:
    """Return the tag of the site's component that begins at ``begin``."""
    keys = {name: key for key, name in profile.attributes.items()}
    before = text[text.rfind("\n", 0, begin) + 1 : begin]
    blanks = _BLANKS_IN_QUOTATION if ">" in before else _BLANKS
    position = begin + 1 + len(profile.component)
    attributes: list[Attribute] = []
    while True:
        behind = position
        position = _behind(blanks, text, position)
        if text.startswith("/>", position):
            return LooseTag(begin, position + 2, tuple(attributes))
        if text.startswith(">", position):
            return LooseTag(begin, position + 1, tuple(attributes))
        if text.startswith("{", position):
            position = _behind(re.compile(r"[^}\n]*\}?"), text, position)
            continue
        name = _NAME.match(text, position)
        assigned = name is not None and text.startswith("=", _behind(blanks, text, name.end()))
        if name is None or (not assigned and _BLANK_LINE.search(text, behind, position)):
            # Never closed. What is typed next belongs to it, on the same line.
            end = behind if "\n" in text[behind:position] else position
            return LooseTag(begin, end, tuple(attributes))
        position = _behind(blanks, text, name.end())
        if not assigned:
            position = name.end()
            continue
        value = _behind(blanks, text, position + 1)
        value = value if _OPENER.match(text, value) else position + 1
        attribute, position = _value(text, value, keys.get(name[0], ""), keys)
        attributes.append(attribute)


def _value(text: str, position: int, key: str, names: Collection[str]) -> tuple[Attribute, int]:
    """Return the attribute whose value, with its quotes, is at ``position``, and the offset behind it.

    ``names`` are those of the attributes that may follow it.
    """
    opener = _OPENER.match(text, position)
    if opener is None:
        return Attribute(key, position, position, ""), position
    begin = opener.end()
    quote = "}" if opener[0] == "{" else opener[0][-1]
    end = _closing(text, begin, quote, names, escapes=opener[0].startswith("{"))
    if end < 0:
        found = _NEXT.search(text, begin)
        end = found.start() if found else len(text)
        return Attribute(key, begin, end, opener[0]), end
    behind = end + 1
    if opener[0].startswith("{") and quote != "}":
        behind = _behind(re.compile(r"[^}\n]*\}?"), text, behind)
    return Attribute(key, begin, end, opener[0]), behind


def _closing(text: str, begin: int, quote: str, names: Collection[str], *, escapes: bool) -> int:
    """Return the offset of the ``quote`` that closes the value at ``begin``, -1 if none does on its line."""
    line_end = text.find("\n", begin)
    line_end = len(text) if line_end < 0 else line_end
    end = text.find(quote, begin, line_end)
    while escapes and end > begin and text[end - 1] == "\\":
        end = text.find(quote, end + 1, line_end)
    assigned = _ASSIGNED.search(text, begin, end) if end >= 0 and quote != "}" else None
    return -1 if assigned and assigned[1] in names else end  # the next quote opens another value


def _behind(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
