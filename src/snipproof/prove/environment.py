"""Python environments, one a lock file: made on first use and kept in the cache while that file is unchanged."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import Suite
from snipproof.prove.cache import cache_folder
from snipproof.prove.process import Process
from snipproof.prove.run import Run


def python_environment(suite: Suite, settings: Settings, run: Run, say: Callable[[str], None]) -> Path:
    """Return the interpreter of ``suite``'s environment, made from its lock file where it is not there yet.

    A Suite without a lock file runs with the interpreter that runs us. The lock file must hold hashes: pip refuses
    anything else.

    :raises InfrastructureError: pip or venv failed; the message ends with what they printed last.
    """
    if suite.lock is None:
        return Path(sys.executable)
    lock = settings.root / suite.lock
    key = hashlib.sha256(lock.read_bytes())
    key.update(f"{sys.version} {sysconfig.get_platform()}".encode())
    folder = cache_folder(settings) / "environments" / f"{suite.flavour}-{key.hexdigest()[:16]}"
    interpreter = folder / "bin" / "python"
    complete = folder / "complete"
    if complete.exists() and interpreter.exists():
        return interpreter
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if complete.exists() and interpreter.exists():
            return interpreter
        say(f"environment: installing {suite.lock} (once)")
        shutil.rmtree(folder, ignore_errors=True)
        pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        try:
            _call([sys.executable, "-m", "venv", str(folder)], suite.lock, run)
            _call([*pip, "-r", str(lock)], suite.lock, run)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        complete.touch()
    return interpreter


def _call(command: list[str], lock: str, run: Run) -> None:
    """Run one step to its end, under a keeper, so that it ends with us."""
    folder = run.subfolder("environment")
    log = folder / "log"
    step = Process.start(command, run=run, env=os.environ, cwd=folder, stdout=log)
    try:
        code = step.wait(None)
    finally:
        step.stop()
    if code:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-8:])
        raise InfrastructureError(f"{lock}:1:1 the environment could not be made: {command[2]} failed", tail)
