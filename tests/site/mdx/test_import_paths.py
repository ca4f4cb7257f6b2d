"""Import paths: which file of the site they mean."""

from __future__ import annotations

import pytest

from snipproof.site.mdx.import_paths import find_target, import_target


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("!!raw-loader!/_includes/a.py", "_includes/a.py"),
        ("!!raw-loader!../a.py", "docs/a.py"),
        ("!!raw-loader!./a.py", "docs/x/a.py"),
        ("@site/docs/a.mdx", "docs/a.mdx"),
        ("!!raw-loader?esModule!@site/a.py", "a.py"),
        ("@theme/Tabs", None),
        ("react", None),
        ("../../../a.py", None),
        ("/../a.py", None),
    ],
)
def test_import_paths_mean_files_below_the_root(written: str, target: str | None) -> None:
    """Rooted, relative and `@site` paths name a file; packages and places outside the root do not."""
    assert import_target("docs/x/p.md", written, ".") == target


def test_the_site_root_may_be_a_folder() -> None:
    """Rooted paths start at the site root, not at the settings' folder."""
    assert import_target("site/docs/p.md", "/_includes/a.py", "site") == "site/_includes/a.py"


@pytest.mark.parametrize(
    ("target", "files", "found"),
    [
        ("code/list", {"code/list.ts"}, "code/list.ts"),
        ("code/list", {"code/list.ts", "code/list.js"}, "code/list.js"),
        ("code/list", {"code/list", "code/list.js"}, "code/list"),
        ("code/list.test", {"code/list.test.tsx", "code/list.ts"}, "code/list.test.tsx"),
        ("code", {"code/index.tsx", "code/index.json"}, "code/index.tsx"),
        ("code", {"code/index.mjs", "code.json"}, "code.json"),
        ("code/list", {"code/list.py", "code/list.mts", "code/list.d.ts"}, "code/list"),
        ("code/list.py", {"code/list.py"}, "code/list.py"),
    ],
)
def test_an_extension_may_be_left_out(target: str, files: set[str], found: str) -> None:
    """The very name comes first, then the bundler's extensions in their order, then the index of a folder."""
    assert find_target(target, files.__contains__) == found
