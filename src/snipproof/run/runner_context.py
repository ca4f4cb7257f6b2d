"""What a Runner is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder

if TYPE_CHECKING:
    from snipproof.services.recorder.pass_through import Recorder


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """Where a Runner works: the Suite, the settings, the Run it belongs to, and ``say`` for signs of life.

    ``recorder`` records what a Source and the server say to each other, where anybody wants to know.
    """

    suite: Suite
    settings: Settings
    run: SessionFolder
    say: Callable[[str], None]
    recorder: Recorder | None = None

    @property
    def root(self) -> Path:
        """The folder all paths of the model are relative to."""
        return self.settings.root

    @property
    def folder(self) -> Path:
        """The folder of the Suite, where its manifest and its lock file are."""
        return (self.settings.root / self.suite.path).parent

    @property
    def fresh(self) -> bool:
        """Whether each Source asks for a process that shares nothing with that of another one."""
        return self.suite.fresh or self.settings.run.fresh

    def scratch(self, name: str) -> Path:
        """Return a folder of the Run for this Suite."""
        return self.run.subfolder(f"{self.suite.flavour}-{name}")
