"""The report for people: each Finding with its line, a caret under the column, and its hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from snipproof.lint.check_result import CheckResult

_MAX_WIDTH = 100
_WIDTH_BEFORE = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLES = {"place": "1", "error": "1;31", "warning": "1;33", "gutter": "34", "hint": "36"}


def wants_colour(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to print colour: ``NO_COLOR`` wins over ``FORCE_COLOR``, and both win over what the output is."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal and environ.get("TERM") != "dumb"


def lines(result: CheckResult) -> Iterator[str]:
    """Return each Finding with its line, and the summary."""
    quoted = ("", [""])  # the last file quoted from: Findings come file by file
    for finding in result.findings:
        if finding.path != quoted[0]:
            quoted = finding.path, result.text_of(finding.path).split("\n")
        yield from finding_lines(finding, quoted[1], result.colour)
    yield result.summary


def statistics_lines(result: CheckResult) -> Iterator[str]:
    """Return a line for each rule that was broken, the most frequent first, and the summary."""
    width = max((len(f"{count:,}") for _, _, count in result.statistics), default=0)
    for rule, severity, count in result.statistics:
        name = result.rules[rule].name if rule in result.rules else ""
        yield f"{count:>{width},} {severity:7} {rule} {name}".rstrip()
    yield result.summary


def finding_lines(finding: Finding, source: Sequence[str], colour: bool) -> Iterator[str]:
    """Return a Finding with its line and its hint; ``source`` are the lines of its file."""
    severity = str(finding.severity)
    place = f"{finding.path}:{finding.line}:{finding.column}"
    note = " [warning]" if finding.severity is Severity.WARNING else ""
    rule = _styled(finding.rule, severity, colour)
    yield f"{_styled(printable(place), 'place', colour)} {rule} {printable(finding.message)}{note}"
    if 0 < finding.line <= len(source):
        text, before = excerpt(source[finding.line - 1], finding.column)
        if text:
            number = str(finding.line)
            yield f"  {_styled(number + ' |', 'gutter', colour)} {text}"
            bar = _styled(" " * len(number) + " |", "gutter", colour)
            yield f"  {bar} {' ' * before}{_styled('^', severity, colour)}"
    if finding.hint:
        first, *more = finding.hint.split("\n")
        yield f"  {_styled('hint:', 'hint', colour)} {printable(first)}"
        for line in more:
            yield f"        {printable(line)}"


def excerpt(line: str, column: int) -> tuple[str, int]:
    """Return what to print of ``line``, and how many columns of the terminal stand before its ``column``."""
    if not line.strip() or column > len(line) + 1:
        return "", 0
    begin = 0 if column <= _MAX_WIDTH - _WIDTH_BEFORE else column - 1 - _WIDTH_BEFORE
    shown = line[begin : begin + _MAX_WIDTH]
    lead = "…" if begin else ""
    rest = "…" if begin + _MAX_WIDTH < len(line) else ""
    before = lead + _flat(shown[: column - 1 - begin])
    return f"{before}{_flat(shown[column - 1 - begin :])}{rest}".rstrip(), _width(before)


def printable(text: str) -> str:
    """Return ``text`` on one line, with nothing in it that a terminal obeys."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _flat(text: str) -> str:
    """Return ``text`` with a blank for what a terminal would not show as one column of ink."""
    return _CONTROL.sub(" ", text.replace("\t", "    "))


def _width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes: Chinese and Japanese letters are two wide."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _styled(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour else text
