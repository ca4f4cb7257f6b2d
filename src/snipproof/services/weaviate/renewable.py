"""A server of ours that can be replaced by a fresh one, which has the same address and holds nothing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Protocol

from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.switch import Place, Switch


class RunningServer(Protocol):
    """A server that was started and is ready."""

    @property
    def address(self) -> WeaviateAddress:
        """Where it answers."""

    def exports(self) -> frozenset[str]:
        """Return the ids of its exports."""

    def stop(self) -> None:
        """Stop it, so that its ports are free."""


class Renewable(Protocol):
    """A server that can be replaced."""

    @property
    def renewals(self) -> int:
        """How often it was replaced."""

    def renew(self, reason: str) -> None:
        """Replace it by a fresh one at the same address."""

    def exports(self) -> Iterable[str]:
        """Return the ids of its exports."""


class RenewableServer:
    """The server ``name``, which :meth:`renew` replaces.

    From the first time on, the next fresh one is started ahead, so that it is ready when it is needed.

    :param server: the one that runs now.
    :param start: starts another one of the same kind; it raises :class:`InfrastructureError` once the session is about
        to end.
    :param switched: called with the address of each fresh server, at which it answers beside that of the first one.
    :param log: called with a line about each fresh server.
    """

    def __init__(
        self,
        name: str,
        server: RunningServer,
        start: Callable[[], RunningServer],
        session: SessionFolder,
        switched: Callable[[WeaviateAddress], None],
        log: Callable[[str], None],
    ) -> None:
        #: Where the server of the moment answers; it never changes.
        self.address = server.address
        #: How often it was replaced.
        self.renewals = 0
        self._name = name
        self._server: RunningServer | None = server
        self._start = start
        self._session = session
        self._switched = switched
        self._log = log
        self._switch: Switch | None = None
        self._spare: Future[RunningServer] | None = None

    def renew(self, reason: str) -> None:
        """Replace the server.

        :param reason: why, for the user.
        :raises InfrastructureError: no other one starts, or another program has taken the ports.
        """
        self._log(f"{self._name}: fresh server: {reason}")
        fresh = self._fresh()
        if self._server:
            self._server.stop()
        self._server = fresh
        if self._switch is None:
            self._switch = Switch(_places(self.address))
        self._switch.lead_to(_places(fresh.address))
        self.renewals += 1
        self._switched(fresh.address)
        self.address.health.error = None
        self._spare = _in_background(self._start)

    def exports(self) -> frozenset[str]:
        """Return the ids of the exports that the server has made, as far as they are known."""
        return self._server.exports() if self._server else frozenset()

    def _fresh(self) -> RunningServer:
        spare, self._spare = self._spare, None
        if spare:
            with contextlib.suppress(InfrastructureError):
                return spare.result()
        return self._start()

    def stop(self) -> None:
        """Stop everything."""
        if self._switch:
            self._switch.stop()
        if self._server:
            self._server.stop()
            self._server = None
        if self._spare:
            if not self._spare.done():
                self._session.closing.set()
            with contextlib.suppress(InfrastructureError):
                self._spare.result().stop()
            self._spare = None


def _places(address: WeaviateAddress) -> list[Place]:
    return [place for each in address.nodes for place in ((each.host, each.port), (each.grpc_host, each.grpc_port))]


def _in_background(start: Callable[[], RunningServer]) -> Future[RunningServer]:
    result: Future[RunningServer] = Future()

    def run() -> None:
        try:
            result.set_result(start())
        except BaseException as error:  # noqa: BLE001 (raised where the server is needed)
            result.set_exception(error)

    threading.Thread(target=run, name="snipproof-spare", daemon=True).start()
    return result
