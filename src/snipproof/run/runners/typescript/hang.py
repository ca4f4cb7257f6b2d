"""Finds the line at which a Node.js process hangs.

Node.js opens its debugger on SIGUSR1, so this costs nothing unless a run hangs. It finds a loop that waits again and
again as well as a loop that never waits. A process in which no code runs has no such line.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

OPTION = "--inspect-port=127.0.0.1:0"
"""The option with which Node.js must be started, so that its debugger uses a free port."""

_DEBUGGER_OUTPUT = re.compile(
    r"^(?:Debugger listening on ws://|For help, see: https://nodejs\.org/|Debugger attached\.).*\n", re.MULTILINE
)
_OPEN_TIMEOUT = 1.0  # seconds for the debugger to open
_PAUSE_TIMEOUT = 1.5  # seconds in which code of the Source has to run


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), _PAUSE_TIMEOUT)


def without_debugger_output(text: str) -> str:
    """Return the standard error of a process without the lines of its debugger."""
    return _DEBUGGER_OUTPUT.sub("", text)


def stopped_at(
    pid: int,
    stderr: Callable[[], str],
    program: Path,
    source: Path,
    connect: Callable[[int], socket.socket] = _connect,
) -> int | None:
    """Return the line of ``source`` that runs in the process ``pid`` now or within a moment; ``None`` if none does.

    :param stderr: returns the standard error of the process so far.
    :param program: the file that Node.js runs; its source map points to ``source``.
    :param connect: returns a connection to a port of the process.
    """
    from websockets.exceptions import WebSocketException  # in the same extra as the grammars

    with contextlib.suppress(OSError, ValueError, WebSocketException):
        os.kill(pid, signal.SIGUSR1)
        deadline = time.monotonic() + _OPEN_TIMEOUT
        while not (found := re.search(r"Debugger listening on ws://127\.0\.0\.1:(\d+)(/\S+)\n", stderr())):
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)
        lines = _Lines(program, source)
        for stack in _stacks(connect(int(found[1])), found[2]):
            for url, line, column in stack:
                if url == program.as_uri() and (here := lines.at(line, column)):
                    return here
    return None


def _stacks(connection: socket.socket, path: str) -> Iterator[list[tuple[str, int, int]]]:
    """Pause the process again and again; yield file, line and column of each frame, innermost first.

    :param connection: one to its debugger.

    :raises OSError: no code runs in the process for a while.
    :raises WebSocketException: the process has ended.
    """
    from websockets.sync.client import connect

    url = f"ws://127.0.0.1{path}"
    with connect(url, sock=connection, open_timeout=_PAUSE_TIMEOUT, max_size=None, proxy=None) as debugger:
        for number, method in enumerate(("Debugger.enable", "Debugger.pause")):
            debugger.send(json.dumps({"id": number, "method": method}))
        urls: dict[str, str] = {}
        deadline = time.monotonic() + _PAUSE_TIMEOUT
        while (left := deadline - time.monotonic()) > 0:
            message = json.loads(debugger.recv(timeout=left))
            if message.get("method") == "Debugger.scriptParsed":
                urls[message["params"]["scriptId"]] = message["params"]["url"]
            elif message.get("method") == "Debugger.paused":
                places = [frame["location"] for frame in message["params"]["callFrames"]]
                yield [(urls[at["scriptId"]], at["lineNumber"], at["columnNumber"]) for at in places]
                # Step out of timers and the like: the code that they call comes next.
                debugger.send(json.dumps({"id": 2, "method": "Debugger.stepOut"}))


class _Lines:
    """The part of a program's source map that is about one of its sources."""

    def __init__(self, program: Path, source: Path) -> None:
        data = json.loads(Path(f"{program}.map").read_text(encoding="utf-8"))
        self._source = data["sources"].index(source.as_uri())
        self._lines = list(_decode(data["mappings"]))

    def at(self, line: int, column: int) -> int | None:
        """Return the line of the source, from 1, for a line and column of the program, which count from 0."""
        before = [segment for segment in self._lines[line] if segment[0] <= column]
        return before[-1][2] + 1 if before and before[-1][1] == self._source else None


def _decode(mappings: str) -> Iterator[list[tuple[int, int, int]]]:
    """Yield, for each line of a program, the segments of its source map: column, source, line of the source."""
    source = line = 0
    for group in mappings.split(";"):
        column = 0
        segments = []
        for text in filter(None, group.split(",")):
            fields = list(_numbers(text))
            column += fields[0]
            if len(fields) > 1:
                source += fields[1]
                line += fields[2]
                segments.append((column, source, line))
        yield segments


def _numbers(text: str) -> Iterator[int]:
    """Yield the numbers of a segment: five bits per character, lowest first; the lowest bit of all is the sign."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    value = shift = 0
    for character in text:
        digit = digits.index(character)
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
