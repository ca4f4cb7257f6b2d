"""Text for messages, and the lines of a text."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAX_LENGTH = 80
# Comparing spellings takes time with the product of both lengths.
_MAX_COMPARED = 200
_MAX_LISTED = 12
_MAX_FILE_NAME = 40
_FILE_NAME = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._-]{{,{_MAX_FILE_NAME - 1}}}")

_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`""")
_SUGGESTED = re.compile(rf"did you mean (?P<quoted>{_QUOTED.pattern})\?")


def shorten(text: str, longest: int = _MAX_LENGTH) -> str:
    """Return ``text`` on one line, cut after ``longest`` characters."""
    one_line = " ".join(part.strip() for part in text[: 4 * longest].splitlines())
    if len(one_line) <= longest and len(text) <= 4 * longest:
        return one_line
    return one_line[:longest].rstrip() + "…"


def quoted(text: str) -> str:
    """Return ``text`` in quotes for a one-line message, cut if it is long. Its blanks stay: they may be the mistake."""
    return repr(text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…")


def as_file_name(name: str) -> str:
    """Return a name for a file or folder: ``name`` if it can be one everywhere, else one that resembles it.

    A name that users choose may be a path, contain any character and have any length.
    """
    if _FILE_NAME.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:_MAX_FILE_NAME]
    return f"{plain or 'x'}-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"


def plural(number: int, noun: str, plural_noun: str = "") -> str:
    """Return ``1 page``, ``2 pages``, ``1,000 pages``."""
    return f"{number:,} {noun if number == 1 else plural_noun or noun + 's'}"


def megabytes(size: int) -> str:
    """Return a number of bytes as ``0.3 MB`` or ``1,234 MB``."""
    return f"{size / 1e6:,.1f} MB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"


def listed(items: Sequence[str]) -> str:
    """Return ``a, b and 3 more``: the first twelve of ``items``, and the number of the others."""
    more = f" and {len(items) - _MAX_LISTED} more" if len(items) > _MAX_LISTED else ""
    return ", ".join(items[:_MAX_LISTED]) + more


def close_match(word: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the candidate spelt most like ``word``, ``""`` if none is as close as ``cutoff`` (from 0 to 1)."""
    # Late: only a run that reports a mistake needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(word[:_MAX_COMPARED], list(candidates), n=1, cutoff=cutoff)), "")


def did_you_mean(word: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ``did you mean 'x'?`` for the candidate spelt most like ``word``, ``""`` if none is close."""
    return suggestion(close_match(word, candidates, cutoff=cutoff))


def suggestion(match: str) -> str:
    """Return ``did you mean 'x'?`` for a ``match`` that was found, ``""`` for ``""``."""
    return f"did you mean {match!r}?" if match else ""


def suggested(hint: str) -> str:
    """Return the ``x`` of a hint ``did you mean 'x'?`` or ``did you mean `x`?``, ``""`` if it names nothing."""
    match = _SUGGESTED.search(hint)
    return first_quoted(match["quoted"]) if match else ""


def first_quoted(text: str) -> str:
    """Return what the first quotes in ``text`` contain, as ``repr`` writes them, or backticks; ``""`` without any."""
    from ast import literal_eval

    match = _QUOTED.search(text)
    if match is None:
        return ""
    return match[0][1:-1] if match[0].startswith("`") else str(literal_eval(match[0]))


class Lines:
    """The lines of ``text``; ``worded`` are those that contain START or END, with their numbers from 1.

    Nearly every marker contains one of these words, and few lines do. The result for each marker is cached.
    """

    __slots__ = ("_holders", "_worded", "all", "text", "worded")

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = text.split("\n")
        self.worded = [(number, line) for number, line in enumerate(self.all, 1) if "END" in line or "START" in line]
        self._worded = "\n".join([line for _, line in self.worded])
        self._holders: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.all)

    def holding(self, marker: str) -> tuple[int, ...]:
        """Return the numbers, from 1, of the lines that contain ``marker``."""
        found = self._holders.get(marker)
        if found is None:
            if "START" in marker or "END" in marker:
                numbers = [self.worded[index][0] for index in _holding(self._worded, marker)]
            else:
                numbers = [index + 1 for index in _holding(self.text, marker)]
            found = self._holders[marker] = tuple(numbers)
        return found


def _holding(text: str, marker: str) -> list[int]:
    """Return the numbers, from 0, of the lines of ``text`` that contain ``marker``: searched as a whole, for speed."""
    found: list[int] = []
    if "\n" in marker:
        return found  # no line holds one
    line = begin = 0
    position = text.find(marker)
    while position >= 0:
        line += text.count("\n", begin, position)
        found.append(line)
        end = text.find("\n", position)
        if end < 0:
            break
        line, begin = line + 1, end + 1
        position = text.find(marker, begin)
    return found


def printable(text: str) -> str:
    r"""Return ``text`` with each half of a character, which cannot be encoded, as an escape: ``\ud83d``."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
