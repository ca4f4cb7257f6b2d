"""The socket of a watcher, without the watcher."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from snipproof.processes.watcher import SOCKET, WatcherAddress, connect, send
from snipproof.watch.request_socket import Client, Server


def test_a_program_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that is stopped keeps the watcher from working for a moment only, whatever is sent to it."""
    monkeypatch.setattr("snipproof.watch.request_socket._PATIENCE", 1, raising=False)
    served = threading.Event()

    def handle(client: Client, _: dict[str, Any]) -> None:
        for _number in range(50):
            client.send({"event": "outcome", "message": "x" * 100_000})
        client.finish(1, 0, [])
        served.set()

    with tempfile.TemporaryDirectory(prefix="w", dir="/tmp") as name:  # short, since the path of a socket is
        folder = Path(name)
        server = Server(folder, folder, handle)
        try:
            with connect(WatcherAddress(folder / SOCKET, folder, 1, "1")) as connection:
                send(connection, {"request": "run"})
                assert served.wait(20)
        finally:
            server.stop()
