"""What this repository's own snippets need: the photos of the gallery, stored in Weaviate."""

from pathlib import Path

import pytest

from snipproof.api import Gallery, State

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def gallery(snippet_state: State) -> None:
    """Keep the collection of photos in Weaviate as ``snippets/gallery`` defines it."""
    snippet_state.keep(Gallery(Path(__file__).parent / "snippets" / "gallery").fill)
