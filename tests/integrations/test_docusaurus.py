"""The Docusaurus package: its own tests, on sites that it builds with Rspack.

Before a release, ``npm test`` in the package also builds them with webpack and the oldest Docusaurus, which takes
minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import build_site

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


def npm(*arguments: str) -> None:
    """Run npm in the package; what it prints is the reason for a failure."""
    env = {**os.environ, "SNIPPROOF": str(Path(sys.executable).with_name("snipproof")), "npm_config_fund": "false"}
    command = ["npm", *arguments]
    done = subprocess.run(command, cwd=build_site.PACKAGE, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"npm {' '.join(arguments)}\n{done.stdout[-20_000:]}{done.stderr[-5_000:]}", pytrace=False)


def test_the_package_passes_its_tests() -> None:
    build_site.install_package()
    npm("run", "test:rspack")
