"""Whether a rename changes nothing but a name: what every block shows, what each marker matches, what is compared."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from snipproof.errors import SnipproofError, UnreadableError
from snipproof.language_server.cursor import name_in_text, name_spans
from snipproof.site.claims import read_claims
from snipproof.site.component import Rendered, render
from snipproof.site.docs_site import Site
from snipproof.site.markers import without_remark
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure
from snipproof.site.source import parse_source
from snipproof.text import Lines, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from snipproof.model import Reference, Region, Source
    from snipproof.site.mdx.structure import Note

_MARKERS = "choose another name, or write markers of its own for it first"
_PAGE = "open the page and rename this marker by hand"


class RenameError(SnipproofError):
    """A Region cannot be renamed, with the reason."""


class RenamedSite(Site):
    """The ``site`` with other texts of one Source and of Pages, in memory.

    :raises RenameError: the Source could not be read any more.
    """

    def __init__(self, site: Site, source: str, texts: Mapping[str, str]) -> None:
        super().__init__(site.settings)
        self.suites = site.suites
        self._site = site
        self._new = texts
        self._new_notes: dict[str, list[Note]] = {}
        self.renamed_source = source
        for page in site.pages:
            if page.path in texts:
                scan = scan_page(page.path, texts[page.path], site.settings, site.profile, site.exists)
                self.pages.append(scan.page)
                self._new_notes[page.path] = scan.notes
            else:
                self.pages.append(page)
        if len(self.references) != len(site.references):
            raise RenameError("a page could not be read any more", _PAGE)
        self._before = dict(zip(self.references, site.references, strict=True))
        references = [reference for reference in self.references if reference.source == source]
        self._lines = Lines(texts[source])
        try:
            new = parse_source(source, self._lines, {pair for each in references if (pair := each.pair)})
        except UnreadableError as error:
            raise RenameError(f"the markers could not be read any more: {error.message}", error.hint) from None
        self.sources = {**site.sources, source: new}

    def exists(self, path: str) -> bool:
        """Return whether there is a file of that path below the root."""
        return self._site.exists(path)

    def text_of(self, path: str) -> str:
        """Return the text of a Page or a Source."""
        return self._new[path] if path in self._new else self._site.text_of(path)

    def structure_of(self, path: str) -> PageStructure:
        """Return the structure of a Page."""
        if path in self._new_notes:
            return PageStructure(self._new[path], self._new_notes[path])
        return self._site.structure_of(path)

    def rendered(self, reference: Reference) -> Rendered | None:
        """Return what a Reference shows, ``None`` if its Source cannot be read."""
        if reference.source == self.renamed_source:
            return render(self._lines, reference, self.profile)
        return self._site.rendered(self._before[reference])


def names_after(source: Source, renamed: Source, region: Region, new_name: str) -> dict[str, str]:
    """Return the new name of each Region of ``source``, by the old one. No line has moved, so lines identify them.

    :param region: the one that was renamed to ``new_name``.
    :raises RenameError: a Region is gone or new, or another one has another name, too.
    """
    before, after = _by_lines(source), _by_lines(renamed)
    names: dict[str, str] = {}
    for lines, old in before.items():
        new = after.get(lines, {})
        names.update({name: name for name in old if name in new})
        lost, found = [name for name in old if name not in new], [name for name in new if name not in old]
        if len(old) != len(new) or len(lost) > 1:
            raise RenameError(f"the Region {listed(list(map(repr, lost or old)))} would be lost", _MARKERS)
        names.update(zip(lost, found, strict=True))
        for name in lost:
            if without_remark(name_in_text(old[name])) != without_remark(name_in_text(region)):
                raise RenameError(f"the Region {name!r} would be renamed, too: one marker begins with the other")
    if len(names) != len(renamed.regions):
        added = sorted({each.name for each in renamed.regions} - set(names.values()))
        raise RenameError(f"there would be a new Region {listed(list(map(repr, added)))}", _MARKERS)
    if new_name not in (names[region.name], name_in_text(after_of(renamed, names[region.name]))):
        raise RenameError(f"{new_name!r} cannot be a name: it would be read as {names[region.name]!r}")
    return names


def after_of(source: Source, name: str) -> Region:
    """Return the Region ``name`` of ``source``, which has it."""
    return next(region for region in source.regions if region.name == name)


def require_same_blocks(site: Site, renamed: RenamedSite) -> None:
    """Raise an error unless every Reference shows after the rename what it shows now, to the byte.

    :raises RenameError: with the first one that does not.
    """
    for before, after in zip(site.references, renamed.references, strict=True):
        expected = before._replace(column=after.column)
        if before.source == renamed.renamed_source:
            expected = expected._replace(start_marker=after.start_marker, end_marker=after.end_marker)
        place = f"{before.page}:{before.line}:{before.column}"
        if after != expected:
            raise RenameError(f"{place}: the tag could not be read any more", _PAGE)
        shown, will_show = site.rendered(before), renamed.rendered(after)
        if (shown and shown.text) != (will_show and will_show.text):
            hint = "its markers match more than the markers of this Region: give it markers of its own first"
            raise RenameError(f"{place}: the block that {quoted(before.start_marker or '')} shows would change", hint)


def _by_lines(source: Source) -> dict[tuple[object, ...], dict[str, Region]]:
    found: dict[tuple[object, ...], dict[str, Region]] = defaultdict(dict)
    for region in source.regions:
        opened = tuple(marker.line for marker in region.markers if marker.opens)
        found[region.segments, opened][region.name] = region
    return found


def spellings(source: Source, lines: Lines, region: Region) -> Iterator[str]:
    """Yield the shortest text by which a Page would request each marker of ``region``."""
    if region.pair is not None:
        yield region.pair.start
        if region.pair.end:
            yield region.pair.end
        return
    for marker, begin, end in name_spans(source, region):
        line = lines.all[marker.line - 1]
        word = line.rfind("START" if marker.opens else "END", 0, begin)
        yield line[word:end]


def require_same_meaning(site: Site, renamed: RenamedSite, source: Source, names: Mapping[str, str]) -> None:
    """Raise an error unless the same Regions of ``source`` are code, and the same output is compared with it.

    :param names: the new names of its Regions, by the old ones.
    :raises RenameError: with the first difference.
    """
    new = renamed.sources[source.path]
    code = {each.name for each in new.snippets}
    for snippet in source.snippets:
        if names[snippet.name] not in code:
            raise RenameError(f"{names[snippet.name]!r} would be output, not code to run: its name is that of output")
    if len(code) > len(source.snippets):
        name = min(code - {names[each.name] for each in source.snippets})
        raise RenameError(f"{name!r} would be code to run, not output", "write `{of: NAME}` on its START line first")
    bound = {(names[each.region.name], names[each.of], each.origin) for each in source.expectations}
    bound_now = {(each.region.name, each.of, each.origin) for each in new.expectations}
    if bound != bound_now:
        name, of, _ = min(bound ^ bound_now)
        word = "no longer" if (name, of) in {each[:2] for each in bound} else "also"
        hint = "write `{of: NAME}` on the START line of the output first"
        raise RenameError(f"{name!r} would {word} be bound to {of!r}", hint)
    ids = {f"{source.path}::{old}": f"{source.path}::{name}" for old, name in names.items()}
    claims, claims_now = _claims(site, ids), _claims(renamed, {})
    if claims != claims_now:
        expectation, code_id, *_ = min(claims ^ claims_now, key=str)
        message = f"pages would compare {expectation!r} with other code than now: {code_id!r}"
        raise RenameError(message, "write `{of: NAME}` on the START line of the output first")


def _claims(site: Site, ids: Mapping[str, str]) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for claim in read_claims(site).claims:
        places = tuple((place.page, place.line, place.tab) for place in claim.places)
        expectation, snippet = claim.expectation.id, claim.snippet
        found.add((ids.get(expectation, expectation), ids.get(snippet, snippet), claim.origin, claim.excused, places))
    return found
