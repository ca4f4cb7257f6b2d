"""What is read of a run: events of any kind of content, and no exception for any of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.events import event_line

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.probe import Probed
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.job import Job
from snipproof.run.source_run import ProbeEvent, Termination
from snipproof.site.source import parse_source


@pytest.fixture
def job(session: SessionFolder, plain_settings: Settings) -> Job:
    """A run without anything in it."""
    context = RunnerContext(Suite("a/suite.yaml", "a", "python", ("a/a.py",)), plain_settings, session, print)
    return Job.begin(context, Program(parse_source("a/a.py", ""), "", Probed("")))


GOOD: dict[str, Any] = {"type": "LookupError", "message": "no cat", "lines": [3], "traceback": "there"}


@pytest.mark.parametrize(
    "event",
    [
        {"line": "3", "time": 1.0},
        {"line": 3},
        {"line": 3, "time": None},
        {"error": None},
        {"error": []},
        {"error": {**GOOD, "type": 1}},
        {"error": {**GOOD, "message": None}},
        {"error": {**GOOD, "lines": 3}},
        {"error": {**GOOD, "traceback": []}},
    ],
)
def test_what_has_another_shape_is_ignored(job: Job, event: dict[str, Any]) -> None:
    """No probe writes it."""
    known = {"line": 5, "time": 2.0}
    job.events.write_text(event_line(event, job.token) + event_line(known, job.token))
    run = job.result(Termination.EXITED, 0)
    assert (run.events, run.crashes) == ((ProbeEvent(5, 2.0),), ())


def test_half_a_character_can_be_shown(job: Job) -> None:
    """It becomes an escape, in every text of a crash: no encoding could write it."""
    texts = dict.fromkeys(("type", "message", "traceback"), "a cat \ud83d\nand é")
    job.events.write_text(event_line({"error": {**GOOD, **texts}}, job.token))
    (crash,) = job.result(Termination.EXITED, 1).crashes
    assert {crash.type, crash.message, crash.traceback} == {"a cat \\ud83d\nand é"}
    assert crash.lines == (3,)


def test_events_that_a_source_removed_are_none(job: Job) -> None:
    """Nothing counts as passed then."""
    assert job.result(Termination.EXITED, 0).events == ()
