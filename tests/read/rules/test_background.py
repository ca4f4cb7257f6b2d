"""Work in a process of its own: the same result wherever it is done."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from tests.read.rules.conftest import Check, block, page, region

from snipproof.read.rules import background
from snipproof.read.rules.background import begin

HERE = os.getpid()


@pytest.fixture
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("processes are forked on Linux only")
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.mark.usefixtures("_two_cores")
def test_work_is_done_elsewhere() -> None:
    result = begin(lambda: [os.getpid(), "é" * 100_000])()
    assert result[0] != HERE
    assert result[1] == "é" * 100_000


@pytest.mark.usefixtures("_two_cores")
@pytest.mark.parametrize("way", ["raises", "is killed", "gives no JSON"])
def test_work_that_dies_is_done_here(way: str, capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> Any:
        if os.getpid() == HERE:
            return "done"
        if way == "is killed":
            os.kill(os.getpid(), 9)
        if way == "raises":
            raise ValueError(way)
        return object()

    assert begin(work)() == "done"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("reason", ["threads", "one core", "no process"])
def test_where_nothing_may_be_forked_work_is_done_here(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        if reason != "no process":
            raise AssertionError("it was not to be tried")
        raise OSError

    monkeypatch.setattr(threading, "active_count", lambda: 2 if reason == "threads" else 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0} if reason == "one core" else {0, 1}, raising=False)
    monkeypatch.setattr(os, "fork", refuse, raising=False)
    assert begin(os.getpid)() == HERE


@pytest.mark.usefixtures("_two_cores")
def test_many_texts_give_the_same_findings_in_a_process(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"A{number:03}" for number in range(150)]
    tags = [block(f"# START {name}", f"# END {name}") for name in names]
    source = "".join(region(f"{name} = {'(' if name == 'A077' else 1}", name) for name in names)
    files = {"docs/p.mdx": page(*tags), "a.py": source}
    elsewhere = check(files, "SP501")
    monkeypatch.setattr(background, "_may_fork", lambda: False)
    assert check(files, "SP501") == elsewhere
    assert [finding.line for finding in elsewhere] == [80]
