"""Proves Sources: binds, probes, builds and runs each one once, and judges its Snippets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.page_expectations import PageExpectations
from snipproof.run.preparation import Preparation, Preparations
from snipproof.run.verdict import Verdict, judge
from snipproof.services.startup import Services
from snipproof.services.weaviate.state import State

if TYPE_CHECKING:
    from snipproof.services.recorder.pass_through import Recorder

_NO_PAGES = PageExpectations()


class Prover:
    """Holds what all Sources of one Run share: the Services, what is stored in Weaviate, and the Suites' Runners.

    ``pages`` say what is compared besides what Sources say. With ``recorder``, Sources reach Weaviate through a
    pass-through that records what they ask and what they are answered.
    """

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        pages: PageExpectations = _NO_PAGES,
        *,
        recorder: bool = False,
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._say = say
        self._run = SessionFolder.begin()
        self._addresses: Future[Mapping[str, str]] = Future()
        self._recorder = _start_recorder() if recorder else None
        self._preparations = Preparations(settings, self._run, say, self._addresses, self._recorder)
        self._services: Services | None = None
        self._state: State | None = None

    @property
    def services(self) -> Services:
        """The running Services."""
        assert self._services is not None
        return self._services

    @property
    def state(self) -> State:
        """What is stored in Weaviate."""
        assert self._state is not None
        return self._state

    def prepare(self, suite: Suite, sources: Sequence[Source]) -> Preparation:
        """Begin to obtain and build what ``sources`` of ``suite`` need, in the background; a second call does nothing.

        Building waits for the addresses of the Services, which :meth:`start` makes known.
        """
        return self._preparations.begin(suite, sources)

    def start(self) -> None:
        """Start the Services and wait until they are ready; what was prepared before goes on meanwhile.

        :raises InfrastructureError: a Service did not start; what had started is stopped again by :meth:`close`.
        """
        assets = self._settings.root / self._settings.assets if self._settings.assets else None
        try:
            self._services = Services.start(
                self._settings, self._run, self._say, assets, self._announce, self._recorder
            )
            self._announce(self._services.placeholders())
            self._state = State(self._services.weaviate)
        except BaseException as error:
            if not self._addresses.done():
                self._addresses.set_exception(
                    error if isinstance(error, InfrastructureError) else InfrastructureError("interrupted")
                )
            raise

    def _announce(self, addresses: Mapping[str, str]) -> None:
        if not self._addresses.done():
            self._addresses.set_result(addresses)

    def prove(self, suite: Suite, source: Source) -> list[Verdict]:
        """Run ``source`` and return a Verdict for each of its Snippets; what it changed in Weaviate is restored.

        :raises ToolchainMissingError: the machine lacks the Suite's language.
        :raises InfrastructureError: what it needs could not be obtained, or Weaviate is gone.
        """
        preparation = self.prepare(suite, [source])
        program = preparation.program(source, self.services.placeholders())
        self.state.mark()
        run = preparation.runner.execute(program)
        self.state.restore_if_changed()
        return judge(source, program.probed, run, self._pages)

    def close(self) -> None:
        """Stop the Services and remove everything of this Run."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._run.end)
            if self._recorder:
                stack.callback(self._recorder.stop)
            if self._services:
                stack.callback(self._services.stop)
            stack.callback(self._preparations.close)
            if self._services and self._state and self._services.weaviate.mode == "url":
                self._state.clear()


def _start_recorder() -> Recorder:
    from snipproof.services.recorder.pass_through import Recorder

    try:
        return Recorder()
    except OSError as error:
        raise InfrastructureError(f"the recorder between Sources and Weaviate cannot listen: {error}") from None
