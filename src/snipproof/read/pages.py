"""Reads a Page in one scan from left to right: fences, comments, imports and the tags of the site component.

One scan and not one for each kind, because they hide each other: a fence in an HTML comment opens nothing, and neither
does a comment in a fence. Nothing of a Page is ever run.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.model import Finding, Import, Page, Reference
from snipproof.read.source import UNREADABLE
from snipproof.read.tags import TagError, read_tag

if TYPE_CHECKING:
    pass

_RAW = re.compile(r"^(?:[^!]*!)*raw-loader(?:\?[^!]*)?!")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*\n)*?---[ \t]*(?:\r?\n|\Z)")
_PATTERN = r"""
    (?P<escape>\\[^\n])
  | (?P<html><!--)
  | (?P<mdx>\{[ \t]*/\*)
  | ^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)
  | ^import[ \t]+(?P<variable>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*
    (?P<quote>["'])(?P<path>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)
  | (?P<code>`+)
  | (?P<tag><COMPONENT)(?=[\s/>])
"""


@dataclass(slots=True)
class PageScan:
    """A Page and the places in it that could not be read."""

    page: Page
    problems: list[Finding] = field(default_factory=list)


def parse_page(path: str, text: str, settings: Settings | None = None) -> Page:
    """Return the Page that ``text`` is; tags that cannot be read are left out (:func:`scan_page` tells them)."""
    return scan_page(path, text, settings or Settings()).page


def scan_page(path: str, text: str, settings: Settings) -> PageScan:
    """Return the Page that ``text`` is, and a Finding for each place of it that cannot be read."""
    return _Scanner(path, text, settings).scan()


def import_target(page: str, written: str, site_root: str) -> str | None:
    """Return the file, relative to the root, that the import path ``written`` on ``page`` means.

    ``None`` stands for what is no file of this site: a package, an alias of the bundler, a place outside the root.
    """
    path = _RAW.sub("", written)
    if path.startswith("@site/"):
        joined = posixpath.join(site_root, path.removeprefix("@site/").lstrip("/"))
    elif path.startswith("/"):
        joined = posixpath.join(site_root, path.lstrip("/"))
    elif path.startswith("."):
        joined = posixpath.join(posixpath.dirname(page), path)
    else:
        return None
    target = posixpath.normpath(joined)
    return None if target == ".." or target.startswith(("../", "/")) else target


class _Scanner:
    def __init__(self, path: str, text: str, settings: Settings) -> None:
        self._path = path
        self._text = text
        self._settings = settings
        pattern = _PATTERN.replace("COMPONENT", re.escape(settings.component))
        self._token = re.compile(pattern, re.VERBOSE | re.MULTILINE)
        self._unwrapped: set[int] = set()
        self._imports: list[Import] = []
        self._tags: list[tuple[int, dict[str, str | None]]] = []
        self._problems: list[Finding] = []

    def scan(self) -> PageScan:
        front_matter = _FRONT_MATTER.match(self._text)
        position = front_matter.end() if front_matter else 0
        while match := self._token.search(self._text, position):
            position = self._after(match)
        targets = {imported.variable: imported.target for imported in self._imports if imported.raw}
        references = (self._reference(begin, values, targets) for begin, values in self._tags)
        return PageScan(Page(self._path, tuple(self._imports), tuple(references)), self._problems)

    def _after(self, match: re.Match[str]) -> int:
        """Take in what begins at ``match`` and return where the scan goes on."""
        if match["html"] or match["mdx"]:
            return self._after_comment(match, "-->" if match["html"] else "*/")
        if match["fence"]:
            return self._after_fence(match)
        if match["variable"]:
            self._imports.append(self._import(match))
        elif match["code"]:
            return self._after_inline_code(match)
        elif match["tag"]:
            return self._after_tag(match)
        return match.end()

    def _after_comment(self, match: re.Match[str], closing: str) -> int:
        end = self._text.find(closing, match.end())
        if end < 0:
            self._problem(match.start(), f"the comment {match[0]!r} is never closed")
            return len(self._text)
        return end + len(closing)

    def _after_fence(self, match: re.Match[str]) -> int:
        if match.start() in self._unwrapped:
            return match.end()
        fence = match["fence"]
        if fence[0] == "`" and "`" in match["info"]:
            return match.start("fence") + len(fence)  # inline code that happens to begin a line
        closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE)
        end = closing.search(self._text, match.end())
        if end is None:
            self._problem(match.start("fence"), f"the fence {fence} is never closed")
            return len(self._text)
        if match["info"].strip() == "mdx-code-block":  # the site takes such a fence away and renders what is in it
            self._unwrapped.add(end.start())
            return match.end()
        return end.end()

    def _after_inline_code(self, match: re.Match[str]) -> int:
        """Skip inline code, which ends in its own paragraph; a lone backtick is text."""
        ticks = match["code"]
        paragraph_end = re.compile(r"\n[ \t\r]*(?:\n|<|import\b|```|~~~)").search(self._text, match.end())
        limit = paragraph_end.start() if paragraph_end else len(self._text)
        closing = re.compile(rf"(?<!`){ticks}(?!`)").search(self._text, match.end(), limit)
        return closing.end() if closing else match.end()

    def _after_tag(self, match: re.Match[str]) -> int:
        try:
            tag = read_tag(self._text, match.end())
        except TagError as error:
            self._problem(error.position, f"cannot read this <{self._settings.component}>: {error}")
            return match.end()
        self._tags.append((match.start(), tag.values))
        return tag.end

    def _import(self, match: re.Match[str]) -> Import:
        written = re.sub(r"\\(.)", r"\1", match["path"])
        raw = _RAW.match(written) is not None
        line, column = self._place(match.start())
        target = import_target(self._path, written, self._settings.site_root)
        return Import(line, column, match["variable"], written, target, raw)

    def _reference(self, begin: int, values: dict[str, str | None], targets: dict[str, str | None]) -> Reference:
        line, column = self._place(begin)
        variable = values.get("text") or ""
        return Reference(
            page=self._path,
            line=line,
            column=column,
            variable=variable,
            source=targets.get(variable),
            start_marker=values.get("startMarker"),
            end_marker=values.get("endMarker"),
            language=values.get("language") or "",
            include_start_marker=values.get("includeStartMarker") == "true",
        )

    def _problem(self, position: int, message: str) -> None:
        line, column = self._place(position)
        self._problems.append(Finding(self._path, line, column, UNREADABLE, message))

    def _place(self, position: int) -> tuple[int, int]:
        return self._text.count("\n", 0, position) + 1, position - self._text.rfind("\n", 0, position)
