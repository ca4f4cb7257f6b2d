"""Jina AI: https://api.jina.ai/redoc."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import (
    BadRequestError,
    Request,
    get,
    length_at,
    plain_text,
    text_at,
)
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols.cohere import rerank
from snipproof.services.providers.protocols.openai import embedding_list
from snipproof.services.providers.vector_lengths import vector_length

_OF_A_WORD = 128


def embeddings(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/v1/embeddings``: one vector for each input, or one for each of its words."""
    body = request.body
    if get(body, "return_multivector") is True:
        return multi_vector(request, models)
    length = length_at(body, "dimensions") or vector_length(text_at(body, "model"), 1024)
    vectors = [_picture(each, length, models) or _texts(each, length, body, models) for each in _inputs(body)]
    return embedding_list(vectors, [plain_text(each) for each in _inputs(body)], text_at(body, "model"))


def multi_vector(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/v1/multi-vector``: a vector for each word."""
    body = request.body
    length = length_at(body, "dimensions") or _OF_A_WORD
    is_query = _is_query(body)
    data = []
    for index, each in enumerate(_inputs(body)):
        picture = _picture(each, length, models)
        vectors = [picture] if picture else models.word_vectors(plain_text(each), length, query=is_query)
        data.append({"object": "embeddings", "index": index, "embeddings": vectors})
    usage = {"prompt_tokens": len(data), "total_tokens": len(data)}
    return {"object": "list", "model": text_at(body, "model"), "data": data, "usage": usage}


def _inputs(body: Any) -> list[Any]:
    found = get(body, "input")
    inputs = found if isinstance(found, list) else [] if found is None else [found]
    if not inputs:
        raise BadRequestError("'input' is required: a list of texts, or of objects with a text or an image")
    return inputs


def _picture(each: Any, length: int, models: Models) -> list[float]:
    picture = text_at(each, "image")
    return models.media_vector(picture, length) if picture else []


def _texts(each: Any, length: int, body: Any, models: Models) -> list[float]:
    (vector,) = models.vectors([plain_text(each)], length, query=_is_query(body))
    return vector


def _is_query(body: Any) -> bool:
    return "query" in text_at(body, "task") or text_at(body, "input_type") == "query"


PROTOCOL = Protocol(
    "Jina AI",
    ("api.jina.ai",),
    (Route("/v1/embeddings", embeddings), Route("/v1/multi-vector", multi_vector), Route("/v1/rerank", rerank)),
)
