"""The mark of use: shared by those who use a folder, and in the way of a removal."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

from snipproof.processes.session_folder import SessionFolder
from snipproof.processes.usage import hold, is_used, last_use, mark_of, unused


def test_a_folder_is_in_use_until_each_session_has_ended(tmp_path: Path) -> None:
    """Two sessions share it; nobody else gets it before both have ended."""
    folder = tmp_path / "a"
    with SessionFolder.begin(tmp_path / "sessions") as first:
        first.use(folder)
        with SessionFolder.begin(tmp_path / "sessions") as second:
            second.use(folder)
            second.use(folder)
        assert is_used(folder)
        with unused(folder) as is_free:
            assert not is_free
    assert not is_used(folder)
    with unused(folder) as is_free:
        assert is_free
        assert is_used(folder)


def test_a_killed_process_uses_nothing(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from snipproof.processes.usage import hold
        hold(Path({str(tmp_path / "a")!r}))
        print("held", flush=True)
        input()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        assert is_used(tmp_path / "a")
        child.kill()
    assert not is_used(tmp_path / "a")


def test_each_use_sets_the_time(tmp_path: Path) -> None:
    """Without a mark, the time of the folder counts: it is of a version that made none."""
    folder = tmp_path / "a"
    assert last_use(folder) == 0
    folder.mkdir()
    os.utime(folder, (5, 5))
    assert last_use(folder) == 5
    descriptor = hold(folder)
    assert descriptor is not None
    os.close(descriptor)
    os.utime(mark_of(folder), (7, 7))
    assert last_use(folder) == 7
    descriptor = hold(folder)
    assert descriptor is not None
    os.close(descriptor)
    assert last_use(folder) > 7


def test_a_cache_that_cannot_be_written_is_used_without_a_mark(tmp_path: Path) -> None:
    """Nobody can remove anything in it, either."""
    assert hold(tmp_path / "missing" / "a") is None
    assert not is_used(tmp_path / "missing" / "a")


def test_who_waited_for_a_removal_has_a_mark_that_others_see(tmp_path: Path) -> None:
    """The mark is removed with the folder: a lock on the removed file protects nothing."""
    folder = tmp_path / "a"
    held: list[int | None] = []
    with unused(folder) as is_free:
        assert is_free
        waiting = threading.Thread(target=lambda: held.append(hold(folder)))
        waiting.start()
        waiting.join(0.2)
        assert held == []
        mark_of(folder).unlink()
    waiting.join()
    assert is_used(folder)
    assert held[0] is not None
    os.close(held[0])
