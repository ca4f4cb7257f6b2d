"""NVIDIA: https://docs.api.nvidia.com/nim/reference."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import Request, get, items_at, plain_text, text_at
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols import openai
from snipproof.services.providers.vector_lengths import vector_length

_PICTURE = "data:image/"


def embeddings(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/v1/embeddings``: of texts, or of pictures as ``data:`` addresses."""
    inputs = [plain_text(each) for each in items_at(request.body, "input")]
    if not any(each.startswith(_PICTURE) for each in inputs):
        return openai.embeddings(request, models)
    model = text_at(request.body, "model")
    length = vector_length(model, 1024)
    vectors = [
        models.media_vector(each, length) if each.startswith(_PICTURE) else models.vectors([each], length)[0]
        for each in inputs
    ]
    return openai.embedding_list(vectors, [], model)


def rerank(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/v1/retrieval/…/reranking``."""
    passages = [plain_text(each) for each in items_at(request.body, "passages")]
    ranking = models.ranking(plain_text(get(request.body, "query")), passages)
    return {"rankings": [{"index": index, "logit": score} for index, score in ranking]}


PROTOCOL = Protocol(
    "NVIDIA",
    ("integrate.api.nvidia.com", "ai.api.nvidia.com"),
    (
        Route("/v1/embeddings", embeddings),
        Route("/v1/chat/completions", openai.chat),
        Route("/v1/retrieval/.*reranking", rerank),
    ),
)
