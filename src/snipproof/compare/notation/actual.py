"""Reads what a program printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from snipproof.compare.notation.notation_errors import ParseError, ShortenedError
from snipproof.compare.notation.plain import to_plain
from snipproof.compare.notation.readers import READERS
from snipproof.compare.notation.strict import read_json
from snipproof.compare.tree import Notation


@dataclass(frozen=True, slots=True)
class Actual:
    """The data that was printed, one value for each document, and the notation that it was printed in."""

    values: tuple[Any, ...]
    notation: Notation


def read_actual(text: str, like: Notation) -> Actual:
    """Return the data that ``text`` is.

    :param like: the notation to try first, apart from JSON.
    :raises ShortenedError: the program left out some of it.
    :raises ParseError: it is not data.
    """
    if (values := read_json(text)) is not None:
        return Actual(values, Notation.JSON)
    if not text.strip():
        raise ParseError("there is no output")
    errors: list[ParseError] = []
    for notation, kind in sorted(READERS, key=lambda reader: reader[0] is not like):
        try:
            return Actual(tuple(map(to_plain, kind(text, written=False).documents())), notation)
        except ShortenedError:
            raise
        except ParseError as error:
            errors.append(error)
    raise errors[0]
