"""The report of the last run of a docs tree, read again when a run has written it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.language_server.last_outcomes import LastOutcomes
from snipproof.report.last_run import last_run_file, read_last_run

if TYPE_CHECKING:
    from pathlib import Path


class LastRun:
    """What the last run of the docs tree at ``root`` found."""

    def __init__(self, root: Path) -> None:
        self.outcomes = LastOutcomes(None)
        self._root = root
        self._seen: tuple[int, int, int] | None = None

    def read_again(self) -> bool:
        """Read the report, if it has changed, and return whether it has."""
        try:
            status = last_run_file(self._root).stat()
        except OSError:
            seen = None
        else:
            seen = status.st_ino, status.st_mtime_ns, status.st_size
        if seen == self._seen:
            return False
        self._seen = seen
        self.outcomes = LastOutcomes(read_last_run(self._root))
        return True
