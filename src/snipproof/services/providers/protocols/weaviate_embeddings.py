"""Weaviate Embeddings, which Weaviate Cloud offers: https://docs.weaviate.io/cloud/embeddings."""

from __future__ import annotations

import re
from typing import Any

from snipproof.services.providers.exchange import BadRequestError, Request, get, length_at, text_at, texts_at
from snipproof.services.providers.models import Models, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length

_PICTURE = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")


def embed(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/v1/embeddings/embed``: a vector for each input, or for each of its words."""
    body = request.body
    texts, model = texts_at(body, "input"), text_at(body, "model")
    is_query = get(body, "is_search_query") is True
    length = length_at(body, "dimensions") or vector_length(model, 1024)
    vectors: list[Any]
    if "col" in model.lower():
        vectors = [_multi_vector(text, length, models, is_query=is_query) for text in texts]
    else:
        vectors = models.vectors(texts, length, query=is_query)
    metadata = {
        "model": model,
        "time_taken_inference": 0.0,
        "num_embeddings_inferred": len(vectors),
        "usage": {"prompt_tokens": sum(map(tokens, texts)), "total_tokens": sum(map(tokens, texts))},
    }
    return {"embeddings": vectors, "metadata": metadata}


def _multi_vector(text: str, length: int, models: Models, *, is_query: bool) -> list[list[float]]:
    """Return the vectors of a text, or of a picture in base64, which differ in their form only."""
    if _PICTURE.fullmatch(text):
        try:
            return [models.media_vector(text, length)]
        except BadRequestError:
            pass
    return models.word_vectors(text, length, query=is_query)


PROTOCOL = Protocol("Weaviate Embeddings", ("api.embedding.weaviate.io",), (Route("/v1/embeddings/embed", embed),))
