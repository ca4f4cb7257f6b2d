"""``snipproof check`` beside ripgrep on the same files of a Docusaurus site.

    python bench/check.py SITE [--rounds 9] [--copies 10]

Prints ratios measured interleaved in one run: in each round every command is run once; ratios are those of the medians.
``rg -c 'START|END'`` reads the same files and does next to nothing with them. The folders ``docs`` and ``_includes``
of the site are copied first, so that nothing is written to it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("docs", "_includes")
# Imports that begin at the site's root must begin at that of their copy.
_ROOTED = re.compile(r"""(from\s*["'](?:[^"'/]*raw-loader!)?)/""")


@dataclass
class Measured:
    """One command, with its times in seconds and its memory in MB."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0

    def run(self) -> None:
        """Run once."""
        begin = time.perf_counter()
        with subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds.append(time.perf_counter() - begin)
        self.peak = max(self.peak, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024))
        if process.returncode not in (0, 1):
            raise SystemExit(f"{self.name}: exit code {process.returncode}")

    @property
    def median(self) -> float:
        """The median time, in seconds."""
        return statistics.median(self.seconds)


def lay_one(site: Path, root: Path) -> None:
    """Write a copy of ``site`` to ``root``: a Docusaurus site without settings."""
    for folder in FOLDERS:
        shutil.copytree(site / folder, root / folder, ignore_dangling_symlinks=True)
    (root / "docusaurus.config.js").touch()


def lay_many(site: Path, root: Path, copies: int) -> None:
    """Write ``copies`` copies of ``site`` into ``root`` as one site."""
    names = [f"copy{number}" for number in range(copies)]
    for name in names:
        for folder in FOLDERS:
            shutil.copytree(site / folder, root / name / folder, ignore_dangling_symlinks=True)
        for page in (path for path in (root / name).rglob("*.md*") if path.suffix in (".md", ".mdx")):
            text = page.read_text(encoding="utf-8")
            page.write_text(_ROOTED.sub(rf"\1/{name}/", text), encoding="utf-8")
    pages = ", ".join(f'"{name}/{folder}"' for name in names for folder in FOLDERS)
    (root / "snipproof.toml").write_text(f"pages = [{pages}]\n", encoding="utf-8")


def search(root: Path) -> Sequence[str]:
    """Return the command that everything is compared with."""
    return ("rg", "-c", "START|END", str(root))


def check(root: Path, *options: str) -> Sequence[str]:
    """Return the command that checks ``root``."""
    return (sys.executable, "-m", "snipproof", "check", "--root", str(root), *options)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="snipproof check beside ripgrep")
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--copies", type=int, default=10)
    arguments = parser.parse_args()
    if shutil.which("rg") is None:
        raise SystemExit("rg is not on the PATH: install ripgrep, which this compares with")
    with tempfile.TemporaryDirectory(prefix="snipproof-bench-") as folder:
        one, many = Path(folder, "one"), Path(folder, "many")
        lay_one(arguments.site, one)
        lay_many(arguments.site, many, arguments.copies)
        time.sleep(1)  # the result of a run soon after a change is not kept
        rg = Measured("rg -c 'START|END'", search(one))
        cold = Measured("check, cold", check(one, "--no-cache"))
        again = Measured("check, nothing changed", check(one))
        copies = Measured(f"check, cold, {arguments.copies} copies", check(many, "--no-cache"))
        bare = Measured("python -c ''", (sys.executable, "-c", ""))
        started = Measured("import snipproof.cli.main", (sys.executable, "-c", "import snipproof.cli.main"))
        everything = (rg, cold, again, copies, bare, started)
        for number in range(arguments.rounds + 1):
            for measured in everything:
                measured.run()
                if number == 0:  # caches are warm from here on
                    measured.seconds.clear()
    sys.stdout.write(f"{'':28} {'median ms':>10} {'x rg':>7} {'peak MB':>8}\n")
    for measured in everything:
        ratio = measured.median / rg.median
        sys.stdout.write(f"{measured.name:28} {1000 * measured.median:10.1f} {ratio:7.1f} {measured.peak:8.0f}\n")
    sys.stdout.write(f"{arguments.copies} copies take {copies.median / cold.median:.1f} times as long as one\n")
    sys.stdout.write(f"the command's import takes {1000 * (started.median - bare.median):.0f} ms\n")


if __name__ == "__main__":
    main()
