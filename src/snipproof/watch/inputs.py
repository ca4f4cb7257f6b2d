"""What a watcher waits for: saved files, keys, and requests of other programs."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snipproof.watch.request_socket import Client

_QUIET = 30  # milliseconds without another change, as editors write a file in several steps
_LONGEST = 300  # milliseconds until changes are reported although more of them come
_TICK = 200  # milliseconds between two looks at whether to stop; the first one comes when the watch has begun
_STEP = 0.2  # seconds between two looks at whether to stop


@dataclass(frozen=True, slots=True)
class Saved:
    """Files were written, renamed or removed."""

    paths: frozenset[Path]


@dataclass(frozen=True, slots=True)
class PressedKey:
    """A key was pressed."""

    character: str


@dataclass(frozen=True, slots=True)
class Requested:
    """Another program requests something."""

    client: Client
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """Waiting for one of these is not possible any more."""

    reason: str


Event = Saved | PressedKey | Requested | Failed
QUIT = ("q", "\x04")
"""The keys that end a watcher: q and Ctrl-D."""


class Events:
    """The events in the order in which they came; threads add them."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._again: list[Event] = []
        self._interruptible = False

    def put(self, event: Event) -> None:
        """Add an event."""
        self._queue.put(event)
        if self._interruptible and isinstance(event, PressedKey) and event.character in QUIT:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let the keys that end a watcher do so at once: they interrupt the main thread.

        :raises KeyboardInterrupt: one of them was pressed before.
        """
        self._interruptible = True
        try:
            waiting: list[Event] = []
            while (event := self.next(0)) is not None:
                waiting.append(event)
            self._again = waiting
            if any(isinstance(each, PressedKey) and each.character in QUIT for each in waiting):
                raise KeyboardInterrupt
            yield
        finally:
            self._interruptible = False

    def next(self, timeout: float) -> Event | None:
        """Return the next event, ``None`` if there is none for ``timeout`` seconds."""
        if self._again:
            return self._again.pop(0)
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None

    def next_key(self) -> str:
        """Return the next key; all other events wait."""
        others: list[Event] = []
        while not isinstance(event := self.next(3600), PressedKey):
            if event is not None:
                others.append(event)
        self._again = others + self._again
        return event.character

    def more_saved(self) -> frozenset[Path]:
        """Return the files of the events that have come meanwhile and that are about saved files."""
        found: set[Path] = set()
        others: list[Event] = []
        while (event := self.next(0)) is not None:
            if isinstance(event, Saved):
                found |= event.paths
            else:
                others.append(event)
        self._again = others
        return frozenset(found)


class Keyboard:
    """Reads keys one by one from the terminal ``descriptor``, which is put back in the end."""

    def __init__(self, descriptor: int, events: Events) -> None:
        import termios
        import tty

        self._descriptor = descriptor
        self._before = termios.tcgetattr(descriptor)
        self._stop = threading.Event()
        self._changes_mode = threading.Lock()
        tty.setcbreak(descriptor)
        self._thread = threading.Thread(target=self._read, args=(events,), name="snipproof-keys", daemon=True)
        self._thread.start()

    def _keep_mode(self) -> None:
        """Read keys one by one again, if a shell has changed the terminal: when it stops a job (Ctrl-Z)."""
        import termios
        import tty

        with self._changes_mode, contextlib.suppress(termios.error):
            is_changed = termios.tcgetattr(self._descriptor)[3] & termios.ICANON
            if is_changed and not self._stop.is_set() and self._is_in_foreground():
                tty.setcbreak(self._descriptor, termios.TCSANOW)

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:  # it controls no session
            return True

    def _read(self, events: Events) -> None:
        while not self._stop.is_set():
            try:
                if not select.select([self._descriptor], [], [], _STEP)[0]:
                    self._keep_mode()
                    continue
                data = os.read(self._descriptor, 64)
            except OSError:
                data = b""
            if not data:
                for _ in range(2):  # the terminal was closed: one ends a prompt, the other one the watcher
                    events.put(PressedKey("\x04"))
                return
            for character in data.decode("utf-8", "replace"):
                events.put(PressedKey(character))

    def stop(self) -> None:
        """Put the terminal back."""
        import termios

        with self._changes_mode, contextlib.suppress(termios.error):
            self._stop.set()
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)


class FileWatch:
    """Reports what is saved in some folders, not below them; :meth:`look_at` may be called again."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._folders: frozenset[Path] = frozenset()
        self._stop = threading.Event()

    def look_at(self, folders: Iterable[Path]) -> bool:
        """Watch these folders from now on; return whether one of them was not watched before."""
        wanted = frozenset(folder for folder in folders if folder.is_dir())
        if wanted == self._folders:
            return False
        has_new = not wanted <= self._folders
        previous, self._stop, self._folders = self._stop, threading.Event(), wanted
        ready = threading.Event()
        arguments = (wanted, self._stop, ready)
        threading.Thread(target=self._watch, args=arguments, name="snipproof-files", daemon=True).start()
        ready.wait(5)
        previous.set()
        return has_new

    def _watch(self, folders: frozenset[Path], stop: threading.Event, ready: threading.Event) -> None:
        import watchfiles

        # Not its folders: a docs tree may be in one of these names.
        is_of_interest = watchfiles.DefaultFilter(ignore_dirs=())
        try:
            changes = watchfiles.watch(
                *folders,
                watch_filter=is_of_interest,
                debounce=_LONGEST,
                step=_QUIET,
                stop_event=stop,
                rust_timeout=_TICK,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            )
            for found in changes:
                ready.set()
                if found:
                    self._events.put(Saved(frozenset(Path(path) for _, path in found)))
        except Exception as error:  # noqa: BLE001 (of the operating system: too many watches, a folder that is gone)
            if not stop.is_set():
                self._events.put(Failed(f"the files cannot be watched: {error}"))
        finally:
            ready.set()

    def stop(self) -> None:
        """Watch nothing more."""
        self._stop.set()
