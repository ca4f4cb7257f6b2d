"""A second process, forked while this one is still small, that does a part of the work on another processor.

Threads cannot: nearly all the time of a check is Python's own. What is asked is a function of a module with an argument
of plain values, and so is the answer, for :mod:`marshal`. Where a second process fails, the function is called here.
"""

from __future__ import annotations

import importlib
import marshal
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH = 8


class Second:
    """The process. It knows what is ``known`` when it begins, and gives that to each function it is asked to call."""

    def __init__(self, known: Any) -> None:
        self._process = 0
        self._known = known
        (asked, ask), (told, tell) = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(ask)
            os.close(told)
            _serve(known, os.fdopen(asked, "rb"), os.fdopen(tell, "wb"))
        os.close(asked)
        os.close(tell)
        self._questions, self._answers = os.fdopen(ask, "wb"), os.fdopen(told, "rb")
        self._question: tuple[Callable[[Any, Any], Any], Any]

    def ask(self, function: Callable[[Any, Any], Any], argument: Any) -> None:
        """Have ``function`` called with what is known and ``argument``. Ask nothing else before it is answered."""
        self._question = function, argument
        with suppress(OSError):  # it has ended, which `answer` will see
            _send(self._questions, (function.__module__, function.__name__, argument))

    def answer(self) -> Any:
        """Return what the function that was asked for last returned."""
        try:
            return _receive(self._answers)
        except (OSError, EOFError, ValueError, TypeError):
            function, argument = self._question
            return function(self._known, argument)

    def close(self) -> None:
        """End the process."""
        if self._process:
            for end in (self._questions, self._answers):
                with suppress(OSError):  # it has ended before
                    end.close()
            # The end of the pipe does not tell it to end while a process that was forked later holds the pipe too.
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0

    __del__ = close


def start(known: Any) -> Second | None:
    """Return a second process, if there is a processor for it and it can be had."""
    with suppress(OSError):
        return Second(known) if is_useful() else None
    return None


def is_useful() -> bool:
    """Whether there is a processor for it, and it is safe: a forked process has none of the threads of this one."""
    threading = sys.modules.get("threading")
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and (threading is None or threading.active_count() == 1)
    )


def _serve(known: Any, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more, in the process that was forked, and end it."""
    try:
        while True:
            module, name, argument = _receive(questions)
            _send(answers, getattr(importlib.import_module(module), name)(known, argument))
    finally:
        os._exit(0)  # whatever happened: nothing of what the first process is about to do may be done twice


def _send(end: BinaryIO, value: Any) -> None:
    data = marshal.dumps(value)
    end.write(len(data).to_bytes(_LENGTH, "little"))
    end.write(data)
    end.flush()


def _receive(end: BinaryIO) -> Any:
    return marshal.loads(end.read(int.from_bytes(end.read(_LENGTH), "little")))  # noqa: S302 (from our own process)
