"""Proves Sources: prepares and runs each one once, and judges its Snippets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import NetworkKind, Outcome, Source, Suite
from snipproof.processes.disk import TEMPORARY_HINT, disk_errors, require_space
from snipproof.processes.session_folder import SessionFolder
from snipproof.redaction import read_variables
from snipproof.run.missing_variables import explain_missing_variables
from snipproof.run.page_expectations import PageExpectations
from snipproof.run.preparation import Preparation, Preparations
from snipproof.run.run_times import RunTimes, timed
from snipproof.run.runner import Program, Runner
from snipproof.run.runners.job import environment
from snipproof.run.source_run import SourceRun
from snipproof.run.unknown_hosts import explain_unknown_hosts
from snipproof.run.verdict import Verdict, judge
from snipproof.services.startup import Services
from snipproof.services.weaviate.claim import claimed
from snipproof.services.weaviate.state import State

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.recorder.pass_through import Recorder

_NO_PAGES = PageExpectations()


class Prover:
    """Proves all Sources of one session on the same Services, and restores Weaviate after each of them.

    :param log: writes one line for the user about a step that takes time.
    :param pages: the Expectations that Pages add to those of the Sources.
    :param recorder: whether Sources reach Weaviate through a pass-through that records requests and responses.
    :param network: the network that some of the Suites require.
    :raises InfrastructureError: the platform does not allow the network.
    """

    def __init__(
        self,
        settings: Settings,
        log: Callable[[str], None],
        pages: PageExpectations = _NO_PAGES,
        *,
        recorder: bool = False,
        network: NetworkKind = NetworkKind.BINDINGS,
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._log = log
        self._session = SessionFolder.begin(log=log)
        self._addresses: Future[Mapping[str, str]] = Future()
        self._network = self._start_network(network)
        self._recorder = _start_recorder() if recorder or self._network else None
        #: Where the time went so far.
        self.times = RunTimes()
        self._preparations = Preparations(
            settings, self._session, log, self._addresses, self._recorder, self.times, self._network
        )
        self._services: Services | None = None
        self._state: State | None = None
        self._seeded: set[str] = set()
        self._claim = contextlib.ExitStack()

    def _start_network(self, kind: NetworkKind) -> DocumentedNetwork | None:
        """Start the documented network if ``kind`` requires it, or if it is possible and ``kind`` prefers it."""
        if kind is NetworkKind.BINDINGS:
            return None
        from snipproof.services.network.documented import DocumentedNetwork
        from snipproof.services.network.namespace import NamespaceError

        try:
            network = DocumentedNetwork.start(self._session, self._settings.weaviate.hosts)
        except NamespaceError as error:
            if kind is NetworkKind.AUTO:
                self._log(f"network: bindings ({error})")
                return None
            self._session.end()
            hint = "use `network: bindings`, or `auto`, or let this user make namespaces: see services in the guide"
            raise InfrastructureError(f"network: documented is not possible here: {error}", hint) from None
        self._log("network: documented")
        return network

    @property
    def services(self) -> Services:
        """The running Services."""
        assert self._services is not None
        return self._services

    @property
    def state(self) -> State:
        """What is stored in Weaviate; the server is claimed first.

        :raises InfrastructureError: Weaviate does not answer.
        """
        self.claim()
        assert self._state is not None
        return self._state

    def claim(self) -> None:
        """Make sure that nobody else changes what is stored in Weaviate, before anything is stored for this session.

        A server given by its address is used by one session at a time, and a worker of pytest-xdist that has nothing
        to prove must leave it alone. So that it is not claimed before the first Snippet needs it.

        :raises InfrastructureError: Weaviate does not answer.
        """
        address = self.services.weaviate
        if address.health.error:
            raise address.health.error
        if self._state is None:
            if address.mode == "url":
                self._claim.enter_context(claimed(address, self._session, self._log))
            self._state = State(address, self.services.renewable)

    def prepare(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Prepare ``sources`` of ``suite`` in the background: obtain and build what they need.

        A second call does nothing. Building waits until :meth:`start` knows the addresses of the Services.

        :raises SettingsError: the Runner of the Suite's language cannot be imported.
        """
        return self._preparations.begin(suite, sources)

    def start(self) -> None:
        """Start the Services and wait until they are ready. Preparations go on meanwhile.

        :raises InfrastructureError: a Service did not start; :meth:`close` stops those that did.
        """
        assets = self._settings.root / self._settings.assets if self._settings.assets else None
        try:
            with disk_errors(self._session.folder, TEMPORARY_HINT), timed(self.times.phases, "services"):
                self._services = Services.start(
                    self._settings, self._session, self._log, assets, self._announce, self._recorder, self._network
                )
            self._announce(self._services.placeholders())
            if self._services.weaviate.mode != "url":
                self.claim()
        except BaseException as error:
            if not self._addresses.done():
                self._addresses.set_exception(
                    error if isinstance(error, InfrastructureError) else InfrastructureError("interrupted")
                )
            if isinstance(error, InfrastructureError):  # a full disk is the reason for many others
                require_space(self._session.folder, TEMPORARY_HINT)
            raise

    def _announce(self, addresses: Mapping[str, str]) -> None:
        if not self._addresses.done():
            self._addresses.set_result(addresses)

    def prove(self, suite: Suite, source: Source) -> list[Verdict]:
        """Run ``source``, restore what it changed in Weaviate, and return a redacted Verdict for each of its Snippets.

        :raises ToolchainMissingError: the toolchain of the Suite's language is not installed on this machine.
        :raises InfrastructureError: what the Source needs could not be obtained, or Weaviate does not answer.
        """
        preparation = self.prepare(suite, [source])
        with disk_errors(self._session.folder, TEMPORARY_HINT), timed(self.times.phases, "waiting"):
            program = preparation.program(source, self.services.placeholders())
        with timed(self.times.sources, source.path):
            self.state.mark()
            with disk_errors(self._session.folder, TEMPORARY_HINT), timed(self.times.phases, "sources"):
                run = self._execute(preparation.runner, program)
            with timed(self.times.phases, "restore"):
                self.state.restore_if_changed()
        verdicts = judge(source, program.probed, run, self._pages)
        if any(verdict.outcome is not Outcome.PASSED for verdict in verdicts):
            require_space(self._session.folder, TEMPORARY_HINT)  # not a defect of the docs
        given = environment(preparation.runner.context, self._session.folder)
        explained = explain_missing_variables(source, program.bare, verdicts, given)
        if self._network:
            explained = explain_unknown_hosts(explained, self._network.unknown_hosts())
        secrets = read_variables(self._settings.run.env)
        return [verdict.redacted(secrets) for verdict in explained]

    def _execute(self, runner: Runner, program: Program) -> SourceRun:
        """Run ``program``, and note which hosts were looked up in vain, and for which ones a stand-in answered."""
        if self._network:
            self._network.unknown_hosts()  # those of others
        providers = self.services.providers
        if providers:  # what a fixture has stored stays for the Sources that follow
            self._seeded |= {host for host, _ in providers.answered()}
        run = runner.execute(program)
        seeded = tuple((host, 0) for host in sorted(self._seeded))
        return replace(run, stand_ins=(*seeded, *providers.answered())) if providers else run

    def close(self) -> None:
        """Stop the Services and remove everything that belongs to this session."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._session.end)
            if self._network:
                stack.callback(self._network.stop)
            if self._recorder:
                stack.callback(self._recorder.stop)
            if self._services:
                stack.callback(self._services.stop)
            stack.callback(self._preparations.close)
            stack.push(self._claim)
            if self._state and self.services.weaviate.mode == "url" and not self.services.weaviate.health.error:
                self._state.clear()


def _start_recorder() -> Recorder:
    from snipproof.services.recorder.pass_through import Recorder

    try:
        return Recorder()
    except OSError as error:
        raise InfrastructureError(f"the recorder between Sources and Weaviate cannot listen: {error}") from None
