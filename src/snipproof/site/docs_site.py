"""A whole docs site: every Page, Suite and Source, each file read once.

An editor shows texts that are not saved. :meth:`Site.with_texts` returns the site with these instead of the files; it
reads again only what they change, in the way :meth:`Site.load` reads everything. :meth:`Site.edited` does so once files
were saved.
"""

from __future__ import annotations

import os
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from snipproof.errors import SettingsError, UnreadableError
from snipproof.model import Finding, Import, Page, Reference, Region, Source, Suite
from snipproof.site.dependencies import Dependencies
from snipproof.site.discovery import PAGES, find_pages
from snipproof.site.docusaurus import is_partial
from snipproof.site.line_ranges import UnmarkedLines
from snipproof.site.mdx.structure import PageStructure
from snipproof.site.parsed_files import ParsedPage, ParsedSource, parsed_page, parsed_source, requested_by
from snipproof.site.profile import Profile, profile_of
from snipproof.site.requested import region_name
from snipproof.site.source import as_text, read_text
from snipproof.site.suite import load_suites

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from snipproof.config import Settings
    from snipproof.site.component import Rendered

_T = TypeVar("_T")


class Site:
    """Everything that :meth:`load` read.

    :ivar texts: the texts that count instead of the files, by path.
    :ivar pages: by path.
    :ivar sources: the files of all Suites and all raw-imported files, by path.
    :ivar problems: a Finding for each file, or part of a Page, that cannot be read; everything else is read.
    :ivar dependencies: what was read and what was checked for.
    :ivar kept: what was worked out for a part of this site, and may be used again by one made of it, if that part is
        the same there; each user checks that.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.texts: Mapping[str, str] = MappingProxyType({})
        self.pages: list[Page] = []
        self.suites: list[Suite] = []
        self.sources: dict[str, Source] = {}
        self.problems: list[Finding] = []
        self.dependencies = Dependencies()
        self.kept: dict[Any, Any] = {}
        self._once: dict[Callable[[Site], Any], Any] = {}
        self._top: list[str] = []
        self._top_problems: list[Finding] = []
        self._read_pages: dict[str, ParsedPage] = {}
        self._read_sources: dict[str, ParsedSource] = {}
        self._existing: dict[str, bool] = {}
        self._regions: dict[str, dict[str, Region]] = {}

    @classmethod
    def load(cls, settings: Settings) -> Site:
        """Read everything that ``settings`` names, and the partials and Sources that its Pages import.

        :raises SettingsError: no Page at all, a missing folder, or an error in a suite file.
        """
        site = cls(settings)
        site.suites = load_suites(settings, site.dependencies)
        site._top = find_pages(settings, site._top_problems, site.dependencies)
        site._read_all({}, {})
        return site

    def with_texts(self, texts: Mapping[str, str], edited: Iterable[str] = ()) -> Site:
        """Return this site with ``texts`` by path instead of the files, and instead of the texts that it has.

        Which Pages and Suites there are stays as it was: only a Page that is imported may be added. Only files whose
        text differs are read again, and Sources whose requested markers differ.

        :param edited: files whose content on disk differs since they were read.
        """
        changed = {path for path in {*texts, *self.texts} if texts.get(path) != self.texts.get(path)}.union(edited)
        site = Site(self.settings)
        site.texts = texts
        site.suites, site.dependencies, site.kept = self.suites, self.dependencies, self.kept
        site._top, site._top_problems, site._existing = self._top, self._top_problems, self._existing
        site.__dict__["profile"] = self.profile
        pages = {path: read for path, read in self._read_pages.items() if path not in changed}
        site._read_all(pages, {path: read for path, read in self._read_sources.items() if path not in changed})
        return site

    def edited(self, paths: Collection[str]) -> Site | None:
        """Return the site as it is on disk now, after a change of ``paths``; ``None`` if it has to be loaded again.

        That is so if more than the content of Pages and Sources differs: others were added or removed, an import leads
        elsewhere, or there are other Suites or folders.

        :param paths: all files and folders that differ since they were read; a folder differs with its entries.
        """
        root, read = self.settings.root, {*self._read_pages, *self._read_sources}
        folders = [path for path in paths if path not in read]
        if not all((root / path).is_file() for path in read.intersection(paths)):
            return None
        if not all((root / path).is_dir() for path in folders) or (folders and not self._lists_the_same()):
            return None
        return self.with_texts(self.texts, paths)

    def _lists_the_same(self) -> bool:
        """Return whether there are the same Suites, Pages and folders as when this site was loaded."""
        listed, problems = Dependencies(), list[Finding]()
        try:
            suites, top = load_suites(self.settings, listed), find_pages(self.settings, problems, listed)
        except SettingsError:
            return False
        is_same = (suites, top, problems) == (self.suites, self._top, self._top_problems)
        return is_same and listed.paths <= self.dependencies.paths

    def _read_all(self, known_pages: Mapping[str, ParsedPage], known_sources: Mapping[str, ParsedSource]) -> None:
        """Read all Pages and Sources but those that are known."""
        sources = dict.fromkeys(path for suite in self.suites for path in suite.sources)
        waiting = list(self._top)
        seen = set(waiting)
        while waiting:
            path = waiting.pop()
            page = self._read_pages[path] = known_pages.get(path) or self._read_page(path)
            for imported in page.page.imports if page.page else ():
                target = imported.target
                if target is None or not self.exists(target):
                    continue
                if imported.raw:
                    sources[target] = None
                elif target.endswith(PAGES) and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        self.dependencies.paths |= seen
        self.pages = sorted([read.page for read in self._read_pages.values() if read.page], key=lambda page: page.path)
        self.problems = [*self._top_problems, *(each for read in self._read_pages.values() for each in read.problems)]
        for path in sorted(sources):
            self.dependencies.paths.add(path)
            read = self._read_sources[path] = self._read_source(path, known_sources.get(path))
            if read.source:
                self.sources[path] = read.source
            elif read.problem:
                self.problems.append(read.problem)

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

    def once(self, make: Callable[[Site], _T]) -> _T:
        """Return what ``make`` returns for this site. It is called once, however many use the result."""
        if make not in self._once:
            self._once[make] = make(self)
        result: _T = self._once[make]
        return result

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
        if source is not None:
            return source.text
        read = self._read_pages.get(path)
        return read.text.decode("utf-8", "surrogatepass") if read else ""

    def structure_of(self, path: str) -> PageStructure:
        """Return the structure of a Page from its one scan; only for Pages whose text :meth:`text_of` returns."""
        read = self._read_pages.get(path)
        return PageStructure(self.text_of(path), read.notes if read else ())

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
        return {page.path for page in self.with_partials(page for page in self.pages if not is_partial(page.path))}

    def with_partials(self, pages: Iterable[Page]) -> list[Page]:
        """Return ``pages``, then the partials that these render, directly or not, each once."""
        by_path = {page.path: page for page in self.pages}
        found = {page.path: page for page in pages}
        waiting = list(found.values())
        for page in waiting:  # it grows
            targets = [imported.target for imported in page.imports if imported.variable in page.used]
            new = {target: by_path[target] for target in targets if target in by_path and target not in found}
            found |= new
            waiting += new.values()
        return waiting

    def source_of(self, reference: Reference) -> Source | None:
        """Return the Source that a Reference shows, ``None`` if it cannot be read."""
        return self.sources.get(reference.source) if reference.source is not None else None

    def rendered(self, reference: Reference) -> Rendered | None:
        """Return what a Reference shows, ``None`` if its Source cannot be read."""
        read = self._read_sources.get(reference.source) if reference.source is not None else None
        return read.shown_by(reference) if read and read.source else None

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

    def _text(self, path: str) -> str:
        text = self.texts.get(path)
        return read_text(self.settings.root, path) if text is None else as_text(path, text.encode("utf-8", "replace"))

    def _read_page(self, path: str) -> ParsedPage:
        try:
            text = self._text(path)
        except UnreadableError as error:
            return ParsedPage(None, [error.finding])
        return parsed_page(path, text, self.settings, self.profile, self.exists)

    def _read_source(self, path: str, known: ParsedSource | None) -> ParsedSource:
        """Read a Source with what Pages request of it; what is ``known`` of the same text is used again."""
        references = self._by_source.get(path, ())
        if known is not None and known.has_all(references):
            return known._replace(references=references)
        try:
            text = known.source.text if known is not None and known.source else self._text(path)
        except UnreadableError as error:
            return ParsedSource(None, error.finding, references, requested_by(references), {})
        return parsed_source(path, text, references, self.profile)
