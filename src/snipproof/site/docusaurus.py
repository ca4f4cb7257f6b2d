"""Where a Docusaurus site has its Pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.config import Settings

SITE_FILES = tuple(f"docusaurus.config.{extension}" for extension in ("js", "ts", "mjs", "cjs"))
# The folders of its Pages, and the usual one of its partials.
SITE_FOLDERS = ("docs", "blog", "src/pages", "versioned_docs", "i18n", "_includes")
# The extensions that an import may lack, in the order of its bundler: `resolve.extensions` in webpack/base.ts of
# @docusaurus/core 3, before which webpack tries the name as it is written.
EXTENSIONS = (".wasm", ".mjs", ".js", ".jsx", ".ts", ".tsx", ".json")
_OTHER_FOLDERS = ("docs",)


def is_docusaurus(root: Path) -> bool:
    """Return whether ``root`` is the folder of a Docusaurus site."""
    return any(os.path.isfile(root / name) for name in SITE_FILES)  # noqa: PTH113 (raises nothing)


def page_folders(settings: Settings) -> tuple[str, ...]:
    """Return the folders of Pages: those of the settings, else those of a Docusaurus site that exist, else ``docs``."""
    if settings.pages:
        return settings.pages
    if not is_docusaurus(settings.root):
        return _OTHER_FOLDERS
    return tuple(name for name in SITE_FOLDERS if (settings.root / name).is_dir()) or _OTHER_FOLDERS


def is_partial(path: str) -> bool:
    """Return whether a Page is only a part of other Pages: Docusaurus ignores names that begin with ``_``."""
    return path.startswith("_") or "/_" in path
