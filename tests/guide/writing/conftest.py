import uuid

import pytest
import requests

from snipproof.api import State, WeaviateAddress


def store_photos(address: WeaviateAddress) -> None:
    for number, title in enumerate(["A cat", "A dog"], start=1):
        photo = {"class": "Photo", "id": str(uuid.UUID(int=number)), "properties": {"title": title}}
        reply = requests.post(f"{address.url}/v1/objects", json=photo, timeout=60)
        reply.raise_for_status()


@pytest.fixture(scope="session")
def photos(snippet_state: State) -> None:
    snippet_state.keep(store_photos)
