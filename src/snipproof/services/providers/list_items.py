"""Answers a list of texts from recordings of other lists: a vector depends on its own text only.

A server decides by time how many texts it sends in one request, so that the lists of two runs may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from snipproof.services.providers.cleaning import canonical
from snipproof.services.providers.recording_file import Recorded, Sent

_SENT = ("input", "inputs", "texts", "requests", "instances")
_ANSWERED = ("data", "embeddings", "predictions", "texts")


def assembled(sent: Sent, known: Iterable[Recorded]) -> Any:
    """Return the body that answers ``sent``, whose texts were recorded in other requests; ``None`` if one is missing.

    What is not a list of one member for each text comes from the first of these recordings.
    """
    key = _list_key(sent.body)
    if not key:
        return None
    frame = _frame(sent, key)
    alike = [each for each in known if _list_key(each.sent.body) == key and _frame(each.sent, key) == frame]
    answers = {text: (each, index) for each in alike for index, text in enumerate(map(canonical, each.sent.body[key]))}
    found = [answers.get(canonical(item)) for item in sent.body[key]]
    if not all(found):
        return None
    return _joined(key, [each for each in found if each])


def _joined(key: str, found: list[tuple[Recorded, int]]) -> Any:
    template = found[0][0]

    def member(path: tuple[str, ...]) -> list[Any]:
        items = []
        for place, (each, index) in enumerate(found):
            item = dict(_lists(each, key))[path][index]
            items.append({**item, "index": place} if isinstance(item, dict) and "index" in item else item)
        return items

    paths = [path for path, _ in _lists(template, key)]
    if any(path not in dict(_lists(each, key)) for each, _ in found for path in paths) or not paths:
        return None
    if paths == [()]:
        return member(())
    body = dict(template.body)
    for path in paths:
        if len(path) == 1:
            body[path[0]] = member(path)
        else:
            body[path[0]] = {**body[path[0]], path[1]: member(path)}
    return body


def _lists(recorded: Recorded, key: str) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Yield the lists of a response that have a member for each text, with the keys that lead to them."""
    count, body = len(recorded.sent.body[key]), recorded.body
    if isinstance(body, list) and len(body) == count:
        yield (), body
    for name in _ANSWERED if isinstance(body, dict) else ():
        value = body.get(name)
        nested = value.items() if isinstance(value, dict) else ()  # Cohere's, by type
        for path, found in (((name,), value), *(((name, inner), each) for inner, each in nested)):
            if isinstance(found, list) and len(found) == count:
                yield path, found


def _list_key(body: Any) -> str:
    keys = [key for key in _SENT if isinstance(body, dict) and isinstance(body.get(key), list) and body[key]]
    return keys[0] if len(keys) == 1 else ""


def _frame(sent: Sent, key: str) -> str:
    return f"{sent.method} {sent.path} {canonical({name: each for name, each in sent.body.items() if name != key})}"
