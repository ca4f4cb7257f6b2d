"""Python environments, one a lock file: made on first use and kept in the cache while that file is unchanged."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.model import Suite
from snipproof.prove.cache import cache_folder


def python_environment(suite: Suite, settings: Settings, say: Callable[[str], None]) -> Path:
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
            _call([sys.executable, "-m", "venv", str(folder)], suite.lock)
            _call([*pip, "-r", str(lock)], suite.lock)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        complete.touch()
    return interpreter


def _call(command: list[str], lock: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-8:])
        raise InfrastructureError(f"{lock}:1:1 the environment could not be made: {command[2]} failed", tail)
