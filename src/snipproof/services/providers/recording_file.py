"""A file of recordings: what one host answered to the requests of one Suite, one JSON object a line.

::

    {"request": {"method": "POST", "path": "/v1/embeddings", "body": {…}},
     "response": {"status": 200, "body": {…}}, "model": "…", "recorded": "2026-11-29", "digest": "…"}

Lines are sorted by their requests. ``model`` stands where the response names another model than the request, as
providers do for an alias. ``digest`` is that of everything else, so that an edit or a merge that went wrong is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from snipproof.errors import DocsError, SettingsError
from snipproof.files import write_whole
from snipproof.lint.secrets import find_keys
from snipproof.redaction import find_secret
from snipproof.services.providers.cleaning import canonical
from snipproof.services.providers.exchange import length_at, text_at
from snipproof.services.providers.packing import lengths, packed, unpacked, without_vectors
from snipproof.services.providers.vector_lengths import vector_length

_KEYS = {"request", "response", "recorded", "digest"}
_HINT = "record it again, with --snippets-providers record=HOST"


class Sent(NamedTuple):
    """A request as it is compared: ``path`` has a query without keys, ``body`` is JSON."""

    method: str
    path: str
    body: Any

    @property
    def key(self) -> str:
        """What identifies it."""
        return f"{self.path} {self.method} {canonical(self.body)}"

    @property
    def model(self) -> str:
        """The model that it names, ``""`` for none."""
        return text_at(self.body, "model")


class Recorded(NamedTuple):
    """A request, the status and the JSON of its response, and the day on which that was recorded."""

    sent: Sent
    status: int
    body: Any
    day: str


def read_recordings(path: Path, name: str, secrets: Mapping[str, str]) -> dict[str, Recorded]:
    """Return the recordings of a file by the keys of their requests; none if it does not exist.

    :param name: the file in messages.
    :param secrets: values that must not be in it, by name.
    :raises SettingsError: a line is damaged, is of another model, or holds a key, with its place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}:1:1 cannot be read: {error}", _HINT) from None
    found: dict[str, Recorded] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            each = _read(line, secrets)
        except _BadLineError as error:
            raise SettingsError(f"{name}:{number}:1 {error}", _HINT) from None
        if each.sent.key in found:
            raise SettingsError(f"{name}:{number}:1 the same request as in a line above", "remove one of them")
        found[each.sent.key] = each
    return found


def write_recordings(path: Path, name: str, found: Iterable[Recorded], secrets: Mapping[str, str]) -> None:
    """Write a file of recordings as a whole.

    :param name: the file in messages.
    :raises DocsError: a recording holds one of ``secrets``, or what looks like a key; nothing is written.
    """
    lines = []
    for each in sorted(found, key=lambda each: each.sent.key):
        line = _line(each)
        if key := _key_in(line, secrets):
            raise DocsError(
                f"{name}: not written: {each.sent.method} {each.sent.path}: the recording holds {key}",
                "remove it from what the Source sends; if a provider sends it back, report that",
            )
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    write_whole(path, "".join(lines).encode())


class _BadLineError(ValueError):
    """What is wrong with a line."""


def _read(text: str, secrets: Mapping[str, str]) -> Recorded:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise _BadLineError("damaged: it is not JSON") from None
    if not isinstance(line, dict) or not line.keys() >= _KEYS:
        raise _BadLineError(f"damaged: an object with {', '.join(sorted(_KEYS))} is required")
    if key := _key_in(line, secrets):
        raise _BadLineError(f"the recording holds {key}: remove the file, and make that key invalid")
    match line:
        case {
            "request": {"method": str(method), "path": str(path), "body": sent},
            "response": {"status": int(status), "body": body},
            "recorded": str(day),
            "digest": digest,
        }:
            pass
        case _:
            raise _BadLineError("damaged: a member of the request or the response is missing")
    if digest != _digest(line):
        raise _BadLineError("damaged: it does not have its digest, so it was changed after it was recorded")
    try:
        found = Recorded(Sent(method, path, sent), status, unpacked(body), day)
    except ValueError as error:
        raise _BadLineError(f"damaged: {error}") from None
    if problem := _other_model(found.sent, body, line.get("model")):
        raise _BadLineError(f"of another model: {problem}")
    return found


def _line(recorded: Recorded) -> dict[str, Any]:
    sent, body = recorded.sent, packed(recorded.body)
    line: dict[str, Any] = {
        "request": {"method": sent.method, "path": sent.path, "body": sent.body},
        "response": {"status": recorded.status, "body": body},
    }
    answered = text_at(recorded.body, "model")
    if answered and sent.model and not _is_same_model(sent.model, answered):
        line["model"] = answered
    line["recorded"] = recorded.day
    return {**line, "digest": _digest(line)}


def _digest(line: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in line.items() if key != "digest"}
    return hashlib.sha256(canonical(rest).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _key_in(line: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Return what secret a line holds, in words, ``""`` for none."""
    text = json.dumps(without_vectors(line), ensure_ascii=False)
    if name := find_secret(text, secrets):
        return f"the value of {name}"
    return next((f"{kind} ({beginning}…)" for _, beginning, kind in find_keys(text)), "")


def _other_model(sent: Sent, body: Any, named: Any) -> str:
    """Return how a response contradicts the model of its request, ``""`` if it does not."""
    answered = text_at(body, "model")
    if answered and sent.model and answered != named and not _is_same_model(sent.model, answered):
        return f"the request names {sent.model}, the response {answered}"
    if isinstance(sent.body, dict) and sent.model:
        dimensions = next(filter(None, (length_at(sent.body, key) for key in _LENGTHS)), 0)
        expected = dimensions or vector_length(sent.model, 0)
        if found := next((length for length in lengths(body) if expected and length != expected), 0):
            return f"vectors of {sent.model} have {expected} numbers here, not {found}"
    return ""


_LENGTHS = ("dimensions", "output_dimension", "outputDimensionality")


def _is_same_model(requested: str, answered: str) -> bool:
    """Return whether a response's model is the requested one, or a version of it."""
    wanted, found = (name.lower().rpartition("/")[2].removesuffix("-latest") for name in (requested, answered))
    return found.startswith(wanted) or wanted.startswith(found)
