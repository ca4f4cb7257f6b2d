"""A server that ended or is frozen is recognized."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

from tests.support.services import local_address

from snipproof.services.weaviate.server import FrozenServerError
from snipproof.watch.sick import sick_server


def proving(**servers: Any) -> Any:
    return SimpleNamespace(prover=SimpleNamespace(services=SimpleNamespace(servers=servers)))


def test_sick_servers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:  # it accepts, and never answers
        address = local_address(frozen.getsockname()[1])
        assert sick_server(proving(weaviate=address), 0.2) == f"weaviate: the server at {address.url} is frozen"
        address.health.error = FrozenServerError("no byte came")
        assert sick_server(proving(rbac=address), 0.2) == "rbac: no byte came"
    ended = local_address(address.port)
    assert sick_server(proving(weaviate=ended), 5) == f"weaviate: the server at {ended.url} has ended"
    assert sick_server(proving(), 5) == ""
