"""Seed files: each mistake with its place, and objects with the same ids in each run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from snipproof.errors import SettingsError
from snipproof.site.seed import read_objects, read_seed

if TYPE_CHECKING:
    from pathlib import Path

CAT = '{"collection": {"class": "cat"}}'
TOM = '{"class": "cat", "properties": {"name": "Tom"}}'
ID = "00000000-0000-0000-0000-000000000001"


def write(root: Path, *lines: str) -> tuple[str, ...]:
    (root / "cats.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ("cats.jsonl",)


def test_definitions_and_objects_of_several_files(tmp_path: Path) -> None:
    """An object may stand before its collection, in another file; names are those that Weaviate gives."""
    (tmp_path / "first.jsonl").write_text(
        f'\ufeff{TOM}\n\n{{"class": "Cat", "id": "{ID}", "tenant": "home", "vectors": {{"a": [1]}}}}\r\n',
        encoding="utf-8",
    )
    seed = read_seed(tmp_path, ("first.jsonl", *write(tmp_path, CAT, f"  {TOM}", TOM)))
    assert [(each.place, each.name, each.body) for each in seed.definitions.values()] == [
        ("cats.jsonl:1:1", "Cat", {"class": "cat"})
    ]
    assert seed.tenants == {"Cat": ("home",)}
    objects = list(read_objects(tmp_path, seed))
    assert [each.place for each in objects] == [
        f"{name}:1" for name in ("first.jsonl:1", "first.jsonl:3", "cats.jsonl:2", "cats.jsonl:3")
    ]
    values = [json.loads(each.text) for each in objects]
    assert values[1] == {"class": "Cat", "id": ID, "tenant": "home", "vectors": {"a": [1]}}
    assert [each["properties"] for each in values[::2]] == [{"name": "Tom"}] * 2
    assert len({each["id"] for each in values}) == 4
    assert [each.text for each in read_objects(tmp_path, seed)] == [each.text for each in objects]


def test_files_that_name_the_same_collection_are_one_part(tmp_path: Path) -> None:
    """Objects of it, and cross-references to it; properties that are not a list are left to the server."""

    def reference(name: str, *types: str) -> str:
        properties = [{"name": "a", "dataType": types}, {"dataType": "text"}, {"name": "b"}, 3]
        return json.dumps({"collection": {"class": name, "properties": properties}})

    texts = {
        "alone": reference("Alone", "text"),
        "dogs": reference("Dog", "text", "Owner"),
        "more": '{"class": "cat"}',
        "owners": '{"collection": {"class": "owner", "properties": 3}}',
        "cats": CAT,
        "empty": "",
        "own": reference("Self", "Self", "Lost"),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_seed(tmp_path, tuple(texts)).parts
    assert found == [("alone",), ("dogs", "owners"), ("more", "cats"), ("empty",), ("own",)]


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("[", "2:2", "not valid JSON: Expecting value"),
        ('{"class": "cat" 1}', "2:17", "not valid JSON: "),
        ('{"class": "cat", "vector": [NaN]}', "2:1", "not valid JSON: NaN is not a number of JSON"),
        (f'{{"class": "cat", "vector": [{"1.5, " * 50}x]}}', "2:279", "not valid JSON: "),
        (f'{{"vector": [{"1.5, " * 50}1], "klass": "cat"}}', "2:267", "unknown key 'klass'"),
        ("[" * 100_000, "2:1", "not valid JSON: "),
        ("[1]", "2:1", "expected a JSON object"),
        ("{}", "2:1", "the key 'class' is missing"),
        ('{"class": 3}', "2:2", "'class': expected a string"),
        ('{"class": "cat", "vectors": [1]}', "2:18", "'vectors': expected an object"),
        ('{"class": "cat", "id": "1"}', "2:18", "'1' is not a UUID"),
        ('{"class": "dog"}', "2:2", "no line of the seed defines the collection Dog"),
        ('{"collection": "cat"}', "2:2", "expected the definition of a collection with `class`"),
        ('{"collection": {"class": "dog"}, "id": 3}', "2:34", "unknown key 'id'"),
        ('{"collection": {"class": "Cat"}}', "2:1", "the collection Cat is already defined at cats.jsonl:1:1"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, line: str, place: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_seed(tmp_path, write(tmp_path, CAT, line))
    assert caught.value.message.startswith(f"cats.jsonl:{place} {message}")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_bytes(b'{"class": "\xc3\xa4\xff"}')
    with pytest.raises(SettingsError, match=r"^odd.jsonl:1:13 not UTF-8$"):
        read_seed(tmp_path, ("odd.jsonl",))
    with pytest.raises(SettingsError, match=r"^none.jsonl:1:1 cannot be read: No such file"):
        read_seed(tmp_path, ("none.jsonl",))


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    """No collection is made by the server itself."""
    seed = read_seed(tmp_path, write(tmp_path, CAT, TOM))
    write(tmp_path, CAT, TOM.replace("cat", "cow"))
    with pytest.raises(SettingsError, match=r"^cats.jsonl:2:2 the file has changed"):
        list(read_objects(tmp_path, seed))
