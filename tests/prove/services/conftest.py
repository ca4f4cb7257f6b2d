"""A real server binary for the tests of the Services."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.prove.run import Run
from snipproof.prove.services.binary import find_binary
from snipproof.prove.services.start import Services
from snipproof.prove.services.weaviate import WeaviateAddress


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Default settings, with the environment's."""
    return load_settings(tmp_path_factory.mktemp("root"), overrides={"weaviate.mode": "embedded"})


@pytest.fixture(scope="session")
def binary(settings: Settings) -> Path:
    """The pinned server's binary, obtained as a user's would be."""
    return find_binary(settings, lambda line: sys.stderr.write(line + "\n") and None)


@pytest.fixture(scope="session")
def weaviate(settings: Settings) -> Iterator[WeaviateAddress]:
    """One embedded server for the tests of this worker."""
    with Run.begin() as run:
        services = Services.start(settings, run, lambda line: sys.stderr.write(line + "\n") and None)
        yield services.weaviate
        services.stop()
