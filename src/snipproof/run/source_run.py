"""What a Runner reports about one run of one Source: facts in the same form for every language."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from snipproof.run.probe.plan import Signal
from snipproof.services.recorder.recording import Exchange

_MAX_HEADLINE = 300


class Termination(StrEnum):
    """How the process of a run ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    FLOODED = "flooded"  # it printed more than the output limit
    NOT_BUILT = "not built"  # a compiler rejected the Source: nothing of it ran


@dataclass(frozen=True, slots=True)
class ProbeEvent:
    """A run passed a probe.

    :param line: the number of the probe: the line of a marker, if there is no plan.
    :param time: seconds on a monotonic clock.
    :param signal: what it reports, if a plan placed the probe; ``line`` is then the number of a statement, a function
        or a class, and ``frame`` the activation of the function that reports it.
    :param mark: the number of the mark that the probe prints; ``None`` if it prints none.
    :param background: whether another goroutine or thread than that of the tests reports it.
    """

    line: int
    time: float
    signal: Signal | None = None
    frame: str = ""
    mark: int | None = None
    background: bool = False


@dataclass(frozen=True, slots=True)
class Crash:
    """An uncaught exception of the Source, or an assertion of it that failed.

    :param lines: the lines of its frames in the Source, outermost first.
    :param after: the number of probe events before it, ``None`` for all of them.
    :param if_shown: whether it is a failure only if a Snippet shows one of its lines.
    :param test: the native test function that failed, if it is known.
    :param since: the number of probe events before that part of it began which failed, such as a subtest.
    :param region: the Region that raised it, if the Source went on behind it.
    :param cause: if the Source went on although the Region announces no error: the Region whose failure explains this
        one, ``""`` for a failure of its own.
    :param types: ``type`` and the names of its base classes.
    """

    type: str
    message: str
    lines: tuple[int, ...]
    traceback: str
    after: int | None = None
    if_shown: bool = False
    test: str = ""
    since: int | None = None
    region: str = ""
    cause: str | None = None
    types: tuple[str, ...] = ()

    @property
    def went_on(self) -> bool:
        """Whether the Source went on behind it."""
        return self.cause is not None

    @property
    def headline(self) -> str:
        """The message on one line: its first one, or more if that ends with a colon, as in assertions of Node.js."""
        text = self.message.strip()
        first = text.split("\n")[0].rstrip()
        return " ".join(text.split())[:_MAX_HEADLINE] if first.endswith(":") else first


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error that a compiler or type checker (``tool``) reports; line and column count from 1."""

    tool: str
    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.path}:{self.line}:{self.column} {self.tool}: {self.message}"


@dataclass(frozen=True, slots=True)
class SkippedTest:
    """A native test, or a part of one, that was not run to its end on purpose.

    :param name: its function, ``""`` if it is that of all tests.
    :param whole: whether nothing of it ran to its end.
    :param since: the number of probe events before the part that was skipped began, ``None`` for the whole test;
        ``after`` the number before it ended, and ``lines`` those of the Source that skipped it.
    """

    name: str
    reason: str
    whole: bool = True
    since: int | None = None
    after: int | None = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnfinishedTest:
    """A native test that began and never ended.

    :param name: its function.
    :param since: the number of probe events before that part of it began which never ended, such as a subtest.
    """

    name: str
    since: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One run of a Source.

    :param exit_code: negative for a signal, ``None`` if the Runner killed the process.
    :param events: the probes that the run passed, in order.
    :param chunks: standard output cut at the events: the text before the first, then the text after each.
    :param stderr: standard error.
    :param limit: the limit that the run reached, for messages: ``60 s``.
    :param stopped_at: the line of the Source at which a killed process stopped, if that is known.
    :param diagnostics: those of the Source, even if it ran in spite of them.
    :param failure_reason: why a run failed whose process exited with 0, such as a test runner that found no test.
    :param exchanges: the recorded requests of the Source and the responses to them.
    :param skipped: native tests that skipped themselves.
    :param unfinished: native tests that began and never ended.
    :param stand_ins: hosts of model providers for which a stand-in answered, with the number of probe events before.
    :param replies: hosts whose own replies, of now or recorded, were the answer: with ``replay``, ``record`` or
        ``live``, and the number of probe events before.
    :param announced: whether a Snippet raised the error that it announces, which explains an exit code.
    """

    termination: Termination
    exit_code: int | None = None
    events: tuple[ProbeEvent, ...] = ()
    chunks: tuple[str, ...] = ("",)
    stderr: str = ""
    limit: str = ""
    crashes: tuple[Crash, ...] = ()
    stopped_at: int | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    failure_reason: str = ""
    exchanges: tuple[Exchange, ...] = ()
    skipped: tuple[SkippedTest, ...] = ()
    unfinished: tuple[UnfinishedTest, ...] = ()
    stand_ins: tuple[tuple[str, int], ...] = ()
    replies: tuple[tuple[str, str, int], ...] = ()
    announced: bool = False

    @property
    def reached_end(self) -> bool:
        """Whether the Source ran to its end, behind all parts that failed."""
        return replace(self, crashes=tuple(crash for crash in self.crashes if not crash.went_on)).ok

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
    """Cut ``stdout`` at the separators of the probes; return the numbers of the probes and the texts around them."""
    parts = re.split(f"{re.escape(separator)}(-?[0-9]+){re.escape(separator)}", stdout)
    return [int(line) for line in parts[1::2]], parts[0::2]
