"""The whole tree: what readers can see, where a Docusaurus site is read, and how settings change its component."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.errors import SettingsError
from snipproof.site.docs_site import Site
from snipproof.site.profile import is_partial, page_folders

_IMPORT = "import Code from '!!raw-loader!@site/code/a.py';\n"
_TAG = '<FilteredTextBlock text={Code} startMarker="# A" endMarker="# END A" language="py" />\n'
_CODE = "# A\n    one\n# END A\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"code/a.py": _CODE, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def load(root: Path) -> Site:
    return Site.load(load_settings(root, environ={}))


def shown(site: Site) -> list[str]:
    return [rendered.text for reference in site.references if (rendered := site.rendered(reference))]


@pytest.mark.parametrize("extension", ["js", "ts", "mjs", "cjs"])
def test_a_docusaurus_site_needs_no_settings(tmp_path: Path, extension: str) -> None:
    """Its config file is enough: the folders that such a site has are read, partials that nobody imports too."""
    write(
        tmp_path,
        {
            f"docusaurus.config.{extension}": "",
            "docs/a.md": _IMPORT + _TAG,
            "blog/b.mdx": _IMPORT + _TAG,
            "src/pages/c.mdx": _IMPORT + _TAG,
            "versioned_docs/version-1/d.md": _IMPORT + _TAG,
            "i18n/ja/docusaurus-plugin-content-docs/current/e.md": _IMPORT + _TAG,
            "_includes/f.mdx": _IMPORT + _TAG,
            "other/g.md": _IMPORT + _TAG,
        },
    )
    site = load(tmp_path)
    assert [page.path[:5] for page in site.pages] == ["_incl", "blog/", "docs/", "i18n/", "src/p", "versi"]
    assert [site.is_live(reference) for reference in site.references] == [False, True, True, True, True, True]


def test_without_a_site_file_the_pages_are_in_docs(tmp_path: Path) -> None:
    """A folder that is no Docusaurus site has its pages in ``docs``; the settings win over both."""
    write(tmp_path, {"docs/a.md": "", "blog/b.md": ""})
    assert page_folders(load_settings(tmp_path)) == ("docs",)
    write(tmp_path, {"docusaurus.config.js": ""})
    assert page_folders(load_settings(tmp_path)) == ("docs", "blog")
    write(tmp_path, {"snipproof.toml": 'pages = ["blog"]\n'})
    assert page_folders(load_settings(tmp_path)) == ("blog",)


@pytest.mark.parametrize(
    ("path", "partial"),
    [("docs/_a.md", True), ("docs/_parts/a.md", True), ("_includes/a.mdx", True), ("docs/a_b.md", False)],
)
def test_what_is_a_partial(path: str, partial: bool) -> None:
    """An underscore at the beginning of any part of the path."""
    assert is_partial(path) is partial


@pytest.mark.parametrize(
    ("page", "live"),
    [
        ("import P from './_p.mdx';\n\n<P />\n", True),
        ("import P from './_p.mdx';\n\n<Tabs><P a='1'></P></Tabs>\n", True),
        ("import Q from './_q.mdx';\n\n<Q/>\n", True),
        ("import P from './_p.mdx';\n", False),
        ("import P from './_p.mdx';\n\n<!-- <P /> -->\n", False),
        ("import P from './_p.mdx';\n\n```jsx\n<P />\n```\n", False),
        ("import P from './_p.mdx';\n\nwrite `<P />` for it\n", False),
        ("import P from './_p.mdx';\n\n<Px />\n", False),
        ("nothing\n", False),
    ],
)
def test_a_partial_is_live_where_a_page_renders_it(tmp_path: Path, page: str, live: bool) -> None:
    """An import alone shows nothing, and what no page renders, directly or not, no reader sees."""
    partials = {"docs/_p.mdx": _IMPORT + "\n" + _TAG, "docs/_q.mdx": "import P from './_p.mdx';\n\n<P/>\n"}
    site = load(write(tmp_path, {"docs/a.md": page, **partials}))
    (reference,) = site.references
    assert site.is_live(reference) is live


def test_partials_that_import_each_other_end(tmp_path: Path) -> None:
    """A circle is followed once."""
    files = {"docs/_p.mdx": "import Q from './_q.mdx';\n<Q/>\n", "docs/_q.mdx": "import P from './_p.mdx';\n<P/>\n"}
    page = "import P from './_p.mdx';\n\n<P/>\n" + _IMPORT + "\n" + _TAG
    site = load(write(tmp_path, {"docs/a.md": page, **files}))
    assert list(map(site.is_live, site.references)) == [True]


def test_lines_for_excerpts(tmp_path: Path) -> None:
    """Lines of pages and Sources, without their ends; what is not there is empty."""
    site = load(write(tmp_path, {"docs/a.md": "é\r\n" + _IMPORT + _TAG}))
    assert (site.line("docs/a.md", 1), site.line("code/a.py", 2)) == ("é", "    one")
    assert (site.line("docs/a.md", 0), site.line("docs/a.md", 9), site.line("none.md", 1)) == ("", "", "")


def test_settings_name_another_component(tmp_path: Path) -> None:
    """Its name, its attributes and its display languages; what is not named stays."""
    write(
        tmp_path,
        {
            "docs/a.md": "import Code from '!!raw-loader!@site/code/a.py';\n"
            '<Snippet from={Code} begin="# A" endMarker="# END A" lang="kotlin" />\n'
            '<FilteredTextBlock text={Code} startMarker="# A" endMarker="# END A" language="java" />\n',
            "snipproof.toml": 'component = "Snippet"\n[attributes]\ntext = "from"\nstart-marker = "begin"\n'
            'language = "lang"\n[indentation]\nkotlin = "2"\n[highlighters]\nkotlin = "kt"\n',
        },
    )
    site = load(tmp_path)
    (reference,) = site.references
    rendered = site.rendered(reference)
    assert rendered is not None
    assert (rendered.text, rendered.highlighter) == ("  one", "kt")


def test_an_indentation_rule_may_be_that_of_a_known_language(tmp_path: Path) -> None:
    """``kotlin = "java"`` takes what Java takes; a number takes so many blanks, where all of them are there."""
    page = _IMPORT + _TAG.replace('"py"', '"kotlin"') + _TAG.replace('"py"', '"scala"')
    write(tmp_path, {"docs/a.md": page, "snipproof.toml": '[indentation]\nkotlin = "java"\nscala = "5"\n'})
    assert shown(load(tmp_path)) == ["one", "    one"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('profile = "docusaurus-filtered-text-blok"', "did you mean 'docusaurus-filtered-text-block'?"),
        ('[attributes]\nstart_marker = "x"', "did you mean 'start-marker'?"),
        ('[indentation]\nkotlin = "jav"', "did you mean 'java'?"),
        ('[indentation]\nkotlin = "1000"', "a number of spaces"),
    ],
)
def test_unknown_names_in_the_profile_are_errors(tmp_path: Path, settings: str, message: str) -> None:
    """A typo that is ignored would be a site that is read wrongly."""
    write(tmp_path, {"docs/a.md": _IMPORT + _TAG, "snipproof.toml": settings})
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    assert message in str(caught.value)


def test_the_settings_may_be_built_by_hand(tmp_path: Path) -> None:
    """No file is needed for a Site."""
    write(tmp_path, {"docs/a.md": _IMPORT + _TAG})
    assert shown(Site.load(Settings(root=tmp_path))) == ["    one"]
