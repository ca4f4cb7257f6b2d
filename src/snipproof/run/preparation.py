"""Prepares Suites in the background: applies Bindings, obtains what lock files pin, and builds Programs."""

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
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.languages import languages
from snipproof.model import Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import Program, Runner, RunnerContext, make_runner

if TYPE_CHECKING:
    from snipproof.services.recorder.pass_through import Recorder

Addresses = Mapping[str, str]
"""What the ``{name}`` placeholders of Bindings stand for."""

_MAX_THREADS = 64


def check_bindings(suite: Suite, texts: Mapping[str, str]) -> None:
    """Check that every Binding of ``suite`` matches: in each of its Sources, or in at least one if it is optional.

    :param texts: the text of each Source of the Suite, by path.
    :raises SettingsError: a Binding matches nothing, so a Source would connect to the address that the docs show.
    """
    for binding in suite.bindings:
        missing = [path for path, text in texts.items() if binding.find not in text]
        if missing and (not binding.optional or len(missing) == len(texts)):
            raise SettingsError(
                f"{suite.path}:{binding.line}:1 the binding {binding.find!r} matches nothing in {', '.join(missing)}",
                "the Source would use the documented address itself: write the address as the binding has it,\n"
                "or mark the binding `optional: true` if only some Sources of the Suite use it",
            )


def apply_bindings(suite: Suite, text: str, addresses: Addresses) -> str:
    """Return ``text`` with every Binding of ``suite`` applied."""
    for binding in suite.bindings:
        replacement = binding.replace
        for name, value in addresses.items():
            replacement = replacement.replace(f"{{{name}}}", value)
        text = text.replace(binding.find, replacement)
    return text


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
    _done: Future[Addresses] = field(default_factory=Future)
    _programs: dict[str, Program] = field(default_factory=dict)

    def start(self, pool: ThreadPoolExecutor, addresses: Future[Addresses]) -> None:
        """Begin in another thread."""
        self._done = pool.submit(self._prepare, addresses)

    def _prepare(self, addresses: Future[Addresses]) -> Addresses:
        self.runner.provision()
        values = addresses.result()
        compiles = languages()[self.suite.language].compiles
        with self.cores.work(self.turn) if compiles else contextlib.nullcontext():
            self._build(values)
        return values

    def program(self, source: Source, addresses: Addresses) -> Program:
        """Return the Program of ``source``; wait until it is built.

        The Suite is built again if ``source`` is new, or if ``addresses`` differ from those that were announced.

        :param addresses: those of the running Services.
        :raises InfrastructureError: preparing the Suite failed.
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
            bare = apply_bindings(self.suite, source.text, addresses)
            programs.append(Program(source, bare, self.runner.probe(source, bare)))
        self.runner.build(programs)
        self._programs = {program.source.path: program for program in programs}


class Preparations:
    """The Preparations of one session; those that begin first are built first."""

    def __init__(
        self,
        settings: Settings,
        session: SessionFolder,
        log: Callable[[str], None],
        addresses: Future[Addresses],
        recorder: Recorder | None = None,
    ) -> None:
        self._settings = settings
        self._session = session
        self._log = log
        self._addresses = addresses
        self._recorder = recorder
        # A thread for each Suite, since most of the time they wait: for a network, for the Services, for a core.
        self._pool = ThreadPoolExecutor(max_workers=_MAX_THREADS, thread_name_prefix="snipproof")
        self._cores = CorePool(max(2, os.cpu_count() or 2))
        self._by_suite: dict[str, Preparation] = {}

    def begin(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Return the Preparation of ``suite``; the first call begins it, with ``sources``.

        :raises SettingsError: the Runner of the Suite's language cannot be imported.
        """
        known = self._by_suite.get(suite.path)
        if known is None:
            context = RunnerContext(suite, self._settings, self._session, self._log, self._recorder)
            known = Preparation(suite, make_runner(context), list(sources), len(self._by_suite), self._cores)
            self._by_suite[suite.path] = known
            known.start(self._pool, self._addresses)
        return known

    def close(self) -> None:
        """Stop the work in the background, and end what the Runners keep between Sources."""
        self._session.closing.set()
        if not self._addresses.done():
            self._addresses.set_exception(InfrastructureError("interrupted"))
        self._pool.shutdown(cancel_futures=True)
        for preparation in self._by_suite.values():
            preparation.runner.close()
