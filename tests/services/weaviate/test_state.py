"""What is stored in a real server, compared and restored."""

from __future__ import annotations

import pytest
from tests.support.stored import BOOK, DORMANT, EDITS, IDS, TEXT, clean, collections, content, do, fill, listed

from snipproof.errors import InfrastructureError
from snipproof.services.gallery import Gallery
from snipproof.services.weaviate.server import WeaviateAddress, call, store
from snipproof.services.weaviate.state import State


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "copied"])
def test_every_edit_is_restored(weaviate: WeaviateAddress, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a client changes is as it was, whether a function stores it again or a copy does."""
    if not kept:  # collections of many pages, and more of them than one query reads
        monkeypatch.setattr("snipproof.services.weaviate.stored_objects._PAGE", 1)
        monkeypatch.setattr("snipproof.services.weaviate.stored_objects._TARGETS", 2)
    clean(weaviate)
    state = State(weaviate)
    try:
        if kept:
            state.keep(fill)
        else:
            fill(weaviate)
        before = content(weaviate)
        for name, edit in list(EDITS.items())[:: 5 if kept else 1]:  # the functions are called again after each one
            state.mark()
            assert state.restore_if_changed() == [], name
            do(weaviate, edit)
            assert state.restore_if_changed() != [], name
            assert content(weaviate) == before, name
    finally:
        clean(weaviate)


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "copied"])
def test_a_tenant_that_is_inactive_before_and_after_is_restored(weaviate: WeaviateAddress, kept: bool) -> None:
    """Its objects cannot be read, but the server's log shows that something was done."""
    clean(weaviate)
    state = State(weaviate)
    try:
        if kept:
            state.keep(fill)
        else:
            fill(weaviate)
        state.mark()
        do(weaviate, DORMANT)
        assert state.restore_if_changed() == ["changed the collection Shelf"]
        do(weaviate, DORMANT[:1])
        assert [each["properties"] for each in listed(weaviate, "Shelf", "west")] == [{"title": "Left"}]
    finally:
        clean(weaviate)


def test_a_collection_that_was_made_read_only_is_restored(weaviate: WeaviateAddress) -> None:
    """The next Source could not store anything in it."""
    clean(weaviate)
    state = State(weaviate)
    try:
        fill(weaviate)
        call(weaviate, "DELETE", "/v1/schema/Shelf", None)
        state.mark()
        (shard,) = call(weaviate, "GET", "/v1/schema/Book/shards")
        call(weaviate, "PUT", f"/v1/schema/Book/shards/{shard['name']}", {"status": "READONLY"})
        assert state.restore_if_changed() == ["changed the collection Book"]
        call(weaviate, "PATCH", BOOK, {"class": "Book", "vector": [7, 7]})
    finally:
        clean(weaviate)


def test_what_a_source_removes_itself_is_no_change(weaviate: WeaviateAddress) -> None:
    """It is as it was, so nothing has to be stored again."""
    clean(weaviate)
    state = State(weaviate)
    calls = []

    def counted(address: WeaviateAddress) -> None:
        calls.append(address)
        fill(address)

    try:
        state.keep(counted)
        call(weaviate, "DELETE", "/v1/schema/Shelf/tenants", ["west"])  # beside it, every change may be one of its own
        state.mark()
        do(weaviate, [*EDITS["an object is added"], ("DELETE", f"/v1/objects/Book/{IDS[5]}", None)])
        assert state.restore_if_changed() == []
        do(weaviate, EDITS["a collection is added"])
        assert state.restore_if_changed() == ["created the collection New"]
        assert len(calls) == 1
    finally:
        clean(weaviate)


def test_what_cannot_be_restored_is_one_error_that_names_it(
    weaviate: WeaviateAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection that is too large for a copy, and one that was there before the session: neither is touched."""
    monkeypatch.setattr("snipproof.services.weaviate.stored_copies._MOST", 1)
    clean(weaviate)
    call(weaviate, "POST", "/v1/schema", {"class": "Theirs", "vectorizer": "none", "properties": TEXT})
    store(weaviate, [{"class": "Theirs", "id": IDS[0], "properties": {"title": "Mine"}, "vector": [1]}])
    state = State(weaviate)
    try:
        fill(weaviate)
        state.mark()
        change = {"class": "Theirs", "properties": {"title": "Yours"}}
        do(weaviate, [*EDITS["a property is updated"], *EDITS["an alias is deleted"], *EDITS["a collection is added"]])
        call(weaviate, "PATCH", f"/v1/objects/Theirs/{IDS[0]}", change)
        message = "^a Source changed what cannot be restored: the collection Book, the collection Theirs\n"
        with pytest.raises(InfrastructureError, match=message):
            state.restore_if_changed()
        assert listed(weaviate, "Theirs")[0]["properties"] == {"title": "Yours"}
        assert len(listed(weaviate, "Book")) == 2
        assert call(weaviate, "GET", "/v1/aliases")["aliases"] == [{"alias": "Novel", "class": "Book"}]
        state.mark()
        assert state.restore_if_changed() == []  # reported once, not for every Source that follows
        state.clear()
        assert collections(weaviate) == ["Theirs"]
    finally:
        clean(weaviate)


def test_a_function_that_fails_to_store_again_is_an_error_with_its_name(weaviate: WeaviateAddress) -> None:
    """It is the user's own code, and no traceback of ours."""
    clean(weaviate)
    state = State(weaviate)
    calls: list[WeaviateAddress] = []

    def shy(address: WeaviateAddress) -> None:
        calls.append(address)
        if len(calls) > 1:
            raise KeyError("again")
        fill(address)

    try:
        state.keep(shy)
        state.mark()
        do(weaviate, EDITS["an object is deleted"])
        with pytest.raises(InfrastructureError, match=r"shy`.* failed to restore .*: KeyError: 'again'"):
            state.restore_if_changed()
    finally:
        clean(weaviate)


def test_a_fill_of_several_collections_may_expect_that_none_exists(weaviate: WeaviateAddress) -> None:
    """If one of its collections is gone, the others are dropped before it is called again."""

    def two(address: WeaviateAddress) -> None:
        for name in ("One", "Two"):
            call(address, "POST", "/v1/schema", {"class": name})

    clean(weaviate)
    state = State(weaviate)
    state.keep(two)
    call(weaviate, "POST", "/v1/schema", {"class": "Fixture"})  # stored by no fill, so it stays
    state.mark()
    call(weaviate, "DELETE", "/v1/schema/One")
    assert state.restore_if_changed() == ["deleted the collection One"]
    assert collections(weaviate) == ["Fixture", "One", "Two"]
    state.clear()


def test_a_gallery_is_restored(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """A kept collection that was emptied or deleted is filled again."""
    state = State(weaviate)
    state.keep(gallery.fill)
    state.mark()
    (stored,) = listed(weaviate, "Tiny")
    for path in (f"/v1/objects/Tiny/{stored['id']}", "/v1/schema/Tiny"):
        call(weaviate, "DELETE", path)
        assert len(state.restore_if_changed()) == 1
        assert listed(weaviate, "Tiny") == [stored]
        state.mark()
    state.clear()
    assert collections(weaviate) == []


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
        assert collections(weaviate) == ["Tiny"]
        call(weaviate, "DELETE", "/v1/schema/Tiny")
        with pytest.raises(InfrastructureError, match="cannot be restored: the collection Tiny"):
            state.restore_if_changed()
    finally:
        clean(weaviate)


def test_what_a_killed_session_stored_is_dropped_at_the_next_start(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """The next session recognises it by the mark in the description."""
    gallery.fill(weaviate)
    State(weaviate)
    assert collections(weaviate) == []
