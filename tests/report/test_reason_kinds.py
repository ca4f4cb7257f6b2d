"""The kind of a reason, by messages that real runs in four languages have reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.run_reports import make_snippet

from snipproof.report import reason_kinds as kinds
from snipproof.report.entries import OutcomeName
from snipproof.report.reason_kinds import Reason, ReasonKind, reason_of

_VARIABLE = "which py/a.py:3 reads, is missing"
_LOOKED_UP = "\n\nthe Source looked up raw.githubusercontent.com, for which no Service is configured\n  hint: …"


def failed(reason: str, details: str = "", outcome: OutcomeName = "failed") -> Reason | None:
    """Return the reason of a Snippet with this message."""
    error = {"line": 4, "reason": reason, "details": details, "excerpt": []}
    return reason_of(make_snippet("py/a.py::a", outcome, error=error))


def real_messages() -> list[tuple[ReasonKind, str, str]]:
    """Return the lines of ``reason_messages.txt``: the kind, what the message names, the message."""
    lines = Path(__file__).with_name("reason_messages.txt").read_text(encoding="utf-8").splitlines()
    found = (line.split(" | ", 2) for line in lines if line and not line.startswith("#"))
    return [(getattr(kinds, kind), name, message) for kind, name, message in found]


@pytest.mark.parametrize(("kind", "name", "reason"), real_messages())
def test_a_failure(kind: ReasonKind, name: str, reason: str) -> None:
    assert failed(reason) == (kind, name)


@pytest.mark.parametrize(
    ("kind", "name", "reason", "details"),
    [
        (kinds.UNKNOWN_HOST, "raw.githubusercontent.com", "ConnectException", _LOOKED_UP),
        (
            kinds.NOTHING_ANSWERS,
            "localhost:8090",
            "WeaviateConnectionError: Connection to Weaviate failed. Details: Error: [Errno 111] Connection refused.",
            "… \nIs Weaviate running and reachable at http://localhost:8090?\n",
        ),
        (
            kinds.MISSING_VARIABLE,
            "HOST",
            'Test failed: check the DerivedFromError field: Get "https:///v1/schema": http: no Host in request URL',
            f"\n\nthe environment variable HOST, {_VARIABLE}",
        ),
        # What was looked up by the way is not why an assertion failed.
        (kinds.DEFECT, "AssertionError", "hidden code before it: AssertionError", _LOOKED_UP),
    ],
)
def test_details_name_what_the_message_leaves_out(kind: ReasonKind, name: str, reason: str, details: str) -> None:
    assert failed(reason, details) == (kind, name)


@pytest.mark.parametrize(
    ("kind", "name", "outcome", "reason"),
    [
        (kinds.BLOCKED, "AdminClient", "blocked", "blocked: `AdminClient` failed before it (NameError: name 'c' …)"),
        (
            kinds.IN_COMMENT,
            "",
            "not executed",
            "not executed: the marker is not a comment: it is inside a string literal",
        ),
        (
            kinds.IN_COMMENT,
            "",
            "not executed",
            "not executed: it shows no code that can be executed, so nothing proves it",
        ),
        (kinds.COMPILE, "", "not executed", "not executed: the file is not valid Python (py/a.py:6)"),
        (kinds.NOT_REACHED, "", "not executed", "not executed: line 4 was never reached"),
        (kinds.TOOLCHAIN, "go", "skipped", "no 'go' on the PATH"),
        (kinds.SKIPPED, "", "skipped", "not today"),
        (kinds.NOT_RUN, "", "error", "the server did not start"),
        (kinds.UNREACHED, "", "unreached", "line 9 never ran"),
    ],
)
def test_other_outcomes(kind: ReasonKind, name: str, outcome: OutcomeName, reason: str) -> None:
    assert failed(reason, outcome=outcome) == (kind, name)


def test_known_failures_count_as_such_whatever_they_report() -> None:
    listed = make_snippet("py/a.py::a", "failed", known_failure={"reason": "needs a key", "unstable": False})
    assert reason_of(listed) == (kinds.KNOWN, "")
    assert reason_of(make_snippet("py/a.py::a")) is None
