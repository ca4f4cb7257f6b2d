"""The docs tree of a pytest session: its Suites, in the versions in which they are proven, its Pages and Sources."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import SettingsError, SnipproofError, UnreadableError
from snipproof.model import Source, Suite
from snipproof.run.bindings import check_bindings
from snipproof.run.page_expectations import PageExpectations, read_page_expectations
from snipproof.site.claims import ClaimSet
from snipproof.site.combinations import combine
from snipproof.site.docs_site import Site
from snipproof.site.seed import read_seed
from snipproof.site.source import read_source, read_text

if TYPE_CHECKING:
    from snipproof.report.tree_facts import TreeFacts


class SessionTree:
    """The docs tree of a pytest session, read when the session begins.

    :param suites: all Suites that the settings name.
    :param versions: the versions of the server, for a run of the matrix; ``None`` for one without it.
    """

    def __init__(self, settings: Settings, suites: Sequence[Suite], versions: Sequence[str] | None = None) -> None:
        self.settings = settings
        #: All Suites that the settings name.
        self.all_suites = suites
        #: The Suite of each Source, by the path of the Source.
        self.suites: Mapping[str, Suite] = {path: suite for suite in suites for path in suite.sources}
        #: The paths of Suites whose settings are wrong; their Sources have no items.
        self.broken: set[str] = set()
        #: Whether a report of the run is made.
        self.wants_report = False
        #: What is called with each site that is read.
        self.on_read: Callable[[Site], None] = lambda _: None
        self._versions = versions
        self._facts: TreeFacts | None = None
        self._site: Site | None = None  # if it was read already
        self._checked: set[str] = set()  # the paths of Suites

    @property
    def is_matrix(self) -> bool:
        """Whether Suites are proven in several combinations of versions."""
        return self._versions is not None

    def combinations(self, suite: Suite) -> list[Suite]:
        """Return ``suite`` in each combination of the matrix; by itself, without a matrix."""
        return combine(self.settings, suite) if self.is_matrix else [suite]

    def selected_combinations(self, suite: Suite) -> list[Suite]:
        """Return those that the command line selects."""
        versions = self._versions or ()
        return [each for each in self.combinations(suite) if each.combination.server in ("", *versions)]

    @cached_property
    def pages(self) -> PageExpectations:
        """The Expectations of the Pages."""
        known, self._site = self._site, None
        return read_page_expectations(self.settings, self._read_facts, known)

    def _read_facts(self, site: Site, claimed: ClaimSet) -> None:
        self.on_read(site)
        if not self.wants_report:
            return
        from snipproof.report.tree_facts import read_tree_facts

        facts = read_tree_facts(self.settings.root, self.all_suites, site, claimed.claims, claimed.findings)
        self._facts = self._in_combinations(facts)

    def _in_combinations(self, facts: TreeFacts) -> TreeFacts:
        from snipproof.report.matrix_report import spread

        return spread(facts, {suite.path: self.combinations(suite) for suite in self.all_suites})

    @property
    def facts(self) -> TreeFacts:
        """The docs tree as a run report has it; it was read when the session began."""
        from snipproof.report.tree_facts import read_tree_facts

        with contextlib.suppress(SnipproofError):  # collecting has reported it
            _ = self.pages
        if self._facts is None:
            self._facts = self._in_combinations(read_tree_facts(self.settings.root, self.all_suites))
        return self._facts

    @property
    def uses_given_server(self) -> bool:
        """Whether the settings give the address of a server that some Suite uses."""
        used = {name for suite in self.suites.values() for name in suite.services}
        return any(self.settings.of_service(name).weaviate.is_given for name in used)

    def source(self, path: str) -> Source:
        """Return the Source at ``path``, with the Regions that Pages request.

        :raises UnreadableError: it cannot be read.
        """
        return self.pages.sources.get(path) or read_source(self.settings.root, path)

    def check_suite(self, suite: Suite) -> None:
        """Check what can be checked of ``suite`` before it runs.

        :raises SettingsError: a Binding or a seed is wrong; raised by the first call only.
        """
        if suite.path in self._checked:
            return
        self._checked.add(suite.path)
        try:
            check_bindings(suite, dict(self._texts(suite)))
            for _, files in suite.seed:
                read_seed(self.settings.root, files)
        except SettingsError:
            self.broken.add(suite.path)
            raise

    def _texts(self, suite: Suite) -> Iterator[tuple[str, str]]:
        for path in suite.sources:
            with contextlib.suppress(UnreadableError):  # collecting that Source reports it
                yield path, read_text(self.settings.root, path)

    def is_in_one_chain(self, one: Source, other: Source) -> bool:
        """Return whether both Sources share what is stored."""
        return other.path in self.suites[one.path].chain_of(one.path)

    def read_again(self, suites: Sequence[Suite], site: Site | None) -> None:
        """Read Pages and Sources again.

        :param suites: all Suites that the settings name, as they are now.
        :param site: the site as it is now, if it is read already.
        """
        self._site = site
        self.suites = {path: suite for suite in suites for path in suite.sources}
        self.all_suites = suites
        self._facts = None
        self.__dict__.pop("pages", None)
        self.broken.clear()
        self._checked.clear()
