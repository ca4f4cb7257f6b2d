"""Detects from its files how a site is built: its folder, those of its Pages, the component that shows Sources."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import SettingsError, UnreadableError
from snipproof.site.docusaurus import is_docusaurus, page_folders
from snipproof.site.profile import FILTERED_TEXT_BLOCK
from snipproof.site.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAGES = (".md", ".mdx")
_WITHOUT_DOCS = ("node_modules", "build", "dist", "venv", "site-packages")
# A component with this attribute shows the text between markers.
_BLOCK = re.compile(r"<([A-Z]\w{0,100})\s[^<>]{0,2000}?\bstartMarker\s*=")


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """How a site is built: its folder below the root, those of its Pages, and the component that shows Sources."""

    site_root: str
    pages: tuple[str, ...]
    component: str
    docusaurus: bool


def discover(root: Path) -> SiteLayout:
    """Return how the site at ``root``, or in a folder of it, is built.

    :raises SettingsError: there are no Pages, or several sites.
    """
    site_root = _site_root(root)
    docusaurus = is_docusaurus(root / site_root)
    shows: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    blocks: Counter[str] = Counter()
    usual = _usual_folders(root, site_root) if docusaurus else ("docs",)
    for path in _page_paths(root):
        folder = _folder_of(path, usual)
        if not folder:
            continue  # such as a README
        pages[folder] += 1
        for component in _components(root, path):
            shows[component] += 1
            blocks[folder] += 1
    if docusaurus:
        chosen = {folder for folder in pages if folder in usual or (blocks[folder] and _below(folder, site_root))}
    else:
        chosen = set(blocks) or ({"docs"} & set(pages))
    if not chosen:
        hint = "run it in the folder of a docs site, or give that folder with --root DIR"
        raise SettingsError(f"no docs found below {root}: no folder of MD or MDX pages", hint)
    default = FILTERED_TEXT_BLOCK.component
    component = default if shows[default] or not shows else shows.most_common(1)[0][0]
    return SiteLayout(site_root, tuple(sorted(chosen)), component, docusaurus)


def _site_root(root: Path) -> str:
    if is_docusaurus(root):
        return "."
    try:
        names = sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and _is_visible(entry.name))
    except OSError as error:
        raise SettingsError(f"{root} cannot be read: {error.strerror or error}") from None
    sites = [name for name in names if is_docusaurus(root / name)]
    if len(sites) > 1:
        raise SettingsError(f"several sites below {root}: {', '.join(sites)}", "choose one with --root DIR")
    return sites[0] if sites else "."


def _usual_folders(root: Path, site_root: str) -> tuple[str, ...]:
    folders = page_folders(Settings(root=root / site_root))
    return folders if site_root == "." else tuple(f"{site_root}/{folder}" for folder in folders)


def _below(folder: str, site_root: str) -> bool:
    return site_root == "." or folder.startswith(site_root + "/")


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name not in _WITHOUT_DOCS


def _page_paths(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_visible(name))
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if base == "." else f"{base}/{name}" for name in sorted(files) if name.endswith(_PAGES))


def _folder_of(path: str, usual: tuple[str, ...]) -> str:
    """Return the ``usual`` folder that ``path`` is in, else its outermost folder, below that of the site if any."""
    for folder in usual:
        if path.startswith(folder + "/"):
            return folder
    parts = path.split("/")[:-1]
    site = usual[0].split("/")[0] if usual and "/" in usual[0] else ""
    return "/".join(parts[:2] if parts and parts[0] == site and len(parts) > 1 else parts[:1])


def _components(root: Path, path: str) -> list[str]:
    try:
        text = read_text(root, path)
    except UnreadableError:
        return []  # `check` reports it
    return _BLOCK.findall(text) if "startMarker" in text else []
