"""What an Expectation says, as a tree: data in any notation, with wildcards, and the place of every node in its text.

The places (``begin``, ``end``: offsets into the text that was parsed, end exclusive) are what a failure points at and
what an update replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final


class Notation(StrEnum):
    """How data is written down. ``JSON`` includes comments, trailing commas and all else that JSON5 allows."""

    JSON = "JSON"
    PYTHON = "Python"
    NODE = "Node.js"
    GO = "Go"
    JAVA = "Java"
    TEXT = "text"


class Undefined:
    """JavaScript's ``undefined``, which is not ``null``. There is one: ``UNDEFINED``."""

    def __repr__(self) -> str:
        """Return the word."""
        return "undefined"


UNDEFINED: Final = Undefined()


@dataclass(frozen=True, slots=True)
class TypedValue:
    """Data with a name: ``UUID('…')``, ``Object(uuid=…)``, Node's ``Photo { title: … }`` or ``Map(1) {…}``.

    ``positional`` and ``members`` are data, as they stand between the brackets.
    """

    name: str
    positional: tuple[Any, ...] = ()
    members: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Elision:
    """``...``: a value, a run of elements, further members or a run of lines, inside its own container only."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Capture:
    """``<name>`` in the place of a value, where the START line declares it."""

    begin: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class String:
    """A string; with ``open`` it is only how the string begins (``"prefix..."``), the dots not included."""

    begin: int
    end: int
    value: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, since its digits say how exactly."""

    begin: int
    end: int
    text: str

    @property
    def value(self) -> Decimal:
        """The number, exactly as written; ``NaN`` and infinities too."""
        return Decimal(self.text.rstrip("n").replace("_", ""))


@dataclass(frozen=True, slots=True)
class Constant:
    """``true``, ``false``, ``null`` (``None``) or ``undefined`` (``UNDEFINED``)."""

    begin: int
    end: int
    value: bool | Undefined | None


@dataclass(frozen=True, slots=True)
class Array:
    """Elements in order; an Elision among them stands for any run of elements, also none."""

    begin: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an Object: its name, the place of its name, and its value."""

    begin: int
    name: str
    value: Node

    @property
    def end(self) -> int:
        """Where its value ends."""
        return self.value.end


@dataclass(frozen=True, slots=True)
class Object:
    """Members, each name once; ``elisions`` are those of their own, which allow further members."""

    begin: int
    end: int
    members: tuple[Member, ...]
    elisions: tuple[Elision, ...] = ()

    @property
    def open(self) -> bool:
        """Whether further members may be there."""
        return bool(self.elisions)


@dataclass(frozen=True, slots=True)
class TypedNode:
    """The written form of :class:`TypedValue`; an Elision in ``members.elisions`` allows further members."""

    begin: int
    end: int
    name: str
    positional: tuple[Node, ...]
    members: Object


@dataclass(frozen=True, slots=True)
class Documents:
    """Several values in a row, at the top of a text only; an Elision among them stands for any run of them."""

    begin: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TextLines:
    """Plain text: a String for every line (never ``open``), an Elision for a line that holds nothing but ``...``."""

    begin: int
    end: int
    items: tuple[String | Elision, ...]


Node = Elision | Capture | String | Number | Constant | Array | Object | TypedNode | Documents | TextLines


@dataclass(frozen=True, slots=True)
class Expected:
    """One parsed Expectation: the text, its tree and the notation that it is written in."""

    text: str
    node: Node
    notation: Notation

    def line(self, offset: int) -> int:
        """Return the line of a place in the text, from 1."""
        return self.text.count("\n", 0, offset) + 1
