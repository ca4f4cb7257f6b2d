"""Reads the seed files of a Suite: collections and objects that are stored before its Sources run, as JSON lines.

A line is ``{"collection": DEFINITION}`` or an object, both in the form of Weaviate's REST API.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from snipproof.errors import SettingsError
from snipproof.text import did_you_mean, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_COLLECTION = "collection"
# Vectors are most of a file. Reading them as numbers takes five times as long as all else; the server does it anyway.
_VECTOR = re.compile(r"\[[-+.0-9eE, ]{64,}\]")
_KINDS: dict[str, tuple[type, str]] = {
    "class": (str, "a string"),
    "id": (str, "a string"),
    "properties": (dict, "an object"),
    "vector": (list, "a list of numbers"),
    "vectors": (dict, "an object"),
    "tenant": (str, "a string"),
}
_HINT = (
    'a line of a seed is one JSON object: {"collection": {"class": …}}, or an object of Weaviate\'s REST API: '
    f"{', '.join(_KINDS)}"
)


class Definition(NamedTuple):
    """The definition of a collection, and where it stands: ``path:line:column``."""

    place: str
    name: str
    body: Mapping[str, Any]


class SeedObject(NamedTuple):
    """An object as JSON, with an id, and where it stands: ``path:line:column``."""

    place: str
    text: str


class Seed(NamedTuple):
    """What the seed files of one Service define.

    :param tenants: those of the objects, by collection.
    :param parts: the files, divided as far as possible so that no part names a collection of another.
    """

    files: tuple[str, ...]
    definitions: Mapping[str, Definition]
    tenants: Mapping[str, tuple[str, ...]]
    parts: Sequence[tuple[str, ...]]


class _Line(NamedTuple):
    place: str
    text: str
    data: dict[str, Any]

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.place.rsplit(":", 2)[0]

    def place_of(self, key: str) -> str:
        """Return where ``key`` stands."""
        return f"{self.place.rpartition(':')[0]}:{self.text.find(json.dumps(key, ensure_ascii=False)) + 1 or 1}"


@cache
def read_seed(root: Path, files: tuple[str, ...]) -> Seed:
    """Read and check seed files; once for the same files.

    :raises SettingsError: a file cannot be read, or a line is wrong, with its place.
    """
    definitions: dict[str, Definition] = {}
    tenants: dict[str, dict[str, None]] = {}
    used: dict[str, str] = {}
    names: set[tuple[str, str]] = set()  # a file, and a collection that it defines, fills or refers to
    for line in _lines(root, files):
        if _COLLECTION in line.data:
            found = _definition(line)
            if found.name in definitions:
                first = definitions[found.name].place
                raise SettingsError(f"{found.place} the collection {found.name} is already defined at {first}")
            definitions[found.name] = found
            names |= {(line.path, name) for name in (found.name, *_referenced(found.body))}
            continue
        name = _check_object(line)
        names.add((line.path, name))
        used.setdefault(name, line.place_of("class"))
        if "tenant" in line.data:
            tenants.setdefault(name, {})[line.data["tenant"]] = None
    for name, place in used.items():
        if name not in definitions:
            hint = did_you_mean(name, definitions) or 'add a line {"collection": {"class": …}}'
            raise SettingsError(f"{place} no line of the seed defines the collection {name}", hint)
    those_of = {name: tuple(those) for name, those in tenants.items()}
    return Seed(files, definitions, those_of, _divide(files, names))


def _referenced(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the collections that the cross-references of a definition name: these begin with a capital letter."""
    properties = body.get("properties")
    for each in properties if isinstance(properties, list) else ():
        types = each.get("dataType") if isinstance(each, dict) else None
        if isinstance(types, list):
            yield from (name for name in types if isinstance(name, str) and name[:1].isupper())


