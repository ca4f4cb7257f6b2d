"""The distribution that runs Bash: its own tests, with its entry point as an installer writes it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "integrations/shell"

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("bash", "curl")]


def test_the_package_passes_its_tests(tmp_path: Path) -> None:
    table = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = tmp_path / f"snipproof_shell-{table['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: {table['version']}\n")
    ((group, entries),) = table["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), str(PACKAGE / "src"), os.environ.get("PYTHONPATH"))))
    tests = ["--rootdir", str(PACKAGE), str(PACKAGE / "tests")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": "-p no:hypothesispytest"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{done.stdout[-20_000:]}{done.stderr[-5_000:]}", pytrace=False)
