"""Pages as plain Markdown for search and for language models: what readers see stands in fences, not in files.

Each block becomes a fence with the text that it shows, each partial the text of the partial, and imports go. All other
text, front matter and the tags of other components included, stays as it is.
"""

from __future__ import annotations

import re
from posixpath import splitext
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import DocsError
from snipproof.site.docusaurus import is_partial
from snipproof.site.magic_comments import remove_magic_comments
from snipproof.site.mdx.blocks import IMPORT
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import BLOCK, COMMENT, FENCE
from snipproof.site.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Import, Reference
    from snipproof.site.docs_site import Site

_TITLE = re.compile(r"""\stitle=(?P<quote>["'])(?P<title>[^"'\n`]+)(?P=quote)""")
_PREFIX = re.compile(r"[ \t>]*")
_BULLET = re.compile(r"[ \t>]*(?:[-*+]|\d+[.)])[ \t]+")
# With the rest of its line, if that is blank, and the blank lines below it.
_IMPORT = re.compile(IMPORT.pattern + r"[ \t]*;?(?:[ \t]*(?:\r?\n|\Z))*", re.VERBOSE)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_BACKTICKS = re.compile("`{3,}")


class _Edit(NamedTuple):
    begin: int
    end: int
    text: str


def markdown_pages(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the path, with the extension ``.md``, and the Markdown of each Page that is not a partial.

    A block whose Source cannot be read stays as it is written; so does a partial that does not exist.

    :raises DocsError: two Pages differ in their extensions only, or a Page has changed since ``site`` was loaded.
    :raises UnreadableError: a Page cannot be read.
    """
    writer = _Writer(site)
    written: dict[str, str] = {}
    for page in site.pages:
        if is_partial(page.path):
            continue
        name = f"{splitext(page.path)[0]}.md"
        if name in written:
            raise DocsError(f"{written[name]} and {page.path} would both be written to {name}", "rename one of them")
        written[name] = page.path
        yield name, writer.markdown(page.path)


class _Writer:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._references = set(site.references)
        self._pages = {page.path for page in site.pages}

    def markdown(self, path: str, shown_in: tuple[str, ...] = ()) -> str:
        """Return the Markdown of a Page or partial that ``shown_in`` show, the outermost first."""
        site = self._site
        text = read_text(site.settings.root, path)
        page, _, notes = scan_page(path, text, site.settings, site.profile, site.exists)
        edits = []
        tags = [(begin, end) for kind, begin, end in notes if kind == BLOCK]
        for reference, (begin, end) in zip(page.references, tags, strict=True):
            fence = self._fence(reference, text[begin:end])
            if fence is not None:
                end = _behind_closing_tag(text, end, site.profile.component)  # noqa: PLW2901
                edits.append(_on_its_own_lines(text, begin, end, fence))
        hidden = [(begin, end) for kind, begin, end in notes if kind in (FENCE, COMMENT)]
        for imported in page.imports:
            edits.append(_without_import(text, imported))
            target = imported.target
            if target not in self._pages or target in (*shown_in, path):
                continue
            tags = [tag.span() for tag in re.finditer(rf"<{re.escape(imported.variable)}(?:\s[^<>]*)?/>", text)]
            shown = [(begin, end) for begin, end in tags if not any(a <= begin < b for a, b in hidden)]
            if shown:
                part = _FRONT_MATTER.sub("", self.markdown(target, (*shown_in, path)), count=1).strip("\r\n")
                edits += [_on_its_own_lines(text, begin, end, part) for begin, end in shown]
        return _applied(text, edits)

    def _fence(self, reference: Reference, tag: str) -> str | None:
        """Return what a block shows as a fence, ``None`` if it is not known; ``tag`` is the block as written."""
        if reference.source is not None and reference not in self._references:
            raise DocsError(f"{reference.page} has changed while it was read", "try again")
        block = self._site.rendered(reference)
        if block is None:
            return None
        shown = remove_magic_comments(block.text, block.highlighter)
        ticks = "`" * max([3, *(len(run) + 1 for run in _BACKTICKS.findall(shown))])
        title = _TITLE.search(tag)
        info = block.highlighter + (f' title="{title["title"]}"' if title else "")
        return "\n".join([ticks + info, *([shown] if shown else []), ticks])


def _behind_closing_tag(text: str, end: int, component: str) -> int:
    if text.endswith("/>", 0, end):
        return end
    closing = re.compile(rf"\s*</{re.escape(component)}\s*>").match(text, end)
    return closing.end() if closing else end


def _on_its_own_lines(text: str, begin: int, end: int, new: str) -> _Edit:
    """Return the edit that puts ``new`` in place of a tag, indented or quoted like it, apart from other text."""
    line = text.rfind("\n", 0, begin) + 1
    prefix = _PREFIX.match(text, line, begin)
    indentation = prefix[0] if prefix else ""
    lines = f"\n{indentation}".join(new.split("\n"))
    if line + len(indentation) < begin:  # a list's bullet, text or another tag stands before it
        indentation = re.sub(r"[^\t>]", " ", text[line:begin]) if _BULLET.fullmatch(text, line, begin) else indentation
        before = "" if _BULLET.fullmatch(text, line, begin) else f"\n\n{indentation}"
        lines = before + f"\n{indentation}".join(new.split("\n"))
    rest = text.find("\n", end)
    if text[end : rest if rest >= 0 else len(text)].strip():
        lines += f"\n\n{indentation}"
    return _Edit(begin, end, lines)


def _without_import(text: str, imported: Import) -> _Edit:
    begin = 0
    for _ in range(imported.line - 1):
        begin = text.index("\n", begin) + 1
    begin += imported.column - 1
    statement = _IMPORT.match(text, begin)
    return _Edit(begin, statement.end() if statement else begin, "")


def _applied(text: str, edits: list[_Edit]) -> str:
    parts: list[str] = []
    last = 0
    for begin, end, new in sorted(edits):
        if begin >= last:  # a tag may stand within another one
            parts += [text[last:begin], new]
            last = end
    return "".join([*parts, text[last:]])
