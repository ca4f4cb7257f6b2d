"""A whole site: which Pages are read and which readers can see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.site import IMPORT, TAG, load_site, shown_texts, write_site

from snipproof.config import Settings
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize("extension", ["js", "ts", "mjs", "cjs"])
def test_a_docusaurus_site_needs_no_settings(tmp_path: Path, extension: str) -> None:
    """Its config file is enough: the folders that such a site has are read, partials that nobody imports too."""
    write_site(
        tmp_path,
        {
            f"docusaurus.config.{extension}": "",
            "docs/a.md": IMPORT + TAG,
            "blog/b.mdx": IMPORT + TAG,
            "src/pages/c.mdx": IMPORT + TAG,
            "versioned_docs/version-1/d.md": IMPORT + TAG,
            "i18n/ja/docusaurus-plugin-content-docs/current/e.md": IMPORT + TAG,
            "_includes/f.mdx": IMPORT + TAG,
            "other/g.md": IMPORT + TAG,
        },
    )
    site = load_site(tmp_path)
    assert [page.path[:5] for page in site.pages] == ["_incl", "blog/", "docs/", "i18n/", "src/p", "versi"]
    assert [site.is_live(reference) for reference in site.references] == [False, True, True, True, True, True]


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
    partials = {"docs/_p.mdx": IMPORT + "\n" + TAG, "docs/_q.mdx": "import P from './_p.mdx';\n\n<P/>\n"}
    site = load_site(write_site(tmp_path, {"docs/a.md": page, **partials}))
    (reference,) = site.references
    assert site.is_live(reference) is live


def test_partials_that_import_each_other_end(tmp_path: Path) -> None:
    """A circle is followed once."""
    files = {"docs/_p.mdx": "import Q from './_q.mdx';\n<Q/>\n", "docs/_q.mdx": "import P from './_p.mdx';\n<P/>\n"}
    page = "import P from './_p.mdx';\n\n<P/>\n" + IMPORT + "\n" + TAG
    site = load_site(write_site(tmp_path, {"docs/a.md": page, **files}))
    assert list(map(site.is_live, site.references)) == [True]


def test_lines_for_excerpts(tmp_path: Path) -> None:
    """Lines of pages and Sources, without their ends; what is not there is empty."""
    site = load_site(write_site(tmp_path, {"docs/a.md": "é\r\n\r\n" + IMPORT + TAG}))
    assert (site.line("docs/a.md", 1), site.line("code/a.py", 2)) == ("é", "    one")
    assert (site.line("docs/a.md", 0), site.line("docs/a.md", 9), site.line("none.md", 1)) == ("", "", "")


def test_the_settings_may_be_built_by_hand(tmp_path: Path) -> None:
    """No file is needed for a Site."""
    write_site(tmp_path, {"docs/a.md": IMPORT + TAG})
    assert shown_texts(Site.load(Settings(root=tmp_path))) == ["    one"]


SUITE = "flavour: py\nlanguage: python\nsources: ['*.py']\n"
TREE = {
    "snipproof.toml": 'pages = ["docs"]\nsuites = ["s/*/suite.yaml"]\n',
    "docs/a.md": IMPORT + TAG,
    "docs/b.md": "import P from './_p.mdx';\n\n<P/>\n",
    "s/py/suite.yaml": SUITE,
    "s/py/x.py": "# START x\n1\n# END x\n",
}


def edit(root: Path, site: Site, changes: Mapping[str, str | None]) -> Site | None:
    """Change files, and return the site after this edit: the times of folders differ too."""
    for path, text in changes.items():
        if text is None:
            (root / path).unlink()
        elif path.endswith("/"):
            (root / path).mkdir()
        else:
            write_site(root, {path: text})
    known = site.dependencies.paths
    return site.edited([*known.intersection(changes), "docs", "s", "s/py"])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"docs/a.md": IMPORT + "new\n" + TAG},
        {"docs/a.md": "import Y from '!!raw-loader!../s/py/x.py';\n" + IMPORT + TAG},
        {"docs/a.md": "\0"},
        {"s/py/x.py": "# START y\n2\n# END y\n"},
        {"s/py/x.py": "2\n", "docs/b.md": IMPORT + TAG},
        {"docs/note.txt~": ""},
    ],
)
def test_an_edited_site_is_the_one_that_is_loaded(tmp_path: Path, changes: Mapping[str, str]) -> None:
    """Only what was edited is read again; what another program has left beside it is nothing to read."""
    site = load_site(write_site(tmp_path, TREE))
    edited = edit(tmp_path, site, changes)
    loaded = load_site(tmp_path)
    assert edited
    assert edited.pages == loaded.pages
    assert edited.problems == loaded.problems
    assert edited.sources == loaded.sources
    assert edited.references == loaded.references
    if "s/py/x.py" not in changes:
        assert edited.sources["s/py/x.py"] is site.sources["s/py/x.py"]


@pytest.mark.parametrize(
    "changes",
    [
        {"docs/c.md": "new"},
        {"docs/b.md": None},
        {"docs/_p.mdx": "a partial that was missing"},
        {"docs/new/": ""},
        {"s/py/y.py": "1\n"},
        {"s/py/x.py": None},
        {"s/py/suite.yaml": SUITE + "timeout: 7\n"},
        {"s/py/suite.yaml": "flavour: 7\n"},
        {"snipproof.toml": ""},
    ],
)
def test_a_change_of_more_than_content_loads_the_site_again(tmp_path: Path, changes: Mapping[str, str | None]) -> None:
    """Files that are new or gone, an import that leads somewhere now, an empty folder, a Suite, settings."""
    site = load_site(write_site(tmp_path, TREE))
    assert edit(tmp_path, site, changes) is None
