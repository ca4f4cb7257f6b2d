"""The outline of Pages and Sources, Regions by name, and folding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.editor_site import IMPORT, SOURCE, block, open_editor

from snipproof.language_server.symbols import document_symbols, folding_ranges, workspace_symbols

if TYPE_CHECKING:
    from pathlib import Path

    from lsprotocol.types import DocumentSymbol


def outline(symbols: list[DocumentSymbol], depth: int = 0) -> list[str]:
    lines = []
    for each in symbols:
        lines.append(f"{'  ' * depth}{each.name} {each.range.start.line}-{each.range.end.line}")
        assert each.range.start.line <= each.selection_range.start.line <= each.range.end.line
        lines += outline(list(each.children or ()), depth + 1)
    return lines


def test_the_outline_of_a_source(tmp_path: Path) -> None:
    """Its Regions, with what each is."""
    source = f"{SOURCE}# START two\nx\n# END two\n# START two\ny\n# END two\n"
    editor = open_editor(tmp_path, "code/search.py", {"code/search.py": source})
    symbols = document_symbols(editor.site, editor.path, editor.text)
    assert outline(symbols) == ["search 0-2", "Expected search results 4-6", "two 7-12"]
    assert [each.detail for each in symbols] == ["Snippet", "Expectation", "Snippet, 2 Segments"]
    assert [each.selection_range.start.character for each in symbols] == [8, 8, 8]


def test_the_outline_of_a_page(tmp_path: Path) -> None:
    """Its headings, one below the other, with the blocks that stand there; also of unsaved text."""
    typed = (
        "---\ntitle: x\n---\n"
        + IMPORT
        + block("# START search", "# END search")
        + "\n# One `code`\n\n### Deep {#id}\n\n"
        + block("# START Expected", "# END")
        + "\n## Two **bold** ##\n\n<h1>Three</h1>\n\n```\n# no heading\n```\n\n"
        + '<FilteredTextBlock text={Code}\n  language="py"\n/>\n\n##\n'
    )
    editor = open_editor(tmp_path, "docs/search.mdx", typed=f"¦{typed}")
    assert outline(document_symbols(editor.site, editor.path, editor.text)) == [
        "# START search 5-5",
        "One code 7-14",
        "  Deep 9-12",
        "    # START Expected 11-11",
        "  Two bold 13-14",
        "Three 15-26",
        "  (no start marker) 21-23",
        "  (no title) 25-26",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Expected search results", "search", "search more"]),
        ("SEARCH", ["search", "search more", "Expected search results"]),
        ("exs", ["Expected search results"]),
        ("hm", ["search more"]),
        ("xyz", []),
    ],
)
def test_regions_by_name(tmp_path: Path, query: str, found: list[str]) -> None:
    """The characters of the query in order; what begins with it comes first."""
    files = {"code/more.py": "# START search more\nx\n# END search more\n"}
    editor = open_editor(tmp_path, "code/search.py", files)
    assert [each.name for each in workspace_symbols(editor.site, query)] == found
    assert [each.place.path for each in workspace_symbols(editor.site, "more")] == ["code/more.py"]


def test_segments_are_folded(tmp_path: Path) -> None:
    """From the START line, which stays, to the line before the END; each once, and no empty one."""
    typed = "# START a\n# START b\nx\n# END a\n# END b\n# START c\n# END c\n# START a\ny\n# END a\n¦"
    editor = open_editor(tmp_path, "code/search.py", typed=typed)
    ranges = folding_ranges(editor.site, editor.path, editor.text)
    assert [(each.start_line, each.end_line) for each in ranges] == [(0, 2), (1, 3), (7, 8)]
    assert folding_ranges(editor.site, "docs/search.mdx", "text") == []


def test_attributes_that_cannot_be_read(tmp_path: Path) -> None:
    """While they are typed, there is no outline, and no error."""
    typed = SOURCE.replace("START search", "START search {of: ¦")
    editor = open_editor(tmp_path, "code/search.py", typed=typed)
    assert document_symbols(editor.site, editor.path, editor.text) == []
    assert folding_ranges(editor.site, editor.path, editor.text) == []
