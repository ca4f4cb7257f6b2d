"""Commands, which a watcher answers over its socket; here one that follows the protocol and nothing else."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.language_server.commands import RUN, UPDATE, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSED = {"event": "outcome", "snippet": "a.py::a", "outcome": "passed", "message": ""}
FAILED = {"event": "outcome", "snippet": "a.py::b", "outcome": "failed", "message": "NameError: x"}


@contextmanager
def watcher(address: Path, answer: bytes) -> Iterator[list[Any]]:
    """Answer one request at ``address`` with ``answer``; yield the list of requests."""
    requests: list[Any] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(address))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                requests.append(json.loads(lines.readline()))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield requests
        finally:
            thread.join(10)


def lines(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


@pytest.mark.parametrize("arguments", [["a.py::a", "a.py::b"], [["a.py::a", "a.py::b"]]])
def test_a_run(tmp_path: Path, arguments: list[Any]) -> None:
    """The request names the Snippets; Outcomes are reported as they come, and the end gives the counts."""
    address, reported = tmp_path / "s", list[str]()
    with watcher(
        address, lines(PASSED, FAILED, {"event": "finished", "passed": 1, "failed": 1, "written": []})
    ) as requests:
        result = execute(tmp_path, RUN, arguments, socket_of=lambda _: address, report=reported.append)
    assert requests == [{"request": "run", "snippets": ["a.py::a", "a.py::b"]}]
    assert reported == ["a.py::a: passed", "a.py::b: failed: NameError: x"]
    assert str(result) == "1 Snippet failed, 1 passed: NameError: x"
    assert result.outcomes["a.py::b"] == ("failed", "NameError: x")


def test_an_update(tmp_path: Path) -> None:
    """It gives the files that were written."""
    address = tmp_path / "s"
    with watcher(address, lines({"event": "finished", "passed": 2, "failed": 0, "written": ["a.py"]})) as requests:
        result = execute(tmp_path, UPDATE, [["a.py::a"]], socket_of=lambda _: address)
    assert requests == [{"request": "update", "snippets": ["a.py::a"]}]
    assert str(result) == "2 Snippets passed; written: a.py"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lines({"event": "error", "message": "a run is going on"}), "the watcher reports: a run is going on"),
        (lines(PASSED), "the watcher ended before the run did"),
        (b"", "the watcher ended before the run did"),
        (b"what\n", "the watcher sent an unexpected answer"),
        (b"[]\n", "the watcher sent an unexpected answer"),
    ],
)
def test_a_watcher_that_fails(tmp_path: Path, answer: bytes, message: str) -> None:
    """Each has a message of its own."""
    address = tmp_path / "s"
    with watcher(address, answer), pytest.raises(InfrastructureError, match=message):
        execute(tmp_path, RUN, ["a.py::a"], socket_of=lambda _: address)


def test_no_watcher(tmp_path: Path) -> None:
    """None was found, or the one that was found is gone."""
    for find in (None, lambda _: None):
        with pytest.raises(InfrastructureError, match="no watcher runs for this checkout; start `snipproof watch`"):
            execute(tmp_path, RUN, ["a.py::a"], socket_of=find)
    with pytest.raises(InfrastructureError, match="no connection to the watcher: No such file"):
        execute(tmp_path, RUN, ["a.py::a"], socket_of=lambda _: tmp_path / "gone")


@pytest.mark.parametrize(("command", "arguments"), [("snipproof.other", ["a"]), (RUN, []), (RUN, [[]]), (UPDATE, [3])])
def test_wrong_commands(tmp_path: Path, command: str, arguments: list[Any]) -> None:
    """Nothing is sent."""
    with pytest.raises(SettingsError, match=r"unknown command|requires the ids"):
        execute(tmp_path, command, arguments, socket_of=lambda _: tmp_path / "s")
