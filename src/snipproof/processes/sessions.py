"""Where the folders of all sessions of a user are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def sessions_folder() -> Path:
    """Return the folder in the system's temporary folder that has a folder for each session; it may not exist."""
    return Path(tempfile.gettempdir()) / f"snipproof-{os.getuid()}"
