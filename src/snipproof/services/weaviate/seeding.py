"""Stores seeds: what the files of a Suite define is on the server while that Suite is proven, and gone afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requests

from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.model import Suite
from snipproof.services.weaviate.server import WeaviateAddress, call, respond
from snipproof.services.weaviate.state import State
from snipproof.site.seed import Definition, Seed, SeedObject, read_objects, read_seed
from snipproof.text import printable, shorten

_BATCH = 4_000_000  # characters of one request, if an object is not larger
_LARGEST_BATCH = 500  # objects


class Seeds:
    """The seeds that are stored on the servers of one session.

    :param root: what the paths of the files are relative to.
    :param answered: returns what has answered for providers since its last call, as host and kind.
    """

    def __init__(self, root: Path, answered: Callable[[], Collection[tuple[str, str]]] = tuple) -> None:
        self._root = root
        self._answered = answered
        self._stored: dict[_Part, _SeedFill] = {}
        self._errors: dict[_Part, SnipproofError] = {}

    def are_those_of(self, suite: Suite) -> bool:
        """Return whether exactly the seed of ``suite`` is stored on the servers that it uses."""
        return {part for part in self._stored if part.service in suite.services} == set(self._wanted(suite))

    def switch(self, suite: Suite, state_of: Callable[[str], State]) -> None:
        """Store the seed of ``suite``, and delete what only another one has.

        :param state_of: returns what is stored on the server of that name.
        :raises SettingsError: a file is wrong, or the server rejects something in it; the same error in each call.
        :raises InfrastructureError: the server does not answer.
        """
        wanted = self._wanted(suite)
        for part in list(self._stored):
            if part.service in suite.services and part not in wanted:
                state_of(part.service).drop(self._stored.pop(part))
        for part in wanted:
            if part in self._stored:
                continue
            if error := self._errors.get(part):
                raise error
            fill = _SeedFill(self._root, part.files, self._answered)
            try:
                state_of(part.service).keep(fill, alone=True)
            except SettingsError as error:
                self._errors[part] = error
                raise
            self._stored[part] = fill

    def _wanted(self, suite: Suite) -> list[_Part]:
        return [_Part(service, files) for service, those in suite.seed for files in read_seed(self._root, those).parts]

    @property
    def answerers(self) -> set[tuple[str, str]]:
        """What answered for providers while the stored seeds were stored."""
        return {host for fill in self._stored.values() for host in fill.answerers}


class _Part(NamedTuple):
    """Files that are stored on the server of a Service, and that no other files of the seed refer to."""

    service: str
    files: tuple[str, ...]


class _SeedFill:
    """Stores one part of a seed, whenever it is called."""

    def __init__(self, root: Path, files: tuple[str, ...], answered: Callable[[], Collection[tuple[str, str]]]) -> None:
        self._files = files
        self.answerers: set[tuple[str, str]] = set()
        self._root = root
        self._answered = answered

    def __call__(self, address: WeaviateAddress) -> None:
        seed = read_seed(self._root, self._files)
        self._answered()  # for others
        made: list[str] = []
        try:
            _define(address, seed, made)
            _store_all(address, read_objects(self._root, seed))
        except SettingsError:
            for name in made:
                call(address, "DELETE", f"/v1/schema/{name}")
            raise
        self.answerers |= set(self._answered())


def _define(address: WeaviateAddress, seed: Seed, made: list[str]) -> None:
    """Create the collections and tenants of ``seed``; add the names of the collections to ``made``.

    A collection may refer to one that stands further down: what is rejected is tried again behind the others.

    :raises SettingsError: the server rejects one of them.
    """
    waiting = list(seed.definitions.values())
    while waiting:
        rejected: list[tuple[Definition, SettingsError]] = []
        for each in waiting:
            try:
                _post(address, each.place, "/v1/schema", each.body)
                made.append(each.name)
            except SettingsError as error:
                rejected.append((each, error))
        if len(rejected) == len(waiting):
            raise rejected[0][1]
        waiting = [each for each, _ in rejected]
    for name, tenants in seed.tenants.items():
        body = [{"name": tenant} for tenant in tenants]
        _post(address, seed.definitions[name].place, f"/v1/schema/{name}/tenants", body)


def _post(address: WeaviateAddress, place: str, path: str, body: Any) -> requests.Response:
    """Send what stands at ``place``, and return the response to it.

    :raises SettingsError: the server rejects it.
    :raises InfrastructureError: it does not answer.
    """
    response = respond(address, "POST", path, body)
    if response.ok:
        return response
    if response.status_code >= 500:
        raise InfrastructureError(f"Weaviate: POST {path}: {response.status_code} {response.text[:500]}")
    raise SettingsError(f"{place} Weaviate rejects it: {_message(response.text)}")


def _message(text: str) -> str:
    """Return the message of an error response."""
    try:
        data = json.loads(text)
        messages = [str(each["message"]) for each in data["error"]] if "error" in data else [str(data["message"])]
    except (ValueError, TypeError, KeyError):
        messages = [text]
    return printable(shorten("; ".join(messages), 300))


def _batches(objects: Iterator[SeedObject]) -> Iterator[list[SeedObject]]:
    batch: list[SeedObject] = []
    size = 0
    for each in objects:
        if batch and (size + len(each.text) > _BATCH or len(batch) == _LARGEST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each.text)
    if batch:
        yield batch


def _store_all(address: WeaviateAddress, objects: Iterator[SeedObject]) -> None:
    """Store all objects.

    An object may refer to one that stands further down: those that are rejected are tried again behind the others.

    :raises SettingsError: the server rejects one of them, with its place.
    """
    waiting = objects
    count: float = float("inf")
    while rejected := [each for batch in _batches(waiting) for each in _store(address, batch)]:
        if len(rejected) == count:
            raise rejected[0][1]
        waiting, count = iter([each for each, _ in rejected]), len(rejected)


def _store(address: WeaviateAddress, batch: list[SeedObject]) -> list[tuple[SeedObject, SettingsError]]:
    """Store objects in one request; return those that the server rejects."""
    body = f'{{"objects":[{",".join(each.text for each in batch)}]}}'.encode()
    try:
        response = _post(address, batch[0].place, "/v1/batch/objects", body)
    except SettingsError as error:
        if len(batch) == 1:
            return [(batch[0], error)]
        # The server rejects a whole request without the number of the object.
        half = len(batch) // 2
        return [*_store(address, batch[:half]), *_store(address, batch[half:])]
    if b'"errors"' not in response.content:
        return []  # it has all vectors again, which take long to read
    return [
        (each, SettingsError(f"{each.place} Weaviate rejects it: {_message(json.dumps(errors))}"))
        for each, stored in zip(batch, response.json(), strict=True)
        if (errors := (stored.get("result") or {}).get("errors"))
    ]
