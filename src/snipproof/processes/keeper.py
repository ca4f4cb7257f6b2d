"""Runs one command, and kills everything that it started once the process that requested it ends.

    python -I -S keeper.py LIFELINE STATUS COMMAND…

LIFELINE is the reading end of a pipe: when it ends, because the parent closed it or died, the command is killed with
all its descendants. STATUS is the writing end of a pipe: the command's pid, then its exit status (in the format of
``os.wait``) are written there, one on each line. When the command ends by itself, what it left running is killed too. A
line on the lifeline is a signal number for the command. On Linux this process adopts orphans (PR_SET_CHILD_SUBREAPER),
so that it finds descendants in sessions of their own; elsewhere it finds only the command's process group.

Every Source waits for this script to start, so it imports as little as possible.
"""
# ruff: noqa: SIM105, PTH123 (contextlib and pathlib take longer to import than everything else)

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys

TYPE_CHECKING = False  # importing typing takes long
if TYPE_CHECKING:
    from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(lifeline: int, status: int, command: list[str]) -> None:
    """Run ``command`` until it ends or the lifeline does."""
    linux = sys.platform.startswith("linux")
    libc = ctypes.CDLL(None) if linux else None
    if libc:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if linux else os.pipe()
    os.set_blocking(wake_write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write)
    me = os.getpid()
    child = os.fork()
    if child == 0:
        os.setsid()
        if libc:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != me:
                os._exit(125)
        os.close(lifeline)
        os.close(status)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them, and the command would inherit that
        try:
            os.execvpe(command[0], command, os.environ)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    # After the fork: an ignored signal stays ignored in the command, and one sent early would be lost.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the lifeline ends this process
    _write_line(status, child)
    code = _wait(child, lifeline, wake_read)
    kill_all(child)
    _write_line(status, code)


def _write_line(status: int, number: int) -> None:
    try:
        os.write(status, f"{number}\n".encode())
    except OSError:
        pass  # the reader is gone: the lifeline has ended too


def _signal(kill: Callable[[int, int], None], target: int, number: int) -> None:
    """Send a signal with ``os.kill`` or ``os.killpg``; the target may have ended already."""
    try:
        kill(target, number)
    except (ProcessLookupError, PermissionError):
        pass


def _wait(child: int, lifeline: int, wake: int) -> int:
    """Wait for the child and return its wait status; kill it if the lifeline ends first."""
    while True:
        ready, _, _ = select.select([lifeline, wake], [], [])
        if lifeline in ready:
            number = os.read(lifeline, 16)
            if not number:
                os.kill(child, signal.SIGKILL)  # its process group may not exist yet
                _signal(os.killpg, child, signal.SIGKILL)
                return os.waitpid(child, 0)[1]
            _signal(os.kill, child, int(number))
        if wake in ready:
            os.read(wake, 64)
            while True:
                try:
                    pid, code = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    break
                if pid == child:
                    return code
                if pid == 0:
                    break


def kill_all(child: int) -> None:
    """Kill the process group of the dead child, then every process that this one adopted, until none is left."""
    _signal(os.killpg, child, signal.SIGKILL)
    while adopted := _children():
        for pid in adopted:
            _signal(os.kill, pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break


def _children() -> list[int]:
    """Return the direct children of this process; an empty list where ``/proc`` does not list them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            text = file.read()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
