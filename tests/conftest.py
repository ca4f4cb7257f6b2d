"""What tests of the dynamic side share: the real server's binary."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.prove.services.binary import find_binary


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Default settings, with the environment's."""
    return load_settings(tmp_path_factory.mktemp("root"), overrides={"weaviate.mode": "embedded"})


@pytest.fixture(scope="session")
def binary(settings: Settings) -> Path:
    """The pinned server's binary, obtained as a user's would be."""
    return find_binary(settings, _say)
