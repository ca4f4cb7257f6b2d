"""The wall around a Source: what it can see and change, each beside a command in the same namespace without a wall."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.namespace import EVERYTHING, PROCESSES, Namespace
from snipproof.services.network.wall import Wall


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionFolder]:
    with SessionFolder.begin(tmp_path_factory.mktemp("sessions")) as begun:
        yield begun


@pytest.fixture(scope="module")
def namespace(session: SessionFolder) -> Iterator[Namespace]:
    namespace = Namespace.start(session)
    yield namespace
    namespace.stop()


class Inside:
    """Runs shell scripts in a namespace, with a wall or without one."""

    def __init__(self, namespace: Namespace, session: SessionFolder, readable: Path) -> None:
        self.session = session
        self.work = session.subfolder("work")
        self.namespace = namespace
        self.wall = Wall((readable,), (self.work,))

    def start(self, script: str, wall: Wall | None) -> Process:
        """Start a script."""
        command = self.namespace.enter(["sh", "-c", script], self.work, wall)
        env = {"PATH": os.environ["PATH"], "SECRET": "secret of the Source"}
        return Process.start(command, session=self.session, env=env, cwd=self.work, stdout=self.work / "out")

    def run(self, script: str, *, walled: bool = True) -> str:
        """Return what a script printed, and how it ended."""
        process = self.start(script, self.wall if walled else None)
        code = process.wait(20)
        process.stop()
        return f"{(self.work / 'out').read_text()}exit {code}"


@pytest.fixture
def inside(namespace: Namespace, session: SessionFolder, tmp_path: Path) -> Inside:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("a page")
    return Inside(namespace, session, tmp_path / "docs")


def test_a_command_ends_as_without_a_wall(inside: Inside) -> None:
    """With its folder, its environment, its exit code, and the signal that killed it."""
    work = str(inside.work)
    for script, output in {
        "pwd; echo $SECRET; exit 7": f"{work}\nsecret of the Source\nexit 7",
        "kill -9 $$": "exit -9",
        "kill -TERM $$": "exit -15",
        "sleep 300 & exit 3": "exit 3",
        "touch made && cat made /dev/null && echo x > /tmp/x && cat /tmp/x": "x\nexit 0",
        "no-such-program": "sh: 1: no-such-program: not found\nexit 127",
        f"cat {inside.wall.readable[0]}/page.md": "a pageexit 0",
    }.items():
        assert inside.run(script) == inside.run(script, walled=False) == output


def test_signals_reach_it_and_its_end_is_that_of_all_it_started(inside: Inside) -> None:
    script = "trap 'echo got it; exit 5' USR1; setsid sleep 4711 & echo ready; while true; do sleep 0.01; done"
    process = inside.start(script, inside.wall)
    output = inside.work / "out"
    wait_for(lambda: output.read_text() == "ready\n")
    os.kill(process.pid, 10)
    assert process.wait(10) == 5
    assert output.read_text() == "ready\ngot it\n"
    process.stop()
    process = inside.start("setsid sleep 4711 & echo ready; sleep 4711", inside.wall)
    wait_for(lambda: output.read_text() == "ready\n")
    process.stop()
    assert not sleeping("4711")


def wait_for(done: object) -> None:
    deadline = time.monotonic() + 10
    while not done():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sleeping(seconds: str) -> list[str]:
    """Return the processes on this machine that sleep for so long."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            found += [folder.name] * (words[:2] == [b"sleep", seconds.encode()])
    return found


def test_it_sees_no_other_process(inside: Inside) -> None:
    """Neither the environment of another Source, nor that of the process that runs it."""
    other = inside.start("exec sleep 300", inside.wall)
    plain = inside.start("exec sleep 300", None)
    try:
        read = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c SECRET"
        assert inside.run(f"unset SECRET; {read}", walled=False) != "0\nexit 1"
        # Its own shell has it, which the shell cannot change.
        assert inside.run(f'exec env -u SECRET sh -c "{read}"') == "0\nexit 1"
        assert inside.run("cat /proc/1/environ 2>&1").endswith("Permission denied\nexit 1")
        assert int(inside.run("ls -d /proc/[0-9]* | wc -l").split()[0]) <= 6
        assert inside.run(f"kill -0 {other.pid} || kill -0 {plain.pid}").endswith("exit 1")
    finally:
        other.stop()
        plain.stop()


