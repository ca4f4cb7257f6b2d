"""The text of a Source with its probes, and the edits that make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from snipproof.run.probe.plan import Plan

PROBE_FUNCTION = "__snipproof_probe__"


@dataclass(frozen=True, slots=True)
class Function:
    """A function declared where no statement may stand: at the top of a Go file, in the body of a Java class.

    Its probes are ``first`` at its entry and ``-first`` at its exit.

    :param first: the line of its name.
    :param last: the line at which it ends.
    """

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Probed:
    """The text of a Source with its probes. The probe of a marker is the number of the marker's line.

    :param silent: for the line of each marker without a probe, the reason.
    :param plan: what a run must report. Without one, the markers themselves are the probes.
    :param program: what runs instead of ``text``, in a form of the language's own.
    :param unreachable: the lines of END markers right after a statement that leaves, such as ``return``: their Region
        ends there.
    :param declared: the lines of markers between declarations, where nothing can be executed. Such a marker has no
        probe of its own: the probes of the ``functions`` that it shows prove what it opens or closes.
    """

    text: str
    silent: Mapping[int, str] = field(default_factory=dict)
    unreachable: frozenset[int] = frozenset()
    declared: frozenset[int] = frozenset()
    functions: tuple[Function, ...] = ()
    plan: Plan | None = None
    program: bytes = b""


class Edits:
    """Edits inside the lines of a text; the number of lines stays the same."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._inserts: dict[int, list[tuple[int, int, str]]] = {}
        self._replaced: dict[int, str] = {}

    def replace(self, line: int, text: str) -> None:
        """Make ``text`` the whole of ``line``, which counts from 1."""
        self._replaced[line] = text

    def insert(self, line: int, column: int, text: str) -> None:
        """Put ``text`` before the character at ``column`` of ``line``; columns count characters from 0."""
        inserts = self._inserts.setdefault(line, [])
        inserts.append((column, len(inserts), text))

    def text(self) -> str:
        """Return the edited text."""
        result = []
        for number, line in enumerate(self.lines, start=1):
            new = self._replaced.get(number, line)
            # From the right, so that columns stay valid; at one column in the order of the calls.
            for column, _, text in sorted(self._inserts.get(number, ()), reverse=True):
                new = new[:column] + text + new[column:]
            result.append(new)
        return "\n".join(result)
