"""The commit that is checked out, for a run report."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA")  # of GitHub Actions and GitLab, where the checkout may have no repository


def commit_of(root: Path) -> tuple[str | None, bool]:
    """Return the hash of the commit that is checked out, and whether files differ from it."""
    known = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), None)
    head = _git(root, "rev-parse", "HEAD")
    if not head:
        return known, False
    return head, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints, ``""`` if there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
