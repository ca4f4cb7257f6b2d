"""Small sites to check."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.lint import FILES, Check, SmallSite

from snipproof.config import load_settings
from snipproof.lint.engine import find
from snipproof.model import Finding
from snipproof.site.docs_site import Site


@pytest.fixture
def small_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> SmallSite:
    """A small site with one error and one warning."""
    site = SmallSite(tmp_path, capsys)
    site.write(**FILES)
    return site


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function that writes ``files`` and gives the Findings, those of ``only`` when it names a rule."""

    def run(files: Mapping[str, str], only: str = "", settings: str = "") -> list[Finding]:
        for name, text in {"snipproof.toml": settings, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text.encode())
        found = find(Site.load(load_settings(tmp_path, environ={})))
        return [finding for finding in found if finding.rule == only or not only]

    return run
