"""``snipproof check --watch``: check again whenever a file has changed that the last check looked at.

The system reports that something happened in a folder (watchfiles); the times of files and folders decide whether that
was a change. Shared file systems report nothing, so the times are compared once a second too: a stat of every
file takes milliseconds.
"""

from __future__ import annotations

import os
import posixpath
import time
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.lint.engine import check
from snipproof.site.docs_site import Site
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from snipproof.config import Settings
    from snipproof.lint.check_options import CheckOptions

# A save of several files is one change if no more than this lies between two of them.
_QUIET_MS = 50
_COMPARE_TIMES_MS = 1000
# The times of files come from a clock that may be a few milliseconds late.
_CLOCK_SLACK_NS = 20_000_000
# Times of the content and, by the system's clock, of any change, in ns; size and inode. None where there is no file.
_Stamp = tuple[int, int, int, int] | None


def watch_site(load: Callable[[], Settings], options: CheckOptions, log: Callable[[str], None], *, clear: bool) -> int:
    """Check a site, again after every change, and return the exit code when Ctrl-C ends it.

    :param load: reads the settings.
    :param log: prints one line.
    :param clear: whether to clear the screen before each report.
    :raises SnipproofError: the first check raises it.
    """

    def check_once() -> set[Path]:
        if clear:
            log("\x1b[2J\x1b[H")
        settings = load()
        site = Site.load(settings)
        for line in check(site, options)[0]:
            log(line)
        baseline = options.baseline_file(settings)
        return files_of(site) | ({baseline} if baseline else set())

    try:
        watch(check_once, log)
    except KeyboardInterrupt:
        return 0  # the usual end


def watch(check_once: Callable[[], Iterable[Path]], log: Callable[[str], None]) -> NoReturn:
    """Call ``check_once``, which reports and returns the files it looked at, again after every change of these files.

    Ends by ``KeyboardInterrupt``. A later error is reported, and the watch goes on.

    :raises SnipproofError: the first ``check_once`` raises it.
    """
    files = WatchedFiles()
    while True:
        files.begin()
        try:
            files.end(check_once())
        except SnipproofError as error:
            if not files.stamps:
                raise
            log(f"snipproof: {error}")
            files.end(files.stamps)
        log(f"watching {len(files.stamps):,} files and folders; press Ctrl-C to stop")
        wait_for_change(files)


def wait_for_change(files: WatchedFiles) -> None:
    """Return when one of ``files`` has been changed, created or removed.

    :raises InfrastructureError: the system cannot watch that many folders.
    """
    import watchfiles

    while not files.changed():
        folders = files.folders()
        events = watchfiles.watch(
            *folders,
            watch_filter=None,
            recursive=False,
            step=_QUIET_MS,
            rust_timeout=_COMPARE_TIMES_MS,
            yield_on_timeout=True,
        )
        try:
            for event in events:
                if files.changed() or (event and files.folders() != folders):
                    break
        except FileNotFoundError:
            continue  # a folder was removed before it was watched
        except (OSError, RuntimeError) as error:
            hint = "raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1"
            raise InfrastructureError(f"cannot watch {plural(len(folders), 'folder')}: {error}", hint) from None


def files_of(site: Site) -> set[Path]:
    """Return every file and folder whose change may change the Findings of ``site``.

    A folder changes when a file in it is created, renamed or removed, so new Pages and Sources are seen.
    """
    suite_files = [*(suite.path for suite in site.suites), *site.suite_of]
    names = {*site.dependencies.paths, *map(posixpath.dirname, suite_files), "snipproof.toml", "pyproject.toml"}
    return {site.settings.root / name for name in names}


@dataclass
class WatchedFiles:
    """The files of the last check, each with its stamp."""

    stamps: dict[Path, _Stamp] = field(default_factory=dict)
    _before: dict[Path, _Stamp] = field(default_factory=dict)
    _began_ns: int = 0

    def begin(self) -> list[Path]:
        """Record the stamps of the known files before the next check, and return those that have changed."""
        self._before = {path: _stamp(path) for path in self.stamps}
        self._began_ns = time.time_ns() - _CLOCK_SLACK_NS
        return [path for path, stamp in self.stamps.items() if self._before[path] != stamp]

    def end(self, paths: Iterable[Path]) -> None:
        """Record the files of the check that has ended.

        A known file keeps its stamp from before the check, so that a change during it is seen. A new file that was
        changed during the check may have been read too early: it counts as changed, once.
        """
        stamps: dict[Path, _Stamp] = {}
        for path in paths:
            if path in self._before:
                stamps[path] = self._before[path]
                continue
            stamp = _stamp(path)
            stamps[path] = (0, 0, -1, 0) if stamp is not None and stamp[0] >= self._began_ns else stamp
        self.stamps = stamps

    def folders(self) -> set[str]:
        """Return the existing folders in which a change of a file is reported, those on the way to it included.

        What a link leads to is changed in a folder of its own.
        """
        paths = [path.absolute() for path in self.stamps]
        top = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))
        top = next(folder for folder in (top, *top.parents) if folder.is_dir())
        on_the_way = {folder for path in paths for folder in takewhile(top.__ne__, (path, *path.parents))}
        targets = {path.resolve().parent for path in paths}
        return {str(folder) for folder in {top} | on_the_way | targets if folder.is_dir()}

    def changed(self) -> bool:
        """Whether a file has been changed, created or removed since."""
        return any(_stamp(path) != stamp for path, stamp in self.stamps.items())


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116 (quicker than Path.stat, for thousands of files)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
