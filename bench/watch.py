"""Measures the time from a save to the verdict of a watcher: ``python -m bench.watch [ROUNDS]``.

It watches a copy of this repository's docs, saves one Source of each flavour in turns, each time with another comment
at its end, and subtracts the Source's own work as the run report has it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from tests.support.watching import Watch, temporary_folder

from snipproof.report.last_run import read_last_run

ROOT = Path(__file__).parent.parent
PARTS = ("snippets", "docs", "conftest.py", "pyproject.toml")
SOURCES = {
    "python": ("snippets/python-v4/search_image.py", "#"),
    "typescript": ("snippets/typescript-v3/search_image.ts", "//"),
    "go": ("snippets/go/search_image_test.go", "//"),
    "java": ("snippets/java-v6/src/test/java/SearchImageTest.java", "//"),
}
SUMMARY = re.compile(r"\d+ \w+(?:, \d+ \w+)* in [\d.]+ s")


def measure(watch: Watch, path: str, comment: str, number: int) -> tuple[float, float]:
    """Save a Source and return the seconds until its verdict, and those of the Source's own work."""
    file = watch.root / path
    before = len(watch.output)
    file.write_text(f"{file.read_text(encoding='utf-8')}{comment} round {number}\n", encoding="utf-8")
    began = time.monotonic()
    while not SUMMARY.search(watch.output, before):
        time.sleep(0.005)
        assert time.monotonic() - began < 300, watch.output[before:]
    seconds = time.monotonic() - began
    assert " 0 passed" not in watch.output[before:]
    print(watch.output[before:].strip().splitlines()[-1], flush=True)
    report = read_last_run(watch.root)
    assert report is not None
    own = next(each["duration"] for each in report["run"]["sources"] if each["path"] == path)
    return seconds, own or 0.0


def main() -> None:
    """Print the medians of each flavour."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=7)
    rounds = parser.parse_args().rounds
    with temporary_folder() as temporary, tempfile.TemporaryDirectory() as copy:
        root = Path(copy) / "docs"
        root.mkdir()
        for part in PARTS:
            place = ROOT / part
            if place.is_dir():
                shutil.copytree(place, root / part, ignore=shutil.ignore_patterns("node_modules", "build", ".*"))
            else:
                shutil.copy(place, root / part)
        watch = Watch(root, temporary, environ=dict(os.environ))
        try:
            watch.wait_for("h for help", timeout=600)
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in SOURCES}
            for number in range(rounds + 1):
                for name, (path, comment) in SOURCES.items():
                    found[name].append(measure(watch, path, comment, number))
            print("| flavour | save to verdict, s | the Source's own work, s | beyond it, s | first, s |")
            print("| --- | ---: | ---: | ---: | ---: |")
            for name, values in found.items():
                later = values[1:]  # the first one obtains and fills what the others find
                total, own = (statistics.median(each[place] for each in later) for place in (0, 1))
                beyond = statistics.median(seconds - own for seconds, own in later)
                print(f"| {name} | {total:.2f} | {own:.2f} | {beyond:.2f} | {values[0][0]:.2f} |")
        finally:
            watch.close()


if __name__ == "__main__":
    main()
