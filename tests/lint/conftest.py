"""A small site with one error and one warning, and the command run on it as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from snipproof.cli.main import main

# A block whose start marker is misspelt, so that its Region is shown by no page.
FILES = {
    "snipproof.toml": "",
    "docs/p.mdx": (
        "import Code from '!!raw-loader!/code/a.py';\n\n"
        '- list <FilteredTextBlock text={Code} startMarker="# STRAT A" endMarker="# END A" language="py" />\n'
    ),
    "code/a.py": "x = 1\n\t# START A\nprint(x)\n# END A\n",
}


@dataclass(frozen=True)
class Done:
    """How a run of the command ended."""

    code: int
    out: str
    err: str


class Workplace:
    """A folder with a site in it. ``check`` runs in this process, ``command`` in one of its own."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, **texts: str | None) -> None:
        """Write files by path (``None`` removes one)."""
        for name, text in texts.items():
            path = self.root / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def check(self, *arguments: str) -> Done:
        """Run ``snipproof check``."""
        self._capsys.readouterr()
        try:
            code = main(["check", "--root", str(self.root), *arguments])
        except SystemExit as end:
            code = int(str(end.code))
        captured = self._capsys.readouterr()
        return Done(code, captured.out, captured.err)

    def command(self, *arguments: str, env: dict[str, str] | None = None) -> Done:
        """Run ``python -m snipproof check`` in the site's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "snipproof", "check", *arguments],
            cwd=self.root,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def workplace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Workplace:
    """The small site."""
    place = Workplace(tmp_path, capsys)
    place.write(**FILES)
    return place
