"""SP6xx: translated pages beside their originals."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

from snipproof.errors import SettingsError

SOURCE = "".join(region("a = 1", name) for name in "ABC")
SETTINGS = 'pages = ["docs"]\n[translations]\n"docs/ja" = "docs/en"\n'
TAGS = {name: block(f"# START {name}", f"# END {name}") for name in "ABC"}


def _files(original: str, translated: str, source: str = "/a.py") -> dict[str, str]:
    return {
        "docs/en/p.mdx": page(*map(TAGS.__getitem__, original)),
        "docs/ja/p.mdx": page(*map(TAGS.__getitem__, translated), source=source),
        "docs/ja/only.mdx": page(),
        "a.py": SOURCE,
        "b.py": SOURCE,
    }


@pytest.mark.parametrize(
    ("original", "translated", "finding", "hint"),
    [
        (
            "ABC",
            "AC",
            "3:1 SP601 the block '# START B' of docs/en/p.mdx:4 is missing in this translation",
            "after this block",
        ),
        ("ABC", "BC", "1:1 SP601 the block '# START A' of docs/en/p.mdx:3 is missing in this translation", "here too"),
        (
            "AAB",
            "AB",
            "3:1 SP601 the block '# START A' of docs/en/p.mdx:4 is missing in this translation",
            "after this block",
        ),
        ("AC", "ABC", "4:1 SP602 the block '# START B' is not shown by the original, docs/en/p.mdx", "remove it"),
        (
            "ABC",
            "ACB",
            "4:1 SP603 the block '# START C' is shown where the original shows the block '# START B'",
            "line 4",
        ),
        ("ABC", "ABC", "", ""),
    ],
)
def test_a_translation_shows_what_its_original_shows(
    check: Check, original: str, translated: str, finding: str, hint: str
) -> None:
    found = [f for f in check(_files(original, translated), settings=SETTINGS) if f.rule.startswith("SP6")]
    assert [str(f) for f in found] == [f"docs/ja/p.mdx:{finding}"][: bool(finding)]
    assert all(hint in f.hint for f in found)


def test_a_block_of_another_file_is_reported_as_that(check: Check) -> None:
    found = [f for f in check(_files("AB", "AB", "/b.py"), settings=SETTINGS) if f.rule.startswith("SP6")]
    assert [str(f) for f in found] == [
        "docs/ja/p.mdx:3:1 SP604 the block '# START A' shows b.py, but the original shows a.py",
        "docs/ja/p.mdx:4:1 SP604 the block '# START B' shows b.py, but the original shows a.py",
    ]


def test_the_folders_of_docusaurus_are_known(check: Check) -> None:
    plugin = "i18n/fr/docusaurus-plugin-content-docs"
    files = {
        "docs/p.mdx": page(TAGS["A"]),
        "versioned_docs/version-1/p.mdx": page(TAGS["A"], TAGS["C"]),
        f"{plugin}/current/p.mdx": page(TAGS["B"]),
        f"{plugin}/version-1/p.mdx": page(TAGS["A"]),
        "a.py": SOURCE,
    }
    found = check(files, settings='pages = ["docs", "versioned_docs", "i18n"]\n')
    assert [(f.path, f.rule) for f in found if f.rule.startswith("SP6")] == [
        (f"{plugin}/current/p.mdx", "SP601"),
        (f"{plugin}/current/p.mdx", "SP602"),
        (f"{plugin}/version-1/p.mdx", "SP601"),
    ]


def test_without_pairs_nothing_is_compared(check: Check) -> None:
    assert not [f for f in check(_files("ABC", "A")) if f.rule.startswith("SP6")]


ORIGINAL = """import Tabs from '@theme/Tabs';
import A from '!!raw-loader!/a.py';
import B from '!!raw-loader!/b.py';
import Part from './_part.mdx';

<Tabs groupId="languages">
<TabItem value="py" label="Python Client v4">

<FilteredTextBlock text={A} startMarker="# START A" endMarker="# END A" language="py" />

</TabItem>
<TabItem value="py3" label="Python Client v3">

<FilteredTextBlock text={A} startMarker="# START B" endMarker="# END B" language="pyv3" />

</TabItem>
</Tabs>

