"""What differs between a request and the recorded one that is most like it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any

from snipproof.services.providers.recording_file import Recorded, Sent
from snipproof.text import shorten

_MISSING = object()
_MOST = 50  # differences
_LONGEST = 60  # characters of a value


def nearest(sent: Sent, known: Iterable[Recorded]) -> str:
    """Return how the nearest recorded request differs, to be added to a message."""
    recorded = list(known)
    if not recorded:
        return ": nothing is recorded for this host and Suite"
    alike = [each.sent for each in recorded if (each.sent.method, each.sent.path) == (sent.method, sent.path)]
    if not alike:
        paths = sorted({f"{each.sent.method} {each.sent.path}" for each in recorded})
        return f": recorded paths are {', '.join(paths[:5])}"
    differences = min((list(_differences(each.body, sent.body, "")) for each in alike), key=_distance)
    path, before, after = differences[0]
    others = f", and at {len(differences) - 1} more" if len(differences) > 1 else ""
    where = f"`{path}`" if path else "its body"
    return f": the nearest recorded request differs at {where}: it has {_show(before)}, not {_show(after)}{others}"


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the places where ``after`` differs, members in the order of their names, at most :data:`_MOST` a level."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted(before.keys() | after.keys(), key=lambda name: (name != "model", name))
        pairs = [
            (f"{path}.{name}".lstrip("."), before.get(name, _MISSING), after.get(name, _MISSING)) for name in names
        ]
    elif isinstance(before, list) and isinstance(after, list):
        longest = min(_MOST, max(len(before), len(after)))
        pairs = [(f"{path}[{index}]", _item(before, index), _item(after, index)) for index in range(longest)]
    else:
        if before != after:
            yield path, before, after
        return
    for place, old, new in pairs:
        yield from _differences(old, new, place)


def _distance(differences: list[tuple[str, Any, Any]]) -> tuple[int, float]:
    """Return how far a request is away: by the number of differences, then by how much the first one differs."""
    _, before, after = differences[0]
    return len(differences), -SequenceMatcher(None, _show(before), _show(after)).ratio()


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _MISSING


def _show(value: Any) -> str:
    return "nothing" if value is _MISSING else shorten(json.dumps(value, ensure_ascii=False), _LONGEST)
