"""AWS: Bedrock, whose requests have the shape of the model's own provider, and SageMaker.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from snipproof.services.providers.exchange import (
    BadRequestError,
    Request,
    get,
    last_text,
    length_at,
    plain_text,
    text_at,
    texts_at,
)
from snipproof.services.providers.models import Models, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length

_SAGEMAKER_LENGTH = 768
# What the instructions of older models stand in.
_WRAPPING = re.compile(r"^\s*(<s>)?\s*(\[INST\]|Human:)\s*|\s*(\[/INST\]|Assistant:)\s*$")


def invoke(request: Request, models: Models) -> dict[str, Any]:
    """Answer Bedrock's ``/model/ID/invoke``."""
    model = unquote(request.path).removeprefix("/model/").removesuffix("/invoke")
    if "embed" in model:
        return _embedding(model, request.body, models)
    prompts = (last_text(get(request.body, key)) for key in ("messages", "prompt", "inputText", "message"))
    prompt = _WRAPPING.sub("", next(filter(None, prompts), ""))
    text = generated(prompt)
    for family, response in _GENERATED.items():
        if family in model:
            return response(prompt, text)
    return _titan(prompt, text)


def invocations(request: Request, models: Models) -> dict[str, Any] | list[Any]:
    """Answer SageMaker's ``/endpoints/NAME/invocations``."""
    if get(request.body, "prompt") is not None:
        return {"generations": [{"id": "stand-in", "text": generated(plain_text(request.body["prompt"]))}]}
    return models.vectors(texts_at(request.body, "inputs"), _SAGEMAKER_LENGTH)


def _embedding(model: str, body: Any, models: Models) -> dict[str, Any]:
    name = model.partition("/")[2] or model  # of an ARN
    name = name.removeprefix("us.").removeprefix("eu.").removeprefix("apac.")
    if "cohere." in name:
        length = length_at(body, "output_dimension") or vector_length(name, 1024)
        pictures = get(body, "images")
        if isinstance(pictures, list) and pictures:
            return {"embeddings": [models.media_vector(plain_text(each), length) for each in pictures]}
        is_query = text_at(body, "input_type") == "search_query"
        return {"embeddings": models.vectors(texts_at(body, "texts"), length, query=is_query)}
    if (single := get(body, "singleEmbeddingParams")) is not None:  # Nova
        length = length_at(single, "embeddingDimension") or vector_length(name, 3072)
        is_query = text_at(single, "embeddingPurpose").endswith("RETRIEVAL")
        picture, text = text_at(single, "image", "source", "bytes"), plain_text(get(single, "text"))
        vector = _one(picture, text, length, models, is_query=is_query)
        return {"embeddings": [{"embeddingType": "TEXT" if text else "IMAGE", "embedding": vector}]}
    wanted = length_at(body, "dimensions") or length_at(body, "embeddingConfig", "outputEmbeddingLength")
    picture, text = text_at(body, "inputImage"), text_at(body, "inputText")
    vector = _one(picture, text, wanted or vector_length(name, 1024), models)
    return {"embedding": vector, "inputTextTokenCount": tokens(text)}


def _one(picture: str, text: str, length: int, models: Models, *, is_query: bool = False) -> list[float]:
    if not picture and not text:
        raise BadRequestError("a text or a picture is required")
    return models.media_vector(picture, length) if picture else models.vectors([text], length, query=is_query)[0]


def _titan(prompt: str, text: str) -> dict[str, Any]:
    result = {"tokenCount": tokens(text), "outputText": text, "completionReason": "FINISH"}
    return {"inputTextTokenCount": tokens(prompt), "results": [result]}


def _nova(prompt: str, text: str) -> dict[str, Any]:
    usage = {"inputTokens": tokens(prompt), "outputTokens": tokens(text)}
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": usage,
    }


def _claude(prompt: str, text: str) -> dict[str, Any]:
    return {
        "id": "stand-in",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": tokens(prompt), "output_tokens": tokens(text)},
    }


def _llama(prompt: str, text: str) -> dict[str, Any]:
    counts = {"prompt_token_count": tokens(prompt), "generation_token_count": tokens(text)}
    return {"generation": text, "stop_reason": "stop", **counts}


_GENERATED: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "amazon.nova": _nova,
    "anthropic.claude-v2": lambda _, text: {"completion": text, "stop_reason": "stop_sequence"},
    "anthropic.claude-instant": lambda _, text: {"completion": text, "stop_reason": "stop_sequence"},
    "anthropic.": _claude,
    "ai21.": lambda _, text: {"completions": [{"data": {"text": text}, "finishReason": {"reason": "endoftext"}}]},
    "cohere.command-r": lambda _, text: {"text": text, "finish_reason": "COMPLETE"},
    "cohere.": lambda _, text: {"generations": [{"id": "stand-in", "text": text, "finish_reason": "COMPLETE"}]},
    "mistral.": lambda _, text: {"outputs": [{"text": text, "stop_reason": "stop"}]},
    "meta.": _llama,
}

PROTOCOL = Protocol(
    "AWS",
    ("bedrock-runtime.*.amazonaws.com", "runtime.sagemaker.*.amazonaws.com"),
    (Route("/model/.+/invoke", invoke), Route("/endpoints/.+/invocations", invocations)),
)
