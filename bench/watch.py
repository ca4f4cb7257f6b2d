"""Measures the time from a save to the verdict of a watcher: ``python -m bench.watch [ROUNDS] [--site SITE]``.

It watches a copy of this repository's docs, saves one Source of each flavour in turns, each time with another comment
at its end, and subtracts the Source's own work as the run report has it. With ``--site``, a checkout of weaviate/docs,
it watches a Python Source and a TypeScript Source in a copy of that.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable
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
SETTINGS = ROOT / "examples" / "weaviate-docs"
SOURCES_OF_SITE = {
    "python": ("_includes/code/howto/search.basics.py", "#"),
    "typescript": ("_includes/code/howto/search.basics.ts", "//"),
}
SUMMARY = re.compile(r"\d+ \w+(?:, \d+ \w+)* in [\d.]+ s")


def measure(watch: Watch, home: Path, path: str, comment: str, number: int) -> tuple[float, float]:
    """Save a Source and return the seconds until its verdict, and those of the Source's own work.

    :param home: the folder of the settings file.
    """
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
    watch.wait_for("check: ")
    report = read_last_run(home)
    assert report is not None
    own = next(each["duration"] for each in report["run"]["sources"] if each["path"] == path)
    return seconds, own or 0.0


def copy_parts(source: Path, target: Path, parts: Iterable[str]) -> None:
    """Copy files and folders, without what is installed or built there."""
    for part in parts:
        place = source / part
        if place.is_dir():
            shutil.copytree(place, target / part, ignore=shutil.ignore_patterns("node_modules", "build", ".*"))
        else:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(place, target / part)


def main() -> None:
    """Print the medians of each flavour."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=7)
    parser.add_argument("--site", type=Path, help="a checkout of weaviate/docs")
    arguments = parser.parse_args()
    rounds, site = arguments.rounds, arguments.site
    with temporary_folder() as temporary, tempfile.TemporaryDirectory() as copy:
        root = home = Path(copy) / "docs"
        root.mkdir()
        sources, options = SOURCES, list[str]()
        if site:
            copy_parts(site, root, (path.name for path in site.iterdir() if not path.name.startswith(".")))
            home, sources = SETTINGS, SOURCES_OF_SITE
            options = ["--config", str(home / "snipproof.toml"), "--root", str(root)]
            options += [path for path, _ in sources.values()]
        else:
            copy_parts(ROOT, root, PARTS)
        watch = Watch(root, temporary, *options, environ=dict(os.environ))
        try:
            watch.wait_for("h for help", timeout=600)
            if site:
                watch.wait_for("passed", timeout=600)  # what is named runs at the start
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in sources}
            for number in range(rounds + 1):
                for name, (path, comment) in sources.items():
                    found[name].append(measure(watch, home, path, comment, number))
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
