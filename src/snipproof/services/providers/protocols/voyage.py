"""Voyage AI: https://docs.voyageai.com/reference."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import Request, get, items_at, length_at, plain_text, text_at, texts_at
from snipproof.services.providers.models import Models, Vector, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols.openai import embedding_list
from snipproof.services.providers.vector_lengths import vector_length


def embeddings(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/embeddings``."""
    texts = texts_at(request.body, "input")
    vectors = models.vectors(texts, _length(request), query=_is_query(request))
    return embedding_list(vectors, texts, text_at(request.body, "model"))


def contextual(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/contextualizedembeddings``: a list of vectors for each list of texts."""
    data = []
    for index, each in enumerate(items_at(request.body, "inputs")):
        texts = [plain_text(text) for text in each] if isinstance(each, list) else [plain_text(each)]
        vectors = models.vectors(texts or [""], _length(request), query=_is_query(request))
        data.append({**embedding_list(vectors, texts, ""), "index": index})
    model = text_at(request.body, "model")
    return {"object": "list", "model": model, "data": data, "usage": {"total_tokens": len(data)}}


def multimodal(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/multimodalembeddings``: a vector for each input, of its first picture or film, or of its texts."""
    inputs = items_at(request.body, "inputs")
    vectors = [_multimodal(each, request, models) for each in inputs]
    return embedding_list(vectors, [plain_text(each) for each in inputs], text_at(request.body, "model"))


def rerank(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/rerank``."""
    body = request.body
    documents = [plain_text(each) for each in items_at(body, "documents")]
    most = get(body, "top_k")
    data = [
        {"index": index, "relevance_score": score}
        | ({"document": documents[index]} if get(body, "return_documents") is True else {})
        for index, score in models.ranking(plain_text(get(body, "query")), documents)
    ]
    return {
        "object": "list",
        "model": text_at(body, "model"),
        "data": data[:most] if isinstance(most, int) and most > 0 else data,
        "usage": {"total_tokens": sum(map(tokens, documents))},
    }


def _multimodal(each: Any, request: Request, models: Models) -> Vector:
    content = get(each, "content")
    for part in content if isinstance(content, list) else ():
        for name in ("image_base64", "video_base64"):
            if data := text_at(part, name):
                return models.media_vector(data, _length(request))
    (vector,) = models.vectors([plain_text(each)], _length(request), query=_is_query(request))
    return vector


def _length(request: Request) -> int:
    return length_at(request.body, "output_dimension") or vector_length(text_at(request.body, "model"), 1024)


def _is_query(request: Request) -> bool:
    return text_at(request.body, "input_type") == "query"


PROTOCOL = Protocol(
    "Voyage AI",
    ("api.voyageai.com",),
    (
        Route("/v1/embeddings", embeddings),
        Route("/v1/contextualizedembeddings", contextual),
        Route("/v1/multimodalembeddings", multimodal),
        Route("/v1/rerank", rerank),
    ),
)
