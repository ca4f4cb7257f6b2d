"""The servers of a running watcher of the same checkout, which a session uses instead of starting its own.

The watcher removes what is stored on them first, does nothing while they are lent, and stores it again afterwards. The
connection to it is the loan: it ends with the session, however that ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from snipproof import __version__
from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.watcher import WatcherAddress, connect, find_watcher, receive, require_answer, send
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.text import printable

_LIVE = 3.0  # seconds in which the watcher has to answer: otherwise it is stopped
_PATIENCE = 30.0  # seconds in which it removes what it has stored
_FIELDS = ("host", "port", "grpc_host", "grpc_port", "version", "mode", "reason", "scheme", "key")


def settings_digest(settings: Settings) -> str:
    """Return a digest of the values of all settings, wherever each of them comes from."""
    values = {key: value for key, value in settings._asdict().items() if key != "origin"}
    values["root"] = settings.root.resolve()
    return hashlib.sha256(repr(values).encode()).hexdigest()


def as_message(address: WeaviateAddress) -> dict[str, Any]:
    """Return the address of a server as a message has it."""
    return {key: getattr(address, key) for key in _FIELDS} | {"others": [as_message(each) for each in address.others]}


def from_message(message: Mapping[str, Any]) -> WeaviateAddress:
    """Return the address of a server that a message has.

    :raises LookupError, TypeError: it is not one.
    """
    others = tuple(from_message(each) for each in message["others"])
    return WeaviateAddress(**{key: message[key] for key in _FIELDS}, others=others)


class BorrowedServers:
    """The servers that a watcher lends, until :meth:`close`.

    :param servers: their addresses by the names of the Services.
    :param renewable: the names of those that the watcher can replace by fresh ones.
    :param vectorizer_url: ``""`` if the watcher has no vectorizer.
    """

    def __init__(
        self,
        connection: socket.socket,
        events: Generator[dict[str, Any]],
        servers: Mapping[str, WeaviateAddress],
        renewable: Collection[str],
        vectorizer_url: str,
    ) -> None:
        self._connection = connection
        self._events = events
        self._lock = threading.Lock()
        self.servers = servers
        self.vectorizer_url = vectorizer_url
        #: What replaces a server by a fresh one, for those that the watcher has started.
        self.renewable = {
            name: BorrowedServer(address, partial(self._request, name))
            for name, address in servers.items()
            if name in renewable
        }

    def _request(self, name: str, kind: str, **values: str) -> dict[str, Any]:
        """Return the answer of the watcher.

        :raises InfrastructureError: it reports an error, or has ended.
        """
        event: dict[str, Any] | None = None
        with self._lock, contextlib.suppress(OSError):
            send(self._connection, {"request": kind, "service": name, **values})
            event = next(self._events, None)
        if event is None:
            raise InfrastructureError("the watcher whose services were used has ended", "run again")
        if event.get("event") == "error":
            raise InfrastructureError(str(event.get("message")))
        return event

    def close(self) -> None:
        """Give them back."""
        self._events.close()  # it holds the connection open
        self._connection.close()


class BorrowedServer:
    """A server of a watcher, which that replaces by a fresh one at the same address."""

    def __init__(self, address: WeaviateAddress, request: Callable[..., dict[str, Any]]) -> None:
        self._address = address
        self._request = request
        #: How often it was replaced.
        self.renewals = 0

    def renew(self, reason: str) -> None:
        """Let the watcher replace it.

        :raises InfrastructureError: that failed.
        """
        self._request("renew", reason=reason)
        self.renewals += 1
        self._address.health.error = None

    def exports(self) -> Iterable[str]:
        """Return the ids of its exports."""
        return [str(each) for each in self._request("exports").get("ids", ())]


def borrow(settings: Settings, services: Sequence[str], log: Callable[[str], None]) -> BorrowedServers | None:
    """Return the servers of the running watcher of this checkout, ``None`` if there is none or it does not lend them.

    :param services: the names of those that are needed.
    :param log: called with a line, if there is a watcher.
    """
    watcher = find_watcher(settings.root)
    if watcher is None:
        return None
    who = f"the watcher (process {watcher.pid})"
    if watcher.version != __version__:
        log(f"services: those of {who} are not used: it is snipproof {watcher.version}")
        return None
    try:
        found = _borrow(watcher, settings, services)
    except (OSError, LookupError, TypeError, ValueError) as error:
        log(f"services: those of {who} are not used: {error}")
        return None
    if isinstance(found, str):
        log(f"services: those of {who} are not used: {printable(found)}")
        return None
    log(f"services: those of {who}; --snippets-fresh-services starts others")
    return found


def _borrow(watcher: WatcherAddress, settings: Settings, services: Sequence[str]) -> BorrowedServers | str:
    with contextlib.ExitStack() as stack:
        require_answer(watcher, _LIVE)
        connection = connect(watcher)
        stack.callback(connection.close)
        connection.settimeout(_PATIENCE)
        send(connection, {"request": "lend", "settings": settings_digest(settings), "services": list(services)})
        is_lent = False

        def when_silent() -> None:
            if not is_lent:
                raise TimeoutError("timed out")
            require_answer(watcher)

        events = receive(connection, when_silent)
        stack.callback(events.close)
        event: dict[str, Any] = next(events, {"message": "it has ended"})
        if event.get("event") != "lent":
            return str(event.get("message"))
        servers = {name: from_message(event["servers"][name]) for name in services}
        is_lent = True
        stack.pop_all()
        return BorrowedServers(connection, events, servers, event["renewable"], str(event["vectorizer"]))
    raise AssertionError("unreachable")
