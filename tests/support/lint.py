"""What tests of ``check`` share: a small site, the command run on it, and pages and Sources to make others of."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from snipproof.cli.main import main
from snipproof.model import Finding

Check = Callable[..., list[Finding]]
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
class CheckRun:
    """The exit code and the output of one run of the command."""

    code: int
    out: str
    err: str


class SmallSite:
    """A folder with a site in it. ``check`` runs in this process, ``command`` in its own."""

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

    def check(self, *arguments: str) -> CheckRun:
        """Run ``snipproof check``."""
        self._capsys.readouterr()
        try:
            code = main(["check", "--root", str(self.root), *arguments])
        except SystemExit as end:
            code = int(str(end.code))
        captured = self._capsys.readouterr()
        return CheckRun(code, captured.out, captured.err)

    def command(self, *arguments: str, env: dict[str, str] | None = None) -> CheckRun:
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
        return CheckRun(done.returncode, done.stdout, done.stderr)


def block(start: str | None = "# START A", end: str | None = "# END A", language: str = "py", name: str = "A") -> str:
    """Return the tag of one block."""
    markers = (f' startMarker="{start}"' if start is not None else "") + (f' endMarker="{end}"' if end else "")
    return f'<FilteredTextBlock text={{{name}}}{markers} language="{language}" />\n'


def page(*blocks: str, source: str = "/a.py") -> str:
    """Return a page that imports ``source`` as ``A``; its first block stands on line 3."""
    return f"import A from '!!raw-loader!{source}';\n\n" + "".join(blocks or [block()])


def region(text: str, name: str = "A", comment: str = "#") -> str:
    """Return the lines of one Region."""
    return f"{comment} START {name}\n{text}\n{comment} END {name}\n"
