"""A request to a provider of models, the response to it, and reading what a client sent, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_LONGEST = 12_288
"""The longest vector that any known model makes."""
_DEEPEST = 8
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Request(NamedTuple):
    """One request. ``path`` has no query, ``headers`` have names in lower case, ``body`` is JSON or ``None``.

    ``data`` is the body as it was sent, ``port`` where the client sent it.
    """

    host: str
    method: str
    path: str
    headers: Mapping[str, str] = _NO_HEADERS
    body: Any = None
    query: str = ""
    data: bytes = b""
    port: int = 443


class Response(NamedTuple):
    """One response: ``body`` is JSON, or the text or the bytes themselves if ``kind`` is another media type.

    ``headers`` are further ones; ``None`` for those that a provider without limits sends.
    """

    status: int
    body: Any
    kind: str = "application/json"
    headers: Mapping[str, str] | None = None


class ProblemError(Exception):
    """A request that fails its Snippet, even if the Source ignores the response; the message is the reason.

    :param hint: what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class BadRequestError(ValueError):
    """A request that the protocol does not allow; the message names what is expected."""


def get(body: Any, *keys: str) -> Any:
    """Return the member of ``body`` at ``keys``, ``None`` if there is none."""
    for key in keys:
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body


def text_at(body: Any, *keys: str) -> str:
    """Return the text at ``keys``, empty if there is none."""
    found = get(body, *keys)
    return found if isinstance(found, str) else ""


def texts_at(body: Any, *keys: str) -> list[str]:
    """Return the texts at ``keys``: those of a list, or the only one.

    :raises BadRequestError: it has none.
    """
    found = get(body, *keys)
    items = found if isinstance(found, list) else [] if found is None else [found]
    if not items:
        raise BadRequestError(f"{'.'.join(keys)!r} is required: a text, or a list of texts")
    if all(isinstance(item, int) for item in items):  # one text as numbers of tokens
        return [plain_text(items)]
    return [plain_text(item) for item in items]


def items_at(body: Any, *keys: str) -> list[Any]:
    """Return the list at ``keys``.

    :raises BadRequestError: it is missing, empty or not a list.
    """
    found = get(body, *keys)
    if not isinstance(found, list) or not found:
        raise BadRequestError(f"{'.'.join(keys)!r} is required: a list")
    return found


def length_at(body: Any, *keys: str) -> int | None:
    """Return the requested length of vectors at ``keys``, ``None`` if there is none.

    :raises BadRequestError: it is not a length that a vector can have.
    """
    found = get(body, *keys)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= _LONGEST:
        raise BadRequestError(f"{'.'.join(keys)!r} must be a whole number from 1 to {_LONGEST}, not {found!r:.40}")
    return found


def plain_text(content: Any, depth: int = 0) -> str:
    """Return the text of a prompt or of an input in any of the shapes that providers accept.

    These are a text, a list of parts, numbers of tokens, and objects that have the text in a member.
    """
    if isinstance(content, str):
        return content
    if depth < _DEEPEST and isinstance(content, list):
        separator = " " if all(isinstance(part, int) for part in content) else "\n"
        return separator.join(filter(None, (plain_text(part, depth + 1) for part in content)))
    if depth < _DEEPEST and isinstance(content, dict):
        for key in ("text", "content", "parts", "value", "message"):
            if content.get(key) is not None:
                return plain_text(content[key], depth + 1)
        return ""
    return str(content) if isinstance(content, int | float) else ""


def last_text(messages: Any) -> str:
    """Return the text of the last message of a conversation, or of a prompt that is one text."""
    return plain_text(messages[-1] if isinstance(messages, list) and messages else messages)
