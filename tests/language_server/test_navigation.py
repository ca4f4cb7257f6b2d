"""Go to definition and find references, over Pages in all locales and Sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.editor_site import IMPORT, SOURCE, block, open_editor

from snipproof.language_server.navigation import definition, references

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.language_server.positions import FilePlace


def shown(places: list[FilePlace]) -> list[str]:
    return [
        f"{each.path}:{each.range.start.line}:{each.range.start.character}-{each.range.end.character}"
        for each in places
    ]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ('<Filtered¦TextBlock text={Code} startMarker="# START search"', "code/search.py:0:0-14"),
        ('startMarker="# STA¦RT search', "code/search.py:0:0-14"),
        ('endMarker="# END sea¦rch', "code/search.py:2:0-12"),
        ("text={Co¦de}", "code/search.py:0:0-0"),
        ('startMarker="¦# START Expected', "code/search.py:4:0-31"),
        ("import Code¦", "code/search.py:0:0-0"),
        ("# Sea¦rch", None),
    ],
)
def test_definition_from_a_page(tmp_path: Path, at: str, expected: str | None) -> None:
    """A Reference leads to the lines that open and close its block, an import to its file."""
    editor = open_editor(tmp_path, "docs/search.mdx", at=at)
    assert shown(definition(*editor.at)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("at", "expected"),
    [("END Expected sea¦rch", "code/search.py:4:8-31"), ("{of: sea¦rch", "code/search.py:0:8-14"), ("print¦", None)],
)
def test_definition_in_a_source(tmp_path: Path, at: str, expected: str | None) -> None:
    """An END leads to its START, and a name in an ``of`` to the Snippet."""
    source = SOURCE.replace("results\n# {", "results {of: search}\n# {")
    editor = open_editor(tmp_path, "code/search.py", {"code/search.py": source}, at=at)
    assert shown(definition(*editor.at)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("start", "end", "at", "line"),
    [
        ("# START sea", "# END search", '# START sea¦"', "0:0-11"),  # a part of a longer line
        ("absent", "# END search", "abs¦ent", "1:0-11"),  # START-ANY opens it
        ("# START search", "absent", "abs¦ent", None),  # nothing closes it
        ("# START search", "# END search", "# END¦", "3:0-12"),
    ],
)
def test_definition_is_the_line_that_the_site_takes(
    tmp_path: Path, start: str, end: str, at: str, line: str | None
) -> None:
    """Markers are any texts that lines contain."""
    source = "# START search\n# START-ANY\nx\n# END search\ny\n"
    files = {"code/search.py": source, "docs/search.mdx": IMPORT + block(start, end), "i18n/ja/search.mdx": "text\n"}
    editor = open_editor(tmp_path, "docs/search.mdx", files, at=at)
    assert shown(definition(*editor.at)) == ([f"code/search.py:{line}"] if line else [])


def test_a_reference_to_a_missing_file_leads_nowhere(tmp_path: Path) -> None:
    """As do an import of one, and a text that nothing imports."""
    page = IMPORT.replace("search.py", "missing.py") + block("# A", "# B")
    for at in ("import Co¦de", "# ¦A", "text={Co¦de}"):
        assert definition(*open_editor(tmp_path, "docs/search.mdx", {"docs/search.mdx": page}, at=at).at) == []


EVERYWHERE = ["docs/search.mdx:4:44-58", "i18n/ja/search.mdx:4:44-58"]


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("code/search.py", "# START sea¦rch"),
        ("code/search.py", "# EN¦D search"),
        ("docs/search.mdx", 'startMarker="¦# START search'),
        ("i18n/ja/search.mdx", 'endMarker="# END sea¦rch'),
    ],
)
def test_references_of_a_region(tmp_path: Path, path: str, at: str) -> None:
    """From its Source and from each Page: all Pages in all locales, and its own lines if they are wanted."""
    source = SOURCE.replace("results\n# {", "results {of: search}\n# {")
    editor = open_editor(tmp_path, path, {"code/search.py": source}, at=at)
    assert shown(references(*editor.at, declaration=False)) == EVERYWHERE
    own = ["code/search.py:0:8-14", "code/search.py:4:37-43"]
    assert shown(references(*editor.at, declaration=True)) == [*own, *EVERYWHERE]


def test_references_of_nothing(tmp_path: Path) -> None:
    """An import or code names no Region."""
    assert references(*open_editor(tmp_path, "docs/search.mdx", at="import¦").at, declaration=True) == []
    assert references(*open_editor(tmp_path, "code/search.py", at="print¦").at, declaration=True) == []


def test_unsaved_text_counts(tmp_path: Path) -> None:
    """What is typed above moves everything below, before the file is saved."""
    typed = "🐕 new\n\n" + IMPORT + block("# START search", "# END sea¦rch")
    assert shown(definition(*open_editor(tmp_path, "docs/search.mdx", typed=typed).at)) == ["code/search.py:2:0-12"]
    typed = f"# new\n{SOURCE}".replace("END search", "END sea¦rch")
    assert shown(definition(*open_editor(tmp_path, "code/search.py", typed=typed).at)) == ["code/search.py:1:8-14"]
