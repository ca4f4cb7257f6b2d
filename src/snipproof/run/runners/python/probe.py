"""What the probes of a Python Source call, and what reports its failures. Runs in the interpreter of a Suite.

It uses only the stdlib, and works on Python 3.8 and newer.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types
    from collections.abc import Collection, Iterator

# What leaves a coroutine or a generator that nobody goes on with, and the end of an iteration.
_CLOSING = frozenset(("GeneratorExit", "CancelledError", "StopIteration", "StopAsyncIteration"))
_MAX_FAILED = 1000
_ORIGIN_DEPTH = 16


class Probe:
    """What the probes of a Source call; also the frame of its module.

    Every statement that a Snippet shows has a number. An event is written when it runs for the first time, and when a
    run enters or leaves a set of Regions (a *group*; 0 outside of all Regions), so a loop costs next to nothing.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self._events = job["events"]
        self._path = job["path"]
        self._separator = job["separator"]
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._reports: set[tuple[str, int]] = set()
        self._caught: set[tuple[int, int]] = set()
        self._standing: dict[int, int] = {}  # how many activations stand in a group
        self._functions: dict[types.CodeType, int] = {}
        self._failed: list[int] = []  # functions that an error has left, in order; a few are enough
        self._waiting: set[int] = set()  # lambdas that have not given their value
        # By the number of a statement that expects errors: how many came before it, and which lambdas waited then.
        self._since: dict[int, tuple[int, frozenset[int]]] = {}
        self._suppressed: dict[int, list[int]] = {}  # by the number of a `with`: the functions of the last error in it
        self._missing: dict[str, str] = {}  # what failed parts would have assigned, and the Region that is to blame
        self._count = 0
        self._flushing = False
        module = Frame(self)
        self.at = module.at
        self.done = module.done

    def write(self, event: dict[str, Any]) -> None:
        """Write a line to the events; opened each time, since a Source may close every open file, or write to it."""
        try:
            events = os.open(self._events, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            return  # a probe that cannot write counts as never passed
        with contextlib.suppress(OSError):
            os.write(events, (self._separator + json.dumps(event) + "\n").encode("ascii"))
        os.close(events)

    def enter(self, function: int) -> Frame:
        """Report that a function was called; return the frame of this call."""
        if not self.known("enter", function):
            self._functions[sys._getframe(1).f_code] = function  # noqa: SLF001 (there is no other way)
            self.report("enter", function)
        return Frame(self, function)

    def called(self, function: int) -> None:
        """Report that a lambda was called."""
        if not self.known("enter", function):
            self._functions[sys._getframe(1).f_code] = function  # noqa: SLF001
            self.report("enter", function)
        if not self.known("returned", function):
            self._waiting.add(function)

    def gave(self, function: int, value: Any) -> Any:
        """Report that a lambda has given ``value``; return it."""
        if not self.known("returned", function):
            self.report("returned", function)
            self._waiting.discard(function)
        return value

    def failed(self, function: int, number: int) -> None:
        """Report that an error has left a function at a statement."""
        if number and not self.known("failed", number):
            self.report("failed", number)
        if len(self._failed) < _MAX_FAILED:
            self._failed.append(function)

    def expecting(self, number: int) -> None:
        """Note that a statement that expects an error begins."""
        self._since[number] = len(self._failed), frozenset(self._waiting)

    def expected(self, number: int) -> None:
        """Report the errors that a statement has expected."""
        count, waiting = self._since[number]
        self.caught(number, {*self._failed[count:], *(self._waiting - waiting)})

    def caught(self, handler: int, functions: Collection[int] | None = None) -> None:
        """Report which functions an error has left that comes to a handler; those of the current one by default."""
        for function in self._left_by(sys.exc_info()[1]) if functions is None else functions:
            if (handler, function) not in self._caught:
                self._caught.add((handler, function))
                self.report("caught", function, str(handler), always=True)

    def _left_by(self, error: BaseException | None) -> list[int]:
        """Return the functions that an error, its causes and its parts have left, but not the one that handles it."""
        found: list[int] = []
        waiting: list[Any] = [error]
        seen: set[int] = set()
        while waiting:
            each = waiting.pop()
            if each is None or id(each) in seen:
                continue
            seen.add(id(each))
            frames = traceback.walk_tb(each.__traceback__)
            inner = [frame.f_code for frame, _ in frames][each is error :]
            found += [self._functions[code] for code in inner if code in self._functions]
            waiting += [each.__cause__, each.__context__]
            with contextlib.suppress(Exception):  # an attribute of the Source's own may be anything
                waiting += [part for part in getattr(each, "exceptions", ()) if isinstance(part, BaseException)]
        return found

    def suppressing(self, number: int) -> _Suppressing:
        """Return a context manager that notes which error leaves the body of a ``with``."""
        self._suppressed.pop(number, None)
        return _Suppressing(self, number)

    def left_with(self, number: int, error: BaseException) -> None:
        """Note that ``error`` leaves the body of a ``with``."""
        self._suppressed[number] = self._left_by(error)

    def suppressed(self, number: int) -> None:
        """Report the error that left the body of a ``with``, since the run goes on behind it."""
        self.caught(number, self._suppressed.pop(number, []))

    def watch(self, number: int, made: Any) -> None:
        """Report when an object of a class is made that has no ``__init__`` of its own; enumerations have theirs."""
        if "enum" in sys.modules and isinstance(made, sys.modules["enum"].EnumMeta):
            self.report("made", number)
        given = made.__init__
        if getattr(given, "__code__", None) and given.__code__.co_filename == self._path:
            return

        def __init__(self_: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            self.report("made", number)
            if given is not object.__init__:
                given(self_, *args, **kwargs)
            elif made.__new__ is object.__new__ and (args or kwargs):
                raise TypeError(f"{type(self_).__name__}() takes no arguments")  # as `object.__new__` does

        with contextlib.suppress(Exception):  # a metaclass may refuse it
            made.__init__ = functools.wraps(given)(__init__)

    @contextlib.contextmanager
    def raising(self, region: str) -> Iterator[None]:
        """Report the error of a Region that announces it, and go on behind it."""
        try:
            yield
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whether it is the right one is judged later)
            if error.__traceback__:
                error.__traceback__ = error.__traceback__.tb_next  # this frame is not the Source's
            self.write({"error": describe(error, self._path, whole=True), "region": region})

    @contextlib.contextmanager
    def part(self, region: str, assigned: tuple[tuple[str, int], ...]) -> Iterator[None]:
        """Go on behind a part of the module that raises an error, and report that.

        What it would have assigned is removed, so that nothing that follows is proven with an older value.

        :param region: the name of the Region; ``""`` for a hidden statement, which ends the run unless an earlier part
            failed to assign what it uses.
        :param assigned: what each statement assigns, with its last line.
        """
        try:
            yield
        except Exception as error:
            cause = self._missing.get(_missing_name(error), "")
            if not region and not cause:
                raise
            if error.__traceback__:
                error.__traceback__ = error.__traceback__.tb_next  # this frame is not the Source's
            failed = error.__traceback__.tb_lineno if error.__traceback__ else 0
            names = sys.modules["__main__"].__dict__
            for name, last in assigned:
                if last >= failed:
                    names.pop(name, None)
                    self._missing[name] = cause or region
            self.write({"error": describe(error, self._path, whole=True), "region": region, "cause": cause})

    def report(self, signal: str, number: int, frame: str = "", *, always: bool = False) -> None:
        """Write an event, unless it was written before."""
        if os.getpid() != self._pid:  # in a fork, a thread that is gone may hold the lock
            event = {"signal": signal, "line": number, "frame": f"{os.getpid()}.{frame}", "time": time.monotonic()}
            self.write({**event, "child": True})
            return
        with self._lock:
            if not always and (signal, number) in self._reports:
                return
            self._reports.add((signal, number))
            if not self._flushing:  # a stream of the Source may report in turn
                self._flushing = True
                attempt(flush)
                self._flushing = False
            mark, self._count = self._count, self._count + 1
            event = {"signal": signal, "line": number, "frame": frame, "time": time.monotonic()}
            self.write({**event, "mark": mark})
            self.mark(mark)

    def mark(self, number: int) -> None:
        """Print a mark, which the output is cut at."""
        attempt(os.write, 1, f"{self._separator}{number}{self._separator}".encode("ascii"))

    def move(self, number: int, group: int, old: int) -> None:
        """Report that an activation goes from the group ``old`` to a statement of ``group``, if it is the only one."""
        with contextlib.nullcontext() if os.getpid() != self._pid else self._lock:
            others = self._standing.get(group, 0)
            self._standing[group] = others + (group != old)
            if group and (not others or not self.known("at", number)):
                self.report("at", number, str(group), always=True)
            if group != old:
                self._standing[old] = left = self._standing.get(old, 0) - 1
                if old and not left:
                    self.report("exit", number, str(old), always=True)

    def known(self, signal: str, number: int) -> bool:
        """Whether an event was written before."""
        return (signal, number) in self._reports


class _Suppressing:
    def __init__(self, probe: Probe, number: int) -> None:
        self._probe = probe
        self._number = number

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is not None:
            self._probe.left_with(self._number, error)


class Frame:
    """One activation of a function: where it stands."""

    __slots__ = ("_function", "_group", "_number", "_probe", "_waiting")

    def __init__(self, probe: Probe, function: int = 0) -> None:
        self._probe = probe
        self._function = function
        self._group = self._number = self._waiting = 0

    def at(self, number: int, group: int) -> None:
        """Report that a statement begins."""
        self._number = number
        if group != self._group or (number and not self._probe.known("at", number)):
            self._move(group)

    def done(self, number: int) -> None:
        """Report that a statement has ended."""
        if not self._probe.known("done", number):
            self._probe.report("done", number)

    def returned(self, number: int, value: Any = None) -> Any:
        """Report that a statement returns ``value``; return it."""
        if number and not self._probe.known("left", number):
            self._probe.report("left", number)
        return value

    def suspend(self, value: Any) -> Any:
        """Report that a generator hands over ``value`` and waits; return it."""
        self.returned(self._number)
        if self._group:
            self._waiting = self._group
            self._move(0)
        return value

    def resume(self, value: Any) -> Any:
        """Report that a generator goes on with ``value``; return it."""
        if self._waiting:
            group, self._waiting = self._waiting, 0
            self._move(group)
        return value

    def plain(self, names: Any) -> Any:
        """Return the result of ``locals`` or ``dir`` without the frame's own variable."""
        hidden = "__snipproof_frame__"
        if isinstance(names, dict):  # a copy: the next call of `dir` adds the variable again
            return {name: value for name, value in names.items() if name != hidden}
        return [name for name in names if name != hidden]

    def __enter__(self) -> Frame:  # noqa: PYI034 (Python 3.8 has no Self)
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Report that the function has returned, or that an exception has left it."""
        probe, function = self._probe, self._function
        if not probe.known("returned", function):  # one complete pass is enough
            if kind is None:
                probe.report("returned", function)
            elif kind.__name__ not in _CLOSING:
                probe.failed(function, self._number)
            elif not probe.known("closed", function):
                probe.report("closed", function)
        if self._group:
            self._move(0)

    def _move(self, group: int) -> None:
        old, self._group = self._group, group
        self._probe.move(self._number, group, old)


def watch_failures(probe: Probe, path: str) -> None:
    """Report failures that do not end a process: of threads, of tasks, and coroutines that were never awaited."""
    import warnings

    def report(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, SystemExit):
            probe.write({"error": describe(error, path)})

    given: Any = threading._make_invoke_excepthook  # type: ignore[attr-defined]  # noqa: SLF001 (a Source may set the hook)

    def make_hook() -> Any:
        hook = given()

        def thread_failed(thread: threading.Thread) -> None:
            report(sys.exc_info()[1])
            hook(thread)

        return thread_failed

    threading._make_invoke_excepthook = make_hook  # type: ignore[attr-defined]  # noqa: SLF001

    def unawaited(coroutine: Any) -> None:
        lines = [line for name, line, _ in coroutine.cr_origin or () if name == path]
        if lines:
            message = f"the coroutine `{coroutine.__qualname__}` was never awaited"
            event = {"type": "RuntimeWarning", "message": message, "lines": lines[:1], "traceback": ""}
            probe.write({"error": event, "if_shown": True})

    sys.set_coroutine_origin_tracking_depth(_ORIGIN_DEPTH)
    warnings._warn_unawaited_coroutine = unawaited  # type: ignore[attr-defined]  # noqa: SLF001 (the interpreter calls it)

    def watch_loops(module: Any) -> None:
        loop = module.BaseEventLoop
        call = loop.call_exception_handler

        def loop_failed(self: Any, context: dict[str, Any]) -> None:
            if "never retrieved" in str(context.get("message")):
                report(context.get("exception"))
            call(self, context)

        loop.call_exception_handler = loop_failed

    when_imported("asyncio.base_events", watch_loops)


def when_imported(name: str, action: Callable[[Any], None]) -> None:
    """Call ``action`` with the module ``name``: now, or as soon as it is imported."""
    if name in sys.modules:
        action(sys.modules[name])
        return

    class Finder:
        @staticmethod
        def find_spec(wanted: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG004 (its signature is given)
            if wanted != name:
                return None
            import importlib.util

            sys.meta_path.remove(Finder)
            spec = importlib.util.find_spec(name)
            loader: Any = spec and spec.loader
            if loader:
                execute = loader.exec_module

                def exec_module(module: Any) -> None:
                    execute(module)
                    action(module)

                loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder)


def flush() -> None:
    """Write what the Source has printed so far."""
    sys.stdout.flush()


def attempt(action: Callable[..., object], *arguments: object) -> None:
    """Call ``action``. It fails if the Source closed or removed what it writes to; then it counts as never done."""
    try:
        action(*arguments)
    except (OSError, ValueError, AttributeError):
        return


def _missing_name(error: BaseException) -> str:
    """Return the name, or ``.name`` for an attribute, that does not exist; ``""`` for any other error."""
    if type(error) is NameError:
        return getattr(error, "name", None) or str(error).partition("'")[2].partition("'")[0]
    if type(error) is AttributeError:
        return "." + (getattr(error, "name", None) or str(error).rpartition(" '")[2].rstrip("'"))
    return ""


def describe(error: BaseException, path: str, *, whole: bool = False) -> dict[str, Any]:
    """Return the name of an exception, its message, its lines in the Source (outermost first) and its traceback.

    Methods of the exception belong to the Source, and may raise in turn.

    :param whole: whether its traceback begins in the Source.
    """
    trace = error.__traceback__
    if trace and not whole:
        trace = trace.tb_next
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines = [error.lineno or 1]
        trace = None
    try:
        text = "".join(traceback.format_exception(type(error), error, trace))
    except BaseException:  # noqa: BLE001 (such as `__notes__` or `exceptions` of its own)
        text = "".join(
            ("Traceback (most recent call last):\n", *traceback.format_tb(trace), type(error).__name__, "\n")
        )
    codes = [text_of(getattr(error, name, None)) or "" for name in ("code", "errno", "status_code")]
    return {
        "type": type(error).__name__,
        "types": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__] + codes,
        "message": _message(error),
        "lines": lines,
        "traceback": text,
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as another:  # noqa: BLE001
        value = error.code if isinstance(error, SystemExit) else error
        whose = "its message" if value is error else f"its message, of type {type(value).__name__},"
        return f"{whose} cannot be read: {type(another).__name__}"


def text_of(value: object) -> str | None:
    """Return ``value`` as text, ``None`` if its own methods fail."""
    try:
        return str(value)
    except BaseException:  # noqa: BLE001
        return None
