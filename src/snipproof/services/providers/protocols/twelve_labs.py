"""TwelveLabs: https://docs.twelvelabs.io/api-reference. Its requests are forms, not JSON."""

from __future__ import annotations

from typing import Any

from snipproof.services.providers.exchange import BadRequestError, Request, text_at
from snipproof.services.providers.models import Models
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.vector_lengths import vector_length


def embed(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/embed``: of a text, or of a picture, which a form has in base64 here."""
    model = text_at(request.body, "model_name")
    length = vector_length(model, 1024)
    if text := text_at(request.body, "text"):
        (vector,) = models.vectors([text], length)
        return {"model_name": model, "text_embedding": {"segments": [{"float": vector}]}}
    if picture := text_at(request.body, "image_file"):
        vector = models.media_vector(picture, length)
        return {"model_name": model, "image_embedding": {"segments": [{"float": vector}]}}
    raise BadRequestError("'text' or 'image_file' is required")


PROTOCOL = Protocol("TwelveLabs", ("api.twelvelabs.io",), (Route(r"/v1\.\d/embed", embed),))
