"""Starts a watcher, and starts it again where a session cannot go on: when settings or fixtures have changed.

A session begins again in the same process, by ``exec``: like any new run, it imports everything as it is now.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.lint.formats.text_format import wants_colour
from snipproof.processes.sessions import sessions_folder
from snipproof.processes.watcher import find_watcher
from snipproof.site.suite import load_suites
from snipproof.watch.inputs import QUIT, Events, FileWatch, Keyboard, PressedKey, Saved
from snipproof.watch.screen import Screen
from snipproof.watch.watch_session import MovedError, Watcher
from snipproof.watch.work import Restart

if TYPE_CHECKING:
    from snipproof.config import Settings

_HANDED_OVER = "_SNIPPROOF_WATCH"
_LONG = 3600.0


def start(root: Path | None, config: Path | None, paths: Sequence[str]) -> int:
    """Watch a docs tree until the user ends it, and return the exit code.

    :param root: the folder of the settings file; with ``config`` the docs tree.
    :param paths: what to watch, relative to the current folder; everything if empty.
    :raises SettingsError: the settings or the paths are wrong, or another watcher runs.
    :raises InfrastructureError: a Service did not start, or the docs tree is gone.
    """
    handed = os.environ.pop(_HANDED_OVER, "")
    earlier = Restart(**json.loads(handed)) if handed else None
    screen = Screen(os.dup(1), colour=wants_colour(os.environ, is_terminal=sys.stdout.isatty()))
    events = Events()
    has_keys = os.isatty(0)
    with contextlib.ExitStack() as stack:
        if has_keys:
            keyboard = Keyboard(os.dup(0), events)  # pytest takes away standard input
            stack.callback(keyboard.stop)
        try:
            settings = _settings(root, config)
            chosen = _relative(settings, paths)
            stack.enter_context(_only_watcher(settings.root))
            watcher = Watcher(chosen, screen, events, earlier, has_keys=has_keys)
            code = _run_session(watcher, settings, root, config)
        except MovedError:
            raise
        except SnipproofError as error:
            if earlier is None:
                raise
            screen.line(f"snipproof: {error}", "red")
            earlier = _wait(root or Path(), earlier, screen, events)
        else:
            if watcher.restart is None and (watcher.began or earlier is None):
                return code
            earlier = watcher.restart or _wait(settings.home, earlier, screen, events)
    if earlier is None:
        return 0
    os.environ[_HANDED_OVER] = json.dumps(asdict(earlier))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    raise AssertionError("unreachable")


def _settings(root: Path | None, config: Path | None) -> Settings:
    """Return the settings.

    :raises SettingsError: they are wrong, or name no Suite.
    """
    settings = load_settings(root, file=config)
    if not settings.suites or not load_suites(settings):
        raise SettingsError("no Suite is configured", "set `suites` in the settings")
    return settings


def _run_session(watcher: Watcher, settings: Settings, root: Path | None, config: Path | None) -> int:
    """Run the session of pytest and return the exit code of the watcher.

    :raises SnipproofError: the watcher ended by itself.
    """
    # The user reads Outcomes in the order of the Source; and snipproof runs already when pytest begins.
    options = ["--snippets", "-p", "no:randomly", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    options += ["--snippets-root", str(root.absolute())] if root else []
    options += ["--snippets-config", str(config.absolute())] if config else []
    try:
        code = pytest.main([*options, str(settings.root)], plugins=[watcher])
    except FileNotFoundError:  # pytest returns to the folder in which it began
        raise watcher.error or MovedError(settings.root) from None
    if watcher.error:
        raise watcher.error
    return 0 if watcher.began else int(code)


def _wait(folder: Path, earlier: Restart | None, screen: Screen, events: Events) -> Restart | None:
    """Wait until a file in ``folder``, or beside a conftest.py below it, is saved; ``None`` if the user ends it."""
    files = FileWatch(events)
    below = {each.parent for each in folder.absolute().glob("**/conftest.py")}
    below |= {each.parent for each in folder.absolute().glob("**/suite.yaml")}
    files.look_at({folder.absolute(), *below})
    screen.line("snipproof: waiting for a change", "yellow")
    try:
        while True:
            event = events.next(_LONG)
            if isinstance(event, Saved):
                return earlier
            if isinstance(event, PressedKey) and event.character in QUIT:
                return None
    except KeyboardInterrupt:
        return None
    finally:
        files.stop()


def _relative(settings: Settings, paths: Sequence[str]) -> list[str]:
    """Return ``paths`` relative to the docs tree.

    :raises SettingsError: one of them does not exist, or is elsewhere.
    """
    found = []
    for each in paths:
        place = Path(os.path.abspath(each))  # noqa: PTH100 (links stay unresolved)
        if not place.exists():
            raise SettingsError(f"no such file or folder: {each}")
        if not place.is_relative_to(settings.root):
            raise SettingsError(f"{each} is not in the docs tree {settings.root}")
        found.append(place.relative_to(settings.root).as_posix())
    return found


@contextlib.contextmanager
def _only_watcher(root: Path) -> Iterator[None]:
    """Require that no other watcher of this docs tree runs.

    :raises SettingsError: there is one.
    """
    place = sessions_folder()
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    lock = filelock.FileLock(place / f"watch-{name}.lock", timeout=0)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout:
        other = find_watcher(root)
        who = f"process {other.pid}" if other else "another process"
        raise SettingsError(f"{who} watches {root} already", "use that watcher, or end it first") from None
    except OSError as error:
        raise InfrastructureError(f"failed to make a lock in {place}: {error}") from None
    with lock:
        lock.release()
        yield
