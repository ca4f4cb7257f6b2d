"""Where the time of a run went."""

from __future__ import annotations

import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class RunTimes:
    """Seconds by phase, by Source and by Suite.

    :param phases: ``services`` until they were ready, ``waiting`` for a build or a package, ``sources`` while they ran,
        ``restore`` of what they had changed.
    :param sources: how long each Source ran, with restoring what it changed.
    :param suites: for each Suite, ``provision`` and ``build``, which overlap with everything else.
    """

    phases: dict[str, float] = field(default_factory=dict)
    sources: dict[str, float] = field(default_factory=dict)
    suites: dict[str, dict[str, float]] = field(default_factory=dict)

    def clear(self) -> None:
        """Begin again."""
        for times in (self.phases, self.sources, *self.suites.values()):
            times.clear()


@contextmanager
def timed(times: MutableMapping[str, float], *names: str) -> Iterator[None]:
    """Add the seconds that the block takes to each of ``names`` in ``times``, whatever happens in it."""
    began = time.monotonic()
    try:
        yield
    finally:
        for name in names:
            times[name] = times.get(name, 0.0) + time.monotonic() - began
