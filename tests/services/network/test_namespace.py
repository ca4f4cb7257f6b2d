"""A namespace: what is in it, what leads out of it (nothing), and where none can be made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.namespace import Namespace, NamespaceError


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionFolder]:
    with SessionFolder.begin(tmp_path_factory.mktemp("sessions")) as begun:
        yield begun


@pytest.fixture(scope="module")
def namespace(session: SessionFolder) -> Iterator[Namespace]:
    namespace = Namespace.start(session)
    yield namespace
    namespace.stop()


def run(namespace: Namespace, session: SessionFolder, script: str) -> str:
    """Run a shell script inside; return what it printed, and how it ended."""
    work = session.subfolder("work")
    command = namespace.enter(["sh", "-c", script], work)
    env = {"PATH": os.environ["PATH"], "SECRET": "4711"}
    code = Process.start(command, session=session, env=env, cwd=work, stdout=work / "out").wait(20)
    return f"{(work / 'out').read_text()}exit {code}"


def test_a_command_keeps_its_folder_its_environment_and_its_exit_code(
    namespace: Namespace, session: SessionFolder
) -> None:
    assert run(namespace, session, "pwd; echo $SECRET; exit 7") == f"{session.folder}/work\n4711\nexit 7"
    assert run(namespace, session, "kill -9 $$") == "exit -9"


def test_there_is_nothing_but_loopback(namespace: Namespace, session: SessionFolder) -> None:
    assert run(
        namespace, session, "tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' '; tail -n +2 /proc/net/route"
    ) == ("lo\nexit 0")
    connect = "import socket; socket.create_connection(('192.0.2.1', 80), 5)"
    assert "Network is unreachable" in run(namespace, session, f'{sys.executable} -c "{connect}"')


@pytest.mark.parametrize(
    "attempt",
    [
        "ip link set lo down",
        "umount /etc/hosts",
        "mount -t tmpfs none /mnt",
        "nsenter --target {parent} --net true",
        "cat /proc/{parent}/environ",
    ],
)
def test_a_command_inside_cannot_leave_or_change_it(
    namespace: Namespace, session: SessionFolder, attempt: str, tmp_path: Path
) -> None:
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    namespace.show(tmp_path / "hosts", Path("/etc/hosts"))
    attempt = attempt.format(parent=os.getpid())
    assert "exit 0" not in run(namespace, session, attempt)


def test_each_has_all_ports(namespace: Namespace, session: SessionFolder) -> None:
    other = Namespace.start(session, "other")
    try:
        for each in (namespace, other):
            with each.listen(443) as listener, each.connect(443) as client:
                accepted, _ = listener.accept()
                with accepted:
                    client.sendall(b"hello")
                    assert accepted.recv(5) == b"hello"
    finally:
        other.stop()


def test_a_port_that_is_taken_and_one_where_nothing_listens(namespace: Namespace) -> None:
    with namespace.listen(8080), pytest.raises(NamespaceError, match="Address already in use"):
        namespace.listen(8080)
    with pytest.raises(ConnectionRefusedError):
        namespace.connect(8081)


def test_a_file_is_shown_inside_only_and_cannot_be_written(
    namespace: Namespace, session: SessionFolder, tmp_path: Path
) -> None:
    (tmp_path / "shown").write_text("shown")
    (tmp_path / "place").write_text("hidden")
    namespace.show(tmp_path / "shown", tmp_path / "place")
    assert run(namespace, session, f"cat {tmp_path}/place; echo x > {tmp_path}/place || true").startswith("shown")
    assert (tmp_path / "shown").read_text() == "shown"
    assert (tmp_path / "place").read_text() == "hidden"
    with pytest.raises(NamespaceError, match=r"No such file or directory: .*nowhere"):
        namespace.show(tmp_path / "shown", tmp_path / "nowhere")


def test_its_end_is_the_end_of_every_process_in_it(session: SessionFolder) -> None:
    namespace = Namespace.start(session, "short")
    namespace.stop()
    namespace.stop()
    with pytest.raises(OSError, match="Bad file descriptor"):
        namespace.listen(80)


_MAKE_ONE = """
import sys
from pathlib import Path
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.namespace import Namespace, NamespaceError

with SessionFolder.begin(Path(sys.argv[1])) as session:
    try:
        namespace = Namespace.start(session)
    except NamespaceError as error:
        sys.exit(f"no: {error}")
    with namespace.listen(53, udp=True):
        print(" ".join(namespace.enter(["true"], session.folder)))
    namespace.stop()
"""


def make_one(folder: Path, *prefix: str, **env: str) -> str:
    """Make a namespace in a process of its own; return what it printed."""
    command = [*prefix, sys.executable, "-c", _MAKE_ONE, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **env})
    return (done.stdout + done.stderr).strip()


def test_an_ordinary_user_can_make_one(tmp_path: Path) -> None:
    """Not even the user's name changes for the command, and it has no capability over the namespace."""
    assert "unshare --map-user=1000 --map-group=1000 -- env" in make_one(
        tmp_path / "sessions", "unshare", "--map-user=1000", "--map-group=1000", "--"
    )


def test_where_none_can_be_made_the_reason_is_given(tmp_path: Path) -> None:
    without = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
    assert make_one(tmp_path / "a", *without) == "no: unshare: unshare failed: Operation not permitted"
    (tmp_path / "bin").mkdir()
    expected = "no: unshare is not installed (package util-linux)"
    assert make_one(tmp_path / "b", PATH=str(tmp_path / "bin")) == expected
