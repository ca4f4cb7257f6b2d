"""What a Runner reports of one run of one Source: plain facts, in the same form for every language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from snipproof.services.recorder.exchange import Exchange

TEST_ENDED = 0


class Termination(StrEnum):
    """How the process of a run ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    FLOODED = "flooded"  # it printed more than the output limit
    NOT_BUILT = "not built"  # a compiler refused the Source: nothing of it ran


@dataclass(frozen=True, slots=True)
class ProbeEvent:
    """A probe was passed: its number, and the time in seconds on the run's own monotonic clock.

    ``TEST_ENDED`` in place of a number says that one of the native test functions of the Source is over, so that
    whatever it had entered will not be left any more.
    """

    line: int
    time: float


@dataclass(frozen=True, slots=True)
class Crash:
    """An exception that left the Source, or an assertion of it that failed.

    ``lines`` are its frames' lines in the Source, outermost first. ``after`` is the number of Hits before it, ``None``
    for all of them.
    """

    type: str
    message: str
    lines: tuple[int, ...]
    traceback: str
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a compiler or type checker (``tool``) says of a place in the docs; the column counts from 1."""

    tool: str
    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.path}:{self.line}:{self.column} {self.tool}: {self.message}"


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One run. ``chunks`` is stdout cut at the ProbeEvents: the text before the first, then one after each.

    ``exit_code`` is negative for a signal, ``None`` where the process was killed by us. ``stopped_at`` is the line of
    the Source at which a killed process stood, if that is known. ``problems`` are those of the Source, also when it
    ran in spite of them. ``exchanges`` are what was recorded between it and the server. ``failure_reason`` says what is
    wrong with a run whose process ended well, such as a native test runner that found no test.
    """

    termination: Termination
    exit_code: int | None = None
    hits: tuple[ProbeEvent, ...] = ()
    chunks: tuple[str, ...] = ("",)
    stderr: str = ""
    limit: str = ""
    crashes: tuple[Crash, ...] = ()
    stopped_at: int | None = None
    problems: tuple[Diagnostic, ...] = ()
    failure_reason: str = ""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the whole Source ran to its end."""
        return (
            self.termination is Termination.EXITED
            and self.exit_code == 0
            and not self.crashes
            and not self.failure_reason
        )


def cut(stdout: str, separator: str) -> tuple[list[int], list[str]]:
    """Cut ``stdout`` at the separators of the probes; returns the probes' numbers and the texts around them."""
    parts = re.split(f"{re.escape(separator)}(-?[0-9]+){re.escape(separator)}", stdout)
    return [int(line) for line in parts[1::2]], parts[0::2]
