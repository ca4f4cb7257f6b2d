"""The extension for Visual Studio Code: its own tests, with the real server, and the file that users install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tools import build_site

from snipproof.languages import languages

PACKAGE = Path(__file__).parents[2] / "integrations/vscode"
# Languages that VS Code has another name for.
NAMES = {"shell": "shellscript"}

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


def run(*command: str) -> str:
    """Run a command in the package, and return what it prints, which is the reason for a failure."""
    env = {**os.environ, "SNIPPROOF": str(Path(sys.executable).with_name("snipproof"))}
    done = subprocess.run(command, cwd=PACKAGE, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout[-20_000:]}{done.stderr[-5_000:]}", pytrace=False)
    return done.stdout


def test_the_extension_passes_its_tests_and_is_packaged(tmp_path: Path) -> None:
    """The file has one script, with the licences of what is in it, and nothing else of this folder."""
    build_site.install_package(PACKAGE)
    run("npm", "test")
    run("npm", "run", "package", "--", "--out", str(tmp_path / "snipproof.vsix"))
    with zipfile.ZipFile(tmp_path / "snipproof.vsix") as archive:
        names = {name.removeprefix("extension/") for name in archive.namelist() if name.startswith("extension/")}
        manifest = json.loads(archive.read("extension/package.json"))
        notices = archive.read("extension/dist/LICENSES.txt").decode()
        assert archive.read(f"extension/{manifest['main'].removeprefix('./')}")
    assert names == {"package.json", "readme.md", "LICENSE.txt", "dist/extension.js", "dist/LICENSES.txt"}
    assert manifest["license"] == "MIT"
    assert "vscode-languageclient" in notices
    script = "import('./dist/client.mjs').then(({DOCUMENTS}) => console.log(JSON.stringify(DOCUMENTS)))"
    selected = {document.get("language") for document in json.loads(run("node", "-e", script))}
    assert {NAMES.get(name, name) for name in languages()} <= selected
