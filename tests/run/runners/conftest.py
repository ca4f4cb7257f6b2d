"""What every Suite under test needs: a session and settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.processes.cache_folder import cache_folder, environments_folder
from snipproof.processes.session_folder import SessionFolder


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SessionFolder]:
    """A session of the test's own."""
    with SessionFolder.begin(tmp_path / "runs") as session:
        yield session


@pytest.fixture
def plain_settings(tmp_path: Path) -> Settings:
    """Settings of a project in ``tmp_path/project``, with the usual cache of environments; builds are not kept."""
    root = tmp_path / "project"
    root.mkdir()
    settings = load_settings(root, environ={})
    return settings._replace(run=settings.run._replace(build_cache=False))


@pytest.fixture
def kept_settings(plain_settings: Settings, tmp_path: Path) -> Settings:
    """The same with builds that are kept, in a cache of the test's own beside the usual environments."""
    usual = environments_folder(cache_folder(plain_settings))
    usual.mkdir(parents=True, exist_ok=True)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "environments").symlink_to(usual)
    return plain_settings._replace(cache_dir=str(cache), run=plain_settings.run._replace(build_cache=True))
