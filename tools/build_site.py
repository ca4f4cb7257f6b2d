"""Installs and builds the documentation site in ``docs/``: ``python tools/build_site.py [build|serve|start]``.

``build`` writes it to ``docs/build/``, ``serve`` also serves it on this machine, and ``start`` shows it while you edit.
If a run report of this very tree is there (``tox run -e snippets`` writes one), its blocks get marks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs"
BUILD = SITE / "build"
PACKAGE = ROOT / "integrations" / "docusaurus"
REPORT = Path(os.environ.get("SNIPPROOF_SITE_REPORT", ROOT / ".tox" / "snippets-report.json"))
MANIFEST = REPORT.with_name("site-manifest.json")
STAMP = ".built-from"
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
            keep_build()
        if command != "build":
            npm(SITE, "run", command, environment=environment)
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        pass
    return 0


def install_package(package: Path = PACKAGE) -> None:
    """Install what the own build and tests of a package need, unless nothing has changed."""
    lock = package / "package-lock.json"
    if is_new(package, [lock]):
        npm(package, *INSTALL)
        keep(package, [lock])


def install_site() -> None:
    """Install what the site needs, and a copy of the package as its users get it, unless nothing has changed."""
    inputs = [SITE / "package-lock.json", *_package_inputs()]
    if is_new(SITE, inputs):
        npm(PACKAGE, "run", "build")
        npm(SITE, *INSTALL)
        keep(SITE, inputs)


def manifest() -> Path | None:
    """Write what the last run has proven, and return its file; ``None`` without a report of this tree."""
    MANIFEST.unlink(missing_ok=True)
    if not REPORT.is_file():
        print(f"no run report, so no block has a mark: {REPORT} is missing (tox run -e snippets writes it)", flush=True)
        return None
    command = [sys.executable, "-m", "snipproof", "extract", "--report", str(REPORT), "--output", str(MANIFEST)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        print("so no block has a mark (tox run -e snippets proves them again)", flush=True)
        return None
    return MANIFEST


def keep_build() -> None:
    """Record what ``docs/build`` was built from."""
    (BUILD / STAMP).write_text(_digest(_build_inputs()), encoding="ascii")


def problem_of_build() -> str | None:
    """Return why ``docs/build`` is not this tree's site with marks; ``None`` if it is."""
    name = BUILD.relative_to(ROOT)
    if not BUILD.is_dir():
        return f"{name} is missing"
    if not MANIFEST.is_file():
        return f"no block of {name} has a mark, since {MANIFEST} is missing"
    stamp = BUILD / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="ascii") != _digest(_build_inputs()):
        return f"{name} was built from other files than those of this tree, or from another run report"
    return None


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


def _package_inputs() -> list[Path]:
    inputs = [PACKAGE / "package.json", PACKAGE / "build.mjs"]
    return inputs + [path for folder in ("src", "translations") for path in sorted((PACKAGE / folder).rglob("*.*"))]


def _build_inputs() -> list[Path]:
    """Return all files that decide what the site looks like, the manifest with what it shows of Sources among them."""
    folders = ("docs", "i18n", "src", "static")
    inputs = [path for folder in folders for path in sorted((SITE / folder).rglob("*")) if path.is_file()]
    inputs += sorted(path for path in SITE.iterdir() if path.is_file())
    if MANIFEST.is_file():
        sources = json.loads(MANIFEST.read_text(encoding="utf-8"))["sources"]
        inputs += [MANIFEST, *(path for name in sources if (path := ROOT / name).is_file())]
    return inputs + _package_inputs()


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{os.path.relpath(path, ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
