"""The folder that keeps server binaries, environments and builds between sessions."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from snipproof.config import Settings


def cache_folder(settings: Settings) -> Path:
    """Return the cache folder, which may not exist yet: the setting ``cache-dir``, or a folder in the user's cache."""
    if settings.cache_dir:
        return settings.root / Path(settings.cache_dir).expanduser()
    return Path(platformdirs.user_cache_dir("snipproof", appauthor=False))


def environments_folder(cache: Path) -> Path:
    """Return the folder of ``cache`` with a folder for each environment that a lock file pins."""
    return cache / "environments"


def builds_folder(cache: Path) -> Path:
    """Return the folder of ``cache`` with a folder for each build of the Sources of a Suite."""
    return cache / "builds"


def servers_folder(cache: Path) -> Path:
    """Return the folder of ``cache`` with server binaries, each in ``version/system``."""
    return cache / "weaviate"
