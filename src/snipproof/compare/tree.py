"""The expected text as a tree: data in any notation, with wildcards, and the span of every node in the text.

A span (``begin``, ``end``: offsets into the text that was parsed, end exclusive) is what a difference points at and
what an update replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

RawNumber = bytes
"""A number in actual data as it was printed in JSON, in ASCII: the fast path for JSON does not convert its numbers.

``bytes`` are built by the JSON decoder at full speed, and ``==`` neither takes ``True`` for 1 nor 0.10 for 0.1.
"""


class Notation(StrEnum):
    """How data is written. ``JSON`` includes comments, trailing commas and everything else that JSON5 allows."""

    JSON = "JSON"
    PYTHON = "Python"
    NODE = "Node.js"
    GO = "Go"
    JAVA = "Java"
    TEXT = "text"

    @property
    def names_types(self) -> bool:
        """Whether the notation always writes the names of types, as in ``UUID('…')``, so that they are compared."""
        return self in (Notation.PYTHON, Notation.NODE)


class Undefined:
    """The type of :data:`UNDEFINED`, JavaScript's ``undefined``, which differs from ``null``."""

    def __repr__(self) -> str:
        """Return ``undefined``."""
        return "undefined"


UNDEFINED: Final = Undefined()


@dataclass(frozen=True, slots=True)
class TypedValue:
    """Data with the name of its type: ``UUID('…')``, ``Object(uuid=…)``, Node's ``Photo { title: … }``, ``Map(1) {…}``.

    ``positional`` and ``members`` are the data between the brackets, without and with a name.
    """

    name: str
    positional: tuple[Any, ...] = ()
    members: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class VerbatimText:
    """Data that no notation knows, such as ``<UTC>`` or ``Date(2024-05-06)``: its text is all that is known of it."""

    text: str

    def __str__(self) -> str:
        """Return the text."""
        return self.text


ROW: Final = "a row of values"
"""The name of the :class:`TypedValue` for several values on one line, such as ``{'title': 'A cat'} 0.2471``."""

STRUCT: Final = "a struct"
"""The name of the :class:`TypedValue` for a struct that Go prints without names, such as ``{"A cat" "Berlin"}``."""


@dataclass(frozen=True, slots=True)
class Elision:
    """``...``: a value, a run of elements, further members or a run of lines, inside its own container only."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Capture:
    """``<name>`` in place of a value, where the START line declares the name."""

    begin: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class String:
    """A string. If ``open`` (``"prefix..."``), ``value`` is only its beginning, without the dots."""

    begin: int
    end: int
    value: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written: its digits show its precision."""

    begin: int
    end: int
    text: str

    @property
    def value(self) -> Decimal:
        """The exact number; may be ``NaN`` or infinite."""
        return Decimal(self.text.rstrip("n").replace("_", ""))


@dataclass(frozen=True, slots=True)
class Constant:
    """``true``, ``false``, ``null`` (``None``) or ``undefined`` (``UNDEFINED``)."""

    begin: int
    end: int
    value: bool | Undefined | None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """The written form of :class:`VerbatimText`. It matches the same text; dots in it are not a wildcard."""

    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Array:
    """Elements in order; an Elision among them stands for any number of elements."""

    begin: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an Object: its name, where the name begins, and its value."""

    begin: int
    name: str
    value: Node

    @property
    def end(self) -> int:
        """The end of its value."""
        return self.value.end


@dataclass(frozen=True, slots=True)
class Object:
    """Members with unique names; ``elisions`` among them allow further members."""

    begin: int
    end: int
    members: tuple[Member, ...]
    elisions: tuple[Elision, ...] = ()

    @property
    def open(self) -> bool:
        """Whether further members are allowed."""
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
    """Several values in a row, only at the top level; an Elision among them stands for any number of values."""

    begin: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TextLines:
    """Plain text: a String for each line (never ``open``), an Elision for a line that consists of ``...``."""

    begin: int
    end: int
    items: tuple[String | Elision, ...]


Node = Elision | Capture | String | Number | Constant | Verbatim | Array | Object | TypedNode | Documents | TextLines


@dataclass(frozen=True, slots=True)
class Expected:
    """A parsed expected text: the text, its tree, and its notation."""

    text: str
    node: Node
    notation: Notation

    def line(self, offset: int) -> int:
        """Return the line of an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1
