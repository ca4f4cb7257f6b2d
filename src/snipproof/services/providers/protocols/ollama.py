"""Ollama: https://docs.ollama.com/api. It answers without TLS, and streams unless a request forbids it."""

from __future__ import annotations

import json
from typing import Any

from snipproof.services.providers.exchange import Request, Response, get, last_text, text_at, texts_at
from snipproof.services.providers.models import Models, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols import openai
from snipproof.services.providers.vector_lengths import vector_length

PORT = 11434
_CREATED = "2026-01-01T00:00:00Z"
_LINES = "application/x-ndjson"


def embed(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/api/embed``."""
    vectors = models.vectors(texts_at(request.body, "input"), _length(request))
    return {"model": text_at(request.body, "model"), "embeddings": vectors}


def embeddings(request: Request, models: Models) -> dict[str, Any]:
    """Answer the legacy ``/api/embeddings``."""
    return {"embedding": models.vectors(texts_at(request.body, "prompt"), _length(request))[0]}


def generate(request: Request, _: Models) -> dict[str, Any] | Response:
    """Answer ``/api/generate``."""
    prompt = last_text(get(request.body, "prompt"))
    return _generated(request, prompt, {"response": generated(prompt)})


def chat(request: Request, _: Models) -> dict[str, Any] | Response:
    """Answer ``/api/chat``."""
    prompt = last_text(get(request.body, "messages"))
    return _generated(request, prompt, {"message": {"role": "assistant", "content": generated(prompt)}})


def tags(_: Request, __: Models) -> dict[str, Any]:
    """Answer ``/api/tags``: the models that are there."""
    names = ("nomic-embed-text:latest", "llama3:latest", "llama3.2:latest", "snowflake-arctic-embed:latest")
    return {"models": [{"name": name, "model": name, "modified_at": _CREATED, "size": 1} for name in names]}


def pull(_: Request, __: Models) -> Response:
    """Answer ``/api/pull``: every model is there."""
    return Response(200, '{"status": "success"}\n', _LINES)


def version(_: Request, __: Models) -> dict[str, Any]:
    """Answer ``/api/version``, and requests that find out whether it runs."""
    return {"version": "0.0.0-stand-in"}


def _generated(request: Request, prompt: str, part: dict[str, Any]) -> dict[str, Any] | Response:
    whole = {
        "model": text_at(request.body, "model"),
        "created_at": _CREATED,
        **part,
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": tokens(prompt),
    }
    return whole if get(request.body, "stream") is False else Response(200, f"{json.dumps(whole)}\n", _LINES)


def _length(request: Request) -> int:
    return vector_length(text_at(request.body, "model"), 768)


PROTOCOL = Protocol(
    "Ollama",
    ("ollama", "host.docker.internal"),
    (
        Route("/api/embed", embed),
        Route("/api/embeddings", embeddings),
        Route("/api/generate", generate),
        Route("/api/chat", chat),
        Route("/api/tags", tags, "GET"),
        Route("/api/pull", pull),
        Route("/(api/version)?", version, "GET"),
        Route("/v1/embeddings", openai.embeddings),
        Route("/v1/chat/completions", openai.chat),
    ),
    ports=(PORT,),
    plain_errors=True,
)
