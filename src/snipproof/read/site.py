"""The whole tree: every Page, Suite and Source, each file read once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError, UnreadableError
from snipproof.model import Finding, Import, Page, Reference, Region, Source, Suite
from snipproof.read.markers import find_markers
from snipproof.read.pages import scan_page
from snipproof.read.render import Rendered, render
from snipproof.read.source import parse_source, read_text
from snipproof.read.suite import load_suites

if TYPE_CHECKING:
    from snipproof.config import Settings

_PAGES = (".md", ".mdx")
_TOKEN = re.compile(r"^\s*(?:#|//|--|;|/\*|\*|<!--)?\s*(?:START\b\s*)?|\s*(?:\*/|-->)?\s*$")


@dataclass
class Site:
    """What :func:`load` found. ``sources`` are the files of all Suites and all raw-imported files, by path.

    ``problems`` are the Findings of files that cannot be read; everything else was read in spite of them.
    """

    settings: Settings
    pages: list[Page] = field(default_factory=list)
    suites: list[Suite] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    _rendered: dict[Reference, Rendered] = field(default_factory=dict)
    _unreadable: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, settings: Settings) -> Site:
        """Read everything that ``settings`` names, and the partials and Sources that its Pages import.

        :raises SettingsError: no Page at all, a missing folder, or a wrong suite file.
        """
        site = cls(settings, suites=load_suites(settings))
        for suite in site.suites:
            for path in suite.sources:
                site._read_source(path)
        waiting = _page_paths(settings)
        seen = set(waiting)
        while waiting:
            page = site._read_page(waiting.pop())
            for imported in page.imports if page else ():
                if imported.target is None or not site.exists(imported.target):
                    continue
                if imported.raw:
                    site._read_source(imported.target)
                elif imported.target.endswith(_PAGES) and imported.target not in seen:
                    seen.add(imported.target)
                    waiting.append(imported.target)
        site.pages.sort(key=lambda page: page.path)
        return site

    @cached_property
    def references(self) -> list[Reference]:
        """Every Reference, by Page, line and column."""
        return [reference for page in self.pages for reference in page.references]

    @cached_property
    def suite_of(self) -> dict[str, Suite]:
        """The Suite of every Source that has one."""
        return {source: suite for suite in self.suites for source in suite.sources}

    @property
    def imports(self) -> list[tuple[Page, Import]]:
        """Every import, with the Page it stands on."""
        return [(page, imported) for page in self.pages for imported in page.imports]

    def exists(self, path: str) -> bool:
        """Whether there is a file of that path below the root."""
        return path in self.sources or (self.settings.root / path).is_file()

    def source_of(self, reference: Reference) -> Source | None:
        """Return the Source a Reference shows, ``None`` when it cannot be read."""
        return self.sources.get(reference.source) if reference.source is not None else None

    def rendered(self, reference: Reference) -> Rendered | None:
        """Return what a Reference shows, ``None`` when its Source cannot be read."""
        source = self.source_of(reference)
        if source is None:
            return None
        if reference not in self._rendered:
            self._rendered[reference] = render(source.text, reference)
        return self._rendered[reference]

    def region_of(self, reference: Reference) -> Region | None:
        """Return the Region that the start marker of a Reference names, if it names one."""
        source = self.source_of(reference)
        if source is None or not reference.start_marker:
            return None
        markers = [marker for marker in find_markers(reference.start_marker) if marker.opens and marker.name]
        name = markers[0].name if markers else _TOKEN.sub("", reference.start_marker)
        return next((region for region in source.regions if region.name == name), None)

    @cached_property
    def shown_by(self) -> dict[str, list[Reference]]:
        """The References that show a Region, by the Region's id: those that name it or show all its lines."""
        by_source: dict[str, list[Reference]] = {}
        for reference in self.references:
            if reference.source is not None:
                by_source.setdefault(reference.source, []).append(reference)
        shown: dict[str, list[Reference]] = {}
        for path, references in by_source.items():
            source = self.sources.get(path)
            if source is None:
                continue
            marked = {marker.line for marker in find_markers(source.text)}
            kept = [(reference, self.region_of(reference), self._kept(reference)) for reference in references]
            for region in source.regions:
                lines = {n for segment in region.segments for n in range(segment.first, segment.last + 1)}
                lines -= marked
                shown[region.id] = [
                    reference for reference, named, seen in kept if named is region or (lines and lines <= seen)
                ]
        return shown

    def _kept(self, reference: Reference) -> set[int]:
        rendered = self.rendered(reference)
        return set(rendered.selection.kept) if rendered else set()

    def _read_page(self, path: str) -> Page | None:
        try:
            scan = scan_page(path, read_text(self.settings.root, path), self.settings)
        except UnreadableError as error:
            self.problems.append(error.finding)
            return None
        self.pages.append(scan.page)
        self.problems.extend(scan.problems)
        return scan.page

    def _read_source(self, path: str) -> None:
        if path in self.sources or path in self._unreadable:
            return
        try:
            self.sources[path] = parse_source(path, read_text(self.settings.root, path))
        except UnreadableError as error:
            self._unreadable.add(path)
            self.problems.append(error.finding)


def _page_paths(settings: Settings) -> list[str]:
    """Return the Pages in the folders that the settings name, sorted; hidden folders and packages are no docs."""
    found: set[str] = set()
    where = settings.file.name if settings.file else "settings"
    for entry in settings.pages:
        top = settings.root / entry
        if Path(entry).is_absolute() or ".." in Path(entry).parts:
            raise SettingsError(f"{where}:1:1 'pages' must lie below the root, not at {entry!r}")
        if top.is_file():
            found.add(Path(entry).as_posix())
        elif not top.is_dir():
            raise SettingsError(f"{where}:1:1 'pages' names {entry!r}, which does not exist", "see `pages` in settings")
        for folder, folders, files in os.walk(top):
            folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
            paths = (Path(folder, name) for name in files if name.endswith(_PAGES))
            found.update(path.relative_to(settings.root).as_posix() for path in paths)
    if not found:
        hint = "set `pages` in the settings to the folders of your MD and MDX files"
        raise SettingsError(f"{where}:1:1 no page found in {', '.join(settings.pages) or 'no folder'}", hint)
    return sorted(found, reverse=True)
