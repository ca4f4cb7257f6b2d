"""What tests of the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.command_line import write_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return the folder of a small site without findings."""
    return write_site(tmp_path)
