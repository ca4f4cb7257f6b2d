"""A network of its own: a Linux namespace with a loopback interface and nothing else, so that nothing leaves it.

A helper process (``inside.py``) lives in it. It opens sockets there and hands them to this process, so that Services in
threads of this process listen and connect inside, without a relay. Sources and servers are started inside with
:meth:`Namespace.enter`. They may not change the network or the mounts: as root they run without capabilities, as an
ordinary user in a user namespace below the one that owns both.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.wall import Wall

_WALLED = Path(__file__).with_name("walled.py")
_INSIDE = Path(__file__).with_name("inside.py")
_LOOPBACK = "127.0.0.1"
_START = 20.0  # seconds


PROCESSES = "processes"
EVERYTHING = "processes and files"


class NamespaceError(OSError):
    """The platform does not allow a namespace, or what was requested in one; the message is the reason."""


class Namespace:
    """A running namespace; :meth:`stop` ends it with every process in it that this one started."""

    def __init__(self, process: Process, channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self._lock = threading.Lock()
        #: What the wall around a Source does not hold here, ``""`` if all of it does.
        self.without = ""
        #: Why not.
        self.reason = ""

    @classmethod
    def start(cls, session: SessionFolder, name: str = "network") -> Namespace:
        """Make a namespace.

        :param name: a folder of the session for the output of the helper.
        :raises NamespaceError: the platform does not allow it.
        """
        if not sys.platform.startswith("linux"):
            raise NamespaceError(f"{sys.platform} has no network namespaces")
        needed = ("unshare", "nsenter", "env", "setpriv" if _is_root() else "unshare")
        if missing := [program for program in needed if shutil.which(program) is None]:
            raise NamespaceError(f"{missing[0]} is not installed (package util-linux)")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = session.subfolder(name)
        output = folder / "helper.log"
        with theirs:
            process = Process.start(
                [*_unshare(), sys.executable, "-I", "-S", str(_INSIDE), str(theirs.fileno())],
                session=session,
                env={"PATH": os.environ.get("PATH", "")},
                cwd=folder,
                stdout=output,
                pass_fds=(theirs.fileno(),),
            )
        ours.settimeout(_START)
        namespace = cls(process, ours)
        try:
            namespace._answer()
        except OSError as error:
            namespace.stop()
            lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise NamespaceError(lines[-1] if lines else str(error)) from None
        namespace._try_wall(session, folder)
        return namespace

    def _try_wall(self, session: SessionFolder, folder: Path) -> None:
        """Find out what of the wall the platform allows."""
        for self.without in ("", PROCESSES, EVERYTHING):
            if self.without == EVERYTHING:
                return
            output = folder / "wall.log"
            command = self.enter(["true"], folder, Wall(writable=(folder,)))
            env = {"PATH": os.environ.get("PATH", "")}
            tried = Process.start(command, session=session, env=env, cwd=folder, stdout=output)
            code = tried.wait(_START)
            tried.stop()
            if code == 0:
                return
            lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self.reason = lines[-1].rpartition("] ")[2] if lines else f"exit code {code}"

    def listen(self, port: int, *, udp: bool = False, host: str = _LOOPBACK) -> socket.socket:
        """Return a socket that is bound to ``port`` inside; a TCP one listens.

        :raises NamespaceError: the port is taken.
        """
        return self._request({"do": "listen", "host": host, "port": port, "udp": udp})[0]

    def connect(self, port: int, host: str = _LOOPBACK) -> socket.socket:
        """Return a socket that is connected to ``port`` inside.

        :raises OSError: nothing listens there.
        """
        (opened,) = self._request({"do": "socket"})
        try:
            opened.connect((host, port))
        except BaseException:
            opened.close()
            raise
        return opened

    def show(self, source: Path, target: Path, *, read_only: bool = True) -> None:
        """Show the file or folder ``source`` at the path ``target``, which exists, to all processes inside.

        :raises NamespaceError: one of them is missing.
        """
        request = {"do": "bind", "source": str(source), "target": str(target), "read_only": read_only}
        self._request(request)

    def enter(self, command: Sequence[str], cwd: Path, wall: Wall | None = None) -> list[str]:
        """Return the command that runs ``command`` inside, with the working directory ``cwd``.

        :param wall: the wall around it; without one it sees all processes, and the files of this user.
        """
        user = () if _is_root() else ("--user", "--preserve-credentials")
        walled: tuple[str, ...] = ()
        if wall and self.without != EVERYTHING:
            view = wall.view()
            counts = (int(not self.without), *map(len, view))
            walled = (sys.executable, "-I", "-S", str(_WALLED), *map(str, counts), *itertools.chain(*view))
        return [
            *("nsenter", "--target", str(self._process.pid), "--net", "--mount", *user, "--"),
            *walled,
            *(_WITHOUT_CAPABILITIES if _is_root() else _as_user()),
            *("env", "--chdir", str(cwd), "--", *command),
        ]

    def stop(self) -> None:
        """End it; a second call does nothing."""
        self._channel.close()
        self._process.stop()

    def _request(self, request: dict[str, object]) -> list[socket.socket]:
        with self._lock:
            self._channel.send(json.dumps(request).encode())
            return self._answer()

    def _answer(self) -> list[socket.socket]:
        message, handed, _, _ = socket.recv_fds(self._channel, 65536, 1)
        opened = [socket.socket(fileno=each) for each in handed]
        if not message:
            raise NamespaceError("the helper in the namespace has ended")
        if error := json.loads(message)["error"]:
            raise NamespaceError(error)
        return opened


_WITHOUT_CAPABILITIES = (
    *("setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"),
)


def _is_root() -> bool:
    return os.geteuid() == 0


def _unshare() -> tuple[str, ...]:
    user = () if _is_root() else ("--user", "--map-root-user")
    return ("unshare", *user, "--net", "--mount", "--")


def _as_user() -> tuple[str, ...]:
    return ("unshare", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}", "--")
