"""What Sources need before they can run is obtained and built in the background, Suite by Suite."""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.bindings import apply_bindings
from snipproof.run.runner_context import RunnerContext
from snipproof.run.runners.runner import Program, Runner

if TYPE_CHECKING:
    from snipproof.services.recorder.pass_through import Recorder

Addresses = Mapping[str, str]
_MOST = 64


class CorePool:
    """Lets only so many compilers work at once; of those that wait, the one whose Suite is proven first goes first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[int] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def work(self, turn: int) -> Iterator[None]:
        """Wait for a core, and give it back in the end."""
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
    _done: Future[Addresses] = field(default_factory=Future)
    _programs: dict[str, Program] = field(default_factory=dict)

    def start(self, pool: ThreadPoolExecutor, addresses: Future[Addresses]) -> None:
        """Begin in another thread."""
        self._done = pool.submit(self._prepare, addresses)

    def _prepare(self, addresses: Future[Addresses]) -> Addresses:
        self.runner.provision()
        values = addresses.result()
        with self.cores.work(self.turn) if self.runner.compiles else contextlib.nullcontext():
            self._build(values)
        return values

    def program(self, source: Source, addresses: Addresses) -> Program:
        """Return what ``source`` became, waiting for it.

        :param addresses: those of the running Services. Where they are not those that were announced, or where
            ``source`` is new, the Suite is built again.
        :raises InfrastructureError: whatever kept the Suite from being prepared.
        """
        built_with = self._done.result()
        if source.path not in self._programs:
            self.sources.append(source)
        if built_with != addresses or source.path not in self._programs:
            self._done = Future()
            try:
                self._build(addresses)
            except BaseException as error:
                self._done.set_exception(error)
                raise
            self._done.set_result(addresses)
        return self._programs[source.path]

    def _build(self, addresses: Addresses) -> None:
        programs = []
        for source in self.sources:
            markers = [marker for region in source.regions for marker in region.markers]
            bare = apply_bindings(self.suite, source.text, addresses)
            programs.append(Program(source, bare, self.runner.probe(source.path, bare, markers)))
        self.runner.build(programs)
        self._programs = {program.source.path: program for program in programs}


class Preparations:
    """The Preparations of one Run; those that are begun first are also built first."""

    def __init__(
        self,
        settings: Settings,
        run: SessionFolder,
        say: Callable[[str], None],
        addresses: Future[Addresses],
        recorder: Recorder | None = None,
    ) -> None:
        self._settings = settings
        self._run = run
        self._say = say
        self._addresses = addresses
        self._recorder = recorder
        # A thread each, since most of the time they wait: for a network, for the Services, for a core.
        self._pool = ThreadPoolExecutor(max_workers=_MOST, thread_name_prefix="snipproof")
        self._cores = CorePool(max(2, os.cpu_count() or 2))
        self._by_suite: dict[str, Preparation] = {}

    def begin(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Return the Preparation of ``suite``, begun now with ``sources`` if it is the first call."""
        known = self._by_suite.get(suite.path)
        if known is None:
            context = RunnerContext(suite, self._settings, self._run, self._say, self._recorder)
            known = Preparation(suite, make_runner(context), list(sources), len(self._by_suite), self._cores)
            self._by_suite[suite.path] = known
            known.start(self._pool, self._addresses)
        return known

    def close(self) -> None:
        """Stop what still works, and end what the Runners keep."""
        self._run.closing.set()
        if not self._addresses.done():
            self._addresses.set_exception(InfrastructureError("interrupted"))
        self._pool.shutdown(cancel_futures=True)
        for preparation in self._by_suite.values():
            preparation.runner.close()


def make_runner(context: RunnerContext) -> Runner:
    """Return the Runner of the Suite's language. Only that one is imported."""
    language = context.suite.language
    if language == "python":
        from snipproof.run.runners.python.runner import PythonRunner

        return PythonRunner(context)
    if language == "typescript":
        from snipproof.run.runners.typescript.runner import TypeScriptRunner

        return TypeScriptRunner(context)
    if language == "go":
        from snipproof.run.runners.go.runner import GoRunner

        return GoRunner(context)
    from snipproof.run.runners.java.runner import JavaRunner

    return JavaRunner(context)
