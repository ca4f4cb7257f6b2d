"""Hugging Face's inference providers: https://huggingface.co/docs/inference-providers."""

from __future__ import annotations

import re
from typing import Any

from snipproof.services.providers.exchange import Request, get, texts_at
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols import openai
from snipproof.services.providers.vector_lengths import vector_length


def feature_extraction(request: Request, models: Models) -> list[Any]:
    """Answer the pipeline ``feature-extraction``: the vectors alone."""
    model = re.sub(r"^.*/(?:models|feature-extraction)/|/pipeline/.*", "", request.path)
    vectors = models.vectors(texts_at(request.body, "inputs"), vector_length(model, 768))
    return vectors if isinstance(get(request.body, "inputs"), list) else vectors[0]


PROTOCOL = Protocol(
    "Hugging Face",
    ("router.huggingface.co", "api-inference.huggingface.co", "*.endpoints.huggingface.cloud"),
    (
        Route(".*/pipeline/feature-extraction(/.*)?", feature_extraction),
        Route(".*/chat/completions", openai.chat),
        Route("/(models/.*)?", feature_extraction),
    ),
    plain_errors=True,
)
