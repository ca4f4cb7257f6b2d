"""The proving session: what all Snippets of a pytest session share. Knows nothing of pytest's hooks and items."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from snipproof.run.verdict import Verdict
from snipproof.server_settings import split_version
from snipproof.site.claims import ClaimSet
from snipproof.site.combinations import combine, require_client
from snipproof.site.docs_site import Site
from snipproof.site.seed import read_seed
from snipproof.site.source import read_source, read_text
from snipproof.text import listed, printable

if TYPE_CHECKING:
    from snipproof.report.entries import ServiceEntry
    from snipproof.report.tree_facts import TreeFacts
    from snipproof.services.weaviate.borrowed import BorrowedServers


_MOST_FIRST = (NetworkKind.DOCUMENTED, NetworkKind.AUTO)


class ProvingSession:
    """The settings, Suites and Pages of a pytest session, and the Prover while tests run.

    :param suites: all Suites that the settings name.
    :param versions: the versions of the server, for a run of the matrix; ``None`` for one without it.
    """

    def __init__(
        self,
        config: pytest.Config,
        settings: Settings,
        suites: Sequence[Suite],
        versions: Sequence[str] | None = None,
    ) -> None:
        self.settings = settings
        #: The Suite of each Source, by the path of the Source.
        self.suites: Mapping[str, Suite] = {path: suite for suite in suites for path in suite.sources}
        #: The paths of Suites whose settings are wrong; their Sources have no items.
        self.broken: set[str] = set()
        #: Whether a report of the run is made.
        self.wants_report = False
        #: What is called with each site that is read.
        self.on_read: Callable[[Site], None] = lambda _: None
        #: Writes a line for the user; by default the terminal of pytest does.
        self.write: Callable[[str], None] | None = None
        self._all_suites = suites
        self._versions = versions
        self._facts: TreeFacts | None = None
        self._config = config
        self._prover: Prover | None = None
        self._borrowed: BorrowedServers | None = None
        self._selected: Mapping[str, Source] = {}
        self._start_error: InfrastructureError | None = None
        self._held: list[str] | None = None  # lines to show later
        self._checked: set[str] = set()  # the paths of Suites
        self._reported: set[str] = set()
        self._lock = threading.Lock()

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker of pytest-xdist."""
        return hasattr(self._config, "workerinput")

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

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that Sources get from the environment, by the names of their variables."""
        return read_variables(self.settings.run.env)

    def redact(self, text: str) -> str:
        """Return ``text`` without :attr:`secrets` and the API keys of the settings, for a report."""
        return redact(text, {**self._keys, **self.secrets})

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        """The API keys of servers, by names for them."""
        found: dict[str, str] = {}
        for name in self.settings.service_names:
            table = self.settings.of_service(name).weaviate
            found |= {f"{name}.env": table.key} | {
                f"{name}.api-keys.{user}": key for key, user in table.api_keys.items()
            }
        return found

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
        return read_page_expectations(self.settings, self._read_facts)

    def _read_facts(self, site: Site, claimed: ClaimSet) -> None:
        self.on_read(site)
        if not self.wants_report:
            return
        from snipproof.report.tree_facts import read_tree_facts

        facts = read_tree_facts(self.settings.root, self._all_suites, site, claimed.claims, claimed.findings)
        self._facts = self._in_combinations(facts)

    def _in_combinations(self, facts: TreeFacts) -> TreeFacts:
        from snipproof.report.matrix_report import spread

        return spread(facts, {suite.path: self.combinations(suite) for suite in self._all_suites})

    @property
    def facts(self) -> TreeFacts:
        """The docs tree as a run report has it; it was read when the session began."""
        from snipproof.report.tree_facts import read_tree_facts

        with contextlib.suppress(SnipproofError):  # collecting has reported it
            _ = self.pages
        if self._facts is None:
            self._facts = self._in_combinations(read_tree_facts(self.settings.root, self._all_suites))
        return self._facts

    @property
    def times(self) -> RunTimes:
        """Where the time went so far."""
        return self._prover.times if self._prover else RunTimes()

    @property
    def servers(self) -> dict[str, ServiceEntry]:
        """The servers that started, by name."""
        running = self._prover.servers if self._prover else {}
        return {
            name: {"version": each.version, "mode": each.mode, "nodes": len(each.nodes)}
            for name, each in running.items()
        }

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

    def is_new(self, error: SnipproofError) -> bool:
        """Return whether ``error`` is reported for the first time: one error of a Suite is not one of each Snippet."""
        known = str(error) in self._reported
        self._reported.add(str(error))
        return not known

    def require_services(self, suite: Suite | None = None) -> None:
        """Raise the InfrastructureError that keeps the Services from being used, if there is one.

        The first call waits until no other session uses a server that is given by its address.

        :param suite: a Suite whose servers are needed.
        :raises SettingsError: its client of the matrix has no lock file.
        """
        if self._start_error:
            raise self._start_error
        if self._prover is None:
            raise InfrastructureError("the services of snipproof run only while Snippets are proven")
        if suite:
            require_client(self.settings, suite)
        for name in suite.services if suite else ():
            self._prover.states.of(name)

    def read_again(self, suites: Sequence[Suite]) -> None:
        """Read Pages and Sources again; the Services and what was obtained for the Suites are kept.

        :param suites: all Suites that the settings name, as they are now.
        """
        self.suites = {path: suite for suite in suites for path in suite.sources}
        self._all_suites = suites
        self._facts = None
        self.__dict__.pop("pages", None)
        for known in (self.broken, self._checked, self._reported):
            known.clear()

    def select(self, sources: Mapping[str, Source]) -> None:
        """Prove ``sources`` next, as they are now, on the running Services.

        :param sources: by path, in the order in which they are proven.
        """
        self._selected = {**sources, **self._before(sources)}
        if self._prover is not None:
            suites = {path: self.suites[path] for path in self._selected}
            self._prover.begin_again(self.pages, suites.values())

    def start(
        self,
        sources: Mapping[str, Source],
        suites: Sequence[Suite],
        *,
        recorder: bool = False,
        prepare: bool = True,
        borrow: bool = True,
    ) -> None:
        """Prepare all Suites in the background and start the Services.

        An InfrastructureError is kept: :meth:`require_services` raises it for each Snippet.

        :param sources: the selected Sources by path, in the order in which they are proven.
        :param suites: their Suites, in all combinations in which they are proven.
        :param recorder: whether requests and responses are recorded even if none of ``sources`` needs that.
        :param prepare: whether to prepare the Suites now.
        :param borrow: whether to use the servers of a running watcher of this docs tree, if it lends them.
        :raises SettingsError: the settings of a Service or the Runner of a language are wrong.
        """
        self._selected = {**sources, **self._before(sources)}
        for folder in {(self.settings.root / path).parent for path in self.suites}:
            remove_leftovers(folder)
        if self.is_worker:
            end_with_parent()  # pytest-xdist leaves a worker running for 15 s if the controller is killed
        try:
            # Needed by any Source: under pytest-xdist a worker does not know yet which of them it gets.
            recorder = recorder or self.is_matrix or self.pages.needs_recorder(self._selected.values())
            self._report_unreachable()
            kinds = {self.suites[path].network for path in sources}
            network = next((kind for kind in _MOST_FIRST if kind in kinds), NetworkKind.BINDINGS)
            used = dict.fromkeys(name for suite in suites for name in suite.services)
            known = self.settings.service_names
            services = [each for name in known for each in used if split_version(each)[0] == name]
            if borrow and not self.is_worker:
                self._borrowed = self._borrow(services)
            self._prover = Prover(
                self.settings,
                self.log,
                self.pages,
                recorder=recorder,
                network=network,
                services=services,
                borrowed=self._borrowed,
            )
            if prepare and not self.is_worker:
                for suite in suites:
                    self.prepare(suite)
            self._prover.start()
        except InfrastructureError as error:
            self._start_error = error

    def _borrow(self, services: Sequence[str]) -> BorrowedServers | None:
        if self._config.getoption("--snippets-fresh-services"):
            return None
        from snipproof.services.weaviate.borrowed import borrow

        return borrow(self.settings, services, self.log)

    def _report_unreachable(self) -> None:
        """Report settings of the documented network, if no Suite runs in it."""
        wanted = {
            "providers": self.settings.providers,
            "downloads": self.settings.downloads,
            "oidc": self.settings.oidc.issuer,
        }
        found = [key for key, value in wanted.items() if value]
        if found and all(suite.network is NetworkKind.BINDINGS for suite in self._all_suites):
            self.log(f"{listed(found)}: nothing answers: only a Suite with `network: documented` can reach it")

    def prepare(self, suite: Suite) -> None:
        """Prepare ``suite`` in the background, with all its selected Sources."""
        if self._prover is not None and self._start_error is None:
            with contextlib.suppress(SettingsError):  # proving a Source raises it again, and pytest reports it there
                require_client(self.settings, suite)
                self._prover.prepare(suite, self._selected_of(suite))

    def prove(self, suite: Suite, source: Source) -> list[Verdict]:
        """Run ``source``, and before it those of its chain that have not run, and return its Verdicts.

        :param suite: its Suite, in a combination.
        :raises SnipproofError: the run failed without a Verdict, or a Source before it cannot be read.
        """
        return self.prover.prove(suite, source, [self.source(path) for path in _paths_before(suite, source.path)])

    def end_chain(self) -> None:
        """Restore what a chain has changed, if one is being run.

        :raises InfrastructureError: something cannot be restored.
        """
        if self._prover is not None:
            self._prover.end_chain()

    def is_in_one_chain(self, one: Source, other: Source) -> bool:
        """Return whether both Sources share what is stored."""
        return other.path in self.suites[one.path].chain_of(one.path)

    def _before(self, sources: Iterable[str]) -> dict[str, Source]:
        """Return the Sources that have to run before ``sources``, as far as they can be read."""
        found = {}
        for path in (before for each in sources for before in _paths_before(self.suites[each], each)):
            with contextlib.suppress(UnreadableError):  # proving reports it
                found[path] = self.source(path)
        return found

    def _selected_of(self, suite: Suite) -> list[Source]:
        return [source for path, source in self._selected.items() if self.suites[path].path == suite.path]

    def close(self) -> None:
        """Stop the Services and remove everything that belongs to the session.

        :raises InfrastructureError: Weaviate does not answer any more.
        """
        try:
            if self._prover is not None:
                self._prover.close()
        finally:
            if self._borrowed is not None:
                self._borrowed.close()

    def hold_lines(self) -> None:
        """Keep lines until :meth:`show_lines`: pytest captures what is written while a test runs."""
        with self._lock:
            self._held = self._held or []

    def show_lines(self) -> None:
        """Write the lines that were kept."""
        with self._lock:
            lines, self._held = self._held, None
            for line in lines or ():
                self._write(line)

    def log(self, line: str) -> None:
        """Write one line to the terminal, at once unless a test runs; several threads may."""
        with self._lock:  # a line is written in parts
            if self._held is None:
                self._write(line)
            else:
                self._held.append(line)

    def _write(self, line: str) -> None:
        if self.write is not None:
            self.write(printable(self.redact(line)))
            return
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"snipproof: {printable(self.redact(line))}")
            reporter.flush()  # a line about progress must not wait in a buffer


def _paths_before(suite: Suite, path: str) -> tuple[str, ...]:
    """Return the Sources before the one at ``path`` in its chain."""
    chain = suite.chain_of(path)
    return chain[: chain.index(path)] if chain else ()
