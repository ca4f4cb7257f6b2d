"""Reads the output of a Go test binary, in which lines of the framework are mixed with those of the Source.

With ``-test.v=test2json`` every line of the framework begins with a SYN character (``^V``), even after a line of the
Source that has no line end. What ``t.Log``, ``t.Error`` and the like print has no such character but a form of its own:
four spaces, file and line; further lines are indented by eight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from snipproof.model import Source
from snipproof.run.source_run import Crash, SkippedTest, UnfinishedTest

_FRAMEWORK = (
    r"\x16(?:=== (?P<turn>[A-Z]+) *(?P<turn_name>[^\n]*)"
    r"| *--- (?P<result>PASS|FAIL|SKIP): (?P<name>[^\n]*) \([^()\n]*\)"
    r"|(?:PASS|FAIL)[^\n]*)\n?"
)
_LOGGED = r" {4}(?P<file>[^\s:/]+\.go):(?P<line>\d+): (?P<message>[^\n]*\n(?: {8}[^\n]*\n)*)"
_COMPARED = re.compile(r"got:\n[^\x16]*")  # of an Example with another output
_TURNS = ("RUN", "PAUSE", "CONT", "NAME")
_NOTE = re.compile(r"\.Logf?\(")
_TESTIFY = re.compile(r"\tError:\s*(?P<error>.*?)(?:\n\tTest:.*?)?(?:\n\tMessages:\s*(?P<words>.*?))?\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Logged:
    """One call of ``t.Log``, ``t.Error``, ``t.Fatal`` or ``t.Skip``; ``after`` is the number of events before it."""

    test: str
    file: str
    line: int
    message: str
    after: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a test: ``PASS``, ``FAIL`` or ``SKIP``; ``after`` is the number of events before it."""

    result: str
    after: int


@dataclass(slots=True)
class GoTestReport:
    """The results of a run of tests.

    :param text: the output of the Source itself.
    :param tests: the tests that started, with subtests; ``None`` for a test that did not end.
    :param began: the number of events before each of them began, or went on after ``t.Parallel``.
    :param failed: those that failed, in the order of the report.
    """

    text: str = ""
    tests: dict[str, Ended | None] = field(default_factory=dict)
    began: dict[str, int] = field(default_factory=dict)
    logged: list[Logged] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def ended(self, result: str) -> dict[str, int]:
        """Return the tests with this result, each with the number of events before its end."""
        return {name: end.after for name, end in self.tests.items() if end and end.result == result}

    def messages(self, test: str) -> list[Logged]:
        """Return the messages of one test, without those of its subtests."""
        return [logged for logged in self.logged if logged.test == test]


def read_report(stdout: str, separator: str) -> GoTestReport:
    """Parse the output of a test binary.

    :param separator: that of the probes.
    """
    report = GoTestReport()
    quoted = re.escape(separator)
    pattern = re.compile(rf"(?P<probe>{quoted}-?\d+{quoted})|{_FRAMEWORK}|{_LOGGED}")
    pieces: list[str] = []
    current = ""
    events = position = 0
    while match := pattern.search(stdout, position):
        own = match["probe"] or (match["file"] and not current)  # outside of tests nothing is logged
        pieces.append(stdout[position : match.end() if own else match.start()])
        position = match.end()
        if match["probe"]:
            events += 1
        elif match["file"] and current:
            message = "\n".join(line.removeprefix(" " * 8) for line in match["message"].splitlines())
            report.logged.append(Logged(current, match["file"], int(match["line"]), message, events))
        elif match["turn"] in _TURNS:
            current = match["turn_name"]
            if match["turn"] == "RUN":
                report.tests[current] = None
            if match["turn"] in ("RUN", "CONT"):
                report.began[current] = events
        elif match["result"]:
            name = match["name"]
            report.tests[name] = Ended(match["result"], events)
            report.failed += [name] * (match["result"] == "FAIL")
            if compared := _COMPARED.match(stdout, position) if match["result"] == "FAIL" else None:
                report.logged.append(Logged(name, "", 0, f"it printed something else\n{compared[0].rstrip()}", events))
                position = compared.end()
    report.text = "".join([*pieces, stdout[position:]])
    return report


def panicked(report: GoTestReport) -> list[str]:
    """Return the test that a panic has left, and those around it: ``testing`` reports them last, inner ones first."""
    found = report.failed[-1:]
    for test in reversed(report.failed[:-1]):
        if not test.startswith(f"{found[-1]}/"):
            break
        found.append(test)
    return found


