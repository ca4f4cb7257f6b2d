"""What every reader of a notation has: the text, a place in it, how deep it is in brackets, and how it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from snipproof.compare.notation.notation_errors import ParseError, ShortenedError
from snipproof.compare.tree import Node

DEEPEST = 100
"""How deep brackets may be nested. Far above what anybody shows, far below what a recursive reader can hold."""


class Reader:
    """Reads one text; ``begin`` is where it is. ``loose`` says that other notations may write the same in the same way.

    :param captures: the names for which a bare ``<name>`` stands for a value.
    :param written: whether somebody wrote the text, for docs. What a program printed has no comments and no wildcards.
    """

    def __init__(self, text: str, *, captures: Sequence[str] = (), written: bool = True) -> None:
        self.text = text
        self.captures = frozenset(f"<{name}>" for name in captures)
        self.written = written
        self.begin = 0
        self.depth = 0
        self.loose = False

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text; each begins on a line of its own.

        :raises ParseError: the text is not in this notation, or does not say where a value ends.
        """
        raise NotImplementedError

    def fail(self, message: str, offset: int | None = None) -> NoReturn:
        """Refuse the text, at the current place or at another one.

        :raises ParseError: always.
        """
        raise ParseError.at(self.text, self.begin if offset is None else offset, message)

    def shortened(self) -> NoReturn:
        """Refuse what stands here because data is left out.

        :raises ShortenedError: always.
        """
        hint = "write '...' for what may be left out" if self.written else "print JSON"
        message = f"the output itself is shortened ({self.shown}): {hint}"
        raise ShortenedError.at(self.text, self.begin, message)

    @property
    def shown(self) -> str:
        """What stands here, short and in quotes, for a message."""
        raise NotImplementedError

    def enter(self) -> None:
        """Go one level of brackets deeper.

        :raises ParseError: it is too deep.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"nested deeper than {DEEPEST} levels")

    def leave(self) -> None:
        """Come back from :meth:`enter`."""
        self.depth -= 1
