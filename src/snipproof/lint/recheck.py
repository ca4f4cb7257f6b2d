"""``snipproof check --watch``: look again whenever a file that was looked at has changed.

It asks for the times of files and folders, and reads nothing, until one of them differs: a stat of every file is a
matter of milliseconds, and works on every machine and file system, shared ones included.
"""

from __future__ import annotations

import os
import posixpath
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from snipproof.config import load_settings
from snipproof.errors import SnipproofError
from snipproof.lint.engine import check
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from snipproof.lint.check_options import CheckOptions

INTERVAL = 0.5
# The times of files come from a clock that may be a few milliseconds late.
_CLOCK_SLACK_NS = 20_000_000
_Stamp = tuple[int, int] | None  # time of change in ns and size; None where there is no file


def watch_site(root: Path, request: CheckOptions, say: Callable[[str], None], *, clear: bool) -> int:
    """Check the site at ``root``, again after every change, and return the exit code when Ctrl-C ends it.

    :param clear: each report begins on a clear screen.
    :raises SnipproofError: the first check raises it.
    """

    def look() -> set[Path]:
        if clear:
            say("\x1b[2J\x1b[H")
        settings = load_settings(root)
        site = Site.load(settings)
        for line in check(site, request)[0]:
            say(line)
        baseline = request.baseline_file(settings)
        return files_of(site) | ({baseline} if baseline else set())

    try:
        watch(look, say)
    except KeyboardInterrupt:
        return 0  # this is how it is meant to end


def watch(look: Callable[[], Iterable[Path]], say: Callable[[str], None]) -> NoReturn:
    """Call ``look``, which tells what it finds and returns the files it looked at, again after every change of them.

    Ends by ``KeyboardInterrupt``. An error is told and waited for to be mended, unless it is there from the beginning.

    :raises SnipproofError: the first ``look`` raises it.
    """
    files = WatchedFiles()
    while True:
        files.begin()
        try:
            files.end(look())
        except SnipproofError as error:
            if not files.stamps:
                raise
            say(f"snipproof: {error}")
            files.end(files.stamps)
        say(f"watching {len(files.stamps):,} files and folders: end with Ctrl-C")
        while not files.changed():
            time.sleep(INTERVAL)


def files_of(site: Site) -> set[Path]:
    """Return every file and folder whose change may change what is found in ``site``.

    A folder changes when a file in it is made, renamed or removed, which is how new Pages and Sources are seen.
    """
    suite_files = [*(suite.path for suite in site.suites), *site.suite_of]
    names = {*site.dependencies.paths, *map(posixpath.dirname, suite_files), "snipproof.toml", "pyproject.toml"}
    return {site.settings.root / name for name in names}


@dataclass
class WatchedFiles:
    """The files of the last look, each with its stamp."""

    stamps: dict[Path, _Stamp] = field(default_factory=dict)
    _before: dict[Path, _Stamp] = field(default_factory=dict)
    _began_ns: int = 0

    def begin(self) -> None:
        """Note how the files known so far are before the next look."""
        self._before = {path: _stamp(path) for path in self.stamps}
        self._began_ns = time.time_ns() - _CLOCK_SLACK_NS

    def end(self, paths: Iterable[Path]) -> None:
        """Note the files of the look that has ended.

        What was known keeps the stamp from before the look, so that a change during it is seen. A file that is new
        here and was changed during the look may have been read too early: it counts as changed, once.
        """
        stamps: dict[Path, _Stamp] = {}
        for path in paths:
            if path in self._before:
                stamps[path] = self._before[path]
                continue
            stamp = _stamp(path)
            stamps[path] = (0, -1) if stamp is not None and stamp[0] >= self._began_ns else stamp
        self.stamps = stamps

    def changed(self) -> bool:
        """Whether a file has changed, come or gone since."""
        return any(_stamp(path) != stamp for path, stamp in self.stamps.items())


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116 (quicker than Path.stat, for thousands of files)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
