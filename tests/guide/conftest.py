"""The folders beside this file are projects of their own: what is in them is run by the tests, not collected."""

from __future__ import annotations

from pathlib import Path

collect_ignore = [folder.name for folder in Path(__file__).parent.iterdir() if folder.is_dir()]
