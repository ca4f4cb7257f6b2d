"""Commands, which a watcher answers over its socket; here one that follows the protocol and nothing else."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.language_server.commands import RUN, UPDATE, execute, snippets_of
from snipproof.processes.watcher import SOCKET, WatcherAddress
from snipproof.watch.request_socket import Client, Server

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


@contextmanager
def stopped_watcher(address: Path, sent: bytes) -> Iterator[None]:
    """Accept a connection at ``address``, send ``sent``, and then hold it open like a process that is stopped."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server, ExitStack() as stack:
        server.bind(str(address))
        server.listen()

        def accept() -> None:
            connection = stack.enter_context(server.accept()[0])
            connection.sendall(sent)

        thread = threading.Thread(target=accept)
        thread.start()
        yield
        thread.join(10)


@pytest.mark.parametrize("sent", [b"", lines(PASSED), lines(PASSED)[:9]])
def test_a_watcher_that_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """A command ends although the connection stays open: an editor shows why instead of waiting."""
    monkeypatch.setattr("snipproof.processes.watcher._SILENCE", 0.1, raising=False)
    monkeypatch.setattr("snipproof.processes.watcher._LIVE", 0.3, raising=False)
    address, ended = tmp_path / "s", list[str]()

    def run() -> None:
        with pytest.raises(InfrastructureError) as error:
            execute(tmp_path, RUN, ["a.py::a"], find=at(address))
        ended.append(str(error.value))

    with stopped_watcher(address, sent):
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(10)
    assert len(ended) == 1
    assert ended[0].startswith("the watcher (process 7) does not answer")


def test_a_long_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher may work for longer than any time limit: it answers other requests meanwhile."""
    monkeypatch.setattr("snipproof.processes.watcher._SILENCE", 0.1, raising=False)
    (folder := tmp_path / "w").mkdir()
    requests = list[dict[str, Any]]()

    def handle(client: Client, message: dict[str, Any]) -> None:
        requests.append(message)
        if message["request"] == "run":
            time.sleep(0.5)
        client.finish(1, 0, [])

    server = Server(folder, tmp_path, handle)
    try:
        assert execute(tmp_path, RUN, ["a.py::a"], find=at(folder / SOCKET)).passed == 1
    finally:
        server.stop()
    assert [each["request"] for each in requests][:2] == ["run", "status"]
