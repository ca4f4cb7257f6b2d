"""What a watcher waits for: order, keys for a prompt, keys that end a run, and saved files."""

from __future__ import annotations

import os
import signal
import termios
import threading
import time
from pathlib import Path

import pytest

from snipproof.watch.inputs import Events, Failed, FileWatch, Keyboard, PressedKey, Saved

pytest.importorskip("watchfiles", reason="requires the extra watch")


def saved(*names: str) -> Saved:
    return Saved(frozenset(map(Path, names)))


def test_a_prompt_takes_keys_only() -> None:
    events = Events()
    for event in (saved("a"), PressedKey("x"), Failed("b"), PressedKey("y")):
        events.put(event)
    assert (events.next_key(), events.next_key()) == ("x", "y")
    assert (events.next(0), events.next(0), events.next(0)) == (saved("a"), Failed("b"), None)


def test_saves_that_wait_are_taken_together() -> None:
    events = Events()
    for event in (saved("a"), PressedKey("x"), saved("b", "c")):
        events.put(event)
    assert events.more_saved() == {Path("a"), Path("b"), Path("c")}
    assert (events.next(0), events.next(0)) == (PressedKey("x"), None)


def test_a_key_ends_a_run_even_if_it_came_before() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        events = Events()
        threading.Timer(0.3, events.put, (PressedKey("q"),)).start()
        with pytest.raises(KeyboardInterrupt), events.interruptible():
            time.sleep(20)
        assert events.next(0) == PressedKey("q")
        for event in (PressedKey("a"), PressedKey("q")):
            events.put(event)  # nothing runs
        with pytest.raises(KeyboardInterrupt), events.interruptible():
            pytest.fail("the key was ignored")
    finally:
        signal.signal(signal.SIGINT, before)


def test_saved_files_are_reported_and_those_of_editors_are_not(tmp_path: Path) -> None:
    """In the folders of the moment, not below them; a file that takes the place of another one as well."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two, one / "below"):
        folder.mkdir()
    events = Events()
    files = FileWatch(events)
    try:
        files.look_at([one])
        (one / "below" / "x.py").touch()
        (two / "x.py").touch()
        (one / ".x.py.swp").touch()
        (one / "new").touch()
        (one / "new").rename(one / "x.py")
        found: set[Path] = set()
        while one / "x.py" not in found:
            event = events.next(10)
            assert isinstance(event, Saved), event
            found |= event.paths
        assert found <= {one / "new", one / "x.py", one / "below"}
        files.look_at([two, tmp_path / "none"])
        (two / "y.py").touch()
        event = events.next(10)
        assert isinstance(event, Saved)
        assert event.paths == {two / "y.py"}
    finally:
        files.stop()


def test_keys_are_read_one_by_one_again_when_the_watcher_is_continued() -> None:
    """A shell gives the terminal its own mode when it stops a job (Ctrl-Z), and `fg` leaves it like that."""
    terminal, descriptor = os.openpty()
    usual, events = termios.tcgetattr(descriptor), Events()
    keyboard = Keyboard(descriptor, events)
    try:
        termios.tcsetattr(descriptor, termios.TCSANOW, usual)
        deadline = time.monotonic() + 10
        while termios.tcgetattr(descriptor)[3] & termios.ICANON:  # a key waits for Enter
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.write(terminal, b"h")
        assert events.next(5) == PressedKey("h")
    finally:
        keyboard.stop()
        assert termios.tcgetattr(descriptor) == usual
        os.close(descriptor)
        os.close(terminal)
