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
    from collections.abc import Callable, Collection, Iterator, Sequence

    from snipproof.model import Reference, Severity, Source
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
    """

    def __init__(self, site: Site, applied: Collection[str] = ()) -> None:
        self.site = site
        self.applied = frozenset(applied)
        self._shared: dict[Callable[[Context], Any], Any] = {}
        self._lines: dict[str, Sequence[str]] = {}
        self._folders: dict[str, list[str]] = {}

    def shared(self, make: Callable[[Context], _T]) -> _T:
        """Return what ``make`` returns for this run. It is called once, however many rules use the result."""
        if make not in self._shared:
            self._shared[make] = make(self)
        result: _T = self._shared[make]
        return result

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
    def blocks_of(self) -> dict[str, list[Block]]:
        """The blocks that show each Source, by its path."""
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            found.setdefault(block.source.path, []).append(block)
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
        """The ids of the Expectations that pages bind; empty on a site without Suites."""
        return self.claimed.bound if self.site.suites else frozenset()

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments that suppress Findings."""
        return Suppressions(self.site)

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
