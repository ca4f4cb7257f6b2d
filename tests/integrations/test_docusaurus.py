"""The Docusaurus package: its own tests, on sites that it builds with both bundlers and both versions of Docusaurus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "integrations" / "docusaurus"

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


def npm(*arguments: str) -> None:
    """Run npm in the package; what it prints is the reason for a failure."""
    env = {**os.environ, "SNIPPROOF": str(Path(sys.executable).with_name("snipproof")), "npm_config_fund": "false"}
    done = subprocess.run(["npm", *arguments], cwd=PACKAGE, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"npm {' '.join(arguments)}\n{done.stdout[-20_000:]}{done.stderr[-5_000:]}", pytrace=False)


def install(folder: str) -> None:
    """Install what the lock file in a ``folder`` of the package lists, unless it is there; run no scripts of others."""
    lock = PACKAGE / folder / "package-lock.json"
    installed = PACKAGE / folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--ignore-scripts", "--no-audit", "--prefix", folder)


def test_the_package_passes_its_tests() -> None:
    """All of them, so that none of its sites is skipped."""
    install(".")
    install("tests/docusaurus-3.9")
    npm("test")
