"""Verdicts from the plain facts of a run, without running anything."""

from __future__ import annotations

from snipproof.model import Outcome
from snipproof.prove.probe import Probed
from snipproof.prove.source_run import Crash, Ending, Hit, SourceRun, cut, redact
from snipproof.prove.verdict import judge
from snipproof.read.source import parse_source

SOURCE = parse_source(
    "s.py", "# START a\nx\n# END a\nglue\n# START b\n# START c\ny\n# END c\n# END b\nglue\n# START a\nz\n# END a\n"
)


def run(*lines: int, crash: int | None = None, ending: Ending = Ending.EXITED, code: int | None = 0) -> SourceRun:
    """A run that passed the probes of ``lines``, each printing its line behind it."""
    found = Crash("KeyError", "k", (crash,), "") if crash else None
    chunks = ("before", *(f"<{line}>" for line in lines))
    hits = tuple(Hit(line, float(index)) for index, line in enumerate(lines))
    return SourceRun(ending, 1 if crash else code, hits, chunks, "", "1 s", found)


def outcomes(made: SourceRun) -> dict[str, str]:
    return {v.snippet.name: str(v.outcome) for v in judge(SOURCE, Probed(SOURCE.text), made)}


ALL = (1, 3, 5, 6, 8, 9, 11, 13)


def test_a_region_of_two_segments_prints_what_both_print() -> None:
    """Output and duration are those between the markers: of both parts, without the glue; nested ones share theirs."""
    verdicts = {v.snippet.name: v for v in judge(SOURCE, Probed(SOURCE.text), run(*ALL))}
    assert {name: v.output for name, v in verdicts.items()} == {"a": "<1><11>", "b": "<5><6><8>", "c": "<6>"}
    assert verdicts["a"].duration == 2.0
    assert {v.outcome for v in verdicts.values()} == {Outcome.PASSED}


def test_every_missed_marker_is_red() -> None:
    """Leave out the hit of any one marker, and the Snippet that it belongs to is not executed as a whole."""
    for missed in ALL:
        made = outcomes(run(*(line for line in ALL if line != missed)))
        assert "not executed" in made.values(), missed


def test_blame() -> None:
    """Open Snippets are blamed, else the part that hidden code kept from starting, else the last one."""
    assert outcomes(run(1, 3, 5, 6, crash=7)) == {"a": "blocked", "b": "failed", "c": "failed"}
    assert outcomes(run(1, 3, crash=4)) == {"a": "blocked", "b": "failed", "c": "blocked"}
    assert outcomes(run(1, 3, 5, 6, 8, 9, crash=10)) == {"a": "failed", "b": "passed", "c": "passed"}
    assert outcomes(run(*ALL, crash=14)) == {"a": "failed", "b": "passed", "c": "passed"}
    assert outcomes(run(1, ending=Ending.TIMED_OUT, code=None)) == {"a": "failed", "b": "blocked", "c": "blocked"}
    assert outcomes(run(*ALL, code=3)) == {"a": "failed", "b": "passed", "c": "passed"}


def test_silent_markers_are_not_executed_even_when_something_failed() -> None:
    """A Snippet in a string literal is named as such: it is not blocked, since it could never run."""
    probed = Probed(SOURCE.text, {5: "it is text", 9: "it is text"})
    made = {v.snippet.name: v for v in judge(SOURCE, probed, run(1, crash=2))}
    assert made["b"].outcome is Outcome.NOT_EXECUTED
    assert "it is text (s.py:5)" in made["b"].reason


def test_cut_and_redact() -> None:
    """Stdout is cut exactly at the separators, also within a line; secrets are masked, the longest first."""
    assert cut("a|1|b\n|22||3|", "|") == ([1, 22, 3], ["a", "b\n", "", ""])
    assert redact("key1234 key12345 abc", {"LONG": "key12345", "KEY": "key1234", "TINY": "abc"}) == "<KEY> <LONG> abc"
