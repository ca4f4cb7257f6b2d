"""SP6xx: translated pages beside their originals."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

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
