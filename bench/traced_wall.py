"""A plugin for pytest: a trace in Sources can write into a folder behind their wall, that of ``BENCH_TRACE_FOLDER``."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from snipproof.services.network.documented import DocumentedNetwork
from snipproof.services.network.wall import Wall

_enter = DocumentedNetwork.enter


def _with_trace(self: DocumentedNetwork, command: Sequence[str], cwd: Path, wall: Wall | None = None) -> list[str]:
    folder = Path(os.environ["BENCH_TRACE_FOLDER"])
    return _enter(self, command, cwd, replace(wall, writable=(*wall.writable, folder)) if wall else None)


DocumentedNetwork.enter = _with_trace  # type: ignore[method-assign]
