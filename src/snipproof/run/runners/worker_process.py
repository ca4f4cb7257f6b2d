"""A process of a language's runtime that runs one Source after the other, and the channel to it."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder

_RESPONSES = frozenset(("ready", "status", "reusable"))


class WorkerProcess:
    """A running process: each request and each response is one line of JSON."""

    def __init__(self, process: Process, requests: int, responses: int, folder: Path) -> None:
        self._process = process
        self._requests = requests
        self._responses = responses
        self._text = b""
        self.folder = folder

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        session: SessionFolder,
        env: Mapping[str, str],
        cwd: Path,
        folder: Path,
        enter: Callable[[Sequence[str], Path], list[str]] | None = None,
    ) -> WorkerProcess:
        """Start ``command``; its last two arguments are the descriptors for requests (read) and responses (write).

        :param folder: gets its standard output and error, as ``stdout`` and ``stderr``.
        :param enter: returns the command that runs a command in the network of the Sources, in a folder.
        """
        requests_read, requests = os.pipe()
        responses, responses_write = os.pipe()
        command = [*command, str(requests_read), str(responses_write)]
        try:
            process = Process.start(
                enter(command, cwd) if enter else command,
                session=session,
                env=env,
                cwd=cwd,
                stdout=folder / "stdout",
                stderr=folder / "stderr",
                pass_fds=(requests_read, responses_write),
            )
        except BaseException:
            os.close(requests)
            os.close(responses)
            raise
        finally:
            os.close(requests_read)
            os.close(responses_write)
        return cls(process, requests, responses, folder)

    def send(self, request: Mapping[str, Any]) -> None:
        """Send one request. If the process has ended, :meth:`receive` reports that."""
        data = json.dumps(request).encode("ascii") + b"\n"
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BrokenPipeError:
            return

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """Return the next response, ``None`` if there is none after ``timeout`` seconds.

        :raises EOFError: the process has ended.
        """
        while (response := self._next()) is None:
            if not select.select([self._responses], [], [], timeout)[0]:
                return None
            part = os.read(self._responses, 65536)
            if not part:
                raise EOFError
            self._text += part
        return response

    def _next(self) -> dict[str, Any] | None:
        """Return the next response that has arrived; a Source that writes to every open file writes here, too."""
        while b"\n" in self._text:
            line, _, self._text = self._text.partition(b"\n")
            try:
                response = json.loads(line[max(0, line.rfind(b"{")) :])  # a response is a flat object
            except (ValueError, RecursionError):
                continue
            if isinstance(response, dict) and _RESPONSES & response.keys():
                return response
        return None

    def finish(self, seconds: float) -> bool:
        """Close the channel for requests, and return whether the process ended by itself because of that."""
        os.close(self._requests)
        self._requests = -1
        return self._process.wait(seconds) == 0

    def stop(self) -> int | None:
        """End the process with all its descendants; return its exit code if it had ended by itself."""
        code = self._process.wait(1.0) if self._is_over() else self._process.poll()
        self._process.stop()
        for descriptor in (self._requests, self._responses):
            if descriptor >= 0:
                os.close(descriptor)
        self._requests = self._responses = -1
        return code

    def _is_over(self) -> bool:
        """Whether the process has closed its end of the channel, so that it ends in a moment."""
        if self._responses < 0 or not select.select([self._responses], [], [], 0)[0]:
            return False
        part = os.read(self._responses, 65536)
        self._text += part
        return not part
