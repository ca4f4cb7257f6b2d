"""Verdicts from the facts of a run, without running anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snipproof.model import Outcome
from snipproof.redaction import redact
from snipproof.run.probe import Probed
from snipproof.run.probe.plan import Signal
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.source_run import Crash, Diagnostic, ProbeEvent, SourceRun, Termination, UnfinishedTest, cut
from snipproof.run.verdict import Verdict, judge
from snipproof.site.source import parse_source

SOURCE = parse_source(
    "s.py", "# START a\nx\n# END a\nglue\n# START b\n# START c\ny\n# END c\n# END b\nglue\n# START a\nz\n# END a\n"
)


def run(
    *lines: int, crash: int | None = None, termination: Termination = Termination.EXITED, code: int | None = 0
) -> SourceRun:
    """A run that passed the probes of ``lines`` and printed the line after each."""
    found = (Crash("KeyError", "k", (crash,), ""),) if crash else ()
    chunks = ("before", *(f"<{line}>" for line in lines))
    events = tuple(ProbeEvent(line, float(index)) for index, line in enumerate(lines))
    return SourceRun(termination, 1 if crash else code, events, chunks, "", "1 s", found)


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
    """Without the event of any one marker, its Snippet is not executed as a whole."""
    for missed in ALL:
        made = outcomes(run(*(line for line in ALL if line != missed)))
        assert "not executed" in made.values(), missed


@pytest.mark.parametrize("termination", [Termination.TIMED_OUT, Termination.FLOODED, Termination.EXITED])
def test_how_a_run_ends_that_went_on_behind_a_crash(termination: Termination) -> None:
    """The crash does not explain it: another Snippet is red, too, and none is blocked because of the crash."""
    crash = Crash("KeyError", "k", (2,), "", region="a", cause="")
    made = replace(run(1, 5, 6, termination=termination, code=3), crashes=(crash,))
    verdicts = {v.snippet.name: v for v in judge(SOURCE, Probed(SOURCE.text), made)}
    assert {name: str(v.outcome) for name, v in verdicts.items()} == {"a": "failed", "b": "failed", "c": "failed"}
    assert verdicts["a"].kind == "KeyError"
    assert verdicts["b"].kind == ("exit code 3" if termination is Termination.EXITED else str(termination))


EXPECTING = parse_source(
    "s.py",
    "# START a\nx\n# END a\n# START Expected a results\n# <1>\n# END Expected a results\n\n"
    "# START b\ny\n# END b\n# START Expected b results\n# <8>\n# END Expected b results\n",
)


@pytest.mark.parametrize(
    ("since", "compared", "stand_in"),
    [
        (0, [], {"a": "api.example.com", "b": "api.example.com"}),  # before everything
        (1, [], {"a": "api.example.com", "b": "api.example.com"}),  # while `a` runs
        (2, ["a"], {"a": "", "b": "api.example.com"}),  # behind it: what follows may use what came from there
        (3, ["a"], {"a": "", "b": "api.example.com"}),
        (4, ["a", "b"], {"a": "", "b": ""}),  # at the end
    ],
)
def test_what_may_come_from_a_stand_in_is_not_compared(
    since: int, compared: list[str], stand_in: dict[str, str]
) -> None:
    """From the first answer of a stand-in on. The Snippets pass, with what the docs show or anything else."""
    made = replace(run(1, 3, 8, 10), stand_ins=(("api.example.com", since),))
    verdicts = judge(EXPECTING, Probed(EXPECTING.text), made)
    assert {v.snippet.name: v.stand_in for v in verdicts} == stand_in
    assert [v.snippet.name for v in verdicts if v.expectations] == compared
    assert [len(v.not_compared) for v in verdicts] == [not v.expectations for v in verdicts]
    assert {v.outcome for v in verdicts} == {Outcome.PASSED}


def test_a_request_without_an_answer_fails_its_snippet_though_the_source_goes_on() -> None:
    """Whatever the Source makes of the response; what was compared and came from replies is named."""
    problem = Crash("ProviderError", "POST a.example.com/x is not recorded", (), "  hint: record it", 1, cause="")
    replies = (("a.example.com", "replay", 3),)
    made = replace(run(1, 3, 8, 10), crashes=(problem,), replies=replies)
    a, b = judge(EXPECTING, Probed(EXPECTING.text), made)
    assert (a.outcome, a.reason, a.kind) == (
        Outcome.FAILED,
        "ProviderError: POST a.example.com/x is not recorded",
        "ProviderError",
    )
    assert (a.details, a.replies) == ("  hint: record it", ())
    assert (b.outcome, len(b.expectations), b.replies) == (Outcome.PASSED, 1, (("a.example.com", "replay"),))


def test_blame() -> None:
    """Open Snippets are blamed, else the part that hidden code kept from starting, else the last one."""
    assert outcomes(run(1, 3, 5, 6, crash=7)) == {"a": "blocked", "b": "failed", "c": "failed"}
    assert outcomes(run(1, 3, crash=4)) == {"a": "blocked", "b": "failed", "c": "blocked"}
    assert outcomes(run(1, 3, 5, 6, 8, 9, crash=10)) == {"a": "failed", "b": "passed", "c": "passed"}
    assert outcomes(run(*ALL, crash=14)) == {"a": "failed", "b": "passed", "c": "passed"}
    assert outcomes(run(1, termination=Termination.TIMED_OUT, code=None)) == {
        "a": "failed",
        "b": "blocked",
        "c": "blocked",
    }
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


def verdicts(text: str, probed: Probed, made: SourceRun) -> dict[str, Verdict]:
    return {v.snippet.name: v for v in judge(parse_source("s.go", text), probed, made)}


def events(*lines: int) -> tuple[ProbeEvent, ...]:
    return tuple(ProbeEvent(line, float(n)) for n, line in enumerate(lines))


def test_hidden_code_after_a_snippet_belongs_to_the_one_entered_last_before_it() -> None:
    """Test functions run in any order: what runs after the failure has nothing to do with it."""
    text = "// START a\nx\n// END a\n// START b\ny\n// END b\nglue\n"
    crash = Crash("E", "no", (7,), "", after=2)
    made = SourceRun(Termination.EXITED, 0, events(4, 6, 1, 3), ("",) * 7, crashes=(crash,))
    found = verdicts(text, Probed(text), made)
    assert {name: (str(v.outcome), v.line) for name, v in found.items()} == {"a": ("passed", 1), "b": ("failed", 7)}


def test_every_crash_is_blamed_on_its_own_snippet() -> None:
    """Two test functions fail: two Snippets are red, each with its own line and message."""
    text = "// START a\nx\n// END a\n// START b\ny\n// END b\n"
    crashes = (Crash("A", "one", (2,), "", after=1), Crash("B", "two", (5,), "", after=2))
    made = SourceRun(Termination.EXITED, 1, events(1, 4), ("",) * 5, crashes=crashes)
    found = verdicts(text, Probed(text), made)
    assert [(v.line, v.reason) for v in found.values()] == [(2, "A: one"), (5, "B: two")]


def test_a_message_of_a_compiler_is_blamed_by_its_line() -> None:
    """On the Snippet that shows the line, else on the next one; those that could not be built are blocked."""
    text = "// START a\nx\n// END a\nglue\n// START b\ny\n// END b\nglue\n"

    def built(
        line: int, path: str = "s.go", termination: Termination = Termination.NOT_BUILT
    ) -> dict[str, tuple[str, int, str]]:
        diagnostic = Diagnostic("go build", path, line, 1, "undefined: x")
        done = (
            {"exit_code": 0, "events": events(1, 3, 5, 7), "chunks": ("",) * 5}
            if termination is Termination.EXITED
            else {}
        )
        made = SourceRun(termination, diagnostics=(diagnostic,), **done)  # type: ignore[arg-type]
        return {n: (str(v.outcome), v.line, v.reason) for n, v in verdicts(text, Probed(text), made).items()}

    message, blocked = "go build: undefined: x", "blocked: the Source was not built because of {}"
    assert built(2) == {"a": ("failed", 2, message), "b": ("blocked", 5, blocked.format("`a`"))}
    assert built(4)["b"] == ("failed", 4, f"hidden code before it: {message}")
    assert built(8)["b"] == ("failed", 8, f"hidden code after it: {message}")
    assert built(6, termination=Termination.EXITED) == {"a": ("passed", 1, ""), "b": ("failed", 6, message)}
    other = built(3, path="helper.go")
    assert {v[2] for v in other.values()} == {"helper.go:3:1 go build: undefined: x"}


def test_a_native_report_without_a_test_is_red() -> None:
    """A process that exits with 0 although its test runner found nothing is a failure."""
    text = "// START a\nx\n// END a\n"
    made = SourceRun(Termination.EXITED, 0, failure_reason="go test found no test in this file")
    found = verdicts(text, Probed(text), made)["a"]
    assert (str(found.outcome), found.line) == ("failed", 1)
    assert "found no test" in found.reason


def test_a_test_that_never_ended_is_not_blamed_for_what_failed_before_it() -> None:
    """It has a reason of its own; only what ended the process explains it as well."""
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    text = "".join(f"func Test{n}(t *testing.T) {{\n// START {n}\nx()\n// END {n}\ny()\n}}\n" for n in "AB")
    source = parse_source("s_test.go", f"package s\n{text}")
    probed = probe_tree("\n".join(source.lines), source.snippet_regions, "go")
    assert probed.plan
    signals = [each for number in probed.plan.lines for each in ((Signal.AT, number), (Signal.EXIT, 0))]
    passed = tuple(ProbeEvent(number, 0.0, signal, "1-false") for signal, number in signals)
    failed = Crash("TestA failed", "no cat", (6,), "", 2, test="TestA")

    def reason(*crashes: Crash, termination: Termination = Termination.EXITED) -> tuple[str, str]:
        code = 1 if termination is Termination.EXITED else None
        facts = SourceRun(termination, code, passed, ("",) * 9, "", "1 s", crashes)
        found = judge(source, probed, replace(facts, unfinished=(UnfinishedTest("TestB"),)))
        return found[0].reason, found[1].reason

    first = "hidden code after it: TestA failed: no cat"
    assert reason(failed) == (first, "hidden code after it: the process ended with exit code 1")
    assert reason(failed, Crash("panic", "no dog", (), "")) == (first, "panic: no dog")
    assert reason(failed, termination=Termination.TIMED_OUT)[1].startswith(
        "hidden code after it: still running after 1 s"
    )


def test_a_failure_has_a_kind_that_stays_the_same() -> None:
    """A failure has a name without numbers of lines and values: the type of the error, the tool, or how it ended."""
    source = parse_source("s.py", "# START a {raises: KeyError}\nx\n# END a\n# START b\ny\n# END b\n")
    ended = SourceRun(Termination.EXITED, 0, tuple(ProbeEvent(line, 0.0) for line in (1, 3, 4, 6)), ("",) * 5)

    def kinds(**changes: object) -> list[str]:
        return [v.kind for v in judge(source, Probed(source.text), replace(ended, **changes))]  # type: ignore[arg-type]

    assert kinds() == ["no error", ""]
    assert kinds(crashes=(Crash("OSError", "no", (2,), ""),)) == ["OSError", ""]
    assert kinds(crashes=(Crash("KeyError", "k", (2,), ""), Crash("TypeError", "t", (5,), ""))) == ["", "TypeError"]
    assert kinds(exit_code=3)[1] == "exit code 3"
    assert kinds(exit_code=-9)[1] == "signal 9"
    assert kinds(termination=Termination.TIMED_OUT, exit_code=None)[1] == "timed out"
    assert kinds(failure_reason="no test")[1] == "no test"
    message = Diagnostic("tsc", "s.py", 5, 1, "TS2304: what")
    assert kinds(termination=Termination.NOT_BUILT, diagnostics=(message,), exit_code=1)[1] == "tsc"
    shown = parse_source(
        "s.py", "# START a\nx\n# END a\n'''\n# START Expected a results {of: a}\n1\n# END Expected a results\n'''\n"
    )
    made = SourceRun(Termination.EXITED, 0, (ProbeEvent(1, 0.0), ProbeEvent(3, 0.0)), ("", "2\n", ""))
    assert [v.kind for v in judge(shown, Probed(shown.text), made)] == ["expected output differs"]
