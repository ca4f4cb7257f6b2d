"""Runs probed Python Sources. The interpreter of a Suite's environment runs it, so it uses only the stdlib.

    python main.py JOB.json              runs one Source and exits as the Source would
    python main.py REQUESTS RESPONSES    is a worker that forks for each Source

The arguments of a worker are file descriptors: each request and each response is one line of JSON. The worker imports
``{"modules": […]}``. The response to ``{"ready": true}`` is ``{"ready": …, "reason": …}``. The response to a job is
``{"status": …}``, in the format of ``os.wait``, when the Source and everything that it started has ended.

A job names the docs source's path, the probed text, the working directory and the files for events and output. Every
probe writes one line, the separator and the JSON ``{"line": …, "time": …}``, to the events and the separator to stdout;
an uncaught exception of the Source is written as ``{"error": …}``. ``time`` is in seconds on the monotonic clock. Works
on Python 3.8 and newer.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import faulthandler
import functools
import json
import marshal
import os
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEEPER = Path(__file__).parents[3] / "processes" / "keeper.py"
_ORIGIN_DEPTH = 16
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = 9


def run(job: dict[str, Any]) -> None:
    """Run the job and exit as the Source would have exited."""
    # The line at which a Source hangs is written just before the timeout kills it.
    hang = os.open(job["hang"], os.O_WRONLY | os.O_CREAT, 0o600)
    faulthandler.dump_traceback_later(job["timeout"], file=hang)

    probe = Probe(job)
    write = probe.write
    setattr(builtins, job["function"], probe)
    watch_failures(probe, job["path"])
    path = job["path"]
    sys.path.insert(0, str(Path(path).parent))
    sys.argv = [path]
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    try:
        exec(program(job), module.__dict__)  # noqa: S102 (what it is for)
    except SystemExit as leave:
        if isinstance(leave.code, (int, type(None))) or _text(leave.code) is not None:
            raise
        write({"error": describe(leave, path)})  # the interpreter would end without a word
        sys.exit(1)
    except BaseException as error:  # noqa: BLE001 (every uncaught exception of the Source is reported)
        attempt(write, {"error": describe(error, path)})
        attempt(flush)
        sys.exit(1)
    finally:
        faulthandler.cancel_dump_traceback_later()


def program(job: dict[str, Any]) -> Any:
    """Return the code with the probes; that of the text if it has an error, which compiling it raises."""
    if not job["program"]:
        return compile(job["text"], job["path"], "exec", dont_inherit=True)
    return marshal.loads(base64.b64decode(job["program"]))  # noqa: S302 (written by snipproof itself)


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
        self._standing: dict[int, int] = {}  # how many activations stand in a group
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
        self.called(function)
        return Frame(self)

    def called(self, function: int) -> None:
        """Report that a lambda was called."""
        if not self.known("enter", function):
            self.report("enter", function)

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
            attempt(os.write, 1, f"{self._separator}{mark}{self._separator}".encode("ascii"))

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


class Frame:
    """One activation of a function: where it stands."""

    __slots__ = ("_group", "_number", "_probe", "_waiting")

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
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

    def __exit__(self, *_: object) -> None:
        """Report that the function has returned, or that an exception has left it."""
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
    codes = [_text(getattr(error, name, None)) or "" for name in ("code", "errno", "status_code")]
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


def _text(value: object) -> str | None:
    """Return ``value`` as text, ``None`` if its own methods fail."""
    try:
        return str(value)
    except BaseException:  # noqa: BLE001
        return None


def serve(requests: int, responses: int) -> dict[str, Any]:
    """Process requests until there are no more. Returns only in a forked child: the job that it has to run."""
    import ctypes

    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    if libc:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # finds what a Source leaves running
    kill_all = _keeper().kill_all
    with os.fdopen(requests, "r", encoding="ascii") as lines, os.fdopen(responses, "w", encoding="ascii") as out:
        for line in iter(lines.readline, ""):
            request = json.loads(line)
            if "modules" in request:
                preload(request["modules"])
                continue
            if "ready" in request:
                reason = why_not_fork()
                response: dict[str, Any] = {"ready": not reason, "reason": reason}
            else:
                me = os.getpid()
                child = os.fork()
                if child == 0:
                    become(request, me, libc)
                    job: dict[str, Any] = request
                    return job
                response = {"status": os.waitpid(child, 0)[1]}
                kill_all(child)
            out.write(json.dumps(response) + "\n")
            out.flush()
    sys.exit(0)


def end(job: dict[str, Any]) -> None:
    """Run the job and end the process as the interpreter would, without tearing down what the worker imported.

    The steps and their order are those of ``Py_FinalizeEx``; :mod:`multiprocessing` also ends a fork by ``os._exit``
    after them. Tearing down hundreds of modules takes longer than most Sources do.
    """
    import atexit
    import gc
    import threading

    code = 0
    try:
        run(job)
    except SystemExit as leave:
        code = _exit_code(leave)
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 (joins threads, those of executors too)
    atexit._run_exitfuncs()  # noqa: SLF001
    flush_streams((sys.stdout, sys.stderr))  # those of the Source may need its names
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    sys.modules["__main__"].__dict__.clear()  # closes what the Source left open, with the usual warnings
    gc.collect()
    flush_streams((sys.stdout, sys.stderr))
    os._exit(code)


def flush_streams(streams: tuple[Any, ...]) -> None:
    """Write what was printed to ``streams``, which the Source may have closed or replaced."""
    for stream in streams:
        with contextlib.suppress(Exception):
            stream.flush()


def _exit_code(leave: SystemExit) -> int:
    """Return the exit code of a SystemExit; a text is printed, as the interpreter does."""
    if leave.code is None:
        return 0
    if isinstance(leave.code, int):
        return leave.code & 0xFF
    sys.stderr.write(str(leave.code) + "\n")
    return 1


def become(job: dict[str, Any], parent: int, libc: Any) -> None:
    """Give a forked child what a new process would have: its own session, output, home and working directory."""
    os.setsid()
    if libc:
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(125)
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.chdir(job["cwd"])
    home = str(Path(job["stdout"]).parent)
    os.environ["HOME"] = os.environ["TMPDIR"] = home
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]  # it caches the folder that it found first


def preload(modules: list[str]) -> None:
    """Import those of ``modules`` that are in the environment or the stdlib; errors are left to the Source."""
    import gc
    import importlib
    import importlib.util

    homes = {os.path.realpath(home) + os.sep for home in (sys.prefix, sys.base_prefix)}
    for name in modules:
        try:
            spec = importlib.util.find_spec(name.partition(".")[0])
            if spec and spec.has_location and os.path.realpath(spec.origin or "").startswith(tuple(homes)):
                importlib.import_module(name)
        except BaseException:  # noqa: BLE001, S110 (it is raised again when the Source imports it)
            pass
    sys.stdout.flush()
    sys.stderr.flush()
    gc.collect()
    gc.freeze()


def why_not_fork() -> str:
    """Return the reason why a fork would fail: other threads, open sockets; ``""`` if there is none."""
    import threading

    tasks = Path("/proc/self/task")
    threads = len(list(tasks.iterdir())) if tasks.exists() else threading.active_count()
    if threads != 1:
        return "what the Sources import starts a thread"
    for entry in Path("/proc/self/fd").iterdir() if tasks.exists() else ():
        try:
            if os.readlink(str(entry)).startswith("socket:"):  # noqa: PTH115 (Python 3.8 has no Path.readlink)
                return "what the Sources import opens a connection"
        except OSError:
            continue  # that of the folder itself, closed by now
    return ""


def _keeper() -> Any:
    """Return the module that kills what a Source leaves behind; snipproof is not installed in this interpreter."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("snipproof_keeper", _KEEPER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    if len(sys.argv) == 2:
        end(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    else:
        end(serve(int(sys.argv[1]), int(sys.argv[2])))
