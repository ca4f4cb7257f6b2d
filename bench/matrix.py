"""The matrix of versions beside a run with one server: ``python bench/matrix.py``.

Both prove this repository's own Sources, in turns. What they need is obtained before: ``snipproof provision --matrix``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "snippets")
OPTIONS = {"one server": (), "the matrix": ("--snippets-matrix=all",)}


def prove(options: tuple[str, ...]) -> float:
    """Prove all Snippets; return the seconds that it took."""
    start = time.perf_counter()
    subprocess.run([*COMMAND, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Run both in turns, and print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    taken: dict[str, list[float]] = {name: [] for name in OPTIONS}
    for _ in range(rounds):
        for name, options in OPTIONS.items():
            taken[name].append(prove(options))
    one, matrix = (statistics.median(seconds) for seconds in taken.values())
    print(f"one server {one:.1f} s, the matrix {matrix:.1f} s: {matrix / one:.2f}")


if __name__ == "__main__":
    main()
