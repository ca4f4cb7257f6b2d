"""What a Runner reports of one run of one Source: plain facts, in the same form for every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TEST_ENDED = 0


class Ending(StrEnum):
    """How the process of a run ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    FLOODED = "flooded"  # it printed more than the output limit
    NOT_BUILT = "not built"  # a compiler refused the Source: nothing of it ran


@dataclass(frozen=True, slots=True)
class Hit:
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
class Exchange:
    """A request of the Source and the reply to it, as they went over the wire.

    :param after: the number of Hits before the request arrived.
    :param name: what was asked: ``POST /v1/graphql``, ``Search`` (gRPC).
    :param request: its body as data; the GraphQL text is ``{"query": …}``. ``None`` if there is none.
    :param response: the reply as data, that of a gRPC search in the shape of a GraphQL reply; ``None`` without one.
    :param search: whether it asked for objects or aggregates.
    :param trouble: why ``response`` is not what the Source got: not decodable, too large to be kept, refused.
    """

    after: int
    name: str
    request: Any = None
    response: Any = None
    search: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
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
    """One run. ``chunks`` is stdout cut at the Hits: one text before the first Hit, then one behind each Hit.

    ``exit_code`` is negative for a signal, ``None`` where the process was killed by us. ``stopped_at`` is the line of
    the Source at which a killed process stood, if that is known. ``problems`` are those of the Source, also when it
    ran in spite of them. ``exchanges`` are what was recorded between it and the server. ``complaint`` says what is
    wrong with a run whose process ended well, such as a native test runner that found no test.
    """

    ending: Ending
    exit_code: int | None = None
    hits: tuple[Hit, ...] = ()
    chunks: tuple[str, ...] = ("",)
    stderr: str = ""
    limit: str = ""
    crashes: tuple[Crash, ...] = ()
    stopped_at: int | None = None
    problems: tuple[Problem, ...] = ()
    complaint: str = ""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the whole Source ran to its end."""
        return self.ending is Ending.EXITED and self.exit_code == 0 and not self.crashes and not self.complaint


def cut(stdout: str, separator: str) -> tuple[list[int], list[str]]:
    """Cut ``stdout`` at the separators of the probes; returns the probes' numbers and the texts around them."""
    parts = re.split(f"{re.escape(separator)}(-?[0-9]+){re.escape(separator)}", stdout)
    return [int(line) for line in parts[1::2]], parts[0::2]


def redact_data(data: Any, secrets: Mapping[str, str]) -> Any:
    """Replace every secret value in the texts of plain data, the names of members too."""
    if isinstance(data, str):
        return redact(data, secrets)
    if isinstance(data, list):
        return [redact_data(each, secrets) for each in data] if secrets else data
    if isinstance(data, dict):
        return {redact(name, secrets): redact_data(each, secrets) for name, each in data.items()} if secrets else data
    return data


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Replace every secret value in ``text`` by its name; ``secrets`` maps names to values.

    Values shorter than four characters are left: they would hide ordinary text.
    """
    for name, value in sorted(secrets.items(), key=lambda item: -len(item[1])):
        if len(value) >= 4:
            text = text.replace(value, f"<{name}>")
    return text
