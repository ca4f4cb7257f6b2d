"""What a pytest session writes to the terminal while it runs, such as progress."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from snipproof.text import printable


class SessionLog:
    """Writes lines to the terminal; several threads may.

    :param redact: removes secrets from a line.
    """

    def __init__(self, config: pytest.Config, redact: Callable[[str], str]) -> None:
        #: Writes a line for the user; by default the terminal of pytest does.
        self.write: Callable[[str], None] | None = None
        self._config = config
        self._redact = redact
        self._held: list[str] | None = None  # lines to show later
        self._lock = threading.Lock()

    def hold(self) -> None:
        """Keep lines until :meth:`show`: pytest captures what is written while a test runs."""
        with self._lock:
            self._held = self._held or []

    def show(self) -> None:
        """Write the lines that were kept."""
        with self._lock:
            lines, self._held = self._held, None
            for line in lines or ():
                self._write(line)

    def line(self, line: str) -> None:
        """Write one line to the terminal, at once unless a test runs; several threads may."""
        with self._lock:  # a line is written in parts
            if self._held is None:
                self._write(line)
            else:
                self._held.append(line)

    def _write(self, line: str) -> None:
        if self.write is not None:
            self.write(printable(self._redact(line)))
            return
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"snipproof: {printable(self._redact(line))}")
            reporter.flush()  # a line about progress must not wait in a buffer
