"""What the rules look at: every block with what it shows, each thing worked out once for all of them."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import of_file
from snipproof.lint.rules.suppression import Suppressions
from snipproof.lint.rules.syntax import Parsing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.model import Reference, Source
    from snipproof.site.claims import ClaimSet
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

# So many Sources are kept as lines at a time.
_MOST_LINES = 50
# The customary way to say "to the end of the file": an end marker that is not meant to be found.
TO_THE_END = "END-OF-FILE"


class Block(NamedTuple):
    """A Reference whose Source could be read, with what it shows; ``text`` is what the component passes on."""

    reference: Reference
    source: Source
    rendered: Rendered
    text: str

    @property
    def runs_out(self) -> bool:
        """Whether nothing closes it and its end marker does not say that this is meant."""
        return self.rendered.selection.opened_last != 0 and TO_THE_END not in (self.reference.end_marker or "")

    def source_line(self, line: int) -> int:
        """Return the line of the Source that stands in line ``line`` of the text; both count from 1."""
        for segment in self.rendered.segments:
            length = segment.last - segment.first + 1
            if line <= length:
                return segment.first + line - 1
            line -= length
        return self.rendered.segments[-1].last if self.rendered.segments else 1


class Context:
    """One run of the rules over one Site.

    ``applied`` are the ids of the rules that are not off; ``comments``, ``hints`` and ``comparisons`` belong to
    :mod:`.hints`.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.applied: set[str] = set()
        self.comments: dict[str, Sequence[str]] = {}
        self.hints: dict[tuple[str, str, bool], str] = {}
        self.comparisons = 0
        self._lines: dict[str, Sequence[str]] = {}
        self._folders: dict[str, list[str]] = {}
        self._names: dict[str, set[tuple[str | None, bool]]] = {}

    @cached_property
    def blocks(self) -> list[Block]:
        """Every Reference whose Source could be read, by Page, line and column."""
        blocks = []
        for reference in self.site.references:
            source, rendered = self.site.source_of(reference), self.site.rendered(reference)
            if source is not None and rendered is not None:
                blocks.append(Block(reference, source, rendered, rendered.text))
        return blocks

    @cached_property
    def highlighted(self) -> list[Block]:
        """The blocks with a comment that directs highlights, about half of them on a usual site."""
        return [block for block in self.blocks if "highlight-" in block.text]

    @cached_property
    def blocks_of(self) -> dict[str, list[Block]]:
        """The blocks that show each Source, by its path."""
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            found.setdefault(block.source.path, []).append(block)
        return found

    @cached_property
    def sources_in(self) -> dict[str, list[Source]]:
        """The Sources of each language, those of no known language by their extension."""
        found: dict[str, list[Source]] = {}
        for path, source in self.site.sources.items():
            found.setdefault(of_file(path) or posixpath.splitext(path)[1], []).append(source)
        return found

    @cached_property
    def dead(self) -> set[str]:
        """The partials with blocks that no reader sees, since no Page shows them."""
        return {reference.page for reference in self.site.references if not self.site.is_live(reference)}

    @cached_property
    def claimed(self) -> ClaimSet:
        """What pages claim of Snippets by showing output."""
        from snipproof.site.claims import read_claims

        return read_claims(self.site)

    @property
    def bound_by_pages(self) -> frozenset[str]:
        """The ids of the Expectations that pages bind; on a site without Suites there are none."""
        return self.claimed.bound if self.site.suites else frozenset()

    @cached_property
    def parsing(self) -> Parsing:
        """What parsers say of the shown texts."""
        return Parsing(self)

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments that take Findings away."""
        return Suppressions(self.site)

    def lines(self, source: Source) -> Sequence[str]:
        """Return the lines of ``source``, split at LF only."""
        if source.path not in self._lines:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()  # lines take several times the memory of their text
            self._lines[source.path] = source.lines
        return self._lines[source.path]

    def has_marker(self, source: Source, name: str | None, *, opens: bool) -> bool:
        """Whether ``source`` holds a Marker that opens (or closes) the Region ``name``."""
        if source.path not in self._names:
            self._names[source.path] = {(marker.name, marker.opens) for marker in source.markers}
        return (name, opens) in self._names[source.path]

    def names_in(self, folder: str) -> list[str]:
        """Return the names of what lies in ``folder``, nothing when there is no such folder."""
        if folder not in self._folders:
            self.site.dependencies.paths.add(folder or ".")
            try:
                self._folders[folder] = sorted(path.name for path in (self.site.settings.root / folder).iterdir())
            except (OSError, ValueError):
                self._folders[folder] = []
        return self._folders[folder]
