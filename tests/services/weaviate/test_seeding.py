"""Seeds on a real server: stored, restored only if they changed, and removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.services.weaviate import seeding
from snipproof.services.weaviate.seeding import Seeds
from snipproof.services.weaviate.server import WeaviateAddress, call
from snipproof.services.weaviate.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = [{"name": "title", "dataType": ["text"]}]
BOOK: dict[str, Any] = {
    "class": "Book",
    "vectorizer": "none",
    "properties": [*TEXT, {"name": "by", "dataType": ["Author"]}],
}
AUTHOR: dict[str, Any] = {"class": "Author", "vectorizer": "none", "properties": TEXT}
SHELF: dict[str, Any] = {**AUTHOR, "class": "Shelf", "multiTenancyConfig": {"enabled": True}}
NAMED = {"class": "Film", "vectorConfig": {"plot": {"vectorizer": {"none": {}}, "vectorIndexType": "hnsw"}}}


@pytest.fixture(autouse=True)
def _nothing_is_left(weaviate: WeaviateAddress) -> Iterator[None]:
    yield
    for name in collections(weaviate):
        call(weaviate, "DELETE", f"/v1/schema/{name}")


def suite(*files: str) -> Suite:
    """Return a Suite with a seed."""
    return Suite("suite.yaml", "py", "python", ("a.py",), seed=(("weaviate", files),))


def write(root: Path, name: str, *values: Any) -> str:
    """Write a seed file and return its path."""
    (root / name).write_text("".join(f"{json.dumps(each)}\n" for each in values))
    return name


def titles(address: WeaviateAddress, name: str, tenant: str = "") -> list[str]:
    """Return the titles in a collection."""
    query = f"class={name}" + (f"&tenant={tenant}" if tenant else "")
    found = call(address, "GET", f"/v1/objects?{query}")["objects"]
    return sorted(each["properties"]["title"] for each in found)


def collections(address: WeaviateAddress) -> list[str]:
    return sorted(each["class"] for each in call(address, "GET", "/v1/schema")["classes"])


def test_all_that_a_seed_may_hold(tmp_path: Path, weaviate: WeaviateAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    """Collections and objects that refer to later ones, tenants, named vectors; in requests of any size."""
    monkeypatch.setattr(seeding, "_BATCH", 200)
    jane = "00000000-0000-0000-0000-00000000000a"
    by: dict[str, Any] = {"by": [{"beacon": f"weaviate://localhost/Author/{jane}"}]}
    books: list[Any] = [{"class": "Book", "properties": {"title": f"No {n}", **by}, "vector": [n, 1]} for n in range(7)]
    author = {"class": "Author", "id": jane, "properties": {"title": "Jane"}}
    left = {"class": "Shelf", "tenant": "left", "properties": {"title": "Emma"}, "vector": [1]}
    film = {"class": "Film", "properties": {"title": "Emma"}, "vectors": {"plot": [1, 2]}}
    name = write(
        tmp_path, "a.jsonl", *books, left, {"collection": BOOK}, *map(_defined, (AUTHOR, SHELF, NAMED)), film, author
    )
    state, seeds = State(weaviate), Seeds(tmp_path)
    seeds.switch(suite(name), lambda _: state)
    assert collections(weaviate) == ["Author", "Book", "Film", "Shelf"]
    assert titles(weaviate, "Book") == [f"No {n}" for n in range(7)]
    assert titles(weaviate, "Author") == ["Jane"]
    assert titles(weaviate, "Shelf", "left") == ["Emma"]
    found = call(weaviate, "GET", "/v1/objects?class=Film&include=vector")["objects"]
    assert found[0]["vectors"] == {"plot": [1, 2]}
    seeds.switch(suite(), lambda _: state)
    assert collections(weaviate) == []


def _defined(definition: Any) -> dict[str, Any]:
    return {"collection": definition}


def test_a_seed_is_restored_only_if_it_changed(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """And other things that are kept only if they did; a stand-in that answers meanwhile belongs to the seed."""
    answers = [{("before", "replay")}, {("first", "stand-in")}, set(), {("again", "stand-in")}]
    calls: list[int] = []

    def fill(address: WeaviateAddress) -> None:
        calls.append(1)
        call(address, "POST", "/v1/schema", {**AUTHOR, "class": "Own"})

    name = write(tmp_path, "a.jsonl", _defined(AUTHOR), {"class": "Author", "properties": {"title": "Jane"}})
    state, seeds = State(weaviate), Seeds(tmp_path, lambda: answers.pop(0))
    state.keep(fill)
    seeds.switch(suite(name), lambda _: state)
    assert seeds.are_those_of(suite(name))
    assert not seeds.are_those_of(suite())
    seeds.switch(suite(name), lambda _: state)
    assert seeds.answerers == {("first", "stand-in")}
    state.mark()
    call(weaviate, "DELETE", "/v1/schema/Own")
    state.restore_if_changed()
    assert (len(calls), len(answers)) == (2, 2)
    state.mark()
    call(weaviate, "POST", "/v1/objects", {"class": "Author", "properties": {"title": "Anne"}})
    assert state.restore_if_changed() == ["changed the collection Author"]
    assert (len(calls), titles(weaviate, "Author")) == (2, ["Jane"])
    assert seeds.answerers == {("first", "stand-in"), ("again", "stand-in")}
    seeds.switch(suite(), lambda _: state)
    assert collections(weaviate) == ["Own"]
    assert seeds.answerers == set()


def test_only_what_differs_is_stored(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """What two Suites have in common stays, and a Source that changes one collection has only its file stored again."""

    def times() -> dict[str, int]:
        return {
            name: call(weaviate, "GET", f"/v1/objects?class={name}")["objects"][0]["lastUpdateTimeUnix"]
            for name in collections(weaviate)
        }

    names = [
        write(tmp_path, f"{each}.jsonl", _defined({**AUTHOR, "class": each}), {"class": each, "properties": {}})
        for each in ("Alone", "Both", "Other")
    ]
    state, seeds = State(weaviate), Seeds(tmp_path)
    seeds.switch(suite(*names[:2]), lambda _: state)
    first = times()
    assert [*first] == ["Alone", "Both"]
    seeds.switch(suite(*names[1:]), lambda _: state)
    assert not seeds.are_those_of(suite(*names[:2]))
    second = times()
    assert [*second] == ["Both", "Other"]
    assert second["Both"] == first["Both"]
    state.mark()
    call(weaviate, "DELETE", "/v1/schema/Other")
    assert state.restore_if_changed() == ["deleted the collection Other"]
    third = times()
    assert third["Both"] == first["Both"]
    assert third["Other"] > second["Other"]


def test_what_the_server_rejects(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """An error at its line, the same each time; nothing of the seed is left."""
    jane = {"class": "Author", "properties": {"title": "Jane"}, "vector": [1, 2]}
    cases = {
        "name.jsonl": ([_defined({"class": "a b"})], "1:1 Weaviate rejects it: .*A b"),
        "type.jsonl": (
            [_defined(AUTHOR), jane, {**jane, "properties": {"title": 1}}],
            "3:1 Weaviate rejects it: .*title",
        ),
        "vector.jsonl": ([_defined(AUTHOR), jane, jane, {**jane, "vector": ["x"]}, jane], "4:1 Weaviate rejects it: "),
        "tenant.jsonl": ([_defined(AUTHOR), {**jane, "tenant": "x"}], "1:1 Weaviate rejects it: .*multi-tenancy"),
    }
    state, seeds = State(weaviate), Seeds(tmp_path)
    for name, (values, message) in cases.items():
        write(tmp_path, name, *values)
        with pytest.raises(SettingsError, match=rf"^{name}:{message}") as caught:
            seeds.switch(suite(name), lambda _: state)
        assert collections(weaviate) == []
        with pytest.raises(SettingsError) as again:
            seeds.switch(suite(name), lambda _: state)
        assert again.value is caught.value
    call(weaviate, "POST", "/v1/schema", AUTHOR)
    with pytest.raises(SettingsError, match=r"^a.jsonl:1:1 Weaviate rejects it: .*already exists"):
        seeds.switch(suite(write(tmp_path, "a.jsonl", _defined(AUTHOR))), lambda _: state)
    assert collections(weaviate) == ["Author"]


def test_what_is_kept_while_a_chain_runs_is_part_of_what_is_restored(weaviate: WeaviateAddress) -> None:
    """A fixture of scope function is set up again for each Source of a chain."""
    state = State(weaviate)
    state.mark()
    call(weaviate, "POST", "/v1/schema", {**AUTHOR, "class": "Made"})
    state.keep(lambda address: call(address, "POST", "/v1/schema", AUTHOR) and None)
    call(weaviate, "DELETE", "/v1/schema/Author")
    state.restore_if_changed()
    assert collections(weaviate) == ["Author"]


def test_a_seed_on_a_server_that_a_suite_does_not_use_is_left_alone(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    name = write(tmp_path, "a.jsonl", _defined(AUTHOR))
    state, seeds = State(weaviate), Seeds(tmp_path)
    seeds.switch(suite(name), lambda _: state)
    elsewhere = suite()._replace(services=("other",))
    assert seeds.are_those_of(elsewhere)
    seeds.switch(elsewhere, lambda _: state)
    assert collections(weaviate) == ["Author"]
    seeds.switch(suite(), lambda _: state)
    assert collections(weaviate) == []
