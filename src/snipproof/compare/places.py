"""Places in the actual data, and how they are written: ``$.data.Get.Photo[0].title``.

A place is ``None`` for the whole, else the place of its container with the name or index in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Place = tuple[Any, Any] | None

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Document:
    """The index of a value among several in a row."""

    index: int


@dataclass(frozen=True, slots=True)
class Line:
    """The index of a line of text."""

    index: int


class Bag(int):
    """The index of the elements of a set among what stands between its brackets: they may stand in any order."""

    __slots__ = ()


def parts(place: Place) -> tuple[Any, ...]:
    """Return the names and indices from the whole to ``place``."""
    found = []
    while place is not None:
        place, key = place
        found.append(key)
    return tuple(reversed(found))


def written(place: Place) -> str:
    """Return ``place`` as it is shown to people."""
    before, out = "", "$"
    for part in parts(place):
        if isinstance(part, Document):
            before = f"value {part.index + 1}: "
        elif isinstance(part, Line):
            return f"line {part.index + 1}"
        elif isinstance(part, int):
            out += f"[{part}]"
        elif _NAME.fullmatch(part):
            out += f".{part}"
        else:
            out += f"[{part!r}]"
    return before + out


def element_at(place: Place) -> str:
    """Return what stands at ``place`` in a row, in a word."""
    kind = None if place is None else place[1]
    return "line" if isinstance(kind, Line) else "value" if isinstance(kind, Document) else "element"
