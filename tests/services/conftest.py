"""A real server for the tests of the Services, and a gallery to store in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.services import log, picture

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.gallery import Gallery
from snipproof.services.startup import Services
from snipproof.services.weaviate.server import WeaviateAddress

_FOLDER = Path(__file__).parent
_SERVER = {"weaviate", "binary", "image"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server as slow: it takes a few seconds to start."""
    for item in items:
        if item.path.is_relative_to(_FOLDER) and _SERVER & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def weaviate(settings: Settings) -> Iterator[WeaviateAddress]:
    """One embedded server for the tests of this worker."""
    with SessionFolder.begin() as session:
        services = Services.start(settings, session, log)
        yield services.weaviate
        services.stop()


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """A gallery of one photo."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(picture("blue"))
    (tmp_path / "photos.json").write_text('[{"file": "a.jpg", "title": "Blue"}]')
    definition = {
        "class": "Tiny",
        "description": "made by snipproof",
        "vectorizer": "img2vec-neural",
        "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [
            {"name": n, "dataType": [t]} for n, t in (("title", "text"), ("file", "text"), ("image", "blob"))
        ],
    }
    (tmp_path / "collection.json").write_text(json.dumps(definition))
    return Gallery(tmp_path)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SessionFolder]:
    """A session folder."""
    with SessionFolder.begin(tmp_path / "sessions") as begun:
        yield begun
