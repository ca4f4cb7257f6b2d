"""What all Runners have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.model import Marker, Source
from snipproof.run.probe import Probed
from snipproof.run.runner_context import RunnerContext
from snipproof.run.source_run import Diagnostic, SourceRun, Termination

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Program:
    """A Source made runnable: ``bare`` is its text with the Bindings applied, ``probed`` the same with probes."""

    source: Source
    bare: str
    probed: Probed


class Runner(ABC):
    """Runs the Sources of one Suite. Its methods are called in the order in which they stand here.

    ``provision`` and ``build`` may be called from another thread than ``execute``, but never at the same time.
    ``compiles`` says whether ``build`` keeps a core busy.
    """

    compiles = True

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._problems: dict[str, tuple[Diagnostic, ...]] = {}

    @abstractmethod
    def provision(self) -> None:
        """Obtain what the lock file pins, once: nothing is done, and no network used, while that file is unchanged.

        :raises ToolchainMissingError: the machine lacks the language's toolchain.
        :raises InfrastructureError: it could not be obtained; the hint is what the package manager said last.
        :raises SettingsError: the Suite's manifest lacks something that is needed to run it.
        """

    @abstractmethod
    def probe(self, path: str, text: str, markers: Iterable[Marker]) -> Probed:
        """Return ``text``, that of the Source ``path`` with its Bindings applied, with a probe for each marker."""

    @abstractmethod
    def build(self, programs: Sequence[Program]) -> None:
        """Build all Sources of the Suite at once; one that cannot be built must not keep the others from running.

        May be called again, when the addresses of the Services have changed.

        :raises InfrastructureError: the compiler itself could not work.
        """

    @abstractmethod
    def execute(self, program: Program) -> SourceRun:
        """Run one Source and report what happened.

        Never raises for anything the Source does: hanging, flooding, crashing and leaving children are all results.
        """

    def close(self) -> None:  # noqa: B027 (most languages keep no process between Sources)
        """End what is kept between Sources."""

    def not_built(self, program: Program) -> SourceRun:
        """Return the run of a Source that its compiler refused."""
        return SourceRun(Termination.NOT_BUILT, problems=self._problems[program.source.path])
