"""Reads what a Go test binary prints: lines of the framework in between those of the Source.

With ``-test.v=test2json`` every line of the framework begins with a SYN character (``^V``), also where it follows a
Source's line that was never ended. What ``t.Log``, ``t.Error`` and the like print has no such sign but a form of its
own: four spaces, file and line, and further lines behind eight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from snipproof.model import Source
from snipproof.run.source_run import TEST_ENDED, Crash

_FRAMEWORK = (
    r"\x16(?:=== (?P<turn>[A-Z]+) *(?P<turn_name>[^\n]*)"
    r"| *--- (?P<result>PASS|FAIL|SKIP): (?P<name>[^\n]*) \([^()\n]*\)"
    r"|(?:PASS|FAIL)[^\n]*)\n?"
)
_LOGGED = r" {4}(?P<file>[^\s:/]+\.go):(?P<line>\d+): (?P<message>[^\n]*\n(?: {8}[^\n]*\n)*)"
_COMPARED = re.compile(r"got:\n[^\x16]*")  # of an Example whose output is another one
_TURNS = ("RUN", "PAUSE", "CONT", "NAME")
_NOTE = re.compile(r"\.Logf?\(")
_TESTIFY = re.compile(r"\tError:\s*(?P<error>.*?)(?:\n\tTest:.*?)?(?:\n\tMessages:\s*(?P<words>.*?))?\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Logged:
    """One call of ``t.Log``, ``t.Error``, ``t.Fatal`` or ``t.Skip``: where, what, and behind how many Hits."""

    test: str
    file: str
    line: int
    message: str
    after: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a test: ``PASS``, ``FAIL`` or ``SKIP``, behind how many Hits."""

    result: str
    after: int


@dataclass(slots=True)
class GoTestReport:
    """What a run of tests came to.

    ``text`` is the Source's own output, with a separator for each top-level test that ended; ``ends`` are the places
    of these among all Hits. ``tests`` are those that were begun, subtests too, with ``None`` where one did not end.
    """

    text: str = ""
    ends: list[int] = field(default_factory=list)
    tests: dict[str, Ended | None] = field(default_factory=dict)
    logged: list[Logged] = field(default_factory=list)

    def ended(self, result: str) -> dict[str, int]:
        """Return the tests with this result, and behind how many Hits they ended."""
        return {name: end.after for name, end in self.tests.items() if end and end.result == result}

    def words(self, test: str) -> list[Logged]:
        """Return what was logged for one test, without its subtests."""
        return [logged for logged in self.logged if logged.test == test]


def read_report(stdout: str, separator: str, *, died: bool) -> GoTestReport:
    """Take a test binary's output apart.

    :param separator: that of the probes.
    :param died: whether a panic ended the process: the test that failed last was cut short then, and did not end.
    """
    report = GoTestReport()
    quoted = re.escape(separator)
    pattern = re.compile(rf"(?P<hit>{quoted}-?\d+{quoted})|{_FRAMEWORK}|{_LOGGED}")
    pieces: list[str] = []
    current = ""
    hits = position = 0
    while match := pattern.search(stdout, position):
        own = match["hit"] or (match["file"] and not current)  # where no test runs, nothing is logged
        pieces.append(stdout[position : match.end() if own else match.start()])
        position = match.end()
        if match["hit"]:
            hits += 1
        elif match["file"] and current:
            message = "\n".join(line.removeprefix(" " * 8) for line in match["message"].splitlines())
            report.logged.append(Logged(current, match["file"], int(match["line"]), message, hits))
        elif match["turn"] in _TURNS:
            current = match["turn_name"]
            if match["turn"] == "RUN":
                report.tests[current] = None
        elif match["result"]:
            name = match["name"]
            report.tests[name] = Ended(match["result"], hits)
            if compared := _COMPARED.match(stdout, position) if match["result"] == "FAIL" else None:
                report.logged.append(Logged(name, "", 0, f"it printed something else\n{compared[0].rstrip()}", hits))
                position = compared.end()
            if "/" not in name and not (died and match["result"] == "FAIL" and "\x16" not in stdout[position:]):
                report.ends.append(hits)
                pieces.append(f"{separator}{TEST_ENDED}{separator}")
                hits += 1
    report.text = "".join([*pieces, stdout[position:]])
    return report


def failures(report: GoTestReport, source: Source, *, died: bool) -> list[Crash]:
    """Return a Crash for everything that made a test fail.

    :param died: whether a panic is known besides, which says why a test without a word failed.
    """
    found = []
    failed = report.ended("FAIL")
    name = source.path.rpartition("/")[2]
    for test, end in failed.items():
        words = report.words(test)
        notes = [w for w in words if w.file == name and _NOTE.search("".join(source.lines[w.line - 1 : w.line]))]
        for logged in words:
            if logged not in notes:
                message = logged.message
                lines: tuple[int, ...] = (logged.line,) if logged.file == name else ()
                if told := _TESTIFY.search(logged.message):
                    message = ": ".join(_one_line(text) for text in (told["words"], told["error"]) if text)
                    lines = _traced(logged.message, name) or lines
                text = _log(test, [w for w in words if w == logged or w in notes], source)
                found.append(Crash(f"{test} failed", message, lines, text, logged.after))
        inner = any(other.startswith(f"{test}/") for other in failed)
        if len(notes) == len(words) and not died and not inner:
            message = notes[-1].message if notes else "without a word"
            lines = (notes[-1].line,) if notes else ()
            found.append(Crash(f"{test} failed", message, lines, _log(test, notes, source), end))
    return sorted(found, key=lambda crash: crash.after or 0)


def _log(test: str, words: list[Logged], source: Source) -> str:
    """Return what was logged for a test, with the path of the Source."""
    name = source.path.rpartition("/")[2]
    places = [f"{source.path if w.file == name else w.file}:{w.line}: " if w.file else "" for w in words]
    return "\n".join([f"{test} failed", *(place + w.message for place, w in zip(places, words, strict=True))])


def _one_line(text: str) -> str:
    """Return the first paragraph of a text in one line."""
    return " ".join(re.split(r"\n\s*\n", text.strip())[0].split())


def _traced(message: str, name: str) -> tuple[int, ...]:
    """Return the lines of the file ``name`` in testify's own trace, which begins at the innermost."""
    trace = message.partition("Error Trace:")[2].partition("\tError:")[0]
    return tuple(int(line) for line in reversed(re.findall(rf"/{re.escape(name)}:(\d+)", trace)))
