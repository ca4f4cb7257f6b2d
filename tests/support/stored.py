"""Data in a real server, changes that a client can make, and what a client then sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from snipproof.services.weaviate.server import WeaviateAddress, call, store
from snipproof.services.weaviate.stored import StoredReader

IDS = [f"00000000-0000-0000-0000-00000000000{number}" for number in range(10)]
TEXT = [{"name": "title", "dataType": ["text"]}]


WEST_COLD = [{"name": "west", "activityStatus": "COLD"}]
PHOTO: dict[str, Any] = {
    "class": "Photo",
    "description": "of somewhere",
    "vectorConfig": {
        "small": {"vectorizer": {"none": {}}, "vectorIndexType": "flat"},
        "large": {
            "vectorizer": {"none": {}},
            "vectorIndexType": "hnsw",
            "vectorIndexConfig": {"multivector": {"enabled": True}},
        },
    },
    "invertedIndexConfig": {"indexNullState": True, "stopwords": {"preset": "none", "additions": ["photo"]}},
    "properties": [
        {"name": "image", "dataType": ["blob"]},
        {"name": "taken", "dataType": ["date"], "indexRangeFilters": True},
        {"name": "where", "dataType": ["geoCoordinates"]},
        {"name": "of", "dataType": ["object"], "nestedProperties": TEXT},
    ],
}


def collections(address: WeaviateAddress) -> list[str]:
    """Return the names of all collections."""
    return sorted(key.name for key in StoredReader(address).read() if key.kind == "collection")


def fill(address: WeaviateAddress) -> None:
    """Store collections that refer to each other, one with tenants, one with blobs and named vectors, and an alias."""
    call(address, "POST", "/v1/schema", {"class": "Author", "vectorizer": "none", "properties": TEXT})
    reference = {"name": "by", "dataType": ["Author"]}
    call(address, "POST", "/v1/schema", {"class": "Book", "vectorizer": "none", "properties": [*TEXT, reference]})
    shelf = {"class": "Shelf", "vectorizer": "none", "properties": TEXT, "multiTenancyConfig": {"enabled": True}}
    call(address, "POST", "/v1/schema", shelf)
    call(address, "POST", "/v1/schema/Shelf/tenants", [{"name": name} for name in ("north", "south", "west")])
    call(address, "POST", "/v1/schema", PHOTO)
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
    photo = {
        "class": "Photo",
        "id": IDS[0],
        "properties": {"image": "aGVsbG8=", "taken": "2020-02-02T02:02:02Z", "where": {"latitude": 1, "longitude": 2}},
        "vectors": {"small": [1, 2], "large": [[1, 2, 3], [4, 5, 6]]},
    }
    assert not any(store(address, [author]) + store(address, [*books, own, own | {"tenant": "west"}, photo]))
    call(address, "PUT", "/v1/schema/Shelf/tenants", WEST_COLD)
    call(address, "POST", "/v1/aliases", {"alias": "Novel", "class": "Book"})


def content(address: WeaviateAddress) -> dict[str, Any]:
    """Return what a client sees."""
    tenants = {each["name"]: each["activityStatus"] for each in call(address, "GET", "/v1/schema/Shelf/tenants")}
    objects = [each for name in ("Author", "Book", "Photo") for each in listed(address, name)]
    objects += [each for name, status in tenants.items() if status == "HOT" for each in listed(address, "Shelf", name)]
    schema = sorted(call(address, "GET", "/v1/schema")["classes"], key=lambda each: str(each["class"]))
    aliases = sorted(call(address, "GET", "/v1/aliases")["aliases"], key=str)
    return {"schema": schema, "tenants": tenants, "objects": objects, "aliases": aliases}


def listed(address: WeaviateAddress, name: str, tenant: str = "") -> list[dict[str, Any]]:
    """Return the objects of a collection, with what stays the same when they are stored again."""
    query = f"class={name}&include=vector" + (f"&tenant={tenant}" if tenant else "")
    found = call(address, "GET", f"/v1/objects?{query}")["objects"]
    return [{key: each.get(key) for key in ("class", "id", "properties", "vector", "vectors")} for each in found]


Edit = list[tuple[str, str, Any]]
"""Calls: method, path and body, or a function that changes what the server returns for the path into the body."""


def setting(*path: str, value: Any) -> Callable[[Any], Any]:
    """Return a function that sets one value of a definition."""

    def change(definition: Any) -> Any:
        part = definition
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        return definition

    return change


BOOK = f"/v1/objects/Book/{IDS[0]}"
PICTURE = f"/v1/objects/Photo/{IDS[0]}"
ALL = {"class": "Book", "where": {"path": ["title"], "operator": "Like", "valueText": "*"}}
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
    "a blob is replaced": [("PATCH", PICTURE, {"class": "Photo", "properties": {"image": "YnllYnll"}})],
    "a named vector is replaced": [("PATCH", PICTURE, {"class": "Photo", "vectors": {"small": [2, 1]}})],
    "all objects are deleted": [("DELETE", "/v1/batch/objects", {"match": ALL})],
    "a named vector is defined": [
        ("PUT", "/v1/schema/Photo", setting("vectorConfig", "third", value=PHOTO["vectorConfig"]["small"]))
    ],
    "a collection is described": [("PUT", "/v1/schema/Book", setting("description", value="of nobody"))],
    "ranking is changed": [("PUT", "/v1/schema/Book", setting("invertedIndexConfig", "bm25", "b", value=0.5))],
    "stop words are changed": [
        ("PUT", "/v1/schema/Book", setting("invertedIndexConfig", "stopwords", value={"preset": "none"}))
    ],
    "compression is turned on": [
        ("PUT", "/v1/schema/Book", setting("vectorIndexConfig", "rq", value={"enabled": True, "bits": 8}))
    ],
    "conflicts are resolved otherwise": [
        ("PUT", "/v1/schema/Book", setting("replicationConfig", "deletionStrategy", value="DeleteOnConflict"))
    ],
    "tenants are created automatically": [
        ("PUT", "/v1/schema/Shelf", setting("multiTenancyConfig", "autoTenantCreation", value=True))
    ],
    "an index is deleted": [("DELETE", "/v1/schema/Book/properties/title/index/searchable", None)],
    "an index is made in the background": [
        ("POST", "/v1/schema/Book/properties", {"name": "year", "dataType": ["int"]}),
        ("PUT", "/v1/schema/Book/properties/year/index/rangeable", {"rangeable": {"enabled": True}}),
    ],
    "a tenant is added": [("POST", "/v1/schema/Shelf/tenants", [{"name": "east"}])],
    "a tenant is deleted": [("DELETE", "/v1/schema/Shelf/tenants", ["south"])],
    "a tenant is deactivated": [("PUT", "/v1/schema/Shelf/tenants", [{"name": "north", "activityStatus": "COLD"}])],
    "a tenant is activated": [("PUT", "/v1/schema/Shelf/tenants", [{"name": "west", "activityStatus": "HOT"}])],
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
    ("PUT", "/v1/schema/Shelf/tenants", WEST_COLD),
]
"""A change of an inactive tenant, which is inactive again."""


def do(address: WeaviateAddress, edit: Edit) -> None:
    """Make the calls of an edit."""
    for method, path, body in edit:
        call(address, method, path, body(call(address, "GET", path)) if callable(body) else body)


def clean(address: WeaviateAddress) -> None:
    """Delete all aliases and collections."""
    for alias in call(address, "GET", "/v1/aliases")["aliases"]:
        call(address, "DELETE", f"/v1/aliases/{alias['alias']}")
    for name in collections(address):
        call(address, "DELETE", f"/v1/schema/{name}")
