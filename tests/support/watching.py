"""A watcher that runs at a terminal, as a user starts it."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from snipproof.processes.watcher import WatcherAddress, connect, find_watcher, request

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_PATIENCE = 40.0  # seconds


class Watch:
    """``snipproof watch`` in ``root``, at a terminal of its own.

    :param temporary: the folder of its sessions; short, since the path of a socket is.
    """

    def __init__(self, root: Path, temporary: Path, *arguments: str, environ: Mapping[str, str]) -> None:
        self.root = root
        self.temporary = temporary
        self.environ = environ
        self.output = ""
        #: The ids of its sessions, which all their processes have in their environment.
        self.sessions: set[str] = set()
        self._read_so_far = 0
        self._changed = threading.Condition()
        self.terminal, other = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "snipproof", "watch", *arguments],
            cwd=root,
            env={**os.environ, "TMPDIR": str(temporary), **environ},
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                if not select.select([self.terminal], [], [], 0.2)[0]:
                    if self.process.poll() is not None:
                        break
                    continue
                data = os.read(self.terminal, 65536)
                if not data:
                    break
                with self._changed:
                    self.output += _STYLE.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, *texts: str, timeout: float = _PATIENCE) -> str:
        """Wait until the output has these texts, in their order, behind what was waited for before; return it."""
        deadline = time.monotonic() + timeout
        with self._changed:
            start = self._read_so_far
            for text in texts:
                while (place := self.output.find(text, self._read_so_far)) < 0:
                    has_ended = not self._thread.is_alive()
                    left = 0 if has_ended else deadline - time.monotonic()
                    assert left > 0, f"not in the output: {text!r}\n{self.output[start:]}"
                    self._changed.wait(min(left, 0.5))
                self._read_so_far = place + len(text)
            self.sessions |= {folder.parent.name for folder in self.temporary.glob("snipproof-*/*/lock")}
            return self.output[start : self._read_so_far]

    def save(self, path: str, text: str) -> None:
        """Write a file as an editor does."""
        (self.root / path).write_text(text, encoding="utf-8")

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.terminal, keys.encode())

    def owns(self, process: psutil.Process) -> bool:
        """Return whether a process belongs to it."""
        environ = process.environ()
        return environ.get("SNIPPROOF_RUN") in self.sessions or environ.get("TMPDIR") == str(self.temporary)

    @property
    def address(self) -> WatcherAddress:
        """Where it listens."""
        before, tempfile.tempdir = tempfile.tempdir, str(self.temporary)
        try:
            found = find_watcher(self.root)
        finally:
            tempfile.tempdir = before
        assert found is not None
        return found

    def request(self, kind: str, *snippets: str) -> list[dict[str, Any]]:
        """Return all events of a request."""
        return list(request(self.address, {"request": kind, "snippets": list(snippets)}))

    def connect(self) -> socket.socket:
        """Return a connection to it."""
        return connect(self.address)

    def end(self, timeout: float = 30) -> int:
        """Wait until it has ended, and return its exit code."""
        return self.process.wait(timeout)

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._thread.join(5)
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="w", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
