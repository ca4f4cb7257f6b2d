"""Contextual AI: https://docs.contextual.ai/api-reference."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import Request, get, last_text
from snipproof.services.providers.models import Models, generated
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols.cohere import rerank


def generate(request: Request, _: Models) -> dict[str, Any]:
    """Answer ``/v1/generate``."""
    return {"response": generated(last_text(get(request.body, "messages")))}


PROTOCOL = Protocol(
    "Contextual AI", ("api.contextual.ai",), (Route("/v1/generate", generate), Route("/v1/rerank", rerank))
)