def failures(report: GoTestReport, source: Source, explained: Sequence[str]) -> list[Crash]:
    """Return a Crash for each failure of a test.

    :param explained: tests that need no message: a panic has left them.
    """
    found = []
    failed = report.ended("FAIL")
    name = source.path.rpartition("/")[2]
    for test, end in failed.items():
        messages = report.messages(test)
        notes = [m for m in messages if m.file == name and _NOTE.search("".join(source.lines[m.line - 1 : m.line]))]
        for logged in messages:
            if logged not in notes:
                message = logged.message
                lines: tuple[int, ...] = (logged.line,) if logged.file == name else ()
                if found_error := _TESTIFY.search(logged.message):
                    parts = (found_error["words"], found_error["error"])
                    message = ": ".join(_one_line(text) for text in parts if text)
                    lines = _traced(logged.message, name) or lines
                text = _log(test, [m for m in messages if m == logged or m in notes], source)
                crash = Crash(f"{test} failed", message, lines, text, logged.after, test=_function(test))
                found.append(replace(crash, since=_since(report, test)))
        inner = any(other.startswith(f"{test}/") for other in failed)
        if len(notes) == len(messages) and test not in explained and not inner:
            message = notes[-1].message if notes else "without a message"
            lines = (notes[-1].line,) if notes else ()
            crash = Crash(f"{test} failed", message, lines, _log(test, notes, source), end, test=_function(test))
            found.append(replace(crash, since=_since(report, test)))
    return sorted(found, key=lambda crash: crash.after or 0)


def _function(test: str) -> str:
    """Return the function of a test or a subtest."""
    return test.partition("/")[0]


def unfinished(report: GoTestReport, tests: Sequence[str], *, ended: bool) -> list[Crash]:
    """Return a Crash for each of ``tests`` that was not run, or that never ended.

    :param ended: whether the process ended by itself and without an error, which would explain it.
    """
    found = []
    for test in tests:
        if test not in report.tests:
            why = "a build constraint or a `TestMain` excludes it"
            found.append(Crash(f"{test} was not run", why, (), "", test=test))
        elif report.tests[test] is None:
            found.append(Crash(f"{test} never ended", "it ended the process", (), "", test=test))
    return found if ended else []


def _since(report: GoTestReport, test: str) -> int | None:
    """Return the number of events before a subtest began; ``None`` for a test function, which its name finds."""
    return report.began.get(test) if "/" in test else None


def left_by_panic(panic: Crash, report: GoTestReport, tests: Sequence[str]) -> Crash:
    """Return ``panic`` with the innermost of ``tests``, which it has left."""
    return replace(panic, test=_function(tests[-1]), since=_since(report, tests[-1]))


def running(report: GoTestReport) -> tuple[UnfinishedTest, ...]:
    """Return the tests that began and never ended, without those around them."""
    names = [test for test, end in report.tests.items() if end is None]
    inner = [name for name in names if not any(other.startswith(f"{name}/") for other in names)]
    return tuple(UnfinishedTest(_function(name), _since(report, name)) for name in inner)


def skipped(report: GoTestReport, source: Source) -> list[SkippedTest]:
    """Return the tests and subtests that were skipped."""
    found = []
    name = source.path.rpartition("/")[2]
    for test, after in report.ended("SKIP").items():
        messages = report.messages(test)
        reason = f"{test} was skipped" + (f": {messages[-1].message}" if messages else "")
        lines = tuple(message.line for message in messages if message.file == name)
        found.append(SkippedTest(_function(test), reason, since=_since(report, test), after=after, lines=lines))
    return found


def _log(test: str, messages: list[Logged], source: Source) -> str:
    """Return the messages of a test, with the path of the Source."""
    name = source.path.rpartition("/")[2]
    places = [f"{source.path if m.file == name else m.file}:{m.line}: " if m.file else "" for m in messages]
    return "\n".join([f"{test} failed", *(place + m.message for place, m in zip(places, messages, strict=True))])


def _one_line(text: str) -> str:
    """Return the first paragraph of a text on one line."""
    return " ".join(re.split(r"\n\s*\n", text.strip())[0].split())


def _traced(message: str, name: str) -> tuple[int, ...]:
    """Return the lines of the file ``name`` in testify's trace, which begins at the innermost frame."""
    trace = message.partition("Error Trace:")[2].partition("\tError:")[0]
    return tuple(int(line) for line in reversed(re.findall(rf"/{re.escape(name)}:(\d+)", trace)))
