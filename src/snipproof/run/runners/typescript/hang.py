"""Asks a Node.js process that hangs where it stands.

Any Node.js opens its debugger when it is sent SIGUSR1, so that a run pays nothing for this before it hangs. A loop that
waits again and again is found as well as one that never waits; a process in which nothing runs cannot tell.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

OPTION = "--inspect-port=127.0.0.1:0"
"""What Node.js must be started with, so that it takes a free port."""

_NOISE = re.compile(
    r"^(?:Debugger listening on ws://|For help, see: https://nodejs\.org/|Debugger attached\.).*\n", re.MULTILINE
)
_OPEN = 1.0  # seconds in which the debugger has to open
_PATIENCE = 1.5  # seconds in which something of the Source has to run


def without_noise(text: str) -> str:
    """Return what a process wrote to standard error without what its debugger says."""
    return _NOISE.sub("", text)


def where_it_stands(pid: int, stderr: Callable[[], str], program: Path, source: Path) -> int | None:
    """Return the line of ``source`` that runs in the process ``pid`` or, if none does at once, in a moment.

    :param stderr: gives what the process has written to standard error so far.
    :param program: what Node.js runs; its source map leads to ``source``.
    """
    from websockets.exceptions import WebSocketException  # of the extra that the grammars are in

    with contextlib.suppress(OSError, ValueError, WebSocketException):
        os.kill(pid, signal.SIGUSR1)
        deadline = time.monotonic() + _OPEN
        while not (found := re.search(r"Debugger listening on ws://127\.0\.0\.1:(\d+)(/\S+)\n", stderr())):
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)
        lines = _Lines(program, source)
        for stack in _stacks(int(found[1]), found[2]):
            for url, line, column in stack:
                if url == program.as_uri() and (here := lines.at(line, column)):
                    return here
    return None


def _stacks(port: int, path: str) -> Iterator[list[tuple[str, int, int]]]:
    """Stop the process again and again, and yield where: file, line and column of each frame, innermost first.

    :raises OSError: there is nothing to stop for a while.
    :raises WebSocketException: there is nothing to stop any more.
    """
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{port}{path}", open_timeout=_PATIENCE, max_size=None, proxy=None) as debugger:
        for number, method in enumerate(("Debugger.enable", "Debugger.pause")):
            debugger.send(json.dumps({"id": number, "method": method}))
        urls: dict[str, str] = {}
        deadline = time.monotonic() + _PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            message = json.loads(debugger.recv(timeout=left))
            if message.get("method") == "Debugger.scriptParsed":
                urls[message["params"]["scriptId"]] = message["params"]["url"]
            elif message.get("method") == "Debugger.paused":
                places = [frame["location"] for frame in message["params"]["callFrames"]]
                yield [(urls[at["scriptId"]], at["lineNumber"], at["columnNumber"]) for at in places]
                # Timers and the like are left behind: what they call comes next.
                debugger.send(json.dumps({"id": 2, "method": "Debugger.stepOut"}))


class _Lines:
    """The source map of a program, read for one of its sources."""

    def __init__(self, program: Path, source: Path) -> None:
        data = json.loads(Path(f"{program}.map").read_text(encoding="utf-8"))
        self._source = data["sources"].index(source.as_uri())
        self._lines = list(_decode(data["mappings"]))

    def at(self, line: int, column: int) -> int | None:
        """Return the line of the source, from 1, of a place in the program, which counts from 0."""
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
    """Yield the numbers of a segment: five bits a character, the lowest first, the lowest of all being the sign."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    value = shift = 0
    for character in text:
        digit = digits.index(character)
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
