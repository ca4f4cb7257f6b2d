"""A plugin for pytest: Sources run without their wall, so that a trace in them can write elsewhere."""

from collections.abc import Sequence
from pathlib import Path

from snipproof.services.network.documented import DocumentedNetwork

_enter = DocumentedNetwork.enter


def _without_wall(self: DocumentedNetwork, command: Sequence[str], cwd: Path, wall: object = None) -> list[str]:  # noqa: ARG001 (that is the point)
    return _enter(self, command, cwd)


DocumentedNetwork.enter = _without_wall  # type: ignore[method-assign]
