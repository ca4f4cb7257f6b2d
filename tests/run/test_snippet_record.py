"""What a report holds of one Snippet: aligned differences, code, output; and no secret anywhere."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from snipproof.model import Suite
from snipproof.report.schema_check import load_schema
from snipproof.run.probe import Probed
from snipproof.run.snippet_record import SnippetRecord, record_error, record_verdict
from snipproof.run.source_run import Crash, ProbeEvent, SourceRun, Termination
from snipproof.run.verdict import judge
from snipproof.site.source import parse_source

SUITE = Suite("py/suite.yaml", "python-v4", "python", ("py/a.py",))
SECRET = {"KEY": "sk-very-secret-0815"}


def record(expected: str, printed: str, *, attributes: str = "", crash: Crash | None = None) -> SnippetRecord:
    """Return the record of a Snippet that printed something and shows something else."""
    block = f"# START Expected a results{attributes}\n{expected}\n# END Expected a results"
    text = f"# START a\nx = 1\n# END a\n'''\n{block}\n'''\n"
    source = parse_source("py/a.py", text)
    events = (ProbeEvent(1, 0.0), ProbeEvent(3, 1.0))
    crashes = (crash,) if crash else ()
    run = SourceRun(Termination.EXITED, 0, events, ("", printed, ""), crashes=crashes)
    (verdict,) = judge(source, Probed(text), run)
    made = record_verdict(SUITE, source, verdict.redacted(SECRET), lambda _: text, SECRET)
    jsonschema.validate(made["snippet"], {"$defs": load_schema()["$defs"], "$ref": "#/$defs/snippet"})
    return made


def rows(expected: str, printed: str, attributes: str = "") -> list[list[Any]]:
    (expectation,) = record(expected, printed, attributes=attributes)["expectations"]
    return expectation["rows"]


def test_what_would_be_right_stands_beside_what_is_shown() -> None:
    expected = '{\n  "a": 1,\n  "b": "x",\n  "d": 4\n}'
    assert rows(expected, '{"a": 1, "b": "y", "c": 3, "d": 4}') == [
        ["same", 6, "{", "{"],
        ["same", 7, '  "a": 1,', '  "a": 1,'],
        ["changed", 8, '  "b": "x",', '  "b": "y",'],
        ["added", None, None, '  "c": 3,'],
        ["same", 9, '  "d": 4', '  "d": 4'],
        ["same", 10, "}", "}"],
    ]
    assert ["removed", 8, '  "b": "x",', None] in rows(expected, '{"a": 1, "d": 4}')


def test_a_line_behind_the_last_one() -> None:
    assert rows("one", "one\ntwo\n") == [["same", 6, "one", "one"], ["added", None, None, "two"]]


def test_lines_that_are_equal_are_counted() -> None:
    expected = "\n".join(f"line {n}" for n in range(30))
    found = rows(expected, expected.replace("line 15", "line X"))
    assert [row[0] for row in found] == ["skipped", *["same"] * 3, "changed", *["same"] * 3, "skipped"]
    assert (found[0][1], found[-1][1]) == (12, 11)


def test_a_match_has_neither_rows_nor_output() -> None:
    made = record("one", "one\n")
    (expectation,) = made["expectations"]
    assert (expectation["outcome"], expectation["rows"], expectation["actual"]) == ("matched", [], None)
    assert (made["snippet"]["error"], made["snippet"]["output"]["text"]) == (None, None)  # type: ignore[index]


def test_output_that_cannot_be_written_into_the_docs_stands_alone() -> None:
    found = record('{"a": 1}', "Traceback: no data\n", attributes=" {select: $.a}")["expectations"][0]
    assert found["actual"] == "Traceback: no data"
    assert all(new is None for _, _, _, new in found["rows"])


def test_long_output_is_cut() -> None:
    made = record("one", "x\n" * 500)
    assert made["expectations"][0]["actual"].count("\n") == 60  # type: ignore[union-attr]
    assert len(made["expectations"][0]["rows"]) <= 200
    output = made["snippet"]["output"]
    assert output
    assert (output["size"], str(output["text"]).endswith("… further lines are not shown")) == (1000, True)


def test_code_and_details_of_a_crash() -> None:
    crash = Crash("KeyError", "'x'", (2,), "Traceback …\nKeyError: 'x'", after=1)
    made = record("one", "one\n", crash=crash)
    error = made["snippet"]["error"]
    assert error
    assert (error["line"], error["reason"], error["details"]) == (2, "KeyError: 'x'", "Traceback …\nKeyError: 'x'")
    assert [2, "x = 1"] in error["excerpt"]
    assert made["expectations"] == []


@pytest.mark.parametrize("expected", ["one", '{"key": "x"}', SECRET["KEY"], f'{{"key": "{SECRET["KEY"]}1"}}'])
def test_no_secret_is_recorded(expected: str) -> None:
    printed = json.dumps({"key": SECRET["KEY"], "n": 1})
    crash = Crash("KeyError", SECRET["KEY"], (2,), f"Traceback\nKeyError: {SECRET['KEY']}", after=1)
    for made in (record(expected, printed), record(expected, printed, crash=crash)):
        assert "very-secret" not in json.dumps(made)


def test_a_snippet_without_a_verdict() -> None:
    snippet = parse_source("py/a.py", "# START a\n1\n# END a\n").snippets[0]
    made = record_error(SUITE, snippet, "skipped", "no toolchain")
    assert made["snippet"]["outcome"] == "skipped"
    assert made["snippet"]["error"] == {"line": 1, "reason": "no toolchain", "details": "", "excerpt": []}
    assert (made["snippet"]["output"], made["snippet"]["lines"], made["expectations"]) == (None, None, [])
