"""Prepares Suites in the background: applies Bindings, obtains what lock files pin, and builds Programs."""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.languages import languages
from snipproof.model import NetworkKind, Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.bindings import Addresses, apply_bindings, broken_by_bindings, may_be_broken
from snipproof.run.run_times import RunTimes, timed
from snipproof.run.runner import Program, Runner, RunnerContext, make_runner
from snipproof.run.source_run import Diagnostic
from snipproof.run.suite_files import check_files
from snipproof.syntax.python_code import parsing

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.recorder.pass_through import Recorder

_MAX_THREADS = 64


class CorePool:
    """Limits how many compilers work at once. When a core is free, the Suite that is proven first goes first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[int] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def work(self, turn: int) -> Iterator[None]:
        """Wait for a core, and release it in the end.

        :param turn: the place of the Suite in the order in which Suites are proven.
        """
        with self._changed:
            heapq.heappush(self._waiting, turn)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == turn)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


@dataclass(slots=True)
class Preparation:
    """A Suite's Runner and the Programs that it has built or is building."""

    suite: Suite
    runner: Runner
    sources: list[Source]
    turn: int
    cores: CorePool
    times: dict[str, float] = field(default_factory=dict)
    provisioned: bool = False
    _done: Future[Addresses] = field(default_factory=Future)
    _programs: dict[str, Program] = field(default_factory=dict)

    def start(self, pool: ThreadPoolExecutor, addresses: Future[Addresses]) -> None:
        """Begin in another thread."""
        self._done = pool.submit(self._prepare, addresses)

    def _prepare(self, addresses: Future[Addresses]) -> Addresses:
        with _clear_errors(self.suite):
            check_files(self.runner.context)
            if not self.provisioned:
                with timed(self.times, "provision"):
                    self.runner.provision()
                self.provisioned = True
        values = addresses.result()
        compiles = languages()[self.suite.language].compiles
        with _clear_errors(self.suite), self.cores.work(self.turn) if compiles else contextlib.nullcontext():
            self._build(values)
        return values

    def wait(self) -> None:
        """Wait until what was begun has ended."""
        with contextlib.suppress(SnipproofError, CancelledError):
            self._done.result()

    def program(self, source: Source, addresses: Addresses) -> Program:
        """Return the Program of ``source``; wait until it is built.

        The Suite is built again if ``source`` is new, or if ``addresses`` differ from those that were announced.

        :param addresses: those of the running Services.
        :raises SettingsError: the Suite or one of its files is wrong; the same error for each of its Sources.
        :raises InfrastructureError: preparing the Suite failed; likewise.
        """
        built_with = self._done.result()
        if source.path not in self._programs:
            self.sources.append(source)
        if built_with != addresses or source.path not in self._programs:
            self._done = Future()
            try:
                with _clear_errors(self.suite):
                    self._build(addresses)
            except BaseException as error:
                self._done.set_exception(error)
                raise
            self._done.set_result(addresses)
        return self._programs[source.path]

    def _build(self, addresses: Addresses) -> None:
        with timed(self.times, "build"):
            self._build_all(addresses)

    def _build_all(self, addresses: Addresses) -> None:
        network = self.runner.context.network
        values = {**addresses, **network.addresses} if network else addresses
        texts = (apply_bindings(self.suite, each.text, values, documented=network is not None) for each in self.sources)
        programs = [self._program(source, text) for source, text in zip(self.sources, texts, strict=True)]
        self.runner.build(programs)
        if suspects := [program for program in programs if self._may_be_broken(program)]:
            found = self.runner.diagnostics
            self._check_bindings(suspects, found)
            self.runner.build(programs)
        self._programs = {program.source.path: program for program in programs}

    def _program(self, source: Source, text: str) -> Program:
        with parsing:
            probed = self.runner.probe(source, text)
        return Program(source, text, probed)

    def _may_be_broken(self, program: Program) -> bool:
        source = program.source
        return may_be_broken(self.suite, source.path, source.text, self.runner.diagnostics.get(source.path, ()))

    def _check_bindings(self, suspects: Sequence[Program], found: Mapping[str, Sequence[Diagnostic]]) -> None:
        """Build Sources as the docs have them.

        :param found: what the compiler reported about them with the Bindings applied.
        :raises SettingsError: a Binding is the cause of an error.
        """
        self.runner.build([self._program(program.source, program.source.text) for program in suspects])
        for program in suspects:
            path, text = program.source.path, program.source.text
            without = self.runner.diagnostics.get(path, ())
            if error := broken_by_bindings(self.suite, path, text, found.get(path, ()), without):
                raise error


