"""Cohere, versions 1 and 2: https://docs.cohere.com/reference."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import (
    BadRequestError,
    Request,
    get,
    items_at,
    last_text,
    length_at,
    plain_text,
    text_at,
    texts_at,
)
from snipproof.services.providers.models import Models, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length


def embed(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/embed``: of texts, or of pictures."""
    body = request.body
    length = length_at(body, "output_dimension") or vector_length(text_at(body, "model"), 1024)
    pictures = get(body, "images")
    if isinstance(pictures, list) and pictures:
        vectors = [models.media_vector(plain_text(picture), length) for picture in pictures]
        texts = []
    else:
        texts = texts_at(body, "texts")
        vectors = models.vectors(texts, length, query=text_at(body, "input_type") == "search_query")
    by_type = "/v2/" in request.path or get(body, "embedding_types")
    return {
        "id": "stand-in",
        "response_type": "embeddings_by_type" if by_type else "embeddings_floats",
        "embeddings": {"float": vectors} if by_type else vectors,
        "texts": texts,
        "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": sum(map(tokens, texts))}},
    }


def chat(request: Request, _: Models) -> dict[str, Any]:
    """Answer ``/chat``."""
    body = request.body
    if get(body, "stream") is True:
        raise BadRequestError("the stand-in does not stream Cohere's responses")
    prompt = last_text(get(body, "messages")) or plain_text(get(body, "message"))
    text = generated(prompt)
    usage = {"input_tokens": tokens(prompt), "output_tokens": tokens(text)}
    if "/v2/" in request.path:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        units = {"billed_units": usage, "tokens": usage}
        return {"id": "stand-in", "message": message, "finish_reason": "COMPLETE", "usage": units}
    meta = {"billed_units": usage}
    return {"response_id": "stand-in", "generation_id": "stand-in", "text": text, "finish_reason": "COMPLETE"} | {
        "meta": meta
    }


def generate(request: Request, _: Models) -> dict[str, Any]:
    """Answer the legacy ``/generate``."""
    text = generated(plain_text(get(request.body, "prompt")))
    return {"id": "stand-in", "generations": [{"id": "stand-in", "text": text, "finish_reason": "COMPLETE"}]}


def rerank(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/rerank``, as Jina and Contextual AI do as well."""
    body = request.body
    documents = [plain_text(each) for each in items_at(body, "documents")]
    most = get(body, "top_n")
    results = [
        {"index": index, "relevance_score": score}
        | ({"document": {"text": documents[index]}} if get(body, "return_documents") is True else {})
        for index, score in models.ranking(plain_text(get(body, "query")), documents)
    ]
    return {
        "id": "stand-in",
        "model": text_at(body, "model"),
        "results": results[:most] if isinstance(most, int) and most > 0 else results,
        "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
    }


PROTOCOL = Protocol(
    "Cohere",
    ("api.cohere.ai", "api.cohere.com"),
    (
        Route("/v[12]/embed", embed),
        Route("/v[12]/chat", chat),
        Route("/v1/generate", generate),
        Route("/v[12]/rerank", rerank),
    ),
)
