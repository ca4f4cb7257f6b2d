"""What the distribution claims: its version, the Pythons it runs on, what it needs, where it lives."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import snipproof

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLACEHOLDER = "https://example.org/snipproof"
# Replace all of them together when the project has an address.
FILES_WITH_THE_PLACEHOLDER = {"RELEASING.md", "SECURITY.md", "pyproject.toml", "tests/test_packaging.py"}


def test_the_version_stands_in_one_place() -> None:
    """The package itself; the build reads it from there."""
    assert version("snipproof") == snipproof.__version__
    assert "version" in PROJECT["dynamic"]


def test_each_claimed_python_has_an_environment() -> None:
    """No classifier without a tox environment that tests it, and the oldest is the one that is required."""
    claimed = {found[1] for each in PROJECT["classifiers"] if (found := re.fullmatch(r".*Python :: 3\.(\d+)", each))}
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    factors = re.search(r"py3\{([\d,]+)\}", tox)
    assert factors
    assert claimed <= set(factors[1].split(","))
    assert PROJECT["requires-python"] == f">=3.{min(claimed)}"


def test_nothing_is_pinned_exactly() -> None:
    """An exact pin in a library makes it impossible to install beside another one."""
    requirements = [
        *PROJECT["dependencies"],
        *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
    ]
    assert requirements
    assert [each for each in requirements if "==" in each] == []


def test_the_placeholder_address_is_found() -> None:
    """In the files that are known to have it, so that no release forgets one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = (ROOT / name for name in listed if Path(name).suffix in {".md", ".mdx", ".toml", ".py", ".yml", ".yaml"})
    found = {
        path.relative_to(ROOT).as_posix()
        for path in texts
        if path.exists() and PLACEHOLDER in path.read_text(encoding="utf-8")
    }
    assert found == FILES_WITH_THE_PLACEHOLDER
    assert all(url.startswith(PLACEHOLDER) for url in PROJECT["urls"].values())
