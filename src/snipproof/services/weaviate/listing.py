"""Reads the listings of one server, which may not have all of them."""

from __future__ import annotations

from typing import Any

from snipproof.services.weaviate.server import UnexpectedResponseError, WeaviateAddress, respond

_MISSING = frozenset({401, 403, 404, 405, 422, 501})  # an API that the server does not have, or not for us


class Listings:
    """The listings of the server at ``address``."""

    def __init__(self, address: WeaviateAddress) -> None:
        self._address = address
        self._missing: set[str] = set()

    def get(self, path: str, api: str = "") -> Any:
        """Return the JSON of a listing, ``None`` if this server has none.

        :param path: below ``/v1``.
        :param api: what the server does not have once is not requested again under this name, by default ``path``;
            ``-`` if what is listed may be missing itself.
        :raises InfrastructureError: the server does not answer, or reports an unexpected error.
        """
        api = api or path
        if api in self._missing:
            return None
        response = respond(self._address, "GET", f"/v1{path}")
        if response.status_code in _MISSING:
            if api != "-":
                self._missing.add(api)
            return None
        if not response.ok:
            raise UnexpectedResponseError(f"Weaviate: GET /v1{path}: {response.status_code} {response.text[:500]}")
        return response.json() if response.content else None
