"""The interface of a Runner: how the Sources of one language are built and run.

A language names its Runner in its row (:class:`snipproof.languages.Language`); :func:`make_runner` finds it there.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.languages import ENTRY_POINT_GROUP, Language, languages
from snipproof.model import Source, Suite
from snipproof.processes.cache_folder import cache_folder
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.probe import Probed
from snipproof.run.source_run import Diagnostic, SourceRun, Termination
from snipproof.text import as_file_name

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.recorder.pass_through import Recorder


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """What a Runner works with.

    :param suite: the Suite whose Sources it runs.
    :param session: the folder of the session: every process and every file of the Runner belongs to it.
    :param log: writes one line for the user about a step that takes time or about something unexpected.
    :param recorder: records the requests of a Source and the responses to them; ``None`` if nothing compares them.
    :param network: the network in which the Sources run; ``None`` for that of this machine.
    """

    suite: Suite
    settings: Settings
    session: SessionFolder
    log: Callable[[str], None]
    recorder: Recorder | None = None
    network: DocumentedNetwork | None = None

    @property
    def root(self) -> Path:
        """The folder that all paths of the model are relative to."""
        return self.settings.root

    @property
    def folder(self) -> Path:
        """The folder of the Suite, with its manifest and its lock file."""
        return (self.settings.root / self.suite.path).parent

    @property
    def fresh(self) -> bool:
        """Whether each Source needs a process that shares nothing with the process of another Source."""
        return self.suite.fresh or self.settings.run.fresh

    def inside(
        self, command: Sequence[str], cwd: Path, writable: Sequence[Path] = (), readable: Sequence[Path] = ()
    ) -> list[str]:
        """Return the command that runs ``command``, a Source or a runtime for Sources, in their network.

        There it has a wall around it: it can read and write much less than this process.

        :param cwd: its working directory.
        :param writable: the folders that it can write to; by default those of :meth:`scratch`.
        :param readable: files and folders that it needs in the user's home or in a temporary folder, next to the docs,
            the cache, those of :meth:`scratch`, Python, and what ``PATH`` leads to.
        """
        if self.network is None:
            return list(command)
        from snipproof.services.network.wall import Wall

        own = self.jobs().parent
        needed = (self.root, self.folder, cache_folder(self.settings), own, *readable)
        return self.network.enter(command, cwd, Wall(needed, tuple(writable) or (own,)))

    def scratch(self, name: str) -> Path:
        """Return a folder of the session for this Suite."""
        # By its path too: several Suites may have the same flavour. A client of the matrix has folders of its own.
        key = f"{self.suite.path}{self.suite.combination.client}"
        suite = f"{as_file_name(self.suite.flavour)}-{zlib.crc32(key.encode()):08x}"
        return self.session.subfolder(f"{suite}/{name}")

    def jobs(self) -> Path:
        """Return the folder of the session in which each run of a Source of this Suite gets a folder of its own."""
        return self.scratch("jobs")


@dataclass(frozen=True, slots=True)
class Program:
    """A Source made runnable.

    :param bare: its text with the Bindings applied.
    :param probed: the same text with probes.
    """

    source: Source
    bare: str
    probed: Probed


@dataclass(frozen=True, slots=True)
class Pinned:
    """What decides what a Suite installs: while it is the same, what was installed is used again.

    :param files: those whose bytes count: manifest and lock file.
    :param facts: what else counts, such as the version of the toolchain.
    """

    files: tuple[Path, ...]
    facts: str


class Runner(ABC):
    """Runs the Sources of one Suite.

    The methods are called in the order in which they stand here. ``provision`` and ``build`` may be called from another
    thread than ``execute``, but never at the same time.
    """

    def __init__(self, context: RunnerContext) -> None:
        self.context = context
        #: What ``build`` reported about each Source, by path.
        self.diagnostics: dict[str, tuple[Diagnostic, ...]] = {}

    def pinned(self) -> Pinned | None:
        """Return what decides what ``provision`` installs in the cache; ``None`` if that is nothing.

        :raises ToolchainMissingError: as ``provision`` does.
        :raises SettingsError: likewise.
        """
        return None

    def shared_folders(self) -> Sequence[Path]:
        """Return the user's own folders, outside of the cache, that ``provision`` and ``build`` fill, if any.

        :raises ToolchainMissingError: as ``provision`` does.
        :raises SettingsError: likewise.
        """
        return ()

    @abstractmethod
    def provision(self) -> None:
        """Obtain what the lock file pins, once: while that file is unchanged, do nothing and use no network.

        :raises ToolchainMissingError: the toolchain of the language is not installed on this machine.
        :raises InfrastructureError: a package could not be obtained; the hint is the end of the package manager's
            output.
        :raises SettingsError: the Suite's manifest lacks an entry that running it requires.
        """

    @abstractmethod
    def probe(self, source: Source, text: str) -> Probed:
        """Return ``text`` with the probes that the Snippets of ``source`` need.

        :param text: the text of the Source with the Bindings applied; its lines are those of the Source.
        """

    @abstractmethod
    def build(self, programs: Sequence[Program]) -> None:
        """Build all Sources of the Suite at once. One that fails to build must not keep the others from running.

        May be called again when the addresses of the Services have changed.

        :raises InfrastructureError: the compiler itself failed.
        """

    def is_build_cached(self) -> bool:
        """Return whether ``build`` finds all but the Sources compiled, if the toolchain keeps builds.

        To be called after ``provision``.
        """
        return True

    @abstractmethod
    def execute(self, program: Program) -> SourceRun:
        """Run one Source and return what happened.

        Must not raise for anything that the Source does: a hang, a flood of output, a crash and child processes that
        it leaves behind are all results.
        """

    def close(self) -> None:  # noqa: B027 (most languages keep no process between Sources)
        """End what is kept between Sources."""

    def not_built(self, program: Program) -> SourceRun:
        """Return the run of a Source that ``build`` failed to build; its errors are in ``diagnostics``."""
        return SourceRun(Termination.NOT_BUILT, diagnostics=self.diagnostics[program.source.path])


def make_runner(context: RunnerContext) -> Runner:
    """Return the Runner of the Suite's language; only its module is imported.

    :raises SettingsError: no language of that name can be run, or its Runner cannot be imported.
    """
    suite = context.suite
    language = languages().get(suite.language)
    if language is None or not language.runner:
        raise SettingsError(f"{suite.path}:1:1 no Runner for the language {suite.language!r}")
    module, _, name = language.runner.partition(":")
    try:
        kind = getattr(import_module(module), name)
    except Exception as error:  # noqa: BLE001 (another distribution's code)
        raise _invalid(language, f"failed to import: {error!r}") from None
    if not (isinstance(kind, type) and issubclass(kind, Runner)):
        raise _invalid(language, f"is not a snipproof Runner but {kind!r}")
    runner: Runner = kind(context)
    return runner


def _invalid(language: Language, problem: str) -> SettingsError:
    # The row does not know its entry point; all of them have been loaded by now.
    point = next((p for p in entry_points(group=ENTRY_POINT_GROUP) if p.load() == language), None)
    origin = point.dist.name if point and point.dist else "an unknown distribution"
    entry = point.name if point else language.name
    return SettingsError(
        f"the runner {language.runner!r} of the entry point {entry!r} of {origin} in the group {ENTRY_POINT_GROUP!r} "
        f"{problem}",
        f"update or uninstall {origin}",
    )
