"""The proving session: what all Snippets of a pytest session share. Knows nothing of pytest's hooks and items."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError, UnreadableError
from snipproof.files import remove_leftovers
from snipproof.model import NetworkKind, Source, Suite
from snipproof.processes.orphan import end_with_parent
from snipproof.pytest_plugin.session_log import SessionLog
from snipproof.pytest_plugin.session_tree import SessionTree
from snipproof.redaction import read_variables, redact
from snipproof.run.prover import Prover
from snipproof.run.run_times import RunTimes
from snipproof.run.verdict import Verdict
from snipproof.server_settings import split_version
from snipproof.site.combinations import require_client
from snipproof.text import listed

if TYPE_CHECKING:
    from snipproof.report.entries import ServiceEntry
    from snipproof.services.weaviate.borrowed import BorrowedServers
    from snipproof.site.docs_site import Site


_MOST_FIRST = (NetworkKind.DOCUMENTED, NetworkKind.AUTO)


class ProvingSession:
    """The settings and the docs tree of a pytest session, and the Prover while tests run.

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
        self.tree = SessionTree(settings, suites, versions)
        self.log = SessionLog(config, self.redact)
        self._config = config
        self._prover: Prover | None = None
        self._borrowed: BorrowedServers | None = None
        self._selected: Mapping[str, Source] = {}
        self._start_error: InfrastructureError | None = None
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

    def read_again(self, suites: Sequence[Suite], site: Site | None) -> None:
        """Read Pages and Sources again; the Services and what was obtained for the Suites are kept.

        :param suites: all Suites that the settings name, as they are now.
        :param site: the site as it is now, if it is read already.
        """
        self.tree.read_again(suites, site)
        self._reported.clear()

    def select(self, sources: Mapping[str, Source]) -> None:
        """Prove ``sources`` next, as they are now, on the running Services.

        :param sources: by path, in the order in which they are proven.
        """
        self._selected = {**sources, **self._before(sources)}
        if self._prover is not None:
            suites = {path: self.tree.suites[path] for path in self._selected}
            self._prover.begin_again(self.tree.pages, suites.values())

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
        for folder in {(self.settings.root / path).parent for path in self.tree.suites}:
            remove_leftovers(folder)
        if self.is_worker:
            end_with_parent()  # pytest-xdist leaves a worker running for 15 s if the controller is killed
        try:
            # Needed by any Source: under pytest-xdist a worker does not know yet which of them it gets.
            recorder = recorder or self.tree.is_matrix or self.tree.pages.needs_recorder(self._selected.values())
            self._report_unreachable()
            kinds = {self.tree.suites[path].network for path in sources}
            network = next((kind for kind in _MOST_FIRST if kind in kinds), NetworkKind.BINDINGS)
            used = dict.fromkeys(name for suite in suites for name in suite.services)
            known = self.settings.service_names
            services = [each for name in known for each in used if split_version(each)[0] == name]
            if borrow and not self.is_worker:
                self._borrowed = self._borrow(services)
            self._prover = Prover(
                self.settings,
                self.log.line,
                self.tree.pages,
                recorder=recorder,
                network=network,
                services=services,
                borrowed=self._borrowed,
            )
            if prepare and not self.is_worker:
                for suite in suites:
                    self._prepare(suite)
            self._prover.start()
        except InfrastructureError as error:
            self._start_error = error

    def _borrow(self, services: Sequence[str]) -> BorrowedServers | None:
        if self._config.getoption("--snippets-fresh-services"):
            return None
        from snipproof.services.weaviate.borrowed import borrow

        return borrow(self.settings, services, self.log.line)

    def _report_unreachable(self) -> None:
        """Report settings of the documented network, if no Suite runs in it."""
        wanted = {
            "providers": self.settings.providers,
            "downloads": self.settings.downloads,
            "oidc": self.settings.oidc.issuer,
        }
        found = [key for key, value in wanted.items() if value]
        if found and all(suite.network is NetworkKind.BINDINGS for suite in self.tree.all_suites):
            self.log.line(f"{listed(found)}: nothing answers: only a Suite with `network: documented` can reach it")

    def prepare(self, suite: Suite) -> None:
        """Prepare ``suite`` in the background, with all its selected Sources."""
        if self._prover is not None and self._start_error is None:
            with contextlib.suppress(SettingsError):  # proving a Source raises it again, and pytest reports it there
                self._prepare(suite)

    def _prepare(self, suite: Suite) -> None:
        assert self._prover is not None
        try:
            require_client(self.settings, suite)
        except SettingsError:  # an error of this combination alone, see above
            return
        self._prover.prepare(suite, self._selected_of(suite))

    def prove(self, suite: Suite, source: Source) -> list[Verdict]:
        """Run ``source``, and before it those of its chain that have not run, and return its Verdicts.

        :param suite: its Suite, in a combination.
        :raises SnipproofError: the run failed without a Verdict, or a Source before it cannot be read.
        """
        return self.prover.prove(suite, source, [self.tree.source(path) for path in _paths_before(suite, source.path)])

    def end_chain(self) -> None:
        """Restore what a chain has changed, if one is being run.

        :raises InfrastructureError: something cannot be restored.
        """
        if self._prover is not None:
            self._prover.end_chain()

    def _before(self, sources: Iterable[str]) -> dict[str, Source]:
        """Return the Sources that have to run before ``sources``, as far as they can be read."""
        found = {}
        for path in (before for each in sources for before in _paths_before(self.tree.suites[each], each)):
            with contextlib.suppress(UnreadableError):  # proving reports it
                found[path] = self.tree.source(path)
        return found

    def _selected_of(self, suite: Suite) -> list[Source]:
        return [source for path, source in self._selected.items() if self.tree.suites[path].path == suite.path]

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


def _paths_before(suite: Suite, path: str) -> tuple[str, ...]:
    """Return the Sources before the one at ``path`` in its chain."""
    chain = suite.chain_of(path)
    return chain[: chain.index(path)] if chain else ()
