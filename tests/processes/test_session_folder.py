"""Sessions and their processes: nothing outlives a session, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import filelock
import psutil
import pytest
from tests.support.processes import left_running, living, with_variable

from snipproof.errors import InfrastructureError
from snipproof.processes.process import Process
from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder


def alive(session_id: str) -> list[psutil.Process]:
    """The processes with the id of a session."""
    return living(with_variable(RUN_VARIABLE, session_id))


def left(session_id: str) -> list[psutil.Process]:
    """The processes with the id of a session that do not end."""
    return left_running(with_variable(RUN_VARIABLE, session_id))


def start(session: SessionFolder, *command: str, cwd: Path | None = None) -> Process:
    folder = cwd or session.subfolder("work")
    env = {"PATH": os.environ["PATH"]}
    return Process.start(command, session=session, env=env, cwd=folder, stdout=folder / "out", stderr=folder / "err")


def test_exit_codes_and_output(tmp_path: Path) -> None:
    """A command's exit code, its signal and both of its outputs come through the keeper."""
    with SessionFolder.begin(tmp_path) as session:
        work = session.subfolder("work")
        assert start(session, "sh", "-c", "echo out; echo err >&2; exit 3").wait(10) == 3
        assert ((work / "out").read_text(), (work / "err").read_text()) == ("out\n", "err\n")
        assert start(session, "sh", "-c", "kill -9 $$").wait(10) == -signal.SIGKILL
        assert start(session, "no-such-program").wait(10) == 127
        assert "no-such-program: No such file" in (work / "err").read_text()


def test_stop_terminates_then_kills(tmp_path: Path) -> None:
    """SIGTERM within the grace period, SIGKILL after it; a second stop does nothing."""
    with SessionFolder.begin(tmp_path) as session:
        polite = start(session, "sleep", "600")
        polite.stop(grace=10)
        assert polite.poll() == -signal.SIGTERM
        stubborn = start(session, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
        while not (session.subfolder("work") / "out").read_text():
            time.sleep(0.01)
        stubborn.stop(grace=0.3)
        assert stubborn.poll() == -signal.SIGKILL
        stubborn.stop()
        assert left(session.id) == []


def test_what_a_command_leaves_behind_is_killed(tmp_path: Path) -> None:
    """A child in the background, and one that made itself a session of its own, end with the command."""
    with SessionFolder.begin(tmp_path) as session:
        command = "sleep 601 & setsid sleep 602 & (setsid sh -c 'setsid sleep 603 &' &); exit 0"
        assert start(session, "sh", "-c", command).wait(10) == 0
        assert left(session.id) == []


def test_a_folder_belongs_to_one_session_and_goes_with_it(tmp_path: Path) -> None:
    """Two sessions at once do not touch each other; each removes its own folder."""
    with SessionFolder.begin(tmp_path) as one:
        with SessionFolder.begin(tmp_path) as two:
            assert one.folder.is_dir()
            assert two.folder.is_dir()
            assert two.folder.stat().st_mode & 0o077 == 0
        assert one.folder.is_dir()
        assert not two.folder.exists()
    assert not one.folder.exists()


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["parent", "parent and keeper"])
def test_a_killed_session_leaves_nothing_after_the_next_start(tmp_path: Path, victim: str) -> None:
    """After SIGKILL processes end by themselves, or when the next session begins; the folder goes then."""
    code = f"""
        import os
        from pathlib import Path
        from snipproof.processes.process import Process
        from snipproof.processes.session_folder import SessionFolder
        session = SessionFolder.begin(Path({str(tmp_path)!r}))
        work = session.subfolder("work")
        Process.start(["sh", "-c", "setsid sleep 604 & sleep 605"], session=session, env=dict(os.environ), cwd=work,
                      stdout=work / "out")
        print(session.id, flush=True)
        input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        session_id = child.stdout.readline().strip()
        while len(alive(session_id)) < 4:  # the keeper, the shell and two that sleep
            time.sleep(0.01)
        keepers = [p for p in alive(session_id) if "keeper.py" in " ".join(p.cmdline())]
        assert len(keepers) == 1
        if victim == "parent":
            child.kill()
            assert left(session_id) == []
        else:
            os.kill(keepers[0].pid, signal.SIGSTOP)  # it can do nothing about the end of its parent
            child.kill()
    if victim != "parent":
        assert alive(session_id) != []
    assert (tmp_path / session_id).is_dir()
    SessionFolder.begin(tmp_path).end()
    assert left(session_id) == []
    assert not (tmp_path / session_id).exists()


def test_a_sweep_ignores_other_folders(tmp_path: Path) -> None:
    """Only folders with the name of a session are swept: others, and links with such a name, stay."""
    precious = tmp_path / "precious"
    base = tmp_path / "base"
    (base / "notes").mkdir(parents=True)
    precious.mkdir()
    (base / "0123456789ab").symlink_to(precious)
    (base / "ba9876543210").mkdir()  # of a dead session
    SessionFolder.begin(base).end()
    assert sorted(path.name for path in base.iterdir()) == ["0123456789ab", "notes", "sweep.lock"]
    assert list(precious.iterdir()) == []


def test_a_base_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    """A link in the place of the folder of all sessions, or no folder at all, is an error with a message."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(InfrastructureError, match="it is a link, or belongs to another user"):
        SessionFolder.begin(tmp_path / "link")
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match="failed to make a folder for this session"):
        SessionFolder.begin(tmp_path / "file" / "base")


def test_the_lock_of_a_server_is_removed_a_day_after_its_last_use(tmp_path: Path) -> None:
    """And no other file, and none that is held."""
    begun = SessionFolder.begin(tmp_path)
    begun.end()
    unused, used, kept, other = (tmp_path / f"server-{character * 16}.lock" for character in "abcg")
    pid = tmp_path / f"{unused.name}.pid"
    with filelock.FileLock(kept):
        for file in (unused, pid, used, kept, other):
            file.touch()
            os.utime(file, (0, time.time() - (60 if file == used else 2 * 24 * 3600)))
        SessionFolder.begin(tmp_path).end()
        assert {each.name for each in tmp_path.iterdir()} == {"sweep.lock", used.name, kept.name, other.name}
