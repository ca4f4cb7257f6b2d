"""What a watcher writes for its user, on a terminal or anywhere else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}

HELP = """\
  Enter  run what ran last       a  run all       f  run what failed
  u      update what failed, after a review of each change
  p      run only Snippets whose id contains a text       q  quit"""


class Screen:
    """Writes to the file ``descriptor``, which pytest does not capture.

    :param colour: whether the reader shows colours.
    """

    def __init__(self, descriptor: int, *, colour: bool) -> None:
        self._descriptor = descriptor
        self._colour = colour

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line.

        :param style: ``red``, ``green``, ``yellow`` or ``bold``.
        """
        self.write(f"{self._styled(text, style)}\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Write several lines."""
        for text in texts:
            self.line(text)

    def write(self, text: str) -> None:
        """Write ``text`` as it is; a reader that has gone misses it."""
        data = text.encode("utf-8", "backslashreplace")
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._descriptor, data) :]

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if style and self._colour and text else text
