"""The commands of code lenses and quick fixes, which a running ``snipproof watch`` of the same checkout answers.

The protocol is one JSON object a line over its Unix socket: a request, then events until ``finished`` or ``error``.
"""

from __future__ import annotations

import json
import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

RUN, UPDATE = "snipproof.run", "snipproof.update"
COMMANDS = (RUN, UPDATE)
_REQUESTS = {RUN: "run", UPDATE: "update"}
_CONNECT_SECONDS = 5.0
_MAX_LINE = 16 * 1024 * 1024
_AGAIN = "see its terminal, or start it again"


class CommandResult(NamedTuple):
    """What a command has done.

    :param outcomes: the Outcome and the message of each Snippet that ran, by its id.
    :param written: the files that were changed, relative to the root.
    """

    passed: int
    failed: int
    outcomes: dict[str, tuple[str, str]]
    written: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        text = f"{plural(self.passed, 'Snippet')} passed"
        if self.failed:
            first = next((f": {message}" for outcome, message in self.outcomes.values() if outcome != "passed"), "")
            text = f"{plural(self.failed, 'Snippet')} failed, {self.passed:,} passed{first}"
        return text + (f"; written: {', '.join(self.written)}" if self.written else "")


def execute(
    root: Path,
    command: str,
    arguments: Sequence[Any],
    *,
    socket_of: Callable[[Path], Path | None] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> CommandResult:
    """Execute ``command`` by the watcher of the checkout at ``root``, and return its result when it has ended.

    :param arguments: the ids of Snippets, or one list of them, as a lens gives them.
    :param socket_of: returns the socket of the watcher of a checkout, ``None`` if none runs; by default, the one in its
        session folder.
    :param report: is called with one line for each Outcome, as it comes.
    :raises SettingsError: the command is unknown, or names no Snippet.
    :raises InfrastructureError: no watcher runs, it ended early, or it reports an error.
    """
    request = _REQUESTS.get(command)
    if request is None:
        raise SettingsError(f"unknown command {command!r}", f"known: {', '.join(COMMANDS)}")
    snippets = list(arguments[0]) if arguments and isinstance(arguments[0], list | tuple) else list(arguments)
    if not snippets or not all(isinstance(each, str) for each in snippets):
        raise SettingsError(f"{command} requires the ids of Snippets, such as 'snippets/py/search.py::search'")
    outcomes: dict[str, tuple[str, str]] = {}
    for event in events(_address(root, socket_of), {"request": request, "snippets": snippets}):
        if event.get("event") == "outcome":
            outcome, message = str(event.get("outcome", "")), str(event.get("message", ""))
            outcomes[str(event.get("snippet", ""))] = outcome, message
            report(f"{event.get('snippet')}: {outcome}{f': {message}' if message else ''}")
        elif event.get("event") == "error":
            raise InfrastructureError(f"the watcher reports: {event.get('message', '')}", str(event.get("hint", "")))
        elif event.get("event") == "finished":
            written = tuple(map(str, event.get("written", ())))
            return CommandResult(int(event.get("passed", 0)), int(event.get("failed", 0)), outcomes, written)
    raise InfrastructureError("the watcher ended before the run did", _AGAIN)


def events(address: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Send ``request`` to the watcher whose Unix socket is ``address``, and yield its events as they come.

    :raises InfrastructureError: there is no connection, or an answer that is not an event.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_SECONDS)
        try:
            connection.connect(str(address))
            connection.sendall(json.dumps(request).encode() + b"\n")
            connection.settimeout(None)  # a run takes as long as it takes
            with connection.makefile("rb") as lines:
                while line := lines.readline(_MAX_LINE):
                    yield _event(line)
        except OSError as error:
            raise InfrastructureError(f"no connection to the watcher: {error.strerror or error}", _AGAIN) from None


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise InfrastructureError("the watcher sent an unexpected answer", _AGAIN)
    return event


def _address(root: Path, socket_of: Callable[[Path], Path | None] | None) -> Path:
    address = (socket_of or _find)(root)
    if address is None:
        raise InfrastructureError("no watcher runs for this checkout; start `snipproof watch`")
    return address


def _find(root: Path) -> Path | None:
    try:
        watcher = import_module("snipproof.processes.watcher")
    except ImportError:
        return None
    address = watcher.find_watcher(root)
    return address.socket if address else None
