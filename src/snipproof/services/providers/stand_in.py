"""Answers requests to providers of models without any of them: real vectors of a small model, and marked texts.

Pure: what has to do with connections is in ``provider_hosts``, and the models are given.
"""

from __future__ import annotations

from collections.abc import Iterator

from snipproof.services.providers.exchange import BadRequestError, Request, Response
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols import (
    anthropic,
    aws,
    cohere,
    contextual,
    databricks,
    google,
    hugging_face,
    jina,
    model_containers,
    nvidia,
    ollama,
    openai,
    twelve_labs,
    voyage,
    weaviate_embeddings,
)

PROTOCOLS: tuple[Protocol, ...] = (
    openai.PROTOCOL,
    cohere.PROTOCOL,
    anthropic.PROTOCOL,
    google.PROTOCOL,
    jina.PROTOCOL,
    voyage.PROTOCOL,
    nvidia.PROTOCOL,
    weaviate_embeddings.PROTOCOL,
    databricks.PROTOCOL,
    hugging_face.PROTOCOL,
    aws.PROTOCOL,
    contextual.PROTOCOL,
    twelve_labs.PROTOCOL,
    ollama.PROTOCOL,
    model_containers.PROTOCOL,
)


def protocols_of(host: str) -> tuple[Protocol, ...]:
    """Return the protocols that ``host``, in lower case, speaks; none if it is not known."""
    return tuple(protocol for protocol in PROTOCOLS if protocol.speaks(host))


def answer(request: Request, models: Models) -> Response:
    """Return the response to ``request``, whatever it holds; a 404 if no protocol of its host has the path.

    A host that is not known may speak any protocol: the first one that has the path answers.
    """
    spoken = protocols_of(request.host)
    for protocol, route in _routes(request, spoken or PROTOCOLS):
        try:
            found = route.answer(request, models)
        except BadRequestError as error:
            return error_response(400, str(error), plain=protocol.plain_errors)
        return found if isinstance(found, Response) else Response(200, found)
    names = f" ({', '.join(protocol.name for protocol in spoken)})" if spoken else ""
    message = f"the stand-in does not know {request.method} {request.path} of {request.host}{names}"
    return error_response(404, message, plain=any(protocol.plain_errors for protocol in spoken))


def _routes(request: Request, protocols: tuple[Protocol, ...]) -> Iterator[tuple[Protocol, Route]]:
    for protocol in protocols:
        if route := protocol.route(request):
            yield protocol, route


def error_response(status: int, message: str, *, plain: bool = False) -> Response:
    """Return an error in a shape in which every client finds the message."""
    message = f"snipproof: {message}"
    error = message if plain else {"message": message, "type": "stand_in_error", "code": str(status)}
    return Response(status, {"error": error, "message": message, "detail": message})
