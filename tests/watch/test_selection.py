"""Which Sources a saved file concerns, and what begins the session again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.site import load_site, write_site

from snipproof.model import Suite
from snipproof.watch.selection import concerned_sources, needs_restart, watched_sources

SETTINGS = "[tool.snipproof]\npages = ['docs']\nsuites = ['*/suite.yaml']\n"
TAG = '<FilteredTextBlock text={Code} startMarker="# START a" endMarker="# END a" language="py" />\n'
FILES = {
    "pyproject.toml": SETTINGS,
    "py/suite.yaml": "flavour: py\nlanguage: python\nsources: [b.py, a.py]\n",
    "py/a.py": "# START a\nimport helper\n# END a\n",
    "py/b.py": "# START b\nopen('data.json')\n# END b\n",
    "two/suite.yaml": "flavour: two\nlanguage: python\nsources: ['*.py']\nfiles: {shared: /shared}\n",
    "two/c.py": "# START c\nprint('helpers')\n# END c\n",
    "shared/photos/one.txt": "",
    "docs/page.mdx": f"import Code from '!!raw-loader!../py/a.py';\nimport Part from './_part.mdx';\n\n{TAG}<Part />\n",
    "docs/_part.mdx": f"import Code from '!!raw-loader!../two/c.py';\n\n{TAG.replace('START a', 'START c')}",
}
A, B, C = "py/a.py", "py/b.py", "two/c.py"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({A}, [A]),
        ({C, A}, [A, C]),  # in the order of the Suites
        ({"docs/page.mdx"}, [A, C]),
        ({"docs/_part.mdx"}, [C]),
        ({"py/suite.yaml"}, [B, A]),  # and in that of `sources`
        ({"shared/photos/one.txt"}, [C]),
        ({"shared/photos/new.txt"}, [C]),
        ({"py/helper.py"}, [A]),  # not `helpers`, and not in another Suite
        ({"py/data.json"}, [B]),
        ({"py/none.txt", "docs/none.mdx", "README.md"}, []),
        (set(), []),
    ],
)
def test_concerned_sources(tmp_path: Path, changed: set[str], found: list[str]) -> None:
    site = load_site(write_site(tmp_path, FILES))
    assert concerned_sources(changed, site, site.suites) == found


def test_without_pages_sources_concern_themselves(tmp_path: Path) -> None:
    suites = load_site(write_site(tmp_path, FILES)).suites
    assert concerned_sources({A, "docs/page.mdx"}, None, suites) == [A]
    assert watched_sources([], None, suites) == [B, A, C]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ([], [B, A, C]),
        (["py"], [B, A]),
        ([A], [A]),
        (["docs"], [A, C]),
        (["docs/page.mdx", B], [B, A, C]),
        (["two/suite.yaml"], [C]),
        (["p"], []),
        (["."], [B, A, C]),
    ],
)
def test_watched_sources(tmp_path: Path, chosen: list[str], found: list[str]) -> None:
    site = load_site(write_site(tmp_path, FILES))
    assert watched_sources(chosen, site, site.suites) == found


@pytest.mark.parametrize(
    ("path", "begins_again"),
    [
        ("pyproject.toml", True),
        ("py/conftest.py", True),
        ("py/requirements.lock", True),
        ("py/package.json", True),
        ("docs/package.json", False),  # that of the site
        ("data/photos.json", True),  # a seed
        ("tools/store.py", True),  # a conftest.py imports it
        ("py/a.py", False),
        ("py/suite.yaml", False),
        ("docs/page.mdx", False),
    ],
)
def test_needs_restart(path: str, begins_again: bool) -> None:
    seed = (("weaviate", ("data/photos.json",)),)
    suite = Suite("py/suite.yaml", "py", "python", (A,), lock="py/requirements.lock", seed=seed)
    assert needs_restart(path, [suite], {"tools/store.py"}) is begins_again
