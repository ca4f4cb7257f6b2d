"""Reads data with values that no notation knows, and with text beside and between the values.

Whatever is not known is :class:`~snipproof.compare.tree.Verbatim`, which matches the same text only; everything around
it is data. Text in which a bracket is not closed is not read at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from snipproof.compare.notation.brackets import Brackets
from snipproof.compare.notation.json_notation import JsonReader
from snipproof.compare.notation.node_notation import NodeReader
from snipproof.compare.notation.python_notation import PythonReader
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.notation.verbatim import find_verbatim
from snipproof.compare.tree import Elision, Node, Notation, Verbatim

_READERS: Final[tuple[tuple[Notation, type[Brackets]], ...]] = (
    (Notation.JSON, JsonReader),
    (Notation.PYTHON, PythonReader),
    (Notation.NODE, NodeReader),
)


def read_loosely(
    text: str, *, captures: Sequence[str] = (), is_expected: bool = True, like: Notation | None = None
) -> tuple[Notation, tuple[Node, ...]] | None:
    """Return the notation that knows most of ``text``, and the values in a row; ``None`` if no notation can read it.

    :param like: the notation to prefer, if it knows as much of the text as another one.
    :raises ShortenedError: the program that printed the text left something out.
    """
    best: tuple[int, Notation, tuple[Node, ...]] | None = None
    for notation, kind in sorted(_READERS, key=lambda reader: reader[0] is not like):
        reader = kind(text, captures=captures, is_expected=is_expected, lenient=True)
        try:
            rows = reader.rows()
        except ShortenedError:
            raise
        except ParseError:
            continue
        if notation is Notation.JSON and reader.ambiguous:
            continue
        unknown = sum(len(node.text) for row in rows for node in find_verbatim(row))
        if best is None or unknown < best[0]:
            best = unknown, notation, rows
    if best is None or all(isinstance(row, Verbatim | Elision) for row in best[2]):
        return None
    return best[1:]
