"""A whole site: which Pages are read and which readers can see."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.site import IMPORT, TAG, load_site, shown_texts, write_site

from snipproof.config import Settings
from snipproof.site.docs_site import Site


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
