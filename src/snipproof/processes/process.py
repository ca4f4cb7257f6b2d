"""Child processes that cannot outlive this process: a keeper starts each one (see ``keeper.py``)."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder

_KEEPER = Path(__file__).with_name("keeper.py")


class Process:
    """One running command with all its descendants."""

    def __init__(self, keeper: subprocess.Popen[bytes], lifeline: int, status: int) -> None:
        self._keeper = keeper
        self._lifeline = lifeline
        self._status = status
        self._text = b""
        self._code: int | None = None
        while b"\n" not in self._text:
            part = os.read(status, 64)
            if not part:
                raise OSError("the keeper of a process ended before it started the process")
            self._text += part
        pid, _, self._text = self._text.partition(b"\n")
        self.pid = int(pid)

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        session: SessionFolder,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Path,
        stderr: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Process:
        """Start ``command`` with an empty standard input.

        :param session: the session that the process belongs to.
        :param env: its whole environment; the id of the session is added.
        :param stdout: the file for standard output, which is emptied first.
        :param stderr: the file for standard error; ``None`` for the same file as ``stdout``.
        :param pass_fds: file descriptors that stay open in it, under the same numbers.
        :raises OSError: it cannot be started, for example because the folder ``cwd`` is missing.
        """
        lifeline_read, lifeline = os.pipe()
        status, status_write = os.pipe()
        try:
            with (
                stdout.open("wb") as out,
                stderr.open("wb") if stderr else contextlib.nullcontext(subprocess.STDOUT) as err,
            ):
                keeper = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_KEEPER), str(lifeline_read), str(status_write), *command],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    env={**env, RUN_VARIABLE: session.id},
                    cwd=cwd,
                    pass_fds=(lifeline_read, status_write, *pass_fds),
                    start_new_session=True,
                )
        finally:
            os.close(lifeline_read)
            os.close(status_write)
        return cls(keeper, lifeline, status)

    def poll(self) -> int | None:
        """Return the exit code if the command has ended: negative if a signal killed it."""
        return self.wait(0)

    def wait(self, timeout: float | None) -> int | None:
        """Wait until the command and all its descendants have ended; return the exit code.

        :param timeout: seconds after which ``None`` is returned; ``None`` to wait without a limit.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._code is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._status], [], [], left)[0]:
                return None
            part = os.read(self._status, 64)
            self._text += part
            if not part or b"\n" in self._text:
                # A keeper that ended without writing a status was killed itself, and its command with it.
                line = self._text.partition(b"\n")[0]
                self._code = os.waitstatus_to_exitcode(int(line)) if line else -signal.SIGKILL
                self._close()
        return self._code

    def stop(self, grace: float = 0.0) -> None:
        """End the command: send SIGTERM and wait ``grace`` seconds, if more than 0, then SIGKILL the whole tree."""
        if self.poll() is None and grace > 0:
            with contextlib.suppress(OSError):
                os.write(self._lifeline, str(int(signal.SIGTERM)).encode())
            self.wait(grace)
        if self._code is None:
            os.close(self._lifeline)
            self._lifeline = -1
            self.wait(None)

    def _close(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        os.close(self._status)
        self._keeper.wait()
