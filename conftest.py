"""What this repository's own snippets need: the photos of the gallery, stored in Weaviate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from snipproof.api import State

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def gallery(snippet_state: State) -> None:
    """Keep the collection of photos in Weaviate as ``snippets/gallery`` defines it."""
    from snipproof.api import Gallery  # late: the tests of the base install load this file too

    snippet_state.keep(Gallery(Path(__file__).parent / "snippets" / "gallery").fill)
