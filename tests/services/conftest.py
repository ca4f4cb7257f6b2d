"""A real server binary for the tests of the Services."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate.server import WeaviateAddress


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@pytest.fixture(scope="session")
def weaviate(settings: Settings) -> Iterator[WeaviateAddress]:
    """One embedded server for the tests of this worker."""
    with SessionFolder.begin() as run:
        services = Services.start(settings, run, _say)
        yield services.weaviate
        services.stop()
