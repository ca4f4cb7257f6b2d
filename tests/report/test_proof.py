"""Whether a block on a Page is proven, and how much of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.report.proof import Proof, judge_blocks

NAME, OTHER = "py/a.py::a", "py/a.py::b"
OUTPUT = "py/a.py::Expected a"


@pytest.mark.parametrize(
    ("outcome", "proof", "reason"),
    [
        ("passed", Proof.PROVEN, ""),
        ("updated", Proof.UNPROVEN, "this run changed its expected output: run it again: it was updated"),
        ("failed", Proof.FAILED, "it was failed"),
        ("blocked", Proof.FAILED, "it was blocked"),
        ("not executed", Proof.FAILED, "it was not executed"),
        ("skipped", Proof.UNPROVEN, "skipped: it was skipped"),
        ("unreached", Proof.PARTLY, "it was unreached"),
        ("error", Proof.UNPROVEN, "it could not be run: it was error"),
    ],
)
def test_code_is_proven_if_its_snippet_passed(outcome: Any, proof: Proof, reason: str) -> None:
    report = make_report([make_snippet(NAME, outcome)], references=[make_reference("p", 3, NAME)])
    (block,) = judge_blocks(report)
    assert (block.proof, block.reason, block.id) == (proof, reason, NAME)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "none", "region": None}, "it shows no Region of a Source"),
        ({"source": None}, "it shows no Region of a Source"),
        ({"suite": None}, "its Source is in no Suite"),
        ({"region": "gone"}, "the run did not see it, or other lines of it"),
        ({"region": "b"}, "this run left it out"),
    ],
)
def test_what_nobody_ran_is_unproven(changes: dict[str, Any], reason: str) -> None:
    reference = make_reference("p", 3, NAME, **changes)
    (block,) = judge_blocks(make_report([make_snippet(NAME)], references=[reference], left_out=[OTHER]))
    assert (block.proof, block.reason) == (Proof.UNPROVEN, reason)


@pytest.mark.parametrize(
    ("outcomes", "proof", "cause"),
    [
        (["matched"], Proof.PROVEN, ""),
        (["matched", "matched"], Proof.PROVEN, ""),
        (["matched", "excused"], Proof.PARTLY, "not compared: another client"),
        (["differs", "matched"], Proof.FAILED, "another output"),
        (["excused"], Proof.UNPROVEN, "not compared: another client"),
        ([], Proof.UNPROVEN, ""),
    ],
)
def test_output_is_proven_if_all_comparisons_match(outcomes: list[str], proof: Proof, cause: str) -> None:
    names = [NAME, OTHER][: len(outcomes)]
    expectations = [
        make_expectation(name, outcome, id=OUTPUT, reason="another client" if outcome == "excused" else "")
        for name, outcome in zip(names, outcomes, strict=True)
    ]
    report = make_report([make_snippet(NAME), make_snippet(OTHER)], expectations, [make_reference("p", 4, OUTPUT)])
    (block,) = judge_blocks(report)
    assert (block.proof, block.cause) == (proof, cause)
    assert [each["id"] for each in block.snippets] == names


def test_output_of_a_snippet_that_was_not_run_is_unproven() -> None:
    references = [make_reference("p", 4, OUTPUT)]
    report = make_report([make_snippet(OTHER)], [make_expectation(NAME)], references, left_out=[NAME])
    assert report["expectations"] == []
    assert judge_blocks(report)[0].reason == "nothing was compared with it"
    report = make_report([make_snippet(NAME, "skipped")], [make_expectation(NAME)], references)
    assert judge_blocks(report)[0].reason == f"not compared: its Snippet was skipped ({NAME})"


@pytest.mark.parametrize(
    ("rule", "outcome", "proof"),
    [
        ("SP305", "matched", Proof.UNPROVEN),
        ("SP306", "matched", Proof.UNPROVEN),
        ("SP307", "matched", Proof.PARTLY),
        ("SP307", "excused", Proof.UNPROVEN),
        ("SP305", "differs", Proof.FAILED),
    ],
)
def test_output_that_is_not_compared_with_the_code_beside_it(rule: str, outcome: str, proof: Proof) -> None:
    """What `check` reports of a block counts in marks, on the report's page and in its summary."""
    finding = {"rule": rule, "message": "it is compared with nothing"}
    reference = make_reference("p", 4, OUTPUT, finding=finding)
    report = make_report([make_snippet(NAME)], [make_expectation(NAME, outcome, id=OUTPUT)], [reference])
    (block,) = judge_blocks(report)
    assert block.proof is proof
    assert (block.reason == finding["message"]) is (proof is not Proof.FAILED)


@pytest.mark.parametrize(
    ("outcome", "compared", "unstable", "why"),
    [
        ("failed", "differs", False, "known failure: why"),
        ("blocked", "not compared", False, "known failure: why"),
        ("passed", "matched", True, "unstable: why"),
    ],
)
def test_a_known_failure_is_neither_wrong_nor_proven(outcome: Any, compared: str, unstable: bool, why: str) -> None:
    """Its code and its output are unproven; output that other tabs prove as well is partly proven."""
    listed = make_snippet(NAME, outcome, known_failure={"reason": "why", "unstable": unstable})
    references = [make_reference("p", 3, NAME), make_reference("p", 4, OUTPUT)]
    found = judge_blocks(make_report([listed], [make_expectation(NAME, compared)], references))
    assert [(each.proof, each.reason) for each in found] == [
        (Proof.UNPROVEN, why),
        (Proof.UNPROVEN, f"not compared: {why} ({NAME})"),
    ]
    both = [make_expectation(NAME, compared), make_expectation(OTHER, "matched", id=OUTPUT)]
    assert judge_blocks(make_report([listed, make_snippet(OTHER)], both, references))[1].proof is Proof.PARTLY
