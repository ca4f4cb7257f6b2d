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
import importlib.util
import json
import marshal
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any


def load(name: str, path: Path) -> Any:
    """Return the module at ``path``; snipproof is not installed in this interpreter."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from snipproof.run.runners.python import probe as reporting
else:
    reporting = load("snipproof_probe", Path(__file__).with_name("probe.py"))

_KEEPER = Path(__file__).parents[3] / "processes" / "keeper.py"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = 9


def run(job: dict[str, Any]) -> None:
    """Run the job and exit as the Source would have exited."""
    # The line at which a Source hangs is written just before the timeout kills it.
    hang = os.open(job["hang"], os.O_WRONLY | os.O_CREAT, 0o600)
    faulthandler.dump_traceback_later(job["timeout"], file=hang)

    probe = reporting.Probe(job)
    write = probe.write
    setattr(builtins, job["function"], probe)
    reporting.watch_failures(probe, job["path"])
    path = job["path"]
    sys.path.insert(0, str(Path(path).parent))
    sys.argv = [path]
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    try:
        exec(program(job), module.__dict__)  # noqa: S102 (what it is for)
    except SystemExit as leave:
        if isinstance(leave.code, (int, type(None))) or reporting.text_of(leave.code) is not None:
            raise
        write({"error": reporting.describe(leave, path)})  # the interpreter would end without a word
        sys.exit(1)
    except BaseException as error:  # noqa: BLE001 (every uncaught exception of the Source is reported)
        reporting.attempt(write, {"error": reporting.describe(error, path)})
        reporting.attempt(reporting.flush)
        sys.exit(1)
    finally:
        faulthandler.cancel_dump_traceback_later()


def program(job: dict[str, Any]) -> Any:
    """Return the code with the probes; that of the text if it has an error, which compiling it raises."""
    if not job["program"]:
        return compile(job["text"], job["path"], "exec", dont_inherit=True)
    return marshal.loads(base64.b64decode(job["program"]))  # noqa: S302 (written by snipproof itself)


def serve(requests: int, responses: int) -> dict[str, Any]:
    """Process requests until there are no more. Returns only in a forked child: the job that it has to run."""
    import ctypes

    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    if libc:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # finds what a Source leaves running
    kill_all = load("snipproof_keeper", _KEEPER).kill_all
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


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    if len(sys.argv) == 2:
        end(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    else:
        end(serve(int(sys.argv[1]), int(sys.argv[2])))
