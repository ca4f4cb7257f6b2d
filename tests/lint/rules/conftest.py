"""Small sites for the rules: a page, its Source, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.lint import rules
from snipproof.model import Finding
from snipproof.site.docs_site import Site

Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function that writes ``files`` and gives the Findings, those of ``only`` when it names a rule."""

    def run(files: Mapping[str, str], only: str = "", settings: str = "") -> list[Finding]:
        for name, text in {"snipproof.toml": settings, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text.encode())
        found = rules.find(Site.load(load_settings(tmp_path, environ={})))
        return [finding for finding in found if finding.rule == only or not only]

    return run


def block(start: str | None = "# START A", end: str | None = "# END A", language: str = "py", name: str = "A") -> str:
    """Return the tag of one block."""
    markers = (f' startMarker="{start}"' if start is not None else "") + (f' endMarker="{end}"' if end else "")
    return f'<FilteredTextBlock text={{{name}}}{markers} language="{language}" />\n'


def page(*blocks: str, source: str = "/a.py") -> str:
    """Return a page that imports ``source`` as ``A``; its first block stands on line 3."""
    return f"import A from '!!raw-loader!{source}';\n\n" + "".join(blocks or [block()])


def region(text: str, name: str = "A", comment: str = "#") -> str:
    """Return the lines of one Region."""
    return f"{comment} START {name}\n{text}\n{comment} END {name}\n"
