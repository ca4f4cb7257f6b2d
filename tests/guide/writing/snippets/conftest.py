from pathlib import Path

import pytest

from snipproof.api import Gallery, State


@pytest.fixture(scope="session")
def gallery(snippet_state: State) -> None:
    snippet_state.keep(Gallery(Path("snippets/gallery")).fill)
