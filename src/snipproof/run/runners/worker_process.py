"""A process of a language's runtime that is kept between Sources, and the channel to it."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder


class WorkerProcess:
    """A running helper: one JSON object a line goes in, one a line comes back."""

    def __init__(self, process: Process, requests: int, replies: int, folder: Path) -> None:
        self._process = process
        self._requests = requests
        self._replies = replies
        self._text = b""
        self.folder = folder

    @classmethod
    def start(
        cls, command: Sequence[str], *, run: SessionFolder, env: Mapping[str, str], cwd: Path, folder: Path
    ) -> WorkerProcess:
        """Start ``command`` with two more arguments: the descriptors it reads requests from and writes replies to.

        :param folder: where its standard output and error go, as ``stdout`` and ``stderr``.
        """
        requests_read, requests = os.pipe()
        replies, replies_write = os.pipe()
        try:
            process = Process.start(
                [*command, str(requests_read), str(replies_write)],
                run=run,
                env=env,
                cwd=cwd,
                stdout=folder / "stdout",
                stderr=folder / "stderr",
                pass_fds=(requests_read, replies_write),
            )
        except BaseException:
            os.close(requests)
            os.close(replies)
            raise
        finally:
            os.close(requests_read)
            os.close(replies_write)
        return cls(process, requests, replies, folder)

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send one request; a helper that is gone is noticed when its reply is waited for."""
        data = json.dumps(request).encode("ascii") + b"\n"
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BrokenPipeError:
            return

    def reply(self, timeout: float) -> dict[str, Any] | None:
        """Return the next reply, ``None`` if there is none after ``timeout`` seconds.

        :raises EOFError: the helper has ended.
        """
        while b"\n" not in self._text:
            if not select.select([self._replies], [], [], timeout)[0]:
                return None
            part = os.read(self._replies, 65536)
            if not part:
                raise EOFError
            self._text += part
        line, _, self._text = self._text.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def stop(self) -> int | None:
        """End it with all its descendants; returns the exit code it had if it ended by itself, see :class:`Process`."""
        code = self._process.wait(1.0) if self._is_over() else self._process.poll()
        self._process.stop()
        if self._requests >= 0:
            os.close(self._requests)
            os.close(self._replies)
            self._requests = self._replies = -1
        return code

    def _is_over(self) -> bool:
        """Whether its end of the channel is closed, so that the process ends in a moment."""
        if self._replies < 0 or not select.select([self._replies], [], [], 0)[0]:
            return False
        part = os.read(self._replies, 65536)
        self._text += part
        return not part