<FilteredTextBlock text={A} startMarker="# START C" endMarker="# END C" language="json" />
<Part />
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("Python Client", "Python クライアント", []),
        ("Python Client v4", "クライアント", []),
        ("./_part.mdx", "@site/docs/ja/_part.mdx", []),
        ("./_part.mdx", "@site/docs/en/_part.mdx", []),
        ('"json"', '"text"', ["19:1 SP605 the block '# START C' has language='text', the original 'json'"]),
        ('"json"', '"json" includeStartMarker="true"', ["19:1 SP605 only one of this translation and its original"]),
        ('value="py3"', 'value="py2"', ["12:1 SP606 the tab is 'py2', in the original 'py3'"]),
        ("Client v3", "Client v5", ["12:1 SP606 the label is 'Python Client v5', in the original 'Python Client v3'"]),
        ("Python Client v3", "Go v3", ["12:1 SP606 the label is 'Go v3', in the original 'Python Client v3'"]),
        ('groupId="languages"', 'groupId="clients"', ["6:1 SP606 the groupId of these tabs is 'clients'"]),
        ('groupId="languages"', "", ["6:1 SP606 the groupId of these tabs is ''"]),
        (
            "</TabItem>\n</Tabs>",
            "</TabItem>\n<TabItem value='x'>x</TabItem>\n</Tabs>",
            ["17:1 SP606 the tab 'x' is not in"],
        ),
        ("</Tabs>\n\n", "", ["17:1 SP606 the block '# START C' is not in a tab"][:0] or None),
        (
            "!!raw-loader!/b.py",
            "!!raw-loader!/a.py",
            ["3:1 SP607 'B' is '!!raw-loader!/a.py', in the original '!!raw-loa"],
        ),
        ("@theme/Tabs", "@theme/Tab", ["1:1 SP607 'Tabs' is '@theme/Tab', in the original '@theme/Tabs'"]),
        ("./_part.mdx", "./_other.mdx", ["4:1 SP607 'Part' is './_other.mdx', in the original './_part.mdx'"]),
        (
            "import B from '!!raw-loader!/b.py';\n",
            "",
            ["1:1 SP607 the import of 'B' on line 3 of docs/en/p.mdx is missing"],
        ),
        ("import Tabs", "import X from '@theme/X';\nimport Tabs", ["1:1 SP607 'X' is not imported by the original"]),
        ("/a.py", "/b.py", ["9:1 SP604", "14:1 SP604", "19:1 SP604"]),
    ],
)
def test_what_is_changed_in_one_language_only_is_found(
    check: Check, old: str, new: str, expected: list[str] | None
) -> None:
    """Labels may be translated, and so may the partials that a page imports."""
    files = {
        "docs/en/p.mdx": ORIGINAL,
        "docs/ja/p.mdx": ORIGINAL.replace(old, new, 1),
        "a.py": SOURCE,
        "b.py": SOURCE,
        **{f"docs/{locale}/_{name}.mdx": "text\n" for locale in ("en", "ja") for name in ("part", "other")},
    }
    found = [str(f).removeprefix("docs/ja/p.mdx:") for f in check(files, settings=SETTINGS) if f.rule.startswith("SP6")]
    if expected is None:  # a block that has moved into a tab
        assert [text.split()[1] for text in found] == ["SP606"]
        return
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True)), found


def test_a_block_in_another_tab_is_reported(check: Check) -> None:
    """SP606 at the block, with SP603 since the order has changed too."""
    a, b = (
        'startMarker="# START A" endMarker="# END A" language="py"',
        'startMarker="# START B" endMarker="# END B" language="pyv3"',
    )
    swapped = ORIGINAL.replace(a, "?").replace(b, a).replace("?", b)
    files = {"docs/en/p.mdx": ORIGINAL, "docs/ja/p.mdx": swapped, "a.py": SOURCE, "b.py": SOURCE}
    found = [str(f).removeprefix("docs/ja/p.mdx:") for f in check(files, settings=SETTINGS) if f.rule.startswith("SP6")]
    assert found[0].startswith("9:1 SP603")
    assert found[1] == "9:1 SP606 the block '# START B' is in the tab 'py', in the original it is in the tab 'py3'"


@pytest.mark.parametrize("folder", ["docs/ja", "docs/en"])
def test_a_missing_folder_is_an_error(check: Check, folder: str) -> None:
    """Nothing would be compared, and nobody would notice."""
    settings = SETTINGS.replace(f'"{folder}"', f'"{folder}p"')
    with pytest.raises(SettingsError, match=f"^snipproof.toml:3:1 'translations' names '{folder}p', which does not"):
        check(_files("ABC", "ABC"), settings=settings)
