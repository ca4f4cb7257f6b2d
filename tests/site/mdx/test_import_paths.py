"""Import paths: which file of the site they mean."""

from __future__ import annotations

import pytest

from snipproof.site.mdx.import_paths import import_target


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
