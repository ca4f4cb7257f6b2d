"""What an embedded server writes beside its data.

Each server has folders of its own, so that a fresh one has nothing.
"""

from __future__ import annotations

from pathlib import Path


def own_folders(folder: Path) -> dict[str, str]:
    """Return the variables for the backups and exports of the server in ``folder``, which all its nodes share."""
    return {"BACKUP_FILESYSTEM_PATH": str(folder / "backups"), "EXPORT_DEFAULT_PATH": str(folder / "exports")}


def exports_in(folder: Path) -> frozenset[str]:
    """Return the ids of all exports of the server in ``folder``: its API does not list them."""
    try:
        return frozenset(each.name for each in (folder / "exports").iterdir())
    except FileNotFoundError:
        return frozenset()
