"""What cannot be restored on a real server costs a fresh one, which the next Source finds as the last one found it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from tests.support.stored import EDITS, IDS, TEXT, Edit, content, do, fill, listed, setting

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.startup import Services
from snipproof.services.weaviate.seeding import Seeds
from snipproof.services.weaviate.server import WeaviateAddress, call, store
from snipproof.services.weaviate.state import State
from snipproof.services.weaviate.stored import StoredReader
from snipproof.services.weaviate.stored_changes import UNDELETABLE

MODULES = ["backup-filesystem"]
PLAIN: dict[str, Any] = {
    "modules": MODULES,
    "env": {
        "BACKUP_FILESYSTEM_PATH": "/var/lib/weaviate/backups",
        "EXPORT_ENABLED": "true",
        "OBJECTS_TTL_DELETE_SCHEDULE": "@every 1h",
    },
}
GUARDED: dict[str, Any] = {"modules": MODULES, "api-keys": {"a-key": "owner"}, "root-users": ["owner"]}
BACKUP, EXPORT = "/v1/backups/filesystem", "/v1/export/filesystem"
TTL = {"enabled": True, "deleteOn": "taken", "defaultTtl": 3600}

Begin = Callable[..., Services]


@pytest.fixture
def logged() -> list[str]:
    """The lines that the Services logged."""
    return []


@pytest.fixture
def begin(tmp_path: Path, binary: Path, session: SessionFolder, logged: list[str]) -> Iterator[Begin]:
    """Start servers of ours, each with settings of its own, by name."""
    running: list[Services] = []

    def start(recorder: Recorder | None = None, **servers: Mapping[str, Any]) -> Services:
        lines = ["[weaviate]", 'mode = "embedded"', f"binary = {json.dumps(str(binary))}"]
        for name, settings in servers.items():
            lines += [] if name == "weaviate" else [f"[services.{name}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in settings.items()]
        (tmp_path / "snipproof.toml").write_text("\n".join(lines))
        loaded = load_settings(tmp_path)
        running.append(Services.start(loaded, session, logged.append, recorder=recorder, names=tuple(servers)))
        return running[-1]

    yield start
    for services in running:
        services.stop()


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


def wait(address: WeaviateAddress, path: str) -> None:
    """Wait until something that a client started is done."""
    deadline = time.monotonic() + 30
    while call(address, "GET", path)["status"] != "SUCCESS":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fresh(logged: list[str]) -> list[str]:
    return [line.removeprefix("weaviate: fresh server: ") for line in logged if "fresh" in line]


def test_what_no_call_undoes_is_gone_on_a_fresh_server(begin: Begin, logged: list[str]) -> None:
    """Whether functions store the data again or copies do; each is done twice, as two Sources would."""
    services = begin(weaviate=PLAIN)
    address = services.weaviate
    state = State(address, services.renewable["weaviate"])
    state.keep(fill)
    call(address, "POST", "/v1/schema", {"class": "Loose", "vectorizer": "none", "properties": TEXT})
    loose = [{"class": "Loose", "properties": {"title": str(number)}, "vector": [number]} for number in range(700)]
    assert not any(store(address, loose))
    call(address, "POST", "/v1/aliases", {"alias": "Free", "class": "Loose"})

    def seen() -> dict[str, Any]:
        exported = requests.get(f"{address.url}/v1/export/filesystem/out", timeout=10).status_code
        loose = sorted(listed(address, "Loose&limit=1000"), key=str)
        return content(address) | {"backups": call(address, "GET", BACKUP), "export": exported, "loose": loose}

    export = ("POST", "/v1/export/filesystem", {"id": "out", "file_format": "parquet", "include": ["Book"]})
    backup = ("POST", BACKUP, {"id": "night", "include": ["Book"]})
    backed_up = "the backup filesystem/night (the API of Weaviate cannot delete a backup)"
    edits: dict[str, tuple[Edit, list[str]]] = {
        "a backup is made, and all else changes": (
            [
                backup,
                *EDITS["a collection is deleted"],
                *EDITS["a blob is replaced"],
                ("DELETE", "/v1/schema/Loose", None),
            ],
            [backed_up],
        ),
        "an export is made": ([export], ["the export out (the API of Weaviate cannot delete an export)"]),
        "objects get an end": ([("PUT", "/v1/schema/Photo", setting("objectTtlConfig", value=TTL))], []),
    }
    before = seen()
    for name, (edit, reasons) in edits.items():
        for _ in range(2):
            logged.clear()
            state.mark()
            assert state.restore_if_changed() == [], name
            do(address, edit)
            if backup in edit:
                wait(address, f"{BACKUP}/night")
            assert state.restore_if_changed() != [], name
            assert fresh(logged) == reasons
            assert seen() == before, name
    assert services.weaviate == address


def test_a_backup_of_a_fixture_stays_as_it_is_when_it_is_restored(begin: Begin, logged: list[str]) -> None:
    """The collection that a Source restored is deleted, also if the Source does not wait for it."""

    def back_up(address: WeaviateAddress) -> None:
        call(address, "POST", "/v1/schema", {"class": "Saved", "vectorizer": "none"})
        call(address, "POST", BACKUP, {"id": "day", "include": ["Saved"]})
        wait(address, f"{BACKUP}/day")
        call(address, "DELETE", "/v1/schema/Saved")

    services = begin(weaviate=PLAIN)
    address = services.weaviate
    state = State(address, services.renewable["weaviate"])
    state.keep(back_up)
    for _ in range(2):
        state.mark()
        assert state.restore_if_changed() == []
        call(address, "POST", f"{BACKUP}/day/restore", {"include": ["Saved"]})
        assert "created the collection Saved" in state.restore_if_changed()
        assert call(address, "GET", "/v1/schema")["classes"] == []
    assert fresh(logged) == []


def test_what_a_fresh_server_would_not_have_is_an_error(begin: Begin, logged: list[str]) -> None:
    """Of a collection that is too large nobody has a copy: nothing is stopped, and the hint names it."""
    services = begin(weaviate=PLAIN)
    address = services.weaviate
    state = State(address, services.renewable["weaviate"])
    call(address, "POST", "/v1/schema", {"class": "Large", "multiTenancyConfig": {"enabled": True}})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("snipproof.services.weaviate.stored_copies._MOST", 1)
        call(address, "POST", "/v1/schema/Large/tenants", [{"name": "a"}])
        store(address, [{"class": "Large", "tenant": "a", "id": each, "vector": [1]} for each in IDS[:2]])
        state.mark()
    call(address, "POST", BACKUP, {"id": "night"})
    with pytest.raises(InfrastructureError, match="cannot be restored: the backup filesystem/night") as caught:
        state.restore_if_changed()
    assert caught.value.hint.startswith("a fresh server would not have the collection Large: store it with `snippet_st")
    assert fresh(logged) == []


def permission(collection: str) -> dict[str, Any]:
    return {"action": "read_data", "data": {"collection": collection}}


def test_roles_and_users(begin: Begin, logged: list[str]) -> None:
    """Roles, users and who has which role are restored; what cannot be costs a fresh server, which has them, too."""

    def admit(address: WeaviateAddress) -> None:
        call(address, "POST", "/v1/authz/roles", {"name": "reader", "permissions": [permission("Book")]})
        call(address, "POST", "/v1/users/db/ann")
        call(address, "POST", "/v1/users/db/bob")
        call(address, "POST", "/v1/authz/users/ann/assign", {"roles": ["reader"], "userType": "db"})

    services = begin(weaviate=GUARDED)
    address = services.weaviate
    state = State(address, services.renewable["weaviate"])
    state.keep(admit)
    call(address, "POST", "/v1/authz/roles", {"name": "writer", "permissions": [permission("Shelf")]})
    call(address, "POST", "/v1/authz/users/bob/assign", {"roles": ["writer"], "userType": "db"})
    reader = StoredReader(address)

    def seen() -> dict[str, str]:
        return {str(key): item.outline for key, item in reader.read().items()}

    before = seen()
    anns, bobs = "the assignment of reader to the user ann (db)", "the assignment of writer to the user bob (db)"
    assert before.keys() == {
        *("the role reader", "the role writer", "the user ann", "the user bob", "the user owner"),
        *(anns, bobs, "the assignment of root to the user owner (db)"),
    }
    everything: Edit = [("DELETE", f"/v1/authz/roles/{name}", None) for name in ("reader", "writer")]
    everything += [("DELETE", f"/v1/users/db/{name}", None) for name in ("ann", "bob")]
    edits: dict[str, tuple[Edit, list[str]]] = {
        "a role is added": (
            [("POST", "/v1/authz/roles", {"name": "other", "permissions": [permission("Book")]})],
            ["created the role other"],
        ),
        "a role has more rights": (
            [("POST", "/v1/authz/roles/reader/add-permissions", {"permissions": [permission("Shelf")]})],
            ["changed the role reader"],
        ),
        "a role of another fixture has fewer rights": (
            [("POST", "/v1/authz/roles/writer/remove-permissions", {"permissions": [permission("Shelf")]})],
            ["changed the role writer"],
        ),
        "a role is deleted": (
            [("DELETE", "/v1/authz/roles/reader", None)],
            [f"deleted {anns}", "deleted the role reader"],
        ),
        "a role is assigned": (
            [("POST", "/v1/authz/users/bob/assign", {"roles": ["reader"], "userType": "db"})],
            ["created the assignment of reader to the user bob (db)"],
        ),
        "a role of the server is assigned": (
            [("POST", "/v1/authz/users/owner/assign", {"roles": ["viewer"], "userType": "db"})],
            ["created the assignment of viewer to the user owner (db)"],
        ),
        "a role is assigned to a group": (
            [
                (
                    "POST",
                    f"/v1/authz/groups/{quote('/staff', safe='')}/assign",
                    {"roles": ["viewer"], "groupType": "oidc"},
                )
            ],
            ["created the assignment of viewer to the group /staff (oidc)"],
        ),
        "a role is revoked": (
            [("POST", "/v1/authz/users/bob/revoke", {"roles": ["writer"], "userType": "db"})],
            [f"deleted {bobs}"],
        ),
        "a user is added, with a role": (
            [
                ("POST", "/v1/users/db/cy", None),
                ("POST", "/v1/authz/users/cy/assign", {"roles": ["admin"], "userType": "db"}),
            ],
            ["created the assignment of admin to the user cy (db)", "created the user cy"],
        ),
        "a user has a new key": ([("POST", "/v1/users/db/bob/rotate-key", None)], ["changed the user bob"]),
        "a user is deactivated": ([("POST", "/v1/users/db/bob/deactivate", None)], ["changed the user bob"]),
        "a user is deleted": ([("DELETE", "/v1/users/db/ann", None)], [f"deleted {anns}", "deleted the user ann"]),
        "everything is deleted": (
            everything,
            [
                f"deleted {each}"
                for each in (anns, bobs, "the user ann", "the user bob", "the role reader", "the role writer")
            ],
        ),
    }
    for name, (edit, lines) in edits.items():
        state.mark()
        assert state.restore_if_changed() == [], name
        do(address, edit)
        assert state.restore_if_changed() == lines, name
        assert seen() == before, name
    assert fresh(logged) == []
    state.mark()
    do(address, [*everything, ("POST", "/v1/schema", {"class": "Book"}), ("POST", BACKUP, {"id": "night"})])
    assert len(state.restore_if_changed()) == 8
    reader = StoredReader(address)
    assert seen() == before
    assert fresh(logged) == ["the backup filesystem/night (the API of Weaviate cannot delete a backup)"]


def test_a_user_that_no_function_stores(begin: Begin) -> None:
    """It can be active again, and nobody can give it its key again."""
    services = begin(weaviate=GUARDED)
    address = services.weaviate
    state = State(address)
    call(address, "POST", "/v1/users/db/dan", None)
    state.mark()
    call(address, "POST", "/v1/users/db/dan/deactivate", None)
    assert state.restore_if_changed() == ["changed the user dan"]
    state.mark()
    assert state.restore_if_changed() == []
    call(address, "POST", "/v1/users/db/dan/rotate-key", None)
    with pytest.raises(InfrastructureError, match="cannot be restored: the user dan"):
        state.restore_if_changed()


@pytest.mark.slow
def test_each_server_is_replaced_alone(begin: Begin, logged: list[str], tmp_path: Path) -> None:
    """With its settings, its key and its seed, at the addresses of all its nodes, behind the recorder, too."""
    (tmp_path / "seed.jsonl").write_text('{"collection": {"class": "Seeded", "vectorizer": "none"}}\n')
    recorder = Recorder()
    try:
        exporting = {"modules": MODULES, "nodes": 3, "env": {"EXPORT_ENABLED": "true"}}
        services = begin(recorder, weaviate=PLAIN, rbac=GUARDED, cluster=exporting)
        assert services.renewable.keys() == services.servers.keys() == {"weaviate", "rbac", "cluster"}
        states = {name: State(address, services.renewable[name]) for name, address in services.servers.items()}
        suite = Suite("suite.yaml", "py", "python", (), seed=tuple((name, ("seed.jsonl",)) for name in states))
        Seeds(tmp_path).switch(suite, states.__getitem__)

        def seen() -> dict[str, list[list[str]]]:
            """The collections at each node, with and without the recorder."""
            found: dict[str, list[list[str]]] = {}
            for name, address in services.servers.items():
                for each in (*address.nodes, *recorder.address(address, name).nodes):
                    schema = call(each, "GET", "/v1/schema")["classes"]
                    found.setdefault(name, []).append(sorted(definition["class"] for definition in schema))
            return found

        for state in states.values():
            state.keep(lambda address: call(address, "POST", "/v1/schema", {"class": "Kept"}))
            state.mark()
        stored = ["Kept", "Seeded"]
        before = {"weaviate": [stored] * 2, "rbac": [stored] * 2, "cluster": [stored] * 6}
        assert seen() == before
        backup = (BACKUP, {"id": "night"}, "backup filesystem/night")
        # A cluster cannot make a backup in a folder.
        export = (EXPORT, {"id": "night", "file_format": "parquet"}, "export night")
        for name, (path, body, what) in (("rbac", backup), ("cluster", export)):
            logged.clear()
            states[name].mark()
            call(services.server(name), "POST", path, body)
            wait(services.server(name), f"{path}/night")
            assert {key: state.restore_if_changed() for key, state in states.items()} == {
                key: [f"created the {what}"] if key == name else [] for key in states
            }
            reason = f"the {what} (the API of Weaviate cannot delete {UNDELETABLE[what.split()[0]]})"
            assert [line for line in logged if "fresh" in line] == [f"{name}: fresh server: {reason}"]
            assert seen() == before
    finally:
        recorder.stop()
