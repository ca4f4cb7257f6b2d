"""The public API of ``snipproof.compare``."""

from __future__ import annotations

import doctest
import subprocess
import sys

import snipproof.compare


def test_the_example_is_right() -> None:
    """That of the package's docstring."""
    failed, attempted = doctest.testmod(snipproof.compare)
    assert (failed, attempted > 0) == (0, True)


def test_every_public_name_exists_once() -> None:
    """``__all__`` names what can be imported."""
    names = snipproof.compare.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(snipproof.compare, name) for name in names)


def test_it_is_a_library_of_its_own() -> None:
    """Importing all its names loads no other part of the package."""
    loaded = "name for name in sys.modules if name.startswith('snipproof.')"
    code = f"import sys; from snipproof.compare import *; print(*({loaded}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parts = {name.split(".")[1] for name in done.stdout.split()}
    assert parts <= {"compare", "config", "errors", "exports", "files", "languages", "model", "text"}
