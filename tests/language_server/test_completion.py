"""Completion of markers, imports and attributes, in half-typed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol.types import TextEdit
from tests.support.editor_site import IMPORT, PAGE, SETTINGS, SOURCE, apply, block, open_editor

from snipproof.language_server.completion import completions

if TYPE_CHECKING:
    from pathlib import Path

    from lsprotocol.types import CompletionItem

TYPED = IMPORT + "<FilteredTextBlock text={Code} "
MIXED = "// code/a.go\n//START  First\na()\n//END First\nb() // START second {skip: slow}\n//  END second\n"


def offered(root: Path, path: str, typed: str, files: dict[str, str] | None = None) -> dict[str, str]:
    """Return the text after each completion, by what is offered, in the order that an editor shows."""
    editor = open_editor(root, path, files, typed=typed)
    items = completions(*editor.at)
    return {
        item.label: apply(editor.text, [edit_of(item)]) for item in sorted(items, key=lambda each: each.sort_text or "")
    }


def edit_of(item: CompletionItem) -> TextEdit:
    assert isinstance(item.text_edit, TextEdit)
    return item.text_edit


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ('startMarker="¦" endMarker="x" />', 'startMarker="# START search" endMarker="x" />'),
        ('startMarker="# STA¦RT nothing" />', 'startMarker="# START search" />'),
        ('startMarker="# STA¦ endMarker="# END x" />', 'startMarker="# START search endMarker="# END x" />'),
        ('startMarker="¦\n\n# Next\n', 'startMarker="# START search\n\n# Next\n'),
        ("startMarker='se¦' />", "startMarker='# START search' />"),
        ('startMarker={"¦"} />', 'startMarker={"# START search"} />'),
        ("startMarker=¦ />", 'startMarker="# START search" />'),
        ("\n  startMarker='¦\n  language='py'\n/>", "\n  startMarker='# START search\n  language='py'\n/>"),
    ],
)
def test_start_markers_of_the_file_that_text_names(tmp_path: Path, typed: str, completed: str) -> None:
    """The edit replaces what is written there, with or without a quote behind it."""
    found = offered(tmp_path, "docs/search.mdx", TYPED + typed)
    assert list(found) == ["# START search", "# START Expected search results"]
    assert found["# START search"] == TYPED + completed


def test_end_markers_begin_with_that_of_the_start_marker(tmp_path: Path) -> None:
    """The one that closes the chosen Region comes first and is selected."""
    typed = f'{TYPED}startMarker="# START Expected search results" endMarker="¦" />'
    editor = open_editor(tmp_path, "docs/search.mdx", typed=typed)
    items = sorted(completions(*editor.at), key=lambda each: each.sort_text or "")
    assert [(item.label, item.preselect) for item in items] == [
        ("# END Expected search results", True),
        ("# END search", None),
        ("END-OF-FILE", None),
    ]


def test_markers_are_spelt_as_the_file_spells_them(tmp_path: Path) -> None:
    """With its comment tokens and blanks, without attributes; also those that only a Page makes a marker."""
    page = IMPORT.replace("search.py", "a.go") + block("code/a.go", "//START", "go")
    files = {"code/a.go": MIXED, "docs/go.mdx": page}
    typed = page + "<FilteredTextBlock text={Code} startMarker='¦' />"
    found = offered(tmp_path, "docs/go.mdx", typed, files)
    assert list(found) == ["//START  First", "// START second"]
    found = offered(tmp_path, "docs/go.mdx", typed.replace("startMarker='¦'", "endMarker='¦'"), files)
    assert list(found) == ["//END First", "//  END second", "END-OF-FILE"]


def test_a_marker_with_quotes_is_written_as_the_attribute_requires(tmp_path: Path) -> None:
    """Quotes and what looks like an entity are encoded."""
    files = {"code/search.py": '# START a "b" &amp; c\nx\n# END a "b" &amp; c\n', "docs/search.mdx": IMPORT}
    found = offered(tmp_path, "docs/search.mdx", TYPED + 'startMarker="¦" />', files)
    assert list(found.values()) == [TYPED + 'startMarker="# START a &quot;b&quot; &amp;amp; c" />']


@pytest.mark.parametrize("typed", ["text={¦}", "text={Co¦", "text={¦ language='py' />", "text=¦"])
def test_variables_of_raw_imports(tmp_path: Path, typed: str) -> None:
    """``text`` names one."""
    imports = IMPORT + "import Partial from './_partial.mdx';\n\n"
    found = offered(tmp_path, "docs/search.mdx", f"{imports}<FilteredTextBlock {typed}")
    assert list(found) == ["Code"]
    assert "text={Code" in found["Code"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "import X from '¦",
            ["!!raw-loader!/code/search.py", "!!raw-loader!/code/other.py", "@site/docs/_partial.mdx"],
        ),
        ("import X from '!!raw-loader!¦';", ["!!raw-loader!/code/search.py", "!!raw-loader!/code/other.py"]),
        (
            "import X from '!!raw-loader!@site/co¦';",
            ["!!raw-loader!@site/code/search.py", "!!raw-loader!@site/code/other.py"],
        ),
        ("import X from '!!raw-loader!../¦';", ["!!raw-loader!../code/search.py", "!!raw-loader!../code/other.py"]),
        (
            'import X from "@site/¦";',
            ["!!raw-loader!@site/code/search.py", "!!raw-loader!@site/code/other.py", "@site/docs/_partial.mdx"],
        ),
        ("import {\n  A } from '¦", []),
        ("text from '¦'", []),
    ],
)
def test_imports_in_the_style_of_the_site(tmp_path: Path, typed: str, expected: list[str]) -> None:
    """Paths of Sources and partials: as the site writes them most, or as the writer has begun."""
    files = {"code/other.py": "# START o\nx\n# END o\n", "docs/_partial.mdx": "text\n"}
    found = offered(tmp_path, "docs/search.mdx", f"{IMPORT}{typed}\n", files)
    assert sorted(found) == sorted(expected)
    for written, text in found.items():
        assert f"from {typed[typed.index('from') + 5]}{written}" in text


def test_a_source_outside_of_the_site_folder(tmp_path: Path) -> None:
    """``@site/..`` leads there, whatever the site uses within."""
    files = {
        "snipproof.toml": f"{SETTINGS}site-root = 'docs'\n",
        "docs/search.mdx": "text\n",
        "i18n/ja/search.mdx": "text\n",
    }
    found = offered(tmp_path, "docs/search.mdx", "import X from '!!raw-loader!/¦'", files)
    assert list(found) == ["!!raw-loader!@site/../code/search.py"]


@pytest.mark.parametrize(
    ("line", "expected", "completed"),
    [
        ("# START Expected search results {¦", "of", "{of: "),
        ("# START Expected search results {¦}", "of", "{of: }"),
        ("# START Expected search results {of: search, ¦}", "approx", "{of: search, approx: }"),
        ("# START Expected search results {of: search, approx: {a: 1}, ig¦", "ignore", "approx: {a: 1}, ignore: "),
        ("# START Expected search results {of: ¦", "search", "{of: search"),
        ("# START Expected search results {of: [se¦]}", "search", "{of: [search]}"),
        ("# START Expected search results {from: ¦}", "response", "{from: response}"),
        ("# START Expected search results {of: search, shape: tr¦}", "true", "shape: true}"),
    ],
)
def test_attributes_of_a_start_line(tmp_path: Path, line: str, expected: str, completed: str) -> None:
    """Keys, the names of Snippets behind ``of``, and words where only some are valid."""
    typed = SOURCE.replace("# START Expected search results", line)
    assert completed in offered(tmp_path, "code/search.py", typed)[expected]


def test_keys_that_fit_come_first_and_none_twice(tmp_path: Path) -> None:
    """Those of code at a Snippet, those of output at an Expectation."""
    of_code = list(offered(tmp_path, "code/search.py", SOURCE.replace("START search", "START search {¦")))
    assert of_code[:3] == ["raises", "unreached", "skip"]
    of_output = SOURCE.replace("search results\n#", "search results {of: search, ¦\n#", 1)
    found = list(offered(tmp_path, "code/search.py", of_output))
    assert found[:2] == ["from", "ignore"]
    assert "of" not in found
    assert found[-3:] == ["raises", "unreached", "skip"]


def test_a_name_that_yaml_reads_as_something_else_is_quoted(tmp_path: Path) -> None:
    """A comma, a colon or a number."""
    typed = "# START a, b: 'c'\nx\n# END a, b: 'c'\n# START 1\nx\n# END 1\n# START out {of: ¦\n#\n# END out\n"
    found = offered(tmp_path, "code/search.py", typed)
    assert "{of: \"a, b: 'c'\"" in found["a, b: 'c'"]
    assert '{of: "1"' in found["1"]


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("docs/search.mdx", f"{TYPED}language='¦' />"),
        ("docs/search.mdx", "<FilteredTextBlock text={Unknown} startMarker='¦' />"),
        ("docs/search.mdx", f"{PAGE}¦"),
        ("code/search.py", f"{SOURCE}x = {{¦"),
        ("code/search.py", f"{SOURCE}# END search {{¦"),
        ("code/search.py", f"{SOURCE}# START x {{of: search}} ¦"),
        ("code/search.py", f"{SOURCE}# START x ¦"),
        ("docs/new.mdx", "¦"),
    ],
)
def test_nothing_is_offered_elsewhere(tmp_path: Path, path: str, typed: str) -> None:
    """Only where something known can stand."""
    assert offered(tmp_path, path, typed) == {}
