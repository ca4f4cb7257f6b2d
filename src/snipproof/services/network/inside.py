"""Runs inside a namespace for the process that made it: opens sockets there, and shows files in other places.

    python -I -S inside.py SOCKET

SOCKET is one end of a SEQPACKET pair. Each message is a JSON object; the answer is ``{"error": text}``, empty if it
worked, with a file descriptor where one was requested:

- ``{"do": "listen", "host": "127.0.0.1", "port": 443, "udp": false}`` a bound socket; a TCP one listens
- ``{"do": "socket"}`` a TCP socket that is not connected
- ``{"do": "bind", "source": path, "target": path, "read_only": true}`` shows ``source`` at ``target``

It ends with the other end of the pair.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys

TYPE_CHECKING = False  # importing typing takes long
if TYPE_CHECKING:
    from typing import Any

_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x41
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC = 1, 32, 4096, 16384
# statvfs' flags have the values of mount's, except for the last one. What is locked must stay set in a remount.
_KEPT = os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME
_ST_RELATIME, _MS_RELATIME = 4096, 1 << 21
_BACKLOG = 256


def main(channel: socket.socket) -> None:
    """Bring the loopback interface up, then answer until the other end is closed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP_RUNNING))
    channel.send(b'{"error": ""}')
    while message := channel.recv(65536):
        opened: list[socket.socket] = []
        try:
            opened += answer(json.loads(message))
            error = ""
        except OSError as problem:
            error = f"{problem.strerror or problem}"
        socket.send_fds(channel, [json.dumps({"error": error}).encode()], [each.fileno() for each in opened])
        for each in opened:
            each.close()


def answer(request: dict[str, Any]) -> list[socket.socket]:
    """Do what ``request`` describes, and return the socket that it opened, if any."""
    if request["do"] == "bind":
        show(request["source"], request["target"], read_only=request["read_only"])
        return []
    kind = socket.SOCK_DGRAM if request.get("udp") else socket.SOCK_STREAM
    opened = socket.socket(socket.AF_INET, kind)
    if request["do"] == "listen":
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((request["host"], request["port"]))
        if kind == socket.SOCK_STREAM:
            opened.listen(_BACKLOG)
    return [opened]


def show(source: str, target: str, *, read_only: bool) -> None:
    """Show the file or folder ``source`` at ``target``, which must exist."""
    mount(source, target, _MS_BIND | _MS_REC)
    if read_only:
        flags = os.statvfs(target).f_flag
        relatime = _MS_RELATIME if flags & _ST_RELATIME else 0
        mount(source, target, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | relatime | (flags & _KEPT))


def mount(source: str, target: str, flags: int) -> None:
    """Show ``source`` at ``target``, by the system call ``mount``.

    :raises OSError: it failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(flags), None):
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: {target}")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
