"""The settings for Neovim that the guide shows, in Neovim itself: what a writer does there, with the real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from snipproof.languages import languages

SETTINGS = Path(__file__).parents[2] / "integrations/neovim/snipproof.lua"
DRIVER = Path(__file__).with_name("drive_neovim.lua")
TAG = '<FilteredTextBlock text={Code} startMarker="# START %s" endMarker="# END %s" language="py" />'
# Languages that Neovim has another name for.
NAMES = {"csharp": "cs", "shell": "sh"}
PAGE = f"import Code from '!!raw-loader!/code/a.py';\n\n{TAG}\n"


def test_the_server_gets_every_language() -> None:
    settings = SETTINGS.read_text()
    assert [name for name in languages() if f'"{NAMES.get(name, name)}"' not in settings] == []


@pytest.mark.slow
@pytest.mark.toolchain("nvim")
def test_a_writer_completes_follows_and_renames_a_marker(tmp_path: Path) -> None:
    """The server is that of the PATH; the folder has a blank in its name."""
    root = tmp_path / "my docs"
    files = {
        "pyproject.toml": '[tool.snipproof]\npages = ["docs"]\n',
        "code/a.py": "# START start\nprint(1)\n# END start\n",
        "docs/p.mdx": PAGE % ("strat", "start"),
        "docs/snippets/pyproject.toml": "[tool.other]\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    result = tmp_path / "result.json"
    own = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE", "RUNTIME")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, **own, "PATH": path, "SNIPPROOF_RESULT": str(result)}
    command = ["nvim", "--headless", "-n", "-u", str(SETTINGS), "-S", str(DRIVER)]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert result.is_file(), done.stdout + done.stderr
    found = json.loads(result.read_text())
    assert "error" not in found, f"{found}\n{done.stderr}"
    (diagnostic,) = found["diagnostics"]
    assert (diagnostic["line"], diagnostic["code"], diagnostic["severity"]) == (3, "SP201", 1)
    assert "the start marker '# START strat' is not in code/a.py" in diagnostic["message"]
    assert any("start" in label for label in found["completion"])
    assert found["definition"] == "a.py:1"
    assert found["lenses"] == ["shown by 1 page"]
    assert found["source"] == ["# START renamed", "print(1)", "# END renamed"]
    assert found["page"] == (PAGE % ("renamed", "renamed")).splitlines()
    assert found["left"] == 0
