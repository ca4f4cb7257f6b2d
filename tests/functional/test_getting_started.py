"""The tutorial: its files, written and run in its order, give the output that it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "docs" / "guide" / "getting-started.md"
FILES = {
    "python": "snippets/photos.py",
    "mdx": "docs/photos.mdx",
    "toml": "snipproof.toml",
    "yaml": "snippets/suite.yaml",
}
# Where the server comes from depends on the machine.
VARIES = "snipproof: weaviate: "


class Example(NamedTuple):
    """One fenced block of the tutorial."""

    language: str
    text: str


def examples() -> list[Example]:
    """Return the fenced blocks of the tutorial, in order."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Example(*block) for block in blocks]


def run(command: str, folder: Path, binary: Path) -> list[str]:
    """Run a command of the tutorial in ``folder``; return the lines that it prints."""
    program, *arguments = shlex.split(command)
    if program == "pytest":
        arguments += ["-p", "no:randomly", "-p", "no:cacheprovider"]
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "FORCE_COLOR")}
    env |= {"COLUMNS": "80", "SNIPPROOF_WEAVIATE_MODE": "embedded", "SNIPPROOF_WEAVIATE_BINARY": str(binary)}
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]


def missing(shown: list[str], printed: list[str]) -> list[str]:
    """Return the lines that are shown, but not printed in that order."""
    rest = iter(printed)
    return [line for line in shown if line not in rest]


@pytest.mark.slow
def test_the_tutorial_prints_what_it_shows(tmp_path: Path, binary: Path) -> None:
    """Each command, with the one change that the tutorial makes by hand between the first two."""
    commands = 0
    for example in examples():
        if path := FILES.get(example.language):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(example.text, encoding="utf-8")
        elif example.language == "console":
            first, *shown = example.text.splitlines()
            printed = run(first.removeprefix("$ "), tmp_path, binary)
            shown = [line for line in shown if not line.startswith(VARIES)]
            assert missing(shown, printed) == [], "\n".join(printed)
            page = tmp_path / FILES["mdx"]
            page.write_text(page.read_text(encoding="utf-8").replace("frist", "first"), encoding="utf-8")
            commands += 1
    assert commands == 5
