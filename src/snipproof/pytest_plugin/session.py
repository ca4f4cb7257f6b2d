"""The proving session: what all Snippets of a pytest session share. Knows nothing of pytest's hooks and items."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError, UnreadableError
from snipproof.files import remove_leftovers
from snipproof.model import NetworkKind, Source, Suite
from snipproof.processes.orphan import end_with_parent
from snipproof.redaction import read_variables, redact
from snipproof.run.bindings import check_bindings
from snipproof.run.page_expectations import PageExpectations, read_page_expectations
from snipproof.run.prover import Prover
from snipproof.run.run_times import RunTimes
from snipproof.site.claims import ClaimSet
from snipproof.site.docs_site import Site
from snipproof.site.source import read_source, read_text
from snipproof.text import printable

if TYPE_CHECKING:
    from snipproof.report.tree_facts import TreeFacts


_MOST_FIRST = (NetworkKind.DOCUMENTED, NetworkKind.AUTO)


class ProvingSession:
    """The settings, Suites and Pages of a pytest session, and the Prover while tests run.

    :param suites: all Suites that the settings name.
    """

    def __init__(self, config: pytest.Config, settings: Settings, suites: Sequence[Suite]) -> None:
        self.settings = settings
        #: The Suite of each Source, by the path of the Source.
        self.suites: Mapping[str, Suite] = {path: suite for suite in suites for path in suite.sources}
        #: The paths of Suites whose settings are wrong; their Sources have no items.
        self.broken: set[str] = set()
        #: Whether a report of the run is made.
        self.wants_report = False
        self._all_suites = suites
        self._facts: TreeFacts | None = None
        self._config = config
        self._prover: Prover | None = None
        self._selected: Mapping[str, Source] = {}
        self._start_error: InfrastructureError | None = None
        self._held: list[str] | None = None  # lines to show later
        self._checked: set[str] = set()  # the paths of Suites
        self._reported: set[str] = set()

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker of pytest-xdist."""
        return hasattr(self._config, "workerinput")

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that Sources get from the environment, by the names of their variables."""
        return read_variables(self.settings.run.env)

    def redact(self, text: str) -> str:
        """Return ``text`` without :attr:`secrets`, for a report."""
        return redact(text, self.secrets)

    @property
    def prover(self) -> Prover:
        """The running Prover.

        :raises InfrastructureError: the Services failed to start, or no test runs now.
        """
        self.require_services()
        assert self._prover is not None
        return self._prover

    @cached_property
    def pages(self) -> PageExpectations:
        """The Expectations of the Pages."""
        return read_page_expectations(self.settings, self._read_facts if self.wants_report else _read_nothing)

    def _read_facts(self, site: Site, claimed: ClaimSet) -> None:
        from snipproof.report.tree_facts import read_tree_facts

        self._facts = read_tree_facts(self.settings.root, self._all_suites, site, claimed.claims, claimed.findings)

    @property
    def facts(self) -> TreeFacts:
        """The docs tree as a run report has it; it was read when the session began."""
        from snipproof.report.tree_facts import read_tree_facts

        with contextlib.suppress(SnipproofError):  # collecting has reported it
            _ = self.pages
        return self._facts or read_tree_facts(self.settings.root, self._all_suites)

    @property
    def times(self) -> RunTimes:
        """Where the time went so far."""
        return self._prover.times if self._prover else RunTimes()

    def source(self, path: str) -> Source:
        """Return the Source at ``path``, with the Regions that Pages request.

        :raises UnreadableError: it cannot be read.
        """
        return self.pages.sources.get(path) or read_source(self.settings.root, path)

    def check_suite(self, suite: Suite) -> None:
        """Check what can be checked of ``suite`` before it runs.

        :raises SettingsError: a Binding is wrong; raised by the first call only.
        """
        if suite.path in self._checked:
            return
        self._checked.add(suite.path)
        try:
            check_bindings(suite, dict(self._texts(suite)))
        except SettingsError:
            self.broken.add(suite.path)
            raise

    def _texts(self, suite: Suite) -> Iterator[tuple[str, str]]:
        for path in suite.sources:
            with contextlib.suppress(UnreadableError):  # collecting that Source reports it
                yield path, read_text(self.settings.root, path)

    def is_new(self, error: SnipproofError) -> bool:
        """Return whether ``error`` is reported for the first time: one error of a Suite is not one of each Snippet."""
        known = str(error) in self._reported
        self._reported.add(str(error))
        return not known

    def require_services(self) -> None:
        """Raise the InfrastructureError that keeps the Services from being used, if there is one.

        The first call waits until no other session uses a server that is given by its address.
        """
        if self._start_error:
            raise self._start_error
        if self._prover is None:
            raise InfrastructureError("the services of snipproof run only while Snippets are proven")
        self._prover.claim()

    def start(self, sources: Mapping[str, Source]) -> None:
        """Prepare all Suites in the background and start the Services.

        An InfrastructureError is kept: :meth:`require_services` raises it for each Snippet.

        :param sources: the selected Sources by path, in the order in which they are proven.
        :raises SettingsError: the settings of a Service or the Runner of a language are wrong.
        """
        self._selected = sources
        for folder in {(self.settings.root / path).parent for path in self.suites}:
            remove_leftovers(folder)
        if self.is_worker:
            end_with_parent()  # pytest-xdist leaves a worker running for 15 s if the controller is killed
        try:
            # Needed by any Source: under pytest-xdist a worker does not know yet which of them it gets.
            recorder = self.pages.needs_recorder(sources.values())
            kinds = {self.suites[path].network for path in sources}
            network = next((kind for kind in _MOST_FIRST if kind in kinds), NetworkKind.BINDINGS)
            self._prover = Prover(self.settings, self.log, self.pages, recorder=recorder, network=network)
            if not self.is_worker:
                for path in sources:
                    self._prover.prepare(self.suites[path], self._selected_of(self.suites[path]))
            self._prover.start()
        except InfrastructureError as error:
            self._start_error = error

    def prepare(self, source: Source) -> None:
        """Prepare the Suite of ``source`` in the background, with all its selected Sources."""
        if self._prover is not None and self._start_error is None:
            suite = self.suites[source.path]
            try:
                self._prover.prepare(suite, self._selected_of(suite))
            except SettingsError:
                return  # proving the Source raises it again, and pytest reports it there

    def _selected_of(self, suite: Suite) -> list[Source]:
        return [source for path, source in self._selected.items() if self.suites[path] is suite]

    def close(self) -> None:
        """Stop the Services and remove everything that belongs to the session.

        :raises InfrastructureError: Weaviate does not answer any more.
        """
        if self._prover is not None:
            self._prover.close()

    def hold_lines(self) -> None:
        """Keep lines until :meth:`show_lines`: pytest captures what is written while a test runs."""
        self._held = self._held or []

    def show_lines(self) -> None:
        """Write the lines that were kept."""
        lines, self._held = self._held, None
        for line in lines or ():
            self.log(line)

    def log(self, line: str) -> None:
        """Write one line to the terminal, at once unless a test runs."""
        if (held := self._held) is not None:
            held.append(line)
            return
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"snipproof: {printable(self.redact(line))}")
            reporter.flush()  # a line about progress must not wait in a buffer


def _read_nothing(site: Site, claimed: ClaimSet) -> None:
    """Keep nothing of the site but the Expectations."""
