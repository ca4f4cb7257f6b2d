"""Proves Sources: prepares and runs each one once, and judges its Snippets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import NetworkKind, Outcome, Source, Suite
from snipproof.processes.disk import TEMPORARY_HINT, disk_errors, require_space
from snipproof.processes.session_folder import SessionFolder
from snipproof.redaction import read_variables
from snipproof.run.missing_variables import explain_missing_variables
from snipproof.run.open_chain import OpenChain
from snipproof.run.page_expectations import PageExpectations
from snipproof.run.preparation import Preparation, Preparations
from snipproof.run.provider_answers import Answerer, run_with_providers, take_answerers
from snipproof.run.run_times import RunTimes, timed
from snipproof.run.runner import Program, Runner
from snipproof.run.runners.job import environment
from snipproof.run.server_states import EveryState, ServerStates, restore
from snipproof.run.source_run import SourceRun
from snipproof.run.unknown_hosts import explain_unknown_hosts
from snipproof.run.verdict import Verdict, judge
from snipproof.server_settings import DEFAULT_SERVICE, split_version
from snipproof.services.startup import Services
from snipproof.services.weaviate.seeding import Seeds
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.state import State

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.recorder.pass_through import Recorder
    from snipproof.services.weaviate.borrowed import BorrowedServers

_NO_PAGES = PageExpectations()


class Prover:
    """Proves all Sources of one session on the same Services, and restores Weaviate after each of them or its chain.

    :param log: writes one line for the user about a step that takes time.
    :param pages: the Expectations that Pages add to those of the Sources.
    :param recorder: whether Sources reach Weaviate through a pass-through that records requests and responses.
    :param network: the network that some of the Suites require.
    :param services: the names of the servers that the Suites use.
    :param borrowed: servers that run already, to be used instead of others.
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
        services: Sequence[str] = (DEFAULT_SERVICE,),
        borrowed: BorrowedServers | None = None,
    ) -> None:
        self._settings = settings
        self._names = services
        self._borrowed = borrowed
        self._pages = pages
        self._log = log
        self._session = SessionFolder.begin(log=log)
        self._addresses: Future[Mapping[str, str]] = Future()
        self._network = self._start_network(network)
        self._recorder = _start_recorder(settings.root) if recorder or self._network else None
        #: Where the time went so far.
        self.times = RunTimes()
        self._preparations = Preparations(
            settings, self._session, log, self._addresses, self._recorder, self.times, self._network
        )
        self._services: Services | None = None
        self._states: ServerStates | None = None
        self._fixtures: set[Answerer] = set()  # what answered while fixtures stored data
        self._seeds = Seeds(settings.root, self._answered)
        self._chain: OpenChain | None = None

    def _start_network(self, kind: NetworkKind) -> DocumentedNetwork | None:
        """Start the documented network if ``kind`` requires it, or if it is possible and ``kind`` prefers it."""
        if kind is NetworkKind.BINDINGS:
            return None
        from snipproof.services.network.documented import DocumentedNetwork
        from snipproof.services.network.namespace import NamespaceError
        from snipproof.services.network.routes import Routes

        routes = Routes({name: self._settings.of_service(name).weaviate for name in self._names})
        try:
            network = DocumentedNetwork.start(self._session, routes)
        except NamespaceError as error:
            if kind is NetworkKind.AUTO:
                self._log(f"network: bindings ({error})")
                return None
            self._session.end()
            hint = "use `network: bindings`, or `auto`, or let this user make namespaces: see services in the guide"
            raise InfrastructureError(f"network: documented is not possible here: {error}", hint) from None
        namespace = network.namespace
        short = f" (Sources can see {namespace.without} of this user: {namespace.reason})" if namespace.without else ""
        self._log(f"network: documented{short}")
        return network

    @property
    def services(self) -> Services:
        """The running Services."""
        assert self._services is not None
        return self._services

    @property
    def servers(self) -> dict[str, WeaviateAddress]:
        """The servers that have started, by the names of the Services."""
        return self._services.servers if self._services else {}

    @property
    def states(self) -> ServerStates:
        """What is stored on the servers."""
        assert self._states is not None
        return self._states

    @property
    def state(self) -> State | EveryState:
        """What is stored in the Service ``weaviate``, or in the first one; the server is claimed first.

        :raises InfrastructureError: it does not answer.
        """
        names = [split_version(name)[0] for name in self._names]
        return self.states.of_all(DEFAULT_SERVICE if DEFAULT_SERVICE in names else names[0])

    def prepare(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Prepare ``sources`` of ``suite`` in the background: obtain and build what they need.

        A second call does nothing. Building waits until :meth:`start` knows the addresses of the Services.

        :raises SettingsError: the Runner of the Suite's language cannot be imported.
        """
        return self._preparations.begin(suite, sources)

    @property
    def session(self) -> SessionFolder:
        """The folder of the session."""
        return self._session

    def begin_again(self, pages: PageExpectations, suites: Iterable[Suite]) -> None:
        """Prove Sources from now on as they are then; Services, stored data and environments are kept.

        :param pages: the Expectations that Pages add now.
        :param suites: those whose Sources are proven next, as they are now.
        :raises InfrastructureError: what a chain has changed cannot be restored.
        """
        self.end_chain()
        self._pages = pages
        self.times.clear()
        for suite in suites:
            self._preparations.forget_builds(suite)

    def start(self) -> None:
        """Start the Services and wait until they are ready. Preparations go on meanwhile.

        :raises InfrastructureError: a Service did not start; :meth:`close` stops those that did.
        """
        assets = self._settings.root / self._settings.assets if self._settings.assets else None
        try:
            with disk_errors(self._session.folder, TEMPORARY_HINT), timed(self.times.phases, "services"):
                self._services = Services.start(
                    self._settings,
                    self._session,
                    self._log,
                    assets,
                    self._announce,
                    self._recorder,
                    self._network,
                    self._names,
                    self._borrowed,
                )
            self._announce(self._services.placeholders())
            self._states = ServerStates(self._services, self._session, self._log)
            self._states.claim_own()
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

    def begin(self, suite: Suite) -> None:
        """Prepare for ``suite`` before its fixtures are set up: its servers and recordings answer, its seed is stored.

        :raises SettingsError: a seed file is wrong, the same error in each call; or a recording cannot be used.
        :raises InfrastructureError: Weaviate does not answer.
        """
        self.services.use(suite.services)
        if self.services.providers:
            self.services.providers.begin(suite)
        if not self._seeds.are_those_of(suite):
            self.end_chain()
            self._fixtures |= self._answered()
            self._seeds.switch(suite, self.states.of)

    def prove(self, suite: Suite, source: Source, earlier: Sequence[Source] = ()) -> list[Verdict]:
        """Run ``source``, restore what it changed in Weaviate, and return a redacted Verdict for each of its Snippets.

        A Source of a chain first runs those before it, unless they have run. Weaviate is restored at the end of the
        chain: by :meth:`end_chain`, or when another Source runs.

        :param earlier: the Sources before it in its chain.
        :raises ToolchainMissingError: the toolchain of the Suite's language is not installed on this machine.
        :raises InfrastructureError: what the Source needs could not be obtained, or Weaviate does not answer.
        :raises SettingsError: the Suite, or its seed, is wrong.
        """
        self.begin(suite)
        paths = suite.chain_of(source.path)
        chain = self._chain
        if chain is None or (chain.paths, chain.services) != (paths, suite.services) or chain.has_run(source):
            self.end_chain()
            chain = None
        with timed(self.times.phases, "waiting"), disk_errors(self._session.folder, TEMPORARY_HINT):
            preparation = self.prepare(suite, [*earlier, source])
            for each in (*earlier, source):
                preparation.program(each, self.services.placeholders())
        if chain is None:
            states = [self.states.of(name) for name in suite.services]
            chain = OpenChain(paths or (source.path,), states, suite.services)
            for state in chain.states:
                state.mark()
            self._chain = chain
        for each in earlier:
            if not chain.has_run(each):
                self._run(preparation, each, chain)
        verdicts = self._run(preparation, source, chain)
        if not paths:
            self.end_chain()
        return verdicts

    def _run(self, preparation: Preparation, source: Source, chain: OpenChain) -> list[Verdict]:
        """Run one Source in the state of ``chain``, once what those before it left running has ended."""
        if chain.has_begun:
            with timed(self.times.phases, "restore"):
                for state in chain.states:
                    state.settle()
        program = preparation.program(source, self.services.placeholders())
        with (
            timed(self.times.sources, source.path),
            disk_errors(self._session.folder, TEMPORARY_HINT),
            timed(self.times.phases, "sources"),
        ):
            run = self._execute(preparation.runner, program, chain)
        matrix = " --snippets-matrix" if preparation.runner.context.suite.combination.label else ""
        update = f"pytest{matrix} --snippets-update"
        verdicts = judge(source, program.probed, run, self._pages, update)
        if any(verdict.outcome is not Outcome.PASSED for verdict in verdicts):
            require_space(self._session.folder, TEMPORARY_HINT)  # not a defect of the docs
        given = environment(preparation.runner.context, self._session.folder)
        withheld = set(self._settings.run.env).difference(given)
        explained = explain_missing_variables(source, program.bare, verdicts, given, withheld)
        if self._network:
            downloads = self.services.downloads.unknown() if self.services.downloads else ()
            explained = explain_unknown_hosts(explained, self._network.unknown_hosts(), downloads)
        chain.add(source, explained)
        secrets = read_variables(self._settings.run.env)
        return [verdict.redacted(secrets) for verdict in chain.explain(source, explained)]

    def end_chain(self) -> None:
        """Restore what the Sources of the chain that is being run have changed, if there is one.

        :raises InfrastructureError: something cannot be restored.
        """
        if chain := self._chain:
            self._chain = None
            with timed(self.times.phases, "restore"):
                restore(chain.states)

    def _answered(self) -> set[Answerer]:
        """Return what has answered for providers since the last call, outside of Sources."""
        providers = self._services.providers if self._services else None
        return take_answerers(providers) if providers else set()

    def _execute(self, runner: Runner, program: Program, chain: OpenChain) -> SourceRun:
        """Run ``program``, and note what it looked up in vain, and what answered for providers."""
        if self._network:
            self._network.routes.use(chain.services)
            self._network.unknown_hosts()  # those of others
        if self.services.downloads:
            self.services.downloads.unknown()
        providers = self.services.providers
        self._fixtures |= self._answered()  # what a fixture has stored stays for the Sources that follow
        if providers is None:
            return runner.execute(program)
        stored = self._fixtures | self._seeds.answerers | chain.answerers
        run, answerers = run_with_providers(providers, partial(runner.execute, program), sorted(stored))
        chain.answerers |= answerers
        return run

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
            if self._states:
                stack.callback(self._states.close)


def _start_recorder(checkout: Path) -> Recorder:
    from snipproof.services.recorder.pass_through import Recorder

    try:
        return Recorder(checkout)
    except OSError as error:
        raise InfrastructureError(f"the recorder between Sources and Weaviate cannot listen: {error}") from None
