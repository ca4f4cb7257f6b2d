"""Installs and builds the documentation site in ``docs/``: ``python tools/build_site.py [build|serve|start]``.

``build`` writes it to ``docs/build/``, ``serve`` also serves it on this machine, and ``start`` shows it while you edit.
If a run report of this very tree is there (``tox run -e snippets`` writes one), its blocks get marks.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs"
PACKAGE = ROOT / "integrations" / "docusaurus"
REPORT = Path(os.environ.get("SNIPPROOF_SITE_REPORT", ROOT / ".tox" / "snippets-report.json"))
# No scripts of packages run. Nothing that is installed needs one.
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def main(arguments: list[str] | None = None) -> int:
    """Run the commands; return the exit code of the first one that fails, else 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", nargs="?", default="build", choices=["build", "serve", "start"])
    command = parser.parse_args(arguments).command
    try:
        install_package()
        install_site()
        environment = os.environ | {"SNIPPROOF_SITE_MANIFEST": str(manifest() or "")}
        if command != "start":
            npm(SITE, "run", "build", environment=environment)
        if command != "build":
            npm(SITE, "run", command, environment=environment)
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        pass
    return 0


def install_package() -> None:
    """Install what the package's own build and tests need, unless nothing has changed."""
    lock = PACKAGE / "package-lock.json"
    if is_new(PACKAGE, [lock]):
        npm(PACKAGE, *INSTALL)
        keep(PACKAGE, [lock])


def install_site() -> None:
    """Install what the site needs, and a copy of the package as its users get it, unless nothing has changed."""
    inputs = [SITE / "package-lock.json", PACKAGE / "package.json", PACKAGE / "build.mjs"]
    inputs += [path for folder in ("src", "translations") for path in sorted((PACKAGE / folder).rglob("*.*"))]
    if is_new(SITE, inputs):
        npm(PACKAGE, "run", "build")
        npm(SITE, *INSTALL)
        keep(SITE, inputs)


def manifest() -> Path | None:
    """Write what the last run has proven, and return its file; ``None`` without a report of this tree."""
    if not REPORT.is_file():
        print(f"no run report, so no block has a mark: {REPORT} is missing (tox run -e snippets writes it)", flush=True)
        return None
    output = REPORT.with_name("site-manifest.json")
    command = [sys.executable, "-m", "snipproof", "extract", "--report", str(REPORT), "--output", str(output)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        print("so no block has a mark (tox run -e snippets proves them again)", flush=True)
        return None
    return output


def is_new(folder: Path, inputs: Iterable[Path]) -> bool:
    """Return whether ``node_modules`` of ``folder`` was installed from other files than ``inputs``, or not at all."""
    stamp = _stamp(folder)
    return not stamp.is_file() or stamp.read_text(encoding="ascii") != _digest(inputs)


def keep(folder: Path, inputs: Iterable[Path]) -> None:
    """Record that ``node_modules`` of ``folder`` was installed from ``inputs``."""
    _stamp(folder).write_text(_digest(inputs), encoding="ascii")


def npm(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
    """Run npm in ``folder``.

    :raises CalledProcessError: it failed, and has printed why.
    """
    subprocess.run(["npm", *arguments], cwd=folder, env=environment, check=True)


def _stamp(folder: Path) -> Path:
    return folder / "node_modules" / ".snipproof-installed"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
