"""Keeps captures in a text whose words around them change: ``A cat: <near>`` becomes ``A rocket: <near>``."""

from __future__ import annotations

import re
from collections.abc import Sequence


def keep_captures(shown: str, actual: str, names: Sequence[str]) -> str | None:
    """Return ``actual`` with the captures of ``shown`` in it, ``None`` where it is not clear what they stand for.

    What stands for a capture begins behind the longest end of the words before it that is still there, and ends before
    the longest begin of the words behind it.
    """
    if not names:
        return None
    parts = re.split(f"<({'|'.join(map(re.escape, names))})>", shown)
    made = []
    place = 0
    for index in range(1, len(parts), 2):
        before, behind = parts[index - 1], parts[index + 1]
        begin = place if not before and index == 1 else _behind(actual, before, place)
        is_last = index == len(parts) - 2
        end = len(actual) if not behind and is_last else _before(actual, behind, begin + 1)
        if begin < 0 or end < 0:
            return None
        made += [actual[place:begin], f"<{parts[index]}>"]
        place = end
    return "".join([*made, actual[place:]]) if made else None


def _behind(text: str, words: str, place: int) -> int:
    """Return where in ``text`` the longest end of ``words`` ends, -1 if nothing of it is there."""
    for begin in range(len(words)):
        end = words[begin:]
        if end.strip() and (found := text.find(end, place)) >= 0:
            return found + len(end)
    return -1


def _before(text: str, words: str, place: int) -> int:
    """Return where in ``text`` the longest begin of ``words`` begins, -1 if nothing of it is there."""
    for end in range(len(words), 0, -1):
        begin = words[:end]
        if begin.strip() and (found := text.find(begin, place)) >= 0:
            return found
    return -1
