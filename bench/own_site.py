"""The production build of this repository's site beside the same site with raw-loader: ``python bench/own_site.py``.

Run ``tox run -e site`` before, which installs it. Both builds are cold, in turns, for both locales. The plugin's own
process, ``snipproof extract``, counts as a part of its build.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

SITE = Path(__file__).parents[1] / "docs"
RAW = SITE / "docusaurus.raw-loader.config.js"

# Bundlers take what raw-loader returns for a JSON file for JSON.
CONFIG = """import config from './docusaurus.config.js';

const rules = [{test: /\\.json$/, include: /tests.guide/, type: 'javascript/auto'}];
const plugin = () => ({name: 'json-as-text', configureWebpack: () => ({module: {rules}})});
export default {...config, plugins: [plugin]};
"""


class Cost(NamedTuple):
    """What one build took, in seconds."""

    cpu: float
    wall: float


def build(config: Path, output: Path) -> Cost:
    """Build the site from nothing; return its cost."""
    for folder in (SITE / "node_modules" / ".cache", SITE / ".docusaurus", output):
        shutil.rmtree(folder, ignore_errors=True)
    command = ["npx", "docusaurus", "build", "--config", config.name, "--out-dir", str(output)]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=SITE, env=environment, check=True, stdout=subprocess.DEVNULL)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, end - start)


def main() -> None:
    """Build in turns, and print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=SITE / ".docusaurus-bench")
    options = parser.parse_args()
    plugin: list[Cost] = []
    raw: list[Cost] = []
    RAW.write_text(CONFIG, encoding="ascii")
    try:
        for _ in range(options.rounds):
            raw.append(build(RAW, options.output))
            plugin.append(build(SITE / "docusaurus.config.js", options.output))
    finally:
        RAW.unlink()
        shutil.rmtree(options.output, ignore_errors=True)
    for kind in Cost._fields:
        ours, theirs = (statistics.median(getattr(cost, kind) for cost in costs) for costs in (plugin, raw))
        print(f"{kind}: {ours:.1f} s, with raw-loader {theirs:.1f} s: {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
