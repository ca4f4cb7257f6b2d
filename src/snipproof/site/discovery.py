"""Finds the Pages of a site."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.config import FILES
from snipproof.errors import SettingsError
from snipproof.model import Finding
from snipproof.site.docusaurus import SITE_FILES, SITE_FOLDERS, page_folders
from snipproof.site.source import UNREADABLE

if TYPE_CHECKING:
    from snipproof.config import Settings
    from snipproof.site.dependencies import Dependencies

PAGES = (".md", ".mdx")


def find_pages(settings: Settings, problems: list[Finding], dependencies: Dependencies) -> list[str]:
    """Return the Pages in the folders of the settings, sorted in reverse; hidden folders and packages are ignored.

    A Finding for each folder that cannot be listed is added to ``problems``, the others to ``dependencies``.

    :raises SettingsError: a folder is missing, also one of `translations`, or outside the root, or there is no Page.
    """

    def report(error: OSError) -> None:
        path = Path(error.filename).relative_to(settings.root).as_posix()
        problems.append(Finding(path, 1, 1, UNREADABLE, f"cannot be read: {error.strerror or error}"))

    found: set[str] = set()
    origin = settings.origin("pages")
    folders_of_pages = page_folders(settings)
    dependencies.paths.update(FILES)
    if not settings.pages:
        dependencies.paths.update((*SITE_FILES, *SITE_FOLDERS))
    for entry in folders_of_pages:
        top = settings.root / entry
        if Path(entry).is_absolute() or ".." in Path(entry).parts:
            raise SettingsError(f"{origin} 'pages' must be below the root, not at {entry!r}")
        if top.is_file():
            found.add(Path(entry).as_posix())
        elif not top.is_dir():
            raise SettingsError(f"{origin} 'pages' names {entry!r}, which does not exist", "see `pages` in settings")
        for folder, folders, files in os.walk(top, onerror=report):
            folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
            below = Path(folder).relative_to(settings.root).as_posix()
            dependencies.paths.add(below)
            found.update(f"{below}/{name}" if below != "." else name for name in files if name.endswith(PAGES))
    if not found:
        hint = "set `pages` in the settings to the folders of your MD and MDX files"
        raise SettingsError(f"{origin} no page found in {', '.join(folders_of_pages)}", hint)
    _require_translations(settings)
    return sorted(found, reverse=True)


def _require_translations(settings: Settings) -> None:
    """Fail if a folder of `translations` is missing: nothing would be compared."""
    for translated, original in settings.translations.items():
        for folder in (translated, original):
            if not (settings.root / folder).is_dir():
                origin = settings.origin("translations", translated)
                hint = "see `translations` in settings"
                raise SettingsError(f"{origin} 'translations' names {folder!r}, which does not exist", hint)
