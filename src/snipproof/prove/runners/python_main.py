"""Runs one probed Python Source; started by the interpreter of the Suite's environment, so only the stdlib is used.

    python python_main.py JOB.json

The job names the docs source's path, the probed text, the file for events and the separator. Every probe writes one
JSON line ``{"line": …, "time": …}`` to the events and the separator to stdout; an exception that leaves the Source
is written as ``{"error": …}``. ``time`` is in seconds on the monotonic clock. Works on Python 3.8 and newer.
"""

from __future__ import annotations

import builtins
import faulthandler
import json
import os
import sys
import time
import traceback
import types
from pathlib import Path
from typing import Any


def main(job_path: str) -> None:
    """Run the job and exit as the Source would have exited."""
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    events = os.open(job["events"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    # Where a hung Source stands is written just before the time-out kills it.
    hang = os.open(job["hang"], os.O_WRONLY | os.O_CREAT, 0o600)
    faulthandler.dump_traceback_later(job["timeout"], file=hang)

    def write(event: dict[str, Any]) -> None:
        os.write(events, (json.dumps(event) + "\n").encode("ascii"))

    def probe(line: int) -> None:
        sys.stdout.flush()
        write({"line": line, "time": time.monotonic()})
        os.write(1, "{0}{1}{0}".format(job["separator"], line).encode("ascii"))

    setattr(builtins, job["function"], probe)
    path = job["path"]
    sys.path[0] = str(Path(path).parent)
    sys.argv = [path]
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    try:
        exec(compile(job["text"], path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 (what it is for)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 (whatever leaves the Source is reported)
        write({"error": describe(error, path)})
        sys.stdout.flush()
        sys.exit(1)
    finally:
        faulthandler.cancel_dump_traceback_later()


def describe(error: BaseException, path: str) -> dict[str, Any]:
    """Return what is known of an exception: its name, message, lines in the Source (outermost first) and traceback."""
    trace = error.__traceback__.tb_next if error.__traceback__ else None
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines = [error.lineno or 1]
        trace = None
    text = "".join(traceback.format_exception(type(error), error, trace))
    return {"type": type(error).__name__, "message": str(error), "lines": lines, "traceback": text}


if __name__ == "__main__":
    main(sys.argv[1])
