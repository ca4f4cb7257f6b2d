"""What a site keeps of each file that it has read: a Page or a Source, parsed, and what Findings quote of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import UnreadableError
from snipproof.site.component import Rendered, render
from snipproof.site.discovery import PAGES
from snipproof.site.mdx.page import scan_page
from snipproof.site.source import parse_source
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from snipproof.config import Settings
    from snipproof.model import Finding, Import, MarkerPair, Page, Reference, Source
    from snipproof.site.mdx.structure import Note
    from snipproof.site.profile import Profile

_COMMENT_FOR_SNIPPROOF = "snipproof:"
_Shape = tuple[str | None, str | None, str, bool]


class ParsedPage(NamedTuple):
    """A Page, ``None`` if it cannot be read; its text and notes are left out if no Finding can quote it."""

    page: Page | None
    problems: Sequence[Finding] = ()
    text: bytes = b""  # one emoji makes a str four times as large
    notes: Sequence[Note] = ()


class ParsedSource(NamedTuple):
    """A Source, ``None`` if it cannot be read, with the References to it, and all that they request and show of it."""

    source: Source | None
    problem: Finding | None
    references: Sequence[Reference]
    pairs: frozenset[MarkerPair]
    rendered: dict[_Shape, Rendered]

    def shown_by(self, reference: Reference) -> Rendered:
        """Return what a Reference to this Source shows."""
        return self.rendered[_shape(reference)]

    def has_all(self, references: Sequence[Reference]) -> bool:
        """Return whether these ``references`` request what it was parsed with, and show nothing else of it."""
        if references == self.references:  # nearly always, and quick
            return True
        return self.pairs == requested_by(references) and all(_shape(each) in self.rendered for each in references)


def parsed_page(
    path: str, text: str, settings: Settings, profile: Profile, exists: Callable[[str], bool]
) -> ParsedPage:
    """Scan a Page; keep its text only if a Finding may quote it."""
    page, problems, notes = scan_page(path, text, settings, profile, exists)
    if page.references or problems or _COMMENT_FOR_SNIPPROOF in text:
        return ParsedPage(page, problems, text.encode(), notes)

    def resolves(imported: Import) -> bool:
        if not imported.raw and not imported.path.endswith(PAGES):
            return True  # left to the bundler
        return imported.target is not None and exists(imported.target)

    return ParsedPage(page, problems, b"" if all(map(resolves, page.imports)) else text.encode())


def parsed_source(path: str, text: str, references: Sequence[Reference], profile: Profile) -> ParsedSource:
    """Parse a Source and render all References that show it, so that its lines, which take much memory, can go."""
    lines, pairs = Lines(text), requested_by(references)
    try:
        source = parse_source(path, lines, pairs)
    except UnreadableError as error:
        return ParsedSource(None, error.finding, references, pairs, {})
    rendered: dict[_Shape, Rendered] = {}
    for reference in references:
        shape = _shape(reference)
        if shape not in rendered:
            rendered[shape] = render(lines, reference, profile)
    return ParsedSource(source, None, references, pairs, rendered)


def requested_by(references: Iterable[Reference]) -> frozenset[MarkerPair]:
    """Return the markers by which References request Regions."""
    return frozenset([pair for reference in references if (pair := reference.pair)])


def _shape(reference: Reference) -> _Shape:
    """Return what decides which text of its Source a Reference shows."""
    return reference.start_marker, reference.end_marker, reference.language, reference.include_start_marker
