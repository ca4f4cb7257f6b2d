"""What is stored in a real server, compared and restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.gallery import Gallery
from snipproof.services.weaviate import embedded
from snipproof.services.weaviate.embedded import EmbeddedWeaviate
from snipproof.services.weaviate.environment import server_environment
from snipproof.services.weaviate.server import WeaviateAddress, call, store
from snipproof.services.weaviate.state import State
from snipproof.services.weaviate.stored import StoredReader

IDS = [f"00000000-0000-0000-0000-00000000000{number}" for number in range(10)]
TEXT = [{"name": "title", "dataType": ["text"]}]


def collections(address: WeaviateAddress) -> list[str]:
    return sorted(key.name for key in StoredReader(address).read() if key.kind == "collection")


def fill(address: WeaviateAddress) -> None:
    """Store two collections, one with tenants, and an alias."""
    call(address, "POST", "/v1/schema", {"class": "Author", "vectorizer": "none", "properties": TEXT})
    reference = {"name": "by", "dataType": ["Author"]}
    call(address, "POST", "/v1/schema", {"class": "Book", "vectorizer": "none", "properties": [*TEXT, reference]})
    shelf = {"class": "Shelf", "vectorizer": "none", "properties": TEXT, "multiTenancyConfig": {"enabled": True}}
    call(address, "POST", "/v1/schema", shelf)
    tenants = [{"name": "north"}, {"name": "south"}, {"name": "west", "activityStatus": "COLD"}]
    call(address, "POST", "/v1/schema/Shelf/tenants", tenants)
    beacon = f"weaviate://localhost/Author/{IDS[0]}"
    books = [
        {
            "class": "Book",
            "id": IDS[number],
            "properties": {"title": title, "by": [{"beacon": beacon}]},
            "vector": [number, 1],
        }
        for number, title in enumerate(("Emma", "Ulysses"))
    ]
    author = {"class": "Author", "id": IDS[0], "properties": {"title": "Nobody"}, "vector": [1]}
    own = {"class": "Shelf", "tenant": "north", "id": IDS[0], "properties": {"title": "Left"}, "vector": [1]}
    assert not any(store(address, [author]) + store(address, [*books, own]))
    call(address, "POST", "/v1/aliases", {"alias": "Novel", "class": "Book"})


def content(address: WeaviateAddress) -> dict[str, Any]:
    """Return what a client sees."""
    tenants = {each["name"]: each["activityStatus"] for each in call(address, "GET", "/v1/schema/Shelf/tenants")}
    objects = [each for name in ("Author", "Book") for each in listed(address, name)]
    objects += [each for name, status in tenants.items() if status == "HOT" for each in listed(address, "Shelf", name)]
    schema = sorted(call(address, "GET", "/v1/schema")["classes"], key=lambda each: str(each["class"]))
    aliases = sorted(call(address, "GET", "/v1/aliases")["aliases"], key=str)
    return {"schema": schema, "tenants": tenants, "objects": objects, "aliases": aliases}


def listed(address: WeaviateAddress, name: str, tenant: str = "") -> list[dict[str, Any]]:
    query = f"class={name}&include=vector" + (f"&tenant={tenant}" if tenant else "")
    found = call(address, "GET", f"/v1/objects?{query}")["objects"]
    return [{key: each.get(key) for key in ("class", "id", "properties", "vector")} for each in found]


Edit = list[tuple[str, str, Any]]
BOOK = f"/v1/objects/Book/{IDS[0]}"
REFERENCES = f"{BOOK}/references/by"
EDITS: dict[str, Edit] = {
    "a property is updated": [("PATCH", BOOK, {"class": "Book", "properties": {"title": "Persuasion"}})],
    "an object is replaced": [("PUT", BOOK, {"class": "Book", "id": IDS[0], "properties": {"title": "Emma II"}})],
    "a vector is replaced": [("PATCH", BOOK, {"class": "Book", "vector": [7, 7]})],
    "a reference is deleted": [("PUT", REFERENCES, [])],
    "a reference is added": [("POST", REFERENCES, {"beacon": f"weaviate://localhost/Author/{IDS[0]}"})],
    "an object is added": [("POST", "/v1/objects", {"class": "Book", "id": IDS[5], "vector": [1, 1]})],
    "an object is deleted": [("DELETE", BOOK, None)],
    "one is deleted, one is added": [
        ("DELETE", BOOK, None),
        ("POST", "/v1/objects", {"class": "Book", "id": IDS[6], "vector": [1, 1]}),
    ],
    "a collection is added": [("POST", "/v1/schema", {"class": "New"})],
    "a collection is deleted": [("DELETE", "/v1/schema/Book", None)],
    "two that refer to each other are deleted": [
        ("DELETE", "/v1/schema/Author", None),
        ("DELETE", "/v1/schema/Book", None),
    ],
    "a property is defined": [("POST", "/v1/schema/Book/properties", {"name": "year", "dataType": ["int"]})],
    "a tenant is added": [("POST", "/v1/schema/Shelf/tenants", [{"name": "east"}])],
    "a tenant is deleted": [("DELETE", "/v1/schema/Shelf/tenants", ["south"])],
    "a tenant is deactivated": [("PUT", "/v1/schema/Shelf/tenants", [{"name": "north", "activityStatus": "COLD"}])],
    "an object of a tenant is updated": [
        (
            "PATCH",
            f"/v1/objects/Shelf/{IDS[0]}",
            {"class": "Shelf", "tenant": "north", "properties": {"title": "Right"}},
        ),
    ],
    "an object moves to another tenant": [
        ("DELETE", f"/v1/objects/Shelf/{IDS[0]}?tenant=north", None),
        ("POST", "/v1/objects", {"class": "Shelf", "tenant": "south", "id": IDS[0], "vector": [1]}),
    ],
    "an alias is added": [("POST", "/v1/aliases", {"alias": "Roman", "class": "Book"})],
    "an alias is changed": [("PUT", "/v1/aliases/Novel", {"class": "Author"})],
    "an alias is deleted": [("DELETE", "/v1/aliases/Novel", None)],
}


DORMANT: Edit = [
    ("PUT", "/v1/schema/Shelf/tenants", [{"name": "west", "activityStatus": "HOT"}]),
    ("POST", "/v1/objects", {"class": "Shelf", "tenant": "west", "id": IDS[8], "vector": [1]}),
    ("PUT", "/v1/schema/Shelf/tenants", [{"name": "west", "activityStatus": "COLD"}]),
]


def do(address: WeaviateAddress, edit: Edit) -> None:
    for method, path, body in edit:
        call(address, method, path, body)


def clean(address: WeaviateAddress) -> None:
    for alias in call(address, "GET", "/v1/aliases")["aliases"]:
        call(address, "DELETE", f"/v1/aliases/{alias['alias']}")
    for name in collections(address):
        call(address, "DELETE", f"/v1/schema/{name}")


@pytest.fixture
def guarded(
    binary: Path, settings: Settings, session: SessionFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WeaviateAddress]:
    """A server with roles, users and backups. It requires a key, which snipproof does not send: the test adds it."""
    own = {
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false",
        "AUTHENTICATION_APIKEY_ENABLED": "true",
        "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "a-key",
        "AUTHENTICATION_APIKEY_USERS": "owner",
        "AUTHENTICATION_DB_USERS_ENABLED": "true",
        "AUTHORIZATION_RBAC_ENABLED": "true",
        "AUTHORIZATION_RBAC_ROOT_USERS": "owner",
        "BACKUP_FILESYSTEM_PATH": str(tmp_path / "backups"),
        "ENABLE_MODULES": "backup-filesystem",
    }
    environment, send = server_environment, requests.Session.request
    monkeypatch.setattr(embedded, "server_environment", lambda *given: environment(*given) | own)

    def send_with_key(self: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:
        return send(self, *args, **{**kwargs, "headers": {"Authorization": "Bearer a-key"}})

    monkeypatch.setattr(requests.Session, "request", send_with_key)
    server = EmbeddedWeaviate.start(binary, settings, session, "http://127.0.0.1:9", "", lambda _: None)
    yield server.address
    server.stop()


def permission(collection: str) -> dict[str, Any]:
    return {"action": "read_data", "data": {"collection": collection}}


def test_roles_users_and_backups(guarded: WeaviateAddress) -> None:
    """Roles, users and who has which role are restored; a backup cannot be deleted, which is an error, once."""

    def admit(address: WeaviateAddress) -> None:
        call(address, "POST", "/v1/authz/roles", {"name": "reader", "permissions": [permission("Book")]})
        call(address, "POST", "/v1/users/db/ann")
        call(address, "POST", "/v1/users/db/bob")
        call(address, "POST", "/v1/authz/users/ann/assign", {"roles": ["reader"]})

    state = State(guarded)
    state.keep(admit)
    read = StoredReader(guarded).read
    before = {key: item.outline for key, item in read().items()}
    assert before.keys() == {("role", "reader"), ("user", "ann"), ("user", "bob"), ("user", "owner")}
    edits: dict[str, tuple[Edit, list[str]]] = {
        "a role is added": (
            [("POST", "/v1/authz/roles", {"name": "other", "permissions": [permission("Book")]})],
            ["created the role other"],
        ),
        "a role has more rights": (
            [("POST", "/v1/authz/roles/reader/add-permissions", {"permissions": [permission("Shelf")]})],
            ["changed the role reader"],
        ),
        "a role is deleted": (
            [("DELETE", "/v1/authz/roles/reader", None)],
            ["changed the user ann", "deleted the role reader"],
        ),
        "a role is assigned": (
            [("POST", "/v1/authz/users/bob/assign", {"roles": ["reader"]})],
            ["changed the user bob", "changed the role reader"],
        ),
        "a user is added": ([("POST", "/v1/users/db/cy", None)], ["created the user cy"]),
        "a user has a new key": ([("POST", "/v1/users/db/bob/rotate-key", None)], ["changed the user bob"]),
        "a user is deactivated": ([("POST", "/v1/users/db/bob/deactivate", None)], ["changed the user bob"]),
        "a user is deleted": (
            [("DELETE", "/v1/users/db/ann", None)],
            ["deleted the user ann", "changed the role reader"],
        ),
    }
    for name, (edit, lines) in edits.items():
        state.mark()
        assert state.restore_if_changed() == [], name
        do(guarded, edit)
        assert state.restore_if_changed() == lines, name
        assert {key: item.outline for key, item in read().items()} == before, name
    call(guarded, "POST", "/v1/schema", {"class": "Book"})
    state.mark()
    call(guarded, "POST", "/v1/backups/filesystem", {"id": "night"})
    with pytest.raises(
        InfrastructureError, match=r"restored: the backup filesystem/night \(.* cannot delete a backup\)"
    ):
        state.restore_if_changed()
    state.mark()
    assert state.restore_if_changed() == []


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "copied"])
def test_every_edit_is_restored(weaviate: WeaviateAddress, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a client changes is as it was, whether a function stores it again or a copy does."""
    if not kept:  # collections of many pages, and more of them than one query reads
        monkeypatch.setattr("snipproof.services.weaviate.stored._PAGE", 1)
        monkeypatch.setattr("snipproof.services.weaviate.stored._TARGETS", 2)
    clean(weaviate)
    state = State(weaviate)
    try:
        if kept:
            state.keep(fill)
        else:
            fill(weaviate)
            call(weaviate, "DELETE", "/v1/schema/Shelf/tenants", ["west"])  # inactive ones cannot be copied
        before = content(weaviate)
        for name, edit in EDITS.items():
            state.mark()
            assert state.restore_if_changed() == [], name
            do(weaviate, edit)
            assert state.restore_if_changed() != [], name
            assert content(weaviate) == before, name
    finally:
        clean(weaviate)


def test_a_tenant_that_is_inactive_before_and_after_is_restored(weaviate: WeaviateAddress) -> None:
    """Its objects cannot be read, but the server's log shows that something was done."""
    clean(weaviate)
    state = State(weaviate)
    try:
        state.keep(fill)
        state.mark()
        do(weaviate, DORMANT)
        assert state.restore_if_changed() == ["changed the collection Shelf"]
        do(weaviate, DORMANT[:1])
        assert listed(weaviate, "Shelf", "west") == []
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
    monkeypatch.setattr("snipproof.services.weaviate.state._COPIED", 1)
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
