"""A site that is open in an editor, for tests of the language server's features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.site import load_site

from snipproof.language_server.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lsprotocol.types import Position, TextEdit

    from snipproof.site.docs_site import Site

CURSOR = "¦"
SETTINGS = "pages = ['docs', 'i18n']\nsuites = ['code/suite.yaml']\n"
SUITE = "flavour: py\nlanguage: python\nsources: ['*.py']\n"
IMPORT = "import Code from '!!raw-loader!/code/search.py';\n\n"
SOURCE = """\
# START search
print(search("a dog"))
# END search

# START Expected search results
# {"title": "A dog"}
# END Expected search results
"""


def block(start: str, end: str, language: str = "py") -> str:
    """Return a Reference to ``Code``."""
    return f'<FilteredTextBlock text={{Code}} startMarker="{start}" endMarker="{end}" language="{language}" />\n'


PAGE = f"{IMPORT}# Search\n\n{block('# START search', '# END search')}\n" + block(
    "# START Expected search results", "# END Expected search results", "json"
)
FILES = {
    "snipproof.toml": SETTINGS,
    "code/suite.yaml": SUITE,
    "code/search.py": SOURCE,
    "docs/search.mdx": PAGE,
    "i18n/ja/search.mdx": PAGE.replace("# Search", "# 検索"),
}


@dataclass(frozen=True)
class Editor:
    """A site on the disk, with what is typed into one of its files."""

    site: Site
    path: str
    text: str
    position: Position

    @property
    def at(self) -> tuple[Site, str, str, Position]:
        """What all features take."""
        return self.site, self.path, self.text, self.position


def open_editor(
    root: Path, path: str, files: Mapping[str, str] | None = None, *, at: str = "", typed: str = ""
) -> Editor:
    """Return an Editor of the site ``files`` with the file ``path`` open.

    :param at: a part of its text with ``¦`` where the cursor is.
    :param typed: the text that is not saved, with ``¦`` where the cursor is; by default that of the file.
    """
    written = {**FILES, **(files or {})}
    for name, content in written.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode())
    site = load_site(root)
    text = typed.replace(CURSOR, "") if typed else written[path]
    if typed:
        offset = typed.index(CURSOR)
    else:
        assert text.count(at.replace(CURSOR, "")) > 0, at
        offset = text.index(at.replace(CURSOR, "")) + at.index(CURSOR) if at else 0
    return Editor(site, path, text, Positions(text).position(offset))


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """Return ``text`` after ``edits``, as an editor applies them."""
    positions = Positions(text)
    spans = [(positions.offset(each.range.start), positions.offset(each.range.end), each.new_text) for each in edits]
    for begin, end, new in sorted(spans, reverse=True):
        text = text[:begin] + new + text[end:]
    return text
