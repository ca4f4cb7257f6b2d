"""Anthropic: https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

import json
from typing import Any

from snipproof.services.providers.exchange import Request, Response, get, last_text, text_at
from snipproof.services.providers.models import Models, generated, tokens
from snipproof.services.providers.protocol import Protocol, Route
from snipproof.services.providers.protocols.openai import EVENTS


def messages(request: Request, _: Models) -> dict[str, Any] | Response:
    """Answer ``/v1/messages``."""
    prompt = last_text(get(request.body, "messages"))
    text = generated(prompt)
    message: dict[str, Any] = {
        "id": "msg_stand_in",
        "type": "message",
        "role": "assistant",
        "model": text_at(request.body, "model"),
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": tokens(prompt), "output_tokens": tokens(text)},
    }
    return _stream(message, text) if get(request.body, "stream") is True else message


def _stream(message: dict[str, Any], text: str) -> Response:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": message["usage"],
        },
        {"type": "message_stop"},
    ]
    return Response(200, "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events), EVENTS)


PROTOCOL = Protocol("Anthropic", ("api.anthropic.com",), (Route("/v1/messages", messages),))
