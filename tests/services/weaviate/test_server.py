"""The address of a server."""

from __future__ import annotations

from snipproof.services.weaviate.server import WeaviateAddress


def test_an_ipv6_address_keeps_its_brackets() -> None:
    """Without them, clients could not find the port."""
    assert WeaviateAddress("::1", 8080, "::1", 50051, "", "url", "").url == "http://[::1]:8080"
