"""SIGKILL of pytest, at any moment: after the next start nothing of the dead run is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.processes import left_running, living, sweep, with_variable

from snipproof.services.startup import Services

pytestmark = pytest.mark.slow

SETTINGS = "[tool.snipproof]\nsuites = ['snippets/*/suite.yaml']\n"
SUITE = "flavour: py\nlanguage: python\nsources: ['*.py']\n"
SOURCE = """\
import subprocess, sys, time
# START a
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(700)"], start_new_session=True)
open("started", "w").close()
time.sleep(60)
# END a
"""


@pytest.mark.parametrize(
    "moment",
    ["folder", "environment being made", "compiler at work", "server starting", "server ready", "source running"],
)
def test_a_killed_pytest_leaves_nothing(tmp_path: Path, binary: Path, moment: str) -> None:
    """Killed while it starts, while the server does, or while a Source runs: no process and no folder survives."""
    project, temp = tmp_path / "project", tmp_path / "temp"
    (project / "snippets" / "py").mkdir(parents=True)
    temp.mkdir()
    (project / "pyproject.toml").write_text(SETTINGS)
    (project / "snippets/py/suite.yaml").write_text(SUITE)
    (project / "snippets/py/source.py").write_text(SOURCE)
    if moment == "environment being made":
        (project / "snippets/py/requirements.lock").touch()
        (project / "snippets/py/suite.yaml").write_text(SUITE + "lock: requirements.lock\n")
    if moment == "compiler at work":
        (project / "snippets/py/suite.yaml").write_text("flavour: go\nlanguage: go\nsources: ['*.go']\nlock: go.mod\n")
        (project / "snippets/py/go.mod").write_text("module a\n")
        (project / "snippets/py/a_test.go").write_text("package a\n// START a\n// END a\n")
        go = temp / "go"
        go.write_text(f"#!/bin/sh\n[ $1 = version ] && exec echo go1.26.0\nsleep 700 & touch {temp}/compiling\nwait\n")
        go.chmod(0o755)
    # The PATH marks every process of this test, whatever the id of its session is.
    ours = with_variable("PATH", str(temp))
    env = {
        **os.environ,
        "TMPDIR": str(temp),
        "SNIPPROOF_WEAVIATE_BINARY": str(binary),
        **({"SNIPPROOF_CACHE_DIR": str(temp / "cache")} if moment == "environment being made" else {}),
        "PATH": f"{temp}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "pytest", "snippets", "--snippets-weaviate", "embedded", "-p", "no:cacheprovider"]
    with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as killed:
        wanted = {
            "folder": "snipproof-*/*/lock",
            "environment being made": "cache/environments/python-*/pyvenv.cfg",
            "compiler at work": "compiling",
            "server starting": "snipproof-*/*/weaviate-*/**/server.log",
            "server ready": "snipproof-*/*/weaviate-*/**/raft/*",
            "source running": "snipproof-*/*/py-*/jobs/*/cwd/started",
        }[moment]
        deadline = time.monotonic() + 60
        while not list(temp.glob(wanted)):
            assert killed.poll() is None, "pytest ended before it could be killed"
            assert time.monotonic() < deadline, f"never got to: {moment}"
            time.sleep(0.005)
        if moment == "source running":
            assert len(living(ours)) >= 5  # two keepers, the server, the Source and its child
        killed.kill()
    (base,) = temp.glob("snipproof-*")
    assert sweep(base) == ["sweep.lock"]
    assert left_running(ours) == []


def test_the_workers_of_a_killed_controller_end_by_themselves(tmp_path: Path, services: Services) -> None:
    """With everything that they started, though none of them gets a signal; the next start removes their folders."""
    project, temp = tmp_path / "project", tmp_path / "temp"
    (project / "snippets" / "py").mkdir(parents=True)
    temp.mkdir()
    (project / "pyproject.toml").write_text(SETTINGS)
    (project / "snippets/py/suite.yaml").write_text(SUITE)
    for name in ("one", "two"):
        (project / f"snippets/py/{name}.py").write_text(SOURCE)
    ours = with_variable("PATH", str(temp))
    env = {**os.environ, "TMPDIR": str(temp), "PATH": f"{temp}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pytest", "snippets", "-n", "2", "-p", "no:cacheprovider"]
    address = services.weaviate
    command += ["--snippets-weaviate-url", address.url]
    command += ["--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"]
    with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as killed:
        deadline = time.monotonic() + 60
        while not list(temp.glob("snipproof-*/*/py-*/jobs/*/cwd/started")):
            assert killed.poll() is None, "pytest ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(living(ours)) >= 5  # the controller, two workers, a keeper and a Source
        killed.kill()
        assert left_running(ours) == []
    (base,) = temp.glob("snipproof-*")
    left = [name for name in sweep(base) if not name.startswith("server-")]  # the lock of the given server
    assert left == ["sweep.lock"]
