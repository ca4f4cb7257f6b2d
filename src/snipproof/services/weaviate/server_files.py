"""What an embedded server writes beside its data.

Each server has folders of its own, so that a fresh one has nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_BACKUPS, _EXPORTS = "BACKUP_FILESYSTEM_PATH", "EXPORT_DEFAULT_PATH"


def own_folders(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables for backups and exports, if ``env`` has a folder for one of them, or turns exports on.

    :param env: the other variables of the server.
    :param folder: of the server.
    """
    if not {_BACKUPS, _EXPORTS, "EXPORT_ENABLED"} & env.keys():
        return {}
    return {_BACKUPS: str(folder / "backups"), _EXPORTS: str(folder / "exports")}


def exports_in(folder: Path) -> frozenset[str]:
    """Return the ids of all exports of the server in ``folder``: its API does not list them."""
    try:
        return frozenset(each.name for each in (folder / "exports").iterdir())
    except FileNotFoundError:
        return frozenset()
