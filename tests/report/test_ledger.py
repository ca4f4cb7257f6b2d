"""What a run found against a ledger of known failures: by id, outcome and kind, never by count."""

from __future__ import annotations

import pytest

from snipproof.model import Outcome
from snipproof.report.ledger import RunResult, count_changes, find_contradiction, find_shortfalls, update_ledger
from snipproof.site.known_failures import Floor, KnownFailure, Ledger

FAILED = KnownFailure(Outcome.FAILED, "KeyError", "why")
LEDGER = Ledger(
    "k.toml",
    {
        "a.py::fails": FAILED,
        "a.py::late": KnownFailure(Outcome.BLOCKED, "", "why"),
        "a.py::shaky": KnownFailure(None, "", "why"),
    },
    {"s.yaml": Floor(2, 1), "t.yaml": Floor(1, 0)},
    {("snippets", "a.py::fails"): (3, 11), ("floor", "s.yaml"): (9, 2), ("floor", "s.yaml", "expectations"): (11, 1)},
)


def result(
    name: str, outcome: Outcome | None, kind: str = "", *, expectations: int = 0, suite: str = "s.yaml"
) -> RunResult:
    return RunResult(f"a.py::{name}", suite, outcome, kind, "", expectations)


@pytest.mark.parametrize(
    "found",
    [
        result("fails", Outcome.FAILED, "KeyError"),
        result("late", Outcome.BLOCKED),
        result("fails", None),
        result("unlisted", Outcome.FAILED, "KeyError"),
        *(result("shaky", outcome, "KeyError") for outcome in Outcome),
    ],
)
def test_a_result_as_listed_is_no_contradiction(found: RunResult) -> None:
    assert find_contradiction(LEDGER, found) is None


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (result("fails", Outcome.PASSED), "k.toml:3:11 listed as failed with KeyError, but a.py::fails passed"),
        (result("fails", Outcome.UPDATED), "but a.py::fails passed"),
        (result("fails", Outcome.FAILED, "OSError"), "but a.py::fails failed with OSError"),
        (result("fails", Outcome.BLOCKED), "but a.py::fails is blocked"),
        (result("fails", Outcome.SKIPPED), "but a.py::fails is skipped"),
        (result("late", Outcome.FAILED, "KeyError"), "listed as blocked, but a.py::late failed with KeyError"),
        (result("late", Outcome.NOT_EXECUTED), "but a.py::late is not executed"),
    ],
)
def test_any_other_result_is_one(found: RunResult, message: str) -> None:
    error = find_contradiction(LEDGER, found)
    assert error
    assert message in error.message
    assert ("remove the entry" in error.hint) is ("passed" in message)


def test_a_suite_that_proves_less_than_its_floor_is_found() -> None:
    """Snippets that passed and are not listed count, with their Expectations; a missing toolchain proves nothing."""

    def shortfalls(*results: RunResult) -> list[str]:
        return [each.message for each in find_shortfalls(LEDGER, results)]

    two = [result("x", Outcome.PASSED, expectations=1), result("y", Outcome.UPDATED)]
    other = result("z", Outcome.PASSED, suite="t.yaml")
    assert shortfalls(*two, other) == []
    assert shortfalls(*two) == ["k.toml:1:1 t.yaml proves no Snippet, and its floor is 1"]
    assert shortfalls(*two[1:], result("shaky", Outcome.PASSED, expectations=5), other) == [
        "k.toml:9:2 s.yaml proves only 1 Snippet, and its floor is 2",
        "k.toml:11:1 s.yaml proves no Expectation, and its floor is 1",
    ]
    assert shortfalls(*two, result("z", None, suite="t.yaml")) == []


def test_floors_of_suites_outside_of_the_root_are_named_from_the_settings() -> None:
    """Wherever the two checkouts are, beside each other or not."""
    for home in ("../proofs", "../../elsewhere/proofs"):
        ledger = Ledger("known.toml", home=home)
        results = [RunResult("a.py::a", f"{home}/py/suite.yaml", Outcome.PASSED)]
        written = update_ledger(ledger, results)
        assert written.floors == {"py/suite.yaml": Floor(1, 0)}
        assert list(find_shortfalls(written, results)) == []
        assert len(list(find_shortfalls(written, []))) == 1


def test_an_update_lists_what_failed_and_keeps_what_stays() -> None:
    found = [
        result("shaky", Outcome.PASSED, expectations=1),
        result("fails", Outcome.FAILED, "KeyError"),
        result("late", Outcome.PASSED, expectations=2),
        result("also", Outcome.NOT_EXECUTED),
        result("unmade", None, suite="t.yaml"),
        result("skipped", Outcome.SKIPPED),
    ]
    after = update_ledger(LEDGER, found)
    assert list(after.failures.items()) == [
        ("a.py::also", KnownFailure(Outcome.NOT_EXECUTED, "", "")),
        ("a.py::fails", FAILED),
        ("a.py::shaky", LEDGER.failures["a.py::shaky"]),
    ]
    assert after.floors == {"s.yaml": Floor(1, 2), "t.yaml": Floor(1, 0)}
    assert count_changes(LEDGER, after) == {"new": 1, "removed": 1}
    other = update_ledger(LEDGER, [result("fails", Outcome.FAILED, "OSError")])
    assert other.failures == {"a.py::fails": KnownFailure(Outcome.FAILED, "OSError", "")}
    assert other.floors == {}
    assert count_changes(LEDGER, other) == {"changed": 1, "removed": 2}