@contextlib.contextmanager
def _clear_errors(suite: Suite) -> Iterator[None]:
    """Turn an unexpected exception into an error that names the Suite: it is not the docs' fault."""
    try:
        yield
    except SnipproofError:
        raise
    except Exception as error:  # noqa: BLE001 (of any kind: a thread of ours must not end with a traceback)
        last = traceback.extract_tb(error.__traceback__)[-1]
        reason = error.strerror or error if isinstance(error, OSError) else error
        file = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
        raise InfrastructureError(
            f"{suite.path}:1:1 failed to prepare the Suite: {type(error).__name__}: {reason}{file}",
            f"raised by {last.name} in {Path(last.filename).name}:{last.lineno}",
        ) from None


class Preparations:
    """The Preparations of one session; those that begin first are built first."""

    def __init__(
        self,
        settings: Settings,
        session: SessionFolder,
        log: Callable[[str], None],
        addresses: Future[Addresses],
        recorder: Recorder | None = None,
        times: RunTimes | None = None,
        network: DocumentedNetwork | None = None,
    ) -> None:
        self._times = times or RunTimes()
        self._settings = settings
        self._session = session
        self._log = log
        self._addresses = addresses
        self._recorder = recorder
        self._network = network
        # A thread for each Suite, since most of the time they wait: for a network, for the Services, for a core.
        self._pool = ThreadPoolExecutor(max_workers=_MAX_THREADS, thread_name_prefix="snipproof")
        self._cores = CorePool(max(2, os.cpu_count() or 2))
        self._by_suite: dict[tuple[str, str | None], Preparation] = {}  # by the path and the lock file
        self._kept: dict[tuple[str, str | None], Preparation] = {}  # provisioned, to be built again

    def begin(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Return the Preparation of ``suite``; the first call begins it, with ``sources``.

        Combinations that differ in their servers only have one in common.

        :raises SettingsError: the Runner of the Suite's language cannot be imported.
        """
        known = self._by_suite.get((suite.path, suite.lock))
        if known is None:
            network = None if suite.network is NetworkKind.BINDINGS else self._network
            context = RunnerContext(suite, self._settings, self._session, self._log, self._recorder, network)
            times = self._times.suites.setdefault(suite.path, {})
            turn = len(self._by_suite)
            kept = self._kept.pop((suite.path, suite.lock), None)
            runner = kept.runner if kept else make_runner(context)
            known = Preparation(suite, runner, list(sources), turn, self._cores, times, provisioned=kept is not None)
            self._by_suite[suite.path, suite.lock] = known
            known.start(self._pool, self._addresses)
        return known

    def forget_builds(self, suite: Suite) -> None:
        """Build the Sources of ``suite`` again when :meth:`begin` is called next; what it obtained is kept.

        If the Suite itself has changed, or obtaining failed, all of it begins again.
        """
        known = self._by_suite.pop((suite.path, suite.lock), None)
        if known is None:
            return
        known.wait()
        if known.suite == suite and known.provisioned:
            self._kept[suite.path, suite.lock] = known
        else:
            known.runner.close()

    def close(self) -> None:
        """Stop the work in the background, and end what the Runners keep between Sources."""
        self._session.closing.set()
        if not self._addresses.done():
            self._addresses.set_exception(InfrastructureError("interrupted"))
        self._pool.shutdown(cancel_futures=True)
        for preparation in (*self._by_suite.values(), *self._kept.values()):
            preparation.runner.close()
