"""A server that adds vectors to their index in the background."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate.server import WeaviateAddress, call, store
from snipproof.services.weaviate.state import State

COUNT = 20
SEARCH = "{Get{Book(nearVector:{vector:[1,1]} limit:30){_additional{id}}}}"


def fill(address: WeaviateAddress) -> None:
    call(address, "POST", "/v1/schema", {"class": "Book", "vectorizer": "none"})
    assert not any(store(address, [{"class": "Book", "vector": [number, 1]} for number in range(COUNT)]))


def found(address: WeaviateAddress) -> int:
    return len(call(address, "POST", "/v1/graphql", {"query": SEARCH})["data"]["Get"]["Book"])


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "copied"])
def test_a_source_finds_all_that_was_stored_before(
    tmp_path: Path, binary: Path, session: SessionFolder, kept: bool
) -> None:
    """The mark waits until vectors that a fixture has stored, or that were stored again, are in the index."""
    lines = ["[weaviate]", 'mode = "embedded"', f"binary = {json.dumps(str(binary))}", "[weaviate.env]"]
    # A queue that is not full waits for that long before its vectors are added to the index.
    lines += ['ASYNC_INDEXING = "true"', 'ASYNC_INDEXING_STALE_TIMEOUT = "3s"']
    (tmp_path / "snipproof.toml").write_text("\n".join(lines))
    services = Services.start(load_settings(tmp_path), session, lambda _: None)
    address = services.weaviate
    try:
        state = State(address)
        if kept:
            state.keep(fill)
        else:
            fill(address)
        for _ in range(2):
            assert found(address) < COUNT  # else this test shows nothing
            state.mark()
            assert found(address) == COUNT
            call(address, "DELETE", "/v1/schema/Book")
            state.restore_if_changed()
    finally:
        services.stop()
