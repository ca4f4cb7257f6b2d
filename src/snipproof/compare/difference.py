"""One place where the docs and the actual output disagree, with all that a report or an update needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from snipproof.compare.tree import Node


class Kind(StrEnum):
    """In what way expected and actual differ."""

    VALUE = "value"
    TYPE = "type"
    MISSING = "missing"
    EXTRA = "extra"
    ORDER = "order"
    CAPTURE = "capture"  # `<name>` stands for two different things
    LAW = "law"  # the START line asks for something that is not there
    UNREADABLE = "unreadable"  # one of the two texts is not the data it should be
    LIMIT = "limit"  # too much to compare: what was left out is said


class Absent:
    """The actual value where there is none. There is one: ``ABSENT``."""

    def __repr__(self) -> str:
        """Return the word."""
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where expected and actual differ.

    :param begin: where it is in the expected text, as an offset; for an EXTRA element or line the place behind the one
        that it follows, with ``begin == end``.
    :param line: the line of that place, from 1.
    :param path: the place in the actual data, or the one where something is missing: ``$.data.Get.Photo[0].title``.
    :param message: the reason, in words.
    :param actual: the actual value as plain data, :data:`ABSENT` where there is none.
    :param node: the node that does not fit; of an EXTRA or an ORDER among elements their container.
    """

    begin: int
    end: int
    line: int
    path: str
    message: str
    kind: Kind
    actual: Any = ABSENT
    node: Node | None = None
