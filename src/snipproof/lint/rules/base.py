"""What a rule is, and what rules look at: the blocks of a site, with everything worked out once for all rules.

A rule is one decorated function in the module of its family::

    @rule("SP203", "empty-block", Severity.ERROR, "there is no text between the markers")
    def empty_block(context: Context) -> Iterator[Finding]: ...
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from snipproof.languages import displayed, is_program, of_file
from snipproof.lint.rules.suppressions import Suppressions
from snipproof.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from snipproof.model import Import, Page, Reference, Severity, Source
    from snipproof.site.claims import ClaimSet
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

_MAX_SOURCES_AS_LINES = 50
# The customary end marker for "to the end of the file": it is not meant to be found.
_TO_THE_END = "END-OF-FILE"

_T = TypeVar("_T")


class Rule(NamedTuple):
    """One rule of ``snipproof check``.

    :param find: yields the Findings; their rule and severity are filled in later.
    :param runs_last: whether it looks at what the other rules have found.
    """

    id: str
    name: str
    severity: Severity
    summary: str
    find: Callable[[Context], Iterator[Finding]]
    runs_last: bool = False

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the Findings of this rule, with its id."""
        for finding in self.find(context):
            yield finding if finding.rule else finding._replace(rule=self.id)


def rule(
    rule_id: str, name: str, severity: Severity, summary: str, *, runs_last: bool = False
) -> Callable[[Callable[[Context], Iterator[Finding]]], Rule]:
    """Make a :class:`Rule` of the function below, which yields what :func:`at` and :func:`finding` return."""

    def make(find: Callable[[Context], Iterator[Finding]]) -> Rule:
        return Rule(rule_id, name, severity, summary, find, runs_last)

    return make


def finding(path: str, line: int, column: int, message: str, hint: str = "") -> Finding:
    """Return a Finding of the rule that yields it."""
    return Finding(path, line, column, "", message, hint)


def at(reference: Reference, message: str, hint: str = "") -> Finding:
    """Return a Finding of the rule that yields it, at the tag of ``reference``."""
    return finding(reference.page, reference.line, reference.column, message, hint)


@cache
def _is_misfit(display_language: str, path: str) -> bool:
    shown, actual = displayed(display_language), of_file(path)
    return shown != actual and is_program(shown) and is_program(actual)


class Block(NamedTuple):
    """A Reference whose Source could be read, with what it shows; ``text`` is what the component passes on."""

    reference: Reference
    source: Source
    rendered: Rendered
    text: str

    @property
    def runs_out(self) -> bool:
        """Whether nothing closes it, although its end marker does not mean the end of the file."""
        return self.rendered.selection.opened_last != 0 and _TO_THE_END not in (self.reference.end_marker or "")

    @property
    def is_misfit(self) -> bool:
        """Whether its Source is a program in another language than the one it is shown as."""
        return _is_misfit(self.reference.language, self.source.path)

    def source_line(self, line: int) -> int:
        """Return the line of the Source that is line ``line`` of the text; both count from 1."""
        for segment in self.rendered.segments:
            length = segment.last - segment.first + 1
            if line <= length:
                return segment.first + line - 1
            line -= length
        return self.rendered.segments[-1].last if self.rendered.segments else 1


class Context:
    """One run of the rules over one Site.

    :param applied: the ids of the rules that are applied in this run.
    :param only: the paths whose Findings are wanted, ``None`` for all. Rules loop over :attr:`pages`,
        :attr:`references`, :attr:`blocks`, :attr:`imports` and :attr:`sources`, which have only these, and look up in
        ``site`` what others have.
    """

    def __init__(self, site: Site, applied: Collection[str] = (), only: Collection[str] | None = None) -> None:
        self.site = site
        self.applied = frozenset(applied)
        self._only = None if only is None else frozenset(only)
        self._shared: dict[Callable[[Context], Any], Any] = {}
        self._lines: dict[str, Sequence[str]] = {}
        self._folders: dict[str, list[str]] = {}

    def shared(self, make: Callable[[Context], _T]) -> _T:
        """Return what ``make`` returns for this run. It is called once, however many rules use the result."""
        if make not in self._shared:
            self._shared[make] = make(self)
        result: _T = self._shared[make]
        return result

    def wants(self, path: str) -> bool:
        """Return whether Findings of the file ``path`` are wanted."""
        return self._only is None or path in self._only

    @cached_property
    def pages(self) -> Sequence[Page]:
        """The Pages to look at, by path."""
        return [page for page in self.site.pages if self.wants(page.path)]

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The Sources to look at, by path."""
        return [source for path, source in sorted(self.site.sources.items()) if self.wants(path)]

    @property
    def suite_sources(self) -> Sequence[Source]:
        """The Sources to look at that are in a Suite, by path."""
        return [source for source in self.sources if source.path in self.site.suite_of]

    @cached_property
    def references(self) -> Sequence[Reference]:
        """The References of :attr:`pages`, by Page, line and column."""
        return [reference for page in self.pages for reference in page.references]

    @property
    def imports(self) -> Sequence[tuple[Page, Import]]:
        """The imports of :attr:`pages`, each with its Page."""
        return [(page, imported) for page in self.pages for imported in page.imports]

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """Those of :attr:`references` whose Source could be read."""
        return self._blocks(self.references)

    @cached_property
    def blocks_of(self) -> Mapping[str, Sequence[Block]]:
        """The blocks of all Pages that show each of :attr:`sources`, by its path."""
        found: dict[str, list[Block]] = {}
        if self._only is None:
            blocks = self.blocks
        else:
            blocks = self._blocks(each for each in self.site.references if each.source in self._only)
        for block in blocks:
            found.setdefault(block.source.path, []).append(block)
        return found

    def _blocks(self, references: Iterable[Reference]) -> list[Block]:
        blocks = []
        for reference in references:
            source, rendered = self.site.source_of(reference), self.site.rendered(reference)
            if source is not None and rendered is not None:
                blocks.append(Block(reference, source, rendered, rendered.text))
        return blocks

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
        """The ids of the Expectations that pages bind; empty on a site without Suites."""
        return self.claimed.bound if self.site.suites else frozenset()

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments that suppress Findings."""
        paths = (*(page.path for page in self.pages), *(source.path for source in self.sources))
        return Suppressions(self.site, paths)

    def lines(self, source: Source) -> Sequence[str]:
        """Return the lines of ``source``, split at LF only."""
        if source.path not in self._lines:
            if len(self._lines) >= _MAX_SOURCES_AS_LINES:
                self._lines.clear()  # lines take several times the memory of their text
            self._lines[source.path] = source.lines
        return self._lines[source.path]

    def names_in(self, folder: str) -> list[str]:
        """Return the names of the files and folders in ``folder``, an empty list if it does not exist."""
        if folder not in self._folders:
            self.site.dependencies.paths.add(folder or ".")
            try:
                self._folders[folder] = sorted(path.name for path in (self.site.settings.root / folder).iterdir())
            except (OSError, ValueError):
                self._folders[folder] = []
        return self._folders[folder]
