"""What a Runner reports of one run of one Source: plain facts, in the same form for every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How the process of a run ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    FLOODED = "flooded"  # it printed more than the output limit


@dataclass(frozen=True, slots=True)
class Hit:
    """A probe was passed: the marker's line, and the time in seconds on the run's own monotonic clock."""

    line: int
    time: float


@dataclass(frozen=True, slots=True)
class Crash:
    """An exception that left the Source: ``lines`` are its frames' lines in the Source, outermost first."""

    type: str
    message: str
    lines: tuple[int, ...]
    traceback: str


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One run. ``chunks`` is stdout cut at the probes: one text before the first Hit, then one behind each Hit.

    ``exit_code`` is negative for a signal, ``None`` where the process was killed by us. ``stopped_at`` is the line of
    the Source at which a killed process stood, if that is known.
    """

    ending: Ending
    exit_code: int | None
    hits: tuple[Hit, ...]
    chunks: tuple[str, ...]
    stderr: str
    limit: str = ""
    crash: Crash | None = None
    stopped_at: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the whole Source ran to its end."""
        return self.ending is Ending.EXITED and self.exit_code == 0 and self.crash is None


def cut(stdout: str, separator: str) -> tuple[list[int], list[str]]:
    """Cut ``stdout`` at the separators of the probes; returns the probes' lines and the texts around them."""
    parts = re.split(f"{re.escape(separator)}([0-9]+){re.escape(separator)}", stdout)
    return [int(line) for line in parts[1::2]], parts[0::2]


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Replace every secret value in ``text`` by its name; ``secrets`` maps names to values.

    Values shorter than four characters are left: they would hide ordinary text.
    """
    for name, value in sorted(secrets.items(), key=lambda item: -len(item[1])):
        if len(value) >= 4:
            text = text.replace(value, f"<{name}>")
    return text
