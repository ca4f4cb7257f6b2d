"""OpenAI, Azure OpenAI, and the many providers whose APIs have the same shape.

https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from snipproof.services.providers.exchange import Request, Response, get, last_text, length_at, text_at, texts_at
from snipproof.services.providers.models import Models, Vector, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length

_DEFAULTS = {"api.openai.com": 1536, "openai.azure.com": 1536}
_CREATED = 1_700_000_000
EVENTS = "text/event-stream"


def embeddings(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/embeddings``."""
    body = request.body
    texts = texts_at(body, "input")
    model = text_at(body, "model") or _deployment(request.path)
    default = next((length for host, length in _DEFAULTS.items() if request.host.endswith(host)), 1024)
    length = length_at(body, "dimensions") or length_at(body, "output_dimension") or vector_length(model, default)
    is_query = text_at(body, "input_type") == "query"  # of NVIDIA
    vectors = models.vectors(texts, length, query=is_query)
    is_packed = text_at(body, "encoding_format") == "base64"
    return embedding_list([_packed(each) if is_packed else each for each in vectors], texts, model)


def embedding_list(vectors: list[Any], texts: list[str], model: str) -> dict[str, Any]:
    """Return the response with these vectors."""
    count = sum(map(tokens, texts))
    return {
        "object": "list",
        "model": model,
        "data": [{"object": "embedding", "index": i, "embedding": each} for i, each in enumerate(vectors)],
        "usage": {"prompt_tokens": count, "total_tokens": count},
    }


def chat(request: Request, _: Models) -> dict[str, Any] | Response:
    """Answer ``/chat/completions``."""
    prompt = last_text(get(request.body, "messages"))
    text = generated(prompt)
    message = {"role": "assistant", "content": text}
    if get(request.body, "stream") is True:
        return _stream(request, {"delta": message}, {"delta": {}})
    return _completion(request, prompt, text, "chat.completion", {"message": message})


def completion(request: Request, _: Models) -> dict[str, Any] | Response:
    """Answer the legacy ``/completions``."""
    prompt = last_text(get(request.body, "prompt"))
    text = generated(prompt)
    if get(request.body, "stream") is True:
        return _stream(request, {"text": text}, {"text": ""})
    return _completion(request, prompt, text, "text_completion", {"text": text})


def models_list(_: Request, __: Models) -> dict[str, Any]:
    """Answer ``/models``."""
    names = ("text-embedding-3-small", "gpt-5-mini", "all-mini-lm-l6-v2", "gte-large-en-v1.5", "qwen3-embedding-0.6b")
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": _CREATED, "owned_by": "stand-in"} for name in names],
    }


def _completion(request: Request, prompt: str, text: str, kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    sent, written = tokens(prompt), tokens(text)
    return {
        "id": "stand-in",
        "object": kind,
        "created": _CREATED,
        "model": text_at(request.body, "model"),
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, **choice}],
        "usage": {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written},
    }


def _stream(request: Request, *choices: dict[str, Any]) -> Response:
    """Return the events of a stream: the last one has the reason of its end."""
    head = {"id": "stand-in", "created": _CREATED, "model": text_at(request.body, "model")}
    kind = "chat.completion.chunk" if "delta" in choices[0] else "text_completion"
    events = [
        {**head, "object": kind, "choices": [{"index": 0, "finish_reason": reason, **choice}]}
        for choice, reason in zip(choices, (None, "stop"), strict=True)
    ]
    return Response(200, "".join(f"data: {json.dumps(each)}\n\n" for each in events) + "data: [DONE]\n\n", EVENTS)


def _packed(vector: Vector) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _deployment(path: str) -> str:
    """Return the deployment in a path of Azure, which users often name after its model."""
    return path.partition("/deployments/")[2].partition("/")[0]


PROTOCOL = Protocol(
    "OpenAI and compatible",
    (
        *("api.openai.com", "*.openai.azure.com", "api.mistral.ai", "api.x.ai", "api.deepseek.com"),
        *("inference.friendli.ai", "api.friendli.ai", "api.endpoints.anyscale.com", "text.octoai.run"),
        *("inference.do-ai.run", "api.morphllm.com", "api.together.xyz", "api.groq.com", "openrouter.ai", "kubeai"),
    ),
    (
        Route(".*/embeddings", embeddings),
        Route(".*/chat/completions", chat),
        Route(".*/completions", completion),
        Route(".*/models", models_list, "GET"),
    ),
)
