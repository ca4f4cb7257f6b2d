"""What is stored in a real server, compared and restored."""

from __future__ import annotations

import pytest

from snipproof.errors import InfrastructureError
from snipproof.services.gallery import Gallery
from snipproof.services.weaviate.server import WeaviateAddress, call
from snipproof.services.weaviate.state import State, fingerprint


def test_what_a_source_changes_is_restored(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """A new collection is dropped; a kept one that was emptied, changed or deleted is filled again."""
    state = State(weaviate)
    state.keep(gallery.fill)
    state.mark()
    before = fingerprint(weaviate)
    assert before["Tiny"][1] == 1
    assert state.restore_if_changed() == []
    call(weaviate, "POST", "/v1/schema", {"class": "New"})
    (stored,) = call(weaviate, "GET", "/v1/objects?class=Tiny")["objects"]
    call(weaviate, "DELETE", f"/v1/objects/Tiny/{stored['id']}")
    assert state.restore_if_changed() == ["created the collection New", "changed the collection Tiny"]
    assert fingerprint(weaviate) == before
    call(weaviate, "DELETE", "/v1/schema/Tiny")
    assert state.restore_if_changed() == ["deleted the collection Tiny"]
    assert fingerprint(weaviate) == before
    state.clear()
    assert fingerprint(weaviate) == {}


def test_a_fill_of_several_collections_may_expect_that_none_exists(weaviate: WeaviateAddress) -> None:
    """If one of its collections is gone, the others are dropped before it is called again."""

    def fill(address: WeaviateAddress) -> None:
        for name in ("One", "Two"):
            call(address, "POST", "/v1/schema", {"class": name})

    state = State(weaviate)
    state.keep(fill)
    call(weaviate, "POST", "/v1/schema", {"class": "Fixture"})  # stored by no fill, so it stays
    state.mark()
    call(weaviate, "DELETE", "/v1/schema/One")
    assert state.restore_if_changed() == ["deleted the collection One"]
    assert sorted(fingerprint(weaviate)) == ["Fixture", "One", "Two"]
    state.clear()


def test_collections_of_others_are_never_dropped(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """On a server with other data, a collection of the same name is an error, and only our own are cleared."""
    call(weaviate, "POST", "/v1/schema", {"class": "Tiny", "description": "somebody's"})
    try:
        state = State(weaviate)
        with pytest.raises(InfrastructureError, match="has a collection Tiny that snipproof did not make"):
            state.keep(gallery.fill)
        state.mark()
        call(weaviate, "POST", "/v1/schema", {"class": "New"})
        state.clear()
        assert list(fingerprint(weaviate)) == ["Tiny"]
        call(weaviate, "DELETE", "/v1/schema/Tiny")
        with pytest.raises(InfrastructureError, match="cannot be restored: Tiny"):
            state.restore_if_changed()
    finally:
        for name in fingerprint(weaviate):
            call(weaviate, "DELETE", f"/v1/schema/{name}")


def test_what_a_killed_session_stored_is_dropped_at_the_next_start(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """The next session recognises it by the mark in the description."""
    gallery.fill(weaviate)
    State(weaviate)
    assert fingerprint(weaviate) == {}
