"""Commands, which a watcher answers over its socket; here one that follows the protocol and nothing else."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.language_server.commands import RUN, UPDATE, execute, snippets_of
from snipproof.processes.watcher import WatcherAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSED = {"event": "outcome", "snippet": "a.py::a", "outcome": "passed", "message": ""}
FAILED = {"event": "outcome", "snippet": "a.py::b", "outcome": "failed", "message": "NameError: x"}


def at(socket_: Path) -> Callable[[Path], WatcherAddress]:
    return lambda root: WatcherAddress(socket_, root, 7, "1")


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


def test_a_run(tmp_path: Path) -> None:
    """The request names the Snippets; Outcomes are reported as they come, and the end gives the counts."""
    address, reported = tmp_path / "s", list[str]()
    with watcher(
        address, lines(PASSED, FAILED, {"event": "finished", "passed": 1, "failed": 1, "written": []})
    ) as requests:
        result = execute(tmp_path, RUN, ["a.py::a", "a.py::b"], find=at(address), report=reported.append)
    assert requests == [{"request": "run", "snippets": ["a.py::a", "a.py::b"]}]
    assert reported == ["a.py::a: passed", "a.py::b: failed: NameError: x"]
    assert str(result) == "1 Snippet failed, 1 passed: NameError: x"
    assert result.outcomes["a.py::b"] == ("failed", "NameError: x")


def test_an_update(tmp_path: Path) -> None:
    """It gives the files that were written."""
    address = tmp_path / "s"
    with watcher(address, lines({"event": "finished", "passed": 2, "failed": 0, "written": ["a.py"]})) as requests:
        result = execute(tmp_path, UPDATE, ["a.py::a"], find=at(address))
    assert requests == [{"request": "update", "snippets": ["a.py::a"]}]
    assert str(result) == "a.py was updated"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lines({"event": "error", "message": "a run is going on"}), "the watcher reports: a run is going on"),
        (lines(PASSED), r"the watcher \(process 7\) has ended"),
        (b"what\n", r"the watcher \(process 7\) has ended"),
    ],
)
def test_a_watcher_that_fails(tmp_path: Path, answer: bytes, message: str) -> None:
    """Each has a message of its own."""
    address = tmp_path / "s"
    with watcher(address, answer), pytest.raises(InfrastructureError, match=message):
        execute(tmp_path, RUN, ["a.py::a"], find=at(address))


def test_no_watcher(tmp_path: Path) -> None:
    """None was found, or the one that was found is gone."""
    with pytest.raises(InfrastructureError, match="no watcher runs for this checkout"):
        execute(tmp_path, RUN, ["a.py::a"])
    with pytest.raises(InfrastructureError, match=r"the watcher \(process 7\) does not answer"):
        execute(tmp_path, RUN, ["a.py::a"], find=at(tmp_path / "gone"))


def test_arguments() -> None:
    """Ids, or one list of them; nothing else."""
    assert snippets_of(RUN, ["a.py::a"]) == snippets_of(RUN, [["a.py::a"]]) == ["a.py::a"]
    wrong: list[list[Any]] = [[], [[]], [3], [{"a": 1}]]
    for arguments in wrong:
        with pytest.raises(SettingsError, match="requires the ids"):
            snippets_of(UPDATE, arguments)
