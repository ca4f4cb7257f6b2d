"""What a run connects to: this machine, and what the guide names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm", "go", "java", "javac", "mvn")]

ROOT = Path(__file__).parents[2]
LONE_NETWORK = ROOT / "tests" / "support" / "lone_network.py"
NAMED_IN_THE_GUIDE = {"name pypi.org"}  # the Python client v4 looks for a newer version of itself


def reason_against() -> str:
    """Return why this machine cannot have a second network, ``""`` if it can."""
    if missing := [program for program in ("unshare", "ip") if shutil.which(program) is None]:
        return f"not on the PATH: {', '.join(missing)}"
    command = ["unshare", "--net", "ip", "link", "set", "lo", "up"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no network of its own for a process: {tried.stderr.strip()}" if tried.returncode else ""


def prove(binary: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    """Prove this repository's own page."""
    env = {**os.environ, "SNIPPROOF_WEAVIATE_MODE": "embedded", "SNIPPROOF_WEAVIATE_BINARY": str(binary)}
    command = [*prefix, sys.executable, "-m", "pytest", "snippets", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_run_sends_nothing_to_anyone(binary: Path, tmp_path: Path) -> None:
    """All flavours are proven in a network without a way out, and every connection is recorded.

    Whatever sends telemetry, or looks for updates, would be seen: the server, its vectorizer, clients and compilers.
    """
    if reason := reason_against():
        pytest.skip(reason)
    record = tmp_path / "record"
    alone = ("unshare", "--net", sys.executable, str(LONE_NETWORK), str(record))
    done = prove(binary, *alone)
    if done.returncode:  # perhaps the caches are empty: what the flavours require is downloaded once
        prove(binary)
        done = prove(binary, *alone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(record.read_text(encoding="utf-8").splitlines()) <= NAMED_IN_THE_GUIDE


def test_what_was_provisioned_needs_no_network(binary: Path, tmp_path: Path) -> None:
    """The first time fills the caches; the second time finds everything, in a network without a way out."""
    if reason := reason_against():
        pytest.skip(reason)
    env = {**os.environ, "SNIPPROOF_WEAVIATE_MODE": "embedded"}
    command = [sys.executable, "-m", "snipproof", "provision", "--require"]
    record = tmp_path / "record"
    alone = ["unshare", "--net", sys.executable, str(LONE_NETWORK), str(record)]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    done = subprocess.run([*alone, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    states = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    assert len(states) == 9
    assert all("was there, " in state and "built" not in state for state in states), done.stdout
    assert record.read_text(encoding="utf-8") == ""
