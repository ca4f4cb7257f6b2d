"""A whole docs site: every Page, Suite and Source, each file read once."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.errors import UnreadableError
from snipproof.model import Finding, Import, Page, Reference, Region, Source, Suite
from snipproof.site.component import Rendered, render
from snipproof.site.dependencies import Dependencies
from snipproof.site.discovery import PAGES, find_pages
from snipproof.site.docusaurus import is_partial
from snipproof.site.line_ranges import UnmarkedLines
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure
from snipproof.site.profile import Profile, profile_of
from snipproof.site.requested import region_name
from snipproof.site.source import parse_source, read_text
from snipproof.site.suite import load_suites
from snipproof.text import Lines

if TYPE_CHECKING:
    from snipproof.config import Settings
    from snipproof.site.mdx.structure import Note

_COMMENT_FOR_SNIPPROOF = "snipproof:"


class Site:
    """Everything that :meth:`load` read.

    :ivar pages: by path.
    :ivar sources: the files of all Suites and all raw-imported files, by path.
    :ivar problems: a Finding for each file, or part of a Page, that cannot be read; everything else is read.
    :ivar dependencies: what was read and what was checked for.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pages: list[Page] = []
        self.suites: list[Suite] = []
        self.sources: dict[str, Source] = {}
        self.problems: list[Finding] = []
        self.dependencies = Dependencies()
        self._rendered: dict[Reference, Rendered] = {}
        self._texts: dict[str, bytes] = {}
        self._notes: dict[str, list[Note]] = {}
        self._existing: dict[str, bool] = {}
        self._regions: dict[str, dict[str, Region]] = {}

    @classmethod
    def load(cls, settings: Settings) -> Site:
        """Read everything that ``settings`` names, and the partials and Sources that its Pages import.

        :raises SettingsError: no Page at all, a missing folder, or an error in a suite file.
        """
        site = cls(settings)
        site.suites.extend(load_suites(settings, site.dependencies))
        sources = dict.fromkeys(path for suite in site.suites for path in suite.sources)
        waiting = find_pages(settings, site.problems, site.dependencies)
        seen = set(waiting)
        while waiting:
            for imported in site._read_page(waiting.pop()):
                target = imported.target
                if target is None or not site.exists(target):
                    continue
                if imported.raw:
                    sources[target] = None
                elif target.endswith(PAGES) and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        site.dependencies.paths |= seen
        site.pages.sort(key=lambda page: page.path)
        for path in sorted(sources):
            site._read_source(path)
        return site

    @cached_property
    def profile(self) -> Profile:
        """The dialect of this site."""
        return profile_of(self.settings)

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
        """Every import, with its Page."""
        return [(page, imported) for page in self.pages for imported in page.imports]

    def exists(self, path: str) -> bool:
        """Return whether there is a file of that path below the root."""
        if path in self.sources:
            return True
        if path not in self._existing:
            self.dependencies.paths.add(path)
            self._existing[path] = os.path.isfile(f"{self.settings.root}/{path}")  # noqa: PTH113 (raises nothing)
        return self._existing[path]

    def is_unread(self, path: str) -> bool:
        """Return whether there is a file ``path`` that is neither a Page nor a Source of this site, nor a problem."""
        return path not in self._read and self.exists(path)

    def is_live(self, reference: Reference) -> bool:
        """Return whether readers can see a Reference: one in a partial is dead until a Page renders that partial."""
        return reference.page in self._live

    def text_of(self, path: str) -> str:
        """Return the text of a Page or a Source, ``""`` if it cannot be read.

        It is ``""`` too for a Page that no Finding can quote: without References, problems and comments for snipproof.
        """
        source = self.sources.get(path)
        return source.text if source is not None else self._texts.get(path, b"").decode("utf-8", "surrogatepass")

    def structure_of(self, path: str) -> PageStructure:
        """Return the structure of a Page from its one scan; only for Pages whose text :meth:`text_of` returns."""
        return PageStructure(self.text_of(path), self._notes.get(path, ()))

    def line(self, path: str, number: int) -> str:
        """Return one line of a Page or a Source, ``""`` if it does not exist."""
        lines = self.text_of(path).split("\n")
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    @cached_property
    def _read(self) -> set[str]:
        reported = (problem.path for problem in self.problems)
        return {*self.sources, *(page.path for page in self.pages), *(suite.path for suite in self.suites), *reported}

    @cached_property
    def _live(self) -> set[str]:
        """The Pages that readers can see: all but partials, and the partials that these render, directly or not."""
        pages = {page.path: page for page in self.pages}
        live: set[str] = set()
        waiting = [path for path in pages if not is_partial(path)]
        while waiting:
            path = waiting.pop()
            if path not in live:
                live.add(path)
                page = pages[path]
                targets = (imported.target for imported in page.imports if imported.variable in page.used)
                waiting.extend(target for target in targets if target in pages)
        return live

    def source_of(self, reference: Reference) -> Source | None:
        """Return the Source that a Reference shows, ``None`` if it cannot be read."""
        return self.sources.get(reference.source) if reference.source is not None else None

    def rendered(self, reference: Reference) -> Rendered | None:
        """Return what a Reference shows, ``None`` if its Source cannot be read."""
        source = self.source_of(reference)
        if source is None:
            return None
        return self._rendered[reference]

    @cached_property
    def _by_source(self) -> dict[str, list[Reference]]:
        found: dict[str, list[Reference]] = {}
        for reference in self.references:
            if reference.source is not None:
                found.setdefault(reference.source, []).append(reference)
        return found

    def region_of(self, reference: Reference) -> Region | None:
        """Return the Region that a Reference shows; one that shows nothing may name a Region by its start marker."""
        source, pair = self.source_of(reference), reference.pair
        if source is None or pair is None:
            return None
        regions = self._regions.get(source.path)
        if regions is None:
            regions = self._regions[source.path] = {region.name: region for region in source.regions}
        return regions.get(source.requested.get(pair) or region_name(pair.start))

    @cached_property
    def shown_by(self) -> dict[str, list[Reference]]:
        """The References that show a Region, by its id: those that name it or show all its lines."""
        shown: dict[str, list[Reference]] = {}
        for path, references in self._by_source.items():
            source = self.sources.get(path)
            if source is None:
                continue
            unmarked = UnmarkedLines(marker.line for marker in source.markers)
            kept = [rendered.segments if (rendered := self.rendered(each)) else () for each in references]
            # Only a Reference that shows the first line of a Region can show all of it.
            showing: dict[int, set[int]] = {}
            naming: dict[str, set[int]] = {}
            for index, reference in enumerate(references):
                for first, last in kept[index]:
                    for line in range(first, last + 1):
                        showing.setdefault(line, set()).add(index)
                named = self.region_of(reference)
                if named is not None:
                    naming.setdefault(named.name, set()).add(index)
            for region in source.regions:
                by_lines = showing.get(unmarked.first_of(region.segments), set())
                by_name = naming.get(region.name, set())
                found = by_name | {i for i in by_lines - by_name if unmarked.are_within(region.segments, kept[i])}
                if found:
                    shown[region.id] = [references[index] for index in sorted(found)]
        return shown

    def _resolves(self, imported: Import) -> bool:
        if not imported.raw and not imported.path.endswith(PAGES):
            return True  # left to the bundler
        return imported.target is not None and self.exists(imported.target)

    def _read_page(self, path: str) -> tuple[Import, ...]:
        """Read a Page and return its imports; keep its text only if a Finding may quote it."""
        try:
            text = read_text(self.settings.root, path)
        except UnreadableError as error:
            self.problems.append(error.finding)
            return ()
        page, problems, notes = scan_page(path, text, self.settings, self.profile, self.exists)
        self.problems.extend(problems)
        self.pages.append(page)
        may_be_quoted = page.references or problems or _COMMENT_FOR_SNIPPROOF in text
        if may_be_quoted:
            self._notes[path] = notes
        if may_be_quoted or not all(map(self._resolves, page.imports)):
            self._texts[path] = text.encode()  # bytes: one emoji makes a str four times as large
        return page.imports

    def _read_source(self, path: str) -> None:
        """Read a Source and render all References that show it, so that its lines, which take much memory, can go."""
        self.dependencies.paths.add(path)
        references = self._by_source.get(path, ())
        try:
            lines = Lines(read_text(self.settings.root, path))
            pairs = {pair for reference in references if (pair := reference.pair)}
            self.sources[path] = parse_source(path, lines, pairs)
        except UnreadableError as error:
            self.problems.append(error.finding)
            return
        by_attributes: dict[tuple[object, ...], Rendered] = {}
        for reference in references:
            key = reference.start_marker, reference.end_marker, reference.language, reference.include_start_marker
            if key not in by_attributes:
                by_attributes[key] = render(lines, reference, self.profile)
            self._rendered[reference] = by_attributes[key]
