"""Where a Docusaurus site has its Pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.site import write_site

from snipproof.config import load_settings
from snipproof.site.docusaurus import is_partial, page_folders


def test_without_a_site_file_the_pages_are_in_docs(tmp_path: Path) -> None:
    """Outside of Docusaurus the pages are in ``docs``; the settings win over both."""
    write_site(tmp_path, {"docs/a.md": "", "blog/b.md": ""})
    assert page_folders(load_settings(tmp_path)) == ("docs",)
    write_site(tmp_path, {"docusaurus.config.js": ""})
    assert page_folders(load_settings(tmp_path)) == ("docs", "blog")
    write_site(tmp_path, {"snipproof.toml": 'pages = ["blog"]\n'})
    assert page_folders(load_settings(tmp_path)) == ("blog",)


@pytest.mark.parametrize(
    ("path", "partial"),
    [("docs/_a.md", True), ("docs/_parts/a.md", True), ("_includes/a.mdx", True), ("docs/a_b.md", False)],
)
def test_what_is_a_partial(path: str, partial: bool) -> None:
    """An underscore at the beginning of any part of the path."""
    assert is_partial(path) is partial
