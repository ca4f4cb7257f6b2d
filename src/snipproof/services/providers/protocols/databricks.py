"""Databricks' serving endpoints: https://docs.databricks.com/aws/en/machine-learning/model-serving."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import Request, Response, get
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols import openai


def invocations(request: Request, models: Models) -> dict[str, Any] | Response:
    """Answer ``/serving-endpoints/NAME/invocations``: what the endpoint does shows in the request."""
    if get(request.body, "messages") is not None:
        return openai.chat(request, models)
    if get(request.body, "prompt") is not None:
        return openai.completion(request, models)
    return openai.embeddings(request, models)


PROTOCOL = Protocol(
    "Databricks",
    ("*.cloud.databricks.com", "*.gcp.databricks.com", "*.azuredatabricks.net"),
    (
        Route("/serving-endpoints/.*invocations", invocations),
        Route(".*/embeddings", openai.embeddings),
        Route(".*/chat/completions", openai.chat),
    ),
)
