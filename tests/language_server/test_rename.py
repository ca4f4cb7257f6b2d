"""Renaming a Region everywhere, and when that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.editor_site import FILES, IMPORT, PAGE, SOURCE, apply, block, open_editor
from tests.support.site import load_site

from snipproof.language_server.rename import Renaming, prepare_rename, rename
from snipproof.language_server.rename_check import RenameError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.editor_site import Editor


def applied(editor: Editor, renaming: Renaming) -> dict[str, str]:
    """Return the changed files, as an editor writes them."""
    texts = {path: apply(renaming.before[path], edits) for path, edits in renaming.edits.items()}
    assert texts == dict(renaming.after)
    return texts


def renamed(root: Path, path: str, at: str, name: str, files: dict[str, str] | None = None) -> dict[str, str]:
    editor = open_editor(root, path, files, at=at)
    return applied(editor, rename(*editor.at, name))


def with_pages(source: str, *blocks: str) -> dict[str, str]:
    return {"code/search.py": source, "docs/search.mdx": IMPORT + "\n".join(blocks), "i18n/ja/search.mdx": "text\n"}


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("code/search.py", "# START sea¦rch"),
        ("code/search.py", "# END search¦"),
        ("docs/search.mdx", 'startMarker="# START ¦search"'),
        ("i18n/ja/search.mdx", 'endMarker="# END sea¦rch"'),
    ],
)
def test_a_region_is_renamed_everywhere(tmp_path: Path, path: str, at: str) -> None:
    """In its Source, in all locales, from each of its names; and what was its output by name stays its output."""
    found = renamed(tmp_path, path, at, "find")
    assert found == {
        "code/search.py": SOURCE.replace("START search", "START find")
        .replace("END search", "END find")
        .replace("START Expected search results", "START Expected search results {of: find}"),
        "docs/search.mdx": (page := PAGE.replace("START search", "START find").replace("END search", "END find")),
        "i18n/ja/search.mdx": page.replace("# Search", "# 検索"),
    }


def test_of_attributes_and_all_segments_are_renamed(tmp_path: Path) -> None:
    """Every START and END; names in ``of`` are quoted where YAML requires it."""
    source = (
        "# START a\nx\n# END a\n# START b\n# END b\n  # START a # remark\ny\n  # END a\n"
        "# START out {of: [a, 'b'], shape: true}\n# 1\n# END out\n# START a b\nz\n# END a b\n"
    )
    files = with_pages(source, block("# START a # remark", "# END a"))
    found = renamed(tmp_path, "code/search.py", "# START a\nx\n# END a¦", "c: d", files)
    assert found["code/search.py"] == (
        "# START c: d\nx\n# END c: d\n# START b\n# END b\n  # START c: d # remark\ny\n  # END c: d\n"
        "# START out {of: [\"c: d\", 'b'], shape: true}\n# 1\n# END out\n# START a b\nz\n# END a b\n"
    )


@pytest.mark.parametrize(
    ("source", "page", "name", "expected"),
    [
        # A part of the name, which stays a part of it, or has to be written out.
        ("# START a Python\nx\n# END a Python\n", block("# START a", "# END a"), "a Py", block("# START a", "# END a")),
        ("# START a Python\nx\n# END a Python\n", block("START a", "END a P"), "b", block("START b", "END b")),
        # Markers of any form.
        ("# a\nx\n# END a\n", block("# a", "# END a"), "b", block("# b", "# END b")),
        ("# ==== a ====\nx\n# END\n", block("# ==== a ====", "# END"), "==== b", block("# ==== b", "# END")),
        ("# a START\nx\n# a END\n", block("# a START", "# a END"), "b", block("# b START", "# b END")),
        # An end marker of another Region, and no end at all.
        ("# START a\nx\n# START b\ny\n# END a\n", block("# START b", "# END a"), "c", block("# START c", "# END a")),
        ("# START a\nx\n", block("# START a", "END-OF-FILE"), "b", block("# START b", "END-OF-FILE")),
        # The quotes of the attribute.
        (
            "# START a\nx\n# END a\n",
            block("# START a", "# END a"),
            'b "c" &lt;',
            block("# START b &quot;c&quot; &amp;lt;", "# END b &quot;c&quot; &amp;lt;"),
        ),
        ("# START a&b\nx\n# END a&b\n", block("# START a&amp;b", "# END a&b"), "c", block("# START c", "# END c")),
        # Widths of characters, ends of lines.
        (
            "😀 # START 検索\r\nx\r\n# END 検索\r\n",
            "😀😀 " + block("# START 検索", "# END 検索"),
            "𝒳",
            "😀😀 " + block("# START 𝒳", "# END 𝒳"),
        ),
    ],
)
def test_markers_are_renamed_as_pages_spell_them(
    tmp_path: Path, source: str, page: str, name: str, expected: str
) -> None:
    """Only the name inside of the text that a Page requests is replaced."""
    files = {**FILES, **with_pages(source, page)}
    at = 'startMarker="¦'
    found = renamed(tmp_path, "docs/search.mdx", at, name, files)
    assert found.get("docs/search.mdx", IMPORT + page) == IMPORT + expected
    for path, text in found.items():
        (tmp_path / path).write_bytes(text.encode())
    assert name in [region.name for region in load_site(tmp_path).sources["code/search.py"].regions]


SEARCHES = "# START search\nx\n# END search\n# START look\ny\n# END look\n# START find all\nz\n# END find all\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("search", "code/search.py:1 already has the name 'search'"),
        ("find", "line 7 of code/search.py, '# START find all', would contain the marker 'START find', too"),
        ("search it", "would contain the marker 'START search', too"),
        ("find all of them", "would contain the marker 'START find all', too"),
        ("", "'' cannot be the name of a Region"),
        (" a", "cannot be the name"),
        ("a\nb", "cannot be the name"),
        ("a {of: search}", "cannot be the name"),
        ("--", "cannot be the name"),
        ("a # END x", "cannot be a name: it would be read as 'a'|would be lost"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, message: str) -> None:
    """Two Regions of one name, one that another marker begins with, and what cannot be a name, on a Page or not."""
    for files in (with_pages(SEARCHES), with_pages(SEARCHES, block("# START look", "# END look"))):
        with pytest.raises(RenameError, match=message.replace("(", "\\(")):
            renamed(tmp_path, "code/search.py", "# START lo¦ok", name, files)


def test_the_old_name_changes_nothing(tmp_path: Path) -> None:
    """All texts stay as they are."""
    editor = open_editor(tmp_path, "code/search.py", at="# START sea¦rch")
    assert rename(*editor.at, "search").edits == {}


@pytest.mark.parametrize(
    ("source", "page", "message"),
    [
        # The one marker of the page opens both Regions.
        (
            "# START a\nx\n# END a\n# START a b\ny\n# END a b\n",
            block("START a", "END a"),
            "the Region 'a b' would be renamed, too",
        ),
        # The marker is code, which readers may see or not.
        ("a = 1\nx\n# END\n", block("a = 1", "# END"), "line 1 of code/search.py, 'a = 1', is code"),
        # Readers see the marker.
        (
            "# START a\nx\n# END a\n",
            block("START a", "END a").replace("/>", 'includeStartMarker="true" />'),
            "shows would change",
        ),
        (
            "# START b\n# START a\nx\n# END a\n# END b\n",
            block("START b", "END b") + "\n" + block("START a", "END a"),
            "'START b' shows would change",
        ),
        # A marker that is not a string cannot be changed.
        (
            "# START undefined\nx\n# END undefined\n",
            '<FilteredTextBlock text={Code} startMarker="START undefined" language="py" />\n',
            "shows would change",
        ),
    ],
)
def test_a_rename_that_changes_a_block_is_refused(tmp_path: Path, source: str, page: str, message: str) -> None:
    """Every block stays equal to the byte."""
    files = with_pages(source, page)
    at = next(each for each in ("# START ¦a\n", "# START ¦undefined\n", "¦a = 1") if each.replace("¦", "") in source)
    with pytest.raises(RenameError, match=message):
        renamed(tmp_path, "code/search.py", at, "new", files)


def test_output_stays_output_and_code_stays_code(tmp_path: Path) -> None:
    """A name decides which of both a Region is, and whose output it is: that must stay."""
    found = renamed(tmp_path, "code/search.py", "# START Expected sea¦rch", "photos")
    assert "# START photos {of: search}\n" in found["code/search.py"]
    with pytest.raises(RenameError, match="'Expected results' would be output, not code"):
        renamed(tmp_path, "code/search.py", "# START sea¦rch", "Expected results")
    files = {"code/search.py": SOURCE + "# START Expected other results\n# 1\n# END Expected other results\n"}
    with pytest.raises(RenameError, match="'one' would be code to run, not output"):
        renamed(tmp_path, "code/search.py", "# START Expected oth¦er", "one", files)
    with pytest.raises(RenameError, match="would also be bound to 'other'"):
        renamed(tmp_path, "code/search.py", "# START sea¦rch", "other", files)


def test_what_pages_compare_stays(tmp_path: Path) -> None:
    """Of two Snippets in a tab, the name decides whose output is shown below."""
    other = SOURCE.partition("\n\n")[0] + "\n# START other\ny\n# END other\n"
    tabs = "<Tabs>\n<TabItem value='py' label='Python'>\n\n{}\n{}\n</TabItem>\n</Tabs>\n\n"
    imports = IMPORT.strip() + "\nimport Out from '!!raw-loader!/code/out.py';\n\n"
    page = imports + tabs.format(block("# START search", "# END search"), block("# START other", "# END other"))
    page += block("# START Expected search results", "# END Expected search results").replace("Code", "Out")
    files = {"code/search.py": other, "code/out.py": SOURCE.partition("\n\n")[2], "docs/search.mdx": page}
    files["i18n/ja/search.mdx"] = "text\n"
    with pytest.raises(RenameError, match=r"pages would compare 'code/out.py::Expected search results'"):
        renamed(tmp_path, "code/search.py", "# START sea¦rch", "find", files)
    assert "code/out.py" not in renamed(tmp_path, "code/search.py", "# START oth¦er", "find", files)


@pytest.mark.parametrize(
    ("path", "at", "expected"),
    [
        ("code/search.py", "# START sea¦rch", "search"),
        ("code/search.py", "print¦", None),
        ("docs/search.mdx", 'startMarker="# START ¦search"', "search"),
        ("docs/search.mdx", "¦<FilteredTextBlock", None),
        ("docs/search.mdx", "import¦", None),
    ],
)
def test_what_can_be_renamed(tmp_path: Path, path: str, at: str, expected: str | None) -> None:
    """The name of a Region, where it stands."""
    editor = open_editor(tmp_path, path, at=at)
    found = prepare_rename(*editor.at)
    assert (found and found[1]) == expected
    if found:
        begin = found[0].start
        assert editor.text.split("\n")[begin.line][begin.character :].startswith("search")
    else:
        with pytest.raises(RenameError, match="no Region stands here"):
            rename(*open_editor(tmp_path, path, at="").at, "new") if at != "print¦" else rename(*editor.at, "new")


def test_a_page_that_names_a_region_in_part(tmp_path: Path) -> None:
    """The whole name is offered, in place of the part."""
    files = with_pages("# START a Python\nx\n# END a Python\n", block("# START a", "# END a"))
    editor = open_editor(tmp_path, "docs/search.mdx", files, at='startMarker="¦')
    found = prepare_rename(*editor.at)
    assert found is not None
    assert found[1] == "a Python"


def test_text_that_the_site_has_not_read_is_refused(tmp_path: Path) -> None:
    """Edits of another text would be wrong."""
    editor = open_editor(tmp_path, "code/search.py", typed=f"\n{SOURCE}".replace("START search", "START sea¦rch"))
    with pytest.raises(RenameError, match=r"code/search.py has just changed"):
        rename(*editor.at, "find")


def test_in_other_files(tmp_path: Path) -> None:
    """A file beside the pages with the text of one, and a page without blocks: what is wrong is not that it changed."""
    editor = open_editor(
        tmp_path, "draft.mdx", {"draft.mdx": PAGE, "docs/plain.mdx": "# Plain\n"}, at="# START sea¦rch"
    )
    assert prepare_rename(*editor.at) is None
    with pytest.raises(RenameError, match=r"draft\.mdx is not a page or a Source of this docs tree"):
        rename(*editor.at, "find")
    editor = open_editor(tmp_path, "docs/plain.mdx", {"docs/plain.mdx": "# Plain\n"}, at="# Pla¦in")
    with pytest.raises(RenameError, match="no Region stands here"):
        rename(*editor.at, "find")
