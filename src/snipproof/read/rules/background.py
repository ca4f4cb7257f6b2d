"""Does a piece of work in a process of its own while this one goes on, where a process can be forked cheaply."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def begin(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin ``work``, which must give JSON values, and return a function that waits for its result.

    Where no process can be had, or it dies, that function does the work itself, so the result is always the same.
    """
    if not _may_fork():
        return work
    try:
        reading, writing = os.pipe()
        child = os.fork()
    except OSError:
        return work
    if child == 0:
        _work_and_leave(work, writing)
    os.close(writing)
    return lambda: _result(child, reading, work)


def _may_fork() -> bool:
    """Only on Linux, and never beside threads, which a forked process would lack while their locks are held."""
    threads = sys.modules.get("threading")
    alone = threads is None or threads.active_count() == 1
    return sys.platform == "linux" and alone and len(os.sched_getaffinity(0)) > 1


def _work_and_leave(work: Callable[[], Any], writing: int) -> None:
    code = 1
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(work()).encode())
        code = 0
    finally:
        os._exit(code)  # nothing of the parent may be flushed or cleaned up here


def _result(child: int, reading: int, work: Callable[[], Any]) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(data) if status == 0 else work()
