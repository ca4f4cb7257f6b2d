"""Google: the Gemini API of AI Studio, and Vertex AI.

https://ai.google.dev/api and https://cloud.google.com/vertex-ai/docs/reference/rest.
"""

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
from snipproof.services.providers.models import Models, Vector, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length

_QUERIES = ("RETRIEVAL_QUERY", "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY")


def embed_contents(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``:batchEmbedContents``."""
    each = items_at(request.body, "requests")
    return {"embeddings": [{"values": _vector(one, request.path, models)} for one in each]}


def embed_content(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``:embedContent``."""
    return {"embedding": {"values": _vector(request.body, request.path, models)}}


def embed_text(request: Request, models: Models) -> dict[str, Any]:
    """Answer the legacy ``:batchEmbedText``."""
    vectors = models.vectors(texts_at(request.body, "texts"), _length(request.path))
    return {"embeddings": [{"value": vector} for vector in vectors]}


def generate_content(request: Request, _: Models) -> dict[str, Any]:
    """Answer ``:generateContent``."""
    prompt = last_text(get(request.body, "contents"))
    text = generated(prompt)
    sent, written = tokens(prompt), tokens(text)
    return {
        "candidates": [{"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [{"text": text}]}}],
        "usageMetadata": {
            "promptTokenCount": sent,
            "candidatesTokenCount": written,
            "totalTokenCount": sent + written,
        },
    }


def generate_message(request: Request, _: Models) -> dict[str, Any]:
    """Answer the legacy ``:generateMessage``."""
    return {"candidates": [{"author": "1", "content": generated(last_text(get(request.body, "prompt", "messages")))}]}


def predict(request: Request, models: Models) -> dict[str, Any]:
    """Answer Vertex AI's ``:predict``: of text models, of the multimodal one, or of those that generate."""
    body = request.body
    length = length_at(body, "parameters", "outputDimensionality") or length_at(body, "parameters", "dimension")
    length = length or _length(request.path)
    return {"predictions": [_prediction(each, length, models) for each in items_at(body, "instances")]}


def _prediction(instance: Any, length: int, models: Models) -> dict[str, Any]:
    if get(instance, "messages") is not None:
        return {"candidates": [{"author": "bot", "content": generated(last_text(instance["messages"]))}]}
    if get(instance, "prompt") is not None:
        return {"content": generated(plain_text(instance["prompt"]))}
    if get(instance, "content") is not None:
        text = plain_text(instance["content"])
        (vector,) = models.vectors([text], length, query=text_at(instance, "task_type") in _QUERIES)
        statistics = {"token_count": tokens(text), "truncated": False}
        return {"embeddings": {"values": vector, "statistics": statistics}}
    return _multimodal(instance, length, models)


def _multimodal(instance: Any, length: int, models: Models) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if text := plain_text(get(instance, "text")):
        (found["textEmbedding"],) = models.vectors([text], length)
    if picture := text_at(instance, "image", "bytesBase64Encoded"):
        found["imageEmbedding"] = models.media_vector(picture, length)
    if film := text_at(instance, "video", "bytesBase64Encoded"):
        vector = models.media_vector(film, length)
        found["videoEmbeddings"] = [{"startOffsetSec": 0, "endOffsetSec": 1, "embedding": vector}]
    if not found:
        raise BadRequestError("each of 'instances' requires content, messages, prompt, text, image or video")
    return found


def _vector(one: Any, path: str, models: Models) -> Vector:
    length = length_at(one, "outputDimensionality") or vector_length(text_at(one, "model"), _length(path))
    parts = get(one, "content", "parts")
    for part in parts if isinstance(parts, list) else ():
        for name in ("inline_data", "inlineData"):
            if data := text_at(part, name, "data"):
                return models.media_vector(data, length)
    (vector,) = models.vectors([plain_text(get(one, "content"))], length, query=text_at(one, "taskType") in _QUERIES)
    return vector


def _length(path: str) -> int:
    """Return the length of the vectors of the model that ``path`` names."""
    return vector_length(path.rpartition("/models/")[2].rpartition(":")[0], 768)


PROTOCOL = Protocol(
    "Google",
    ("generativelanguage.googleapis.com", "aiplatform.googleapis.com", "*-aiplatform.googleapis.com"),
    (
        Route(".*:batchEmbedContents", embed_contents),
        Route(".*:embedContent", embed_content),
        Route(".*:batchEmbedText", embed_text),
        Route(".*:generateContent", generate_content),
        Route(".*:generateMessage", generate_message),
        Route(".*:predict", predict),
    ),
)
