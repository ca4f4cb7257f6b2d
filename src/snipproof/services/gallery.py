"""A gallery: a folder with a collection's definition and photos, stored in Weaviate for snippets to search."""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.services.weaviate.server import MARK, WeaviateAddress, call, store


class Gallery:
    """``collection.json`` (a class definition of Weaviate's REST API), ``photos.json`` and the files it lists.

    ``photos.json`` is a list of objects: ``file`` (below ``photos/``) and the further properties of the photo.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, address: WeaviateAddress) -> None:
        """Recreate the collection and store every photo, under an id that depends on its file name alone.

        :raises SettingsError: a file of the gallery is missing or invalid.
        :raises InfrastructureError: Weaviate rejects it, or has a collection of that name without our mark.
        """
        definition = self._read("collection.json")
        photos = self._read("photos.json")
        name = definition.get("class") if isinstance(definition, dict) else None
        if not isinstance(name, str):
            raise SettingsError(f"{self._folder / 'collection.json'}:1:1 'class' is missing")
        if not isinstance(photos, list):
            raise SettingsError(f"{self._folder / 'photos.json'}:1:1 a list of photos expected")
        if not str(definition.get("description") or "").startswith(MARK):
            raise SettingsError(
                f"{self._folder / 'collection.json'}:1:1 the description must begin with {MARK!r}",
                "only a collection with this mark is replaced on a server that holds other data",
            )
        objects = [self._object(name, photo) for photo in photos]
        existing = {c["class"]: c for c in call(address, "GET", "/v1/schema").get("classes") or []}.get(name)
        if existing is not None:
            if not (existing.get("description") or "").startswith(MARK):
                raise InfrastructureError(
                    f"the Weaviate at {address.url} has a collection {name} that snipproof did not make",
                    f"delete it or use another server; descriptions of our collections start with {MARK!r}",
                )
            call(address, "DELETE", f"/v1/schema/{name}")
        call(address, "POST", "/v1/schema", definition)
        for each, error in zip(objects, store(address, objects), strict=True):
            if error:
                raise InfrastructureError(f"Weaviate failed to store {each['properties']['file']}: {error}")

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{self._folder / name}:1:1 failed to read: {error}") from None

    def _object(self, collection: str, photo: dict[str, Any]) -> dict[str, Any]:
        try:
            data = (self._folder / "photos" / photo["file"]).read_bytes()
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"{self._folder / 'photos.json'}:1:1 photo not found: {error}") from None
        return {
            "class": collection,
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"snipproof/{collection}/{photo['file']}")),
            "properties": {**photo, "image": base64.b64encode(data).decode("ascii")},
        }