def _divide(files: Iterable[str], names: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the parts of ``files``, in their order.

    :param names: each file with a collection that it names.
    """
    part_of = {file: {file} for file in files}
    first: dict[str, str] = {}
    for file, name in sorted(names):
        joined = part_of[file] | part_of[first.setdefault(name, file)]
        part_of |= dict.fromkeys(joined, joined)
    return list(dict.fromkeys(tuple(file for file in part_of if file in part) for part in part_of.values()))


def read_objects(root: Path, seed: Seed) -> Iterator[SeedObject]:
    """Yield the objects of a seed. One without an id gets one that is the same in each run.

    :raises SettingsError: a file has changed since it was checked, and is wrong now.
    """
    equal: Counter[str] = Counter()
    for line in _lines(root, seed.files):
        if _COLLECTION in line.data:
            continue
        if _check_object(line) not in seed.definitions:
            raise SettingsError(f"{line.place_of('class')} the file has changed while it was used", "start again")
        text = line.text
        if "id" not in line.data:
            equal[text] += 1
            made = uuid.uuid5(uuid.NAMESPACE_OID, f"{text} {equal[text]}")
            text = f'{{"id": "{made}", {text.lstrip()[1:]}'
        yield SeedObject(line.place, text)


def _lines(root: Path, files: tuple[str, ...]) -> Iterator[_Line]:
    for path in files:
        try:
            with (root / path).open("rb") as file:
                for number, raw in enumerate(file, start=1):
                    if raw.strip():
                        yield _parse(f"{path}:{number}", raw)
        except OSError as error:
            raise SettingsError(f"{path}:1:1 cannot be read: {error.strerror or error}") from None


def _parse(place: str, raw: bytes) -> _Line:
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        column = len(raw[: error.start].decode()) + 1
        raise SettingsError(f"{place}:{column} not UTF-8") from None
    try:
        data = _read_json(text)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{place}:{error.colno} not valid JSON: {error.msg}", _HINT) from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{place}:1 not valid JSON: {error}", _HINT) from None
    if not isinstance(data, dict):
        raise SettingsError(f"{place}:1 expected a JSON object", _HINT)
    return _Line(f"{place}:1", text, data)


def _read_json(text: str) -> Any:
    """Return the value of a line, without long vectors.

    :raises ValueError: it is not JSON.
    """
    try:
        return json.loads(_VECTOR.sub("[]", text), parse_constant=_reject)
    except ValueError:
        return json.loads(text, parse_constant=_reject)  # with the place of the error


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _definition(line: _Line) -> Definition:
    _check_keys(line, (_COLLECTION,))
    body = line.data[_COLLECTION]
    name = body.get("class") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        raise SettingsError(f"{line.place_of(_COLLECTION)} expected the definition of a collection with `class`", _HINT)
    return Definition(line.place, _capitalized(name), body)


def _check_object(line: _Line) -> str:
    """Check an object, and return the name of its collection."""
    _check_keys(line, tuple(_KINDS))
    if not line.data.get("class"):
        raise SettingsError(f"{line.place} the key 'class' is missing", _HINT)
    for key, value in line.data.items():
        kind, name = _KINDS[key]
        if not isinstance(value, kind):
            raise SettingsError(f"{line.place_of(key)} {key!r}: expected {name}")
    try:
        uuid.UUID(line.data.get("id", str(uuid.NAMESPACE_OID)))
    except ValueError:
        raise SettingsError(f"{line.place_of('id')} {printable(line.data['id'])!r} is not a UUID") from None
    return _capitalized(line.data["class"])


def _check_keys(line: _Line, known: tuple[str, ...]) -> None:
    for key in line.data:
        if key not in known:
            hint = did_you_mean(key, known) or f"known keys: {', '.join(known)}"
            raise SettingsError(f"{line.place_of(key)} unknown key {printable(key)!r}", hint)


def _capitalized(name: str) -> str:
    """Return the name that Weaviate gives a collection."""
    return name[:1].upper() + name[1:]
