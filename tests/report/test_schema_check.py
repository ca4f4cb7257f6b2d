"""The check of a report against its schema agrees with the package ``jsonschema``, whatever is broken."""

from __future__ import annotations

import copy
import random
from typing import Any

import jsonschema
import pytest
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.report import entries
from snipproof.report.schema_check import find_violation, load_schema

NAME = "py/a.py::load"
REPORT: dict[str, Any] = dict(
    make_report(
        [make_snippet(NAME), make_snippet("py/a.py::fails", "failed")],
        [make_expectation(NAME, "differs", places=[{"page": "p", "line": 1, "column": 1, "tab": "Python"}])],
        [make_reference("docs/p.mdx", 3, NAME)],
        errors=[{"kind": "infrastructure", "message": "no server", "path": None, "line": None}],
        durations={"py/a.py": 3.0},
    )
)
VALIDATOR = jsonschema.Draft202012Validator(load_schema())
WRONG: list[Any] = [None, True, -1, 0, 1.5, "", "failed", [], [1], {}, {"name": "x"}]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values in ``value``."""
    found = [path] if path else []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(inner, (*path, key))
    return found


def changed(path: tuple[Any, ...], new: Any) -> dict[str, Any]:
    """Return the report with another value at ``path``, or without the key if ``new`` is the sentinel ``...``."""
    report = copy.deepcopy(REPORT)
    holder: Any = report
    for key in path[:-1]:
        holder = holder[key]
    if new is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return report


def test_the_schema_is_one_and_accepts_a_report() -> None:
    jsonschema.Draft202012Validator.check_schema(load_schema())
    VALIDATOR.validate(REPORT)
    assert find_violation(REPORT) == ""


def test_it_agrees_with_jsonschema_on_every_change_of_one_value() -> None:
    paths = places(REPORT)
    assert len(paths) > 150
    chosen = random.Random(7)
    for path in paths:
        for new in [..., *chosen.sample(WRONG, 3)]:
            report = changed(path, new)
            assert (find_violation(report) == "") == VALIDATOR.is_valid(report), (path, new, find_violation(report))


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (("snippets", 1, "outcome"), "lost", '.snippets[1].outcome: "passed" or "updated" or "failed" or "blocked"'),
        (("snippets", 0, "line"), 0, ".snippets[0].line: at least 1 expected"),
        (("run", "versions", "python"), 3.13, ".run.versions.python: string expected"),
        (("run", "complete"), ..., ".run: the key 'complete' is missing"),
        (("expectations", 0, "places", 0, "tab"), None, ".expectations[0].places[0].tab: string expected"),
    ],
)
def test_the_message_names_the_place(path: tuple[Any, ...], new: Any, message: str) -> None:
    assert find_violation(changed(path, new)).startswith(message)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (entries.RunReport, ""),
        (entries.RunEntry, "run"),
        (entries.ServiceEntry, "service"),
        (entries.SuiteEntry, "suite"),
        (entries.SourceEntry, "source"),
        (entries.Software, "software"),
        (entries.ErrorEntry, "error"),
        (entries.SnippetEntry, "snippet"),
        (entries.CombinationEntry, "combination"),
        (entries.KnownFailureEntry, "known_failure"),
        (entries.LinesEntry, "lines"),
        (entries.FailureEntry, "failure"),
        (entries.OutputEntry, "output"),
        (entries.ExpectationEntry, "expectation"),
        (entries.ReferenceEntry, "reference"),
        (entries.RuleFinding, "finding"),
    ],
)
def test_the_types_have_the_keys_of_the_schema(entry: type, name: str) -> None:
    part = load_schema()["$defs"][name] if name else load_schema()
    # Reports of earlier releases do not have them, or only those of a matrix do.
    later = {"run": ["services"], "suite": ["clients"], "snippet": ["combination", "date"]}.get(name, [])
    assert sorted(entry.__annotations__) == sorted(part["properties"]) == sorted([*part["required"], *later])