def test_it_changes_nothing_but_its_own_folders(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the docs, not a cache, nor what is installed; temporary folders and home are empty and vanish with it."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("a key")
    (home / ".local" / "bin").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", f"{home}/.local/bin:{os.environ['PATH']}")
    docs, host = inside.wall.readable[0], tmp_path / "host"
    host.write_text("of another program")
    attempts = {
        f"touch {docs}/made": "Read-only file system",
        f"rm {docs}/page.md": "Read-only file system",
        f"touch {sys.prefix}/made": "Read-only file system",
        "touch /usr/made": "Read-only file system",
        "touch /etc/hosts": "Read-only file system",
        f"cat {host}": "No such file or directory",
        f"cat {home}/.ssh/id": "No such file or directory",
    }
    for attempt, problem in attempts.items():
        assert inside.run(f"{attempt} 2>&1").endswith(f"{problem}\nexit 1"), attempt
    assert inside.run(f"cd {home}; ls -A . /dev/shm /run /var/tmp | tr '\\n' ' '") == (
        ".: .local  /dev/shm:  /run:  /var/tmp: exit 0"
    )
    made = [home / "made", Path("/tmp/made-by-a-test"), Path("/dev/shm/made-by-a-test")]  # noqa: S108
    assert inside.run(f"touch {' '.join(map(str, made))}; echo x > {host}") == "exit 0"
    assert host.read_text() == "of another program"
    assert not any(path.exists() for path in made)
    assert inside.run(f"cat {host} {home}/.ssh/id && touch {docs}/made", walled=False).endswith("a keyexit 0")


def test_no_device_and_no_setting_of_the_kernel(inside: Inside) -> None:
    """Root could open disks, and change the machine through files, without any capability."""
    assert inside.run("cd /dev; echo *").startswith("fd full null random shm stderr stdin stdout")
    for path in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
        if Path(path).exists():
            assert inside.run(f"test -w {path}") == "exit 1"
            assert os.geteuid() != 0 or inside.run(f"test -w {path}", walled=False) == "exit 0"


@pytest.mark.parametrize(
    "attempt", ["umount /tmp", "umount -l /dev", "mount -o remount,rw /", "mount -t tmpfs none /mnt"]
)
def test_it_cannot_take_the_wall_down(inside: Inside, attempt: str) -> None:
    """Not even as root of a user namespace of its own."""
    assert "exit 0" not in inside.run(attempt)
    assert "exit 0" not in inside.run(f"unshare --user --map-root-user --mount {attempt}")


_CONNECT = (
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1].replace('@', chr(0))); print('in')"
)


def test_no_socket_of_another_program(inside: Inside, tmp_path: Path) -> None:
    """Such as that of a container engine; an abstract one is of another network."""
    place = Path(f"/run/user-test-{os.getpid()}.sock") if os.access("/run", os.W_OK) else tmp_path / "a.sock"
    abstract = f"@snipproof-{os.getpid()}"
    with contextlib.ExitStack() as stack:
        for address in (str(place), abstract.replace("@", "\0")):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        stack.callback(place.unlink)
        connect = f'{sys.executable} -I -S -c "{_CONNECT}"'
        assert inside.run(f"{connect} {place}", walled=False) == "in\nexit 0"
        assert "No such file or directory\nexit 1" in inside.run(f"{connect} {place} 2>&1")
        outside = [sys.executable, "-I", "-S", "-c", _CONNECT, abstract]
        assert subprocess.run(outside, check=True, capture_output=True).stdout == b"in\n"
        assert "Connection refused\nexit 1" in inside.run(f"{connect} {abstract} 2>&1")


_SEND = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', {port}))"


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('192.0.2.1', 443), 5)",
        _SEND.format(port=53),
        _SEND.format(port=5353),
        "import socket; socket.create_connection(('2001:db8::1', 443), 5)",
        "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "import socket; socket.socket().setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0')",
    ],
)
def test_no_way_out(inside: Inside, attempt: str) -> None:
    """By a raw address, by DNS at another server or port, by another interface."""
    done = inside.run(f'{sys.executable} -I -S -c "{attempt}" 2>&1')
    reasons = ("Network is unreachable", "Operation not permitted", "No such device", "Cannot assign requested address")
    assert done.endswith("exit 1")
    assert any(reason in done for reason in reasons), done


def test_what_the_platform_does_not_allow(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a ``/proc`` of its own, only the files are walled off; where that fails too, nothing is."""
    read = "test -e /proc/$PPID/root/proc || test $(ls -d /proc/[0-9]* | wc -l) -gt 6"
    monkeypatch.setattr(inside.namespace, "without", PROCESSES)
    assert inside.run(f"touch {inside.wall.readable[0]}/made 2>&1").endswith("Read-only file system\nexit 1")
    assert inside.run(read) == "exit 0"
    monkeypatch.setattr(inside.namespace, "without", EVERYTHING)
    assert inside.run(f"touch {inside.wall.readable[0]}/made") == "exit 0"


def test_a_view_keeps_what_programs_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Toolchains in a home, by their folder right below it; what is inside of another one is not listed again."""
    home = tmp_path / "home"
    node = home / ".nvm" / "versions" / "v20" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.touch()
    (home / "bin").mkdir()
    (home / "bin" / "node").symlink_to(node)
    docs = home / "docs"
    (docs / "cache").mkdir(parents=True)
    (home / "link").symlink_to(docs)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temp"))
    view = Wall((docs, docs / "cache", home / "link", home / "none"), (docs / "cache",)).view(
        {"HOME": str(home), "PATH": f"{home}/bin:/usr/bin:relative"}
    )
    assert view.writable == (str(docs / "cache"),)
    kept = [path for path in view.kept if path.startswith(str(home))]
    assert kept == [str(home / name) for name in (".nvm", "bin", "docs", "link")]
    whole = Wall((home,)).view({"HOME": str(home), "PATH": ""})
    assert str(home) in whole.kept
    assert str(home) not in whole.covered


_TRY = """
import sys
from pathlib import Path
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.namespace import Namespace

with SessionFolder.begin(Path(sys.argv[1])) as session:
    namespace = Namespace.start(session)
    print(namespace.without, namespace.reason, sep=": ")
    namespace.stop()
"""


@pytest.mark.parametrize(
    ("before", "expected"),
    [("true", ": "), ("mount -t tmpfs none /proc/sys", "processes: Operation not permitted: /proc")],
)
def test_the_platform_is_tried(tmp_path: Path, before: str, expected: str) -> None:
    """As an ordinary user, also in a container whose engine hides parts of ``/proc``."""
    script = f'{before} && exec unshare --map-user=1000 --map-group=1000 -- "$@"'
    command = [*("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"), sys.executable]
    done = subprocess.run([*command, "-c", _TRY, tmp_path / "sessions"], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == f"{expected}\n"
