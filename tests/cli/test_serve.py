"""``snipproof serve`` without the extra that it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.command_line import run_without

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_extra_is_named(site: Path) -> None:
    """The base installation cannot run snippets: the error names the extra to install."""
    done = run_without(["requests", "psutil", "filelock", "platformdirs", "weaviate"], "serve", "--root", str(site))
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'snipproof[weaviate]'" in done.stderr
    assert "Traceback" not in done.stderr
