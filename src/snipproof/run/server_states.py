"""What is stored on the servers of one session, each claimed before it is read for the first time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate.claim import claimed
from snipproof.services.weaviate.state import State


class ServerStates:
    """A :class:`State` for each server of ``services``.

    A server given by its address is used by one session at a time, and a worker of pytest-xdist that has nothing to
    prove must leave it alone. So it is not claimed before something is stored on it, or read.
    """

    def __init__(self, services: Services, session: SessionFolder, log: Callable[[str], None]) -> None:
        self._services = services
        self._session = session
        self._log = log
        self._states: dict[str, State | InfrastructureError] = {}
        self._claims = contextlib.ExitStack()
        self._claimed: set[str] = set()  # URLs

    def of(self, name: str) -> State:
        """Return what is stored in the Service ``name``; the server is claimed first.

        :raises InfrastructureError: it did not start, or does not answer.
        """
        address = self._services.server(name)
        if address.health.error:
            raise address.health.error
        if name not in self._states:
            if address.mode == "url" and not self._services.borrowed:
                self._claim_given()
            try:
                self._states[name] = State(address, self._services.renewable.get(name))
            except InfrastructureError as error:  # such as that its key may not read everything
                self._states[name] = error
        state = self._states[name]
        if isinstance(state, InfrastructureError):
            raise state
        return state

    @property
    def readable(self) -> Mapping[str, State]:
        """Those of all servers that started and whose content can be read, by the names of the Services."""
        found = {}
        for name in self._services.servers:
            with contextlib.suppress(InfrastructureError):
                found[name] = self.of(name)
        return found

    def claim_own(self) -> None:
        """Claim the servers of this session; one that cannot be read is an error of the Suites that name it."""
        for name, address in self._services.servers.items():
            if address.mode != "url":
                with contextlib.suppress(InfrastructureError):
                    self.of(name)

    def close(self) -> None:
        """Remove what this session has left on given servers, and give them up."""
        with self._claims:
            for name, state in self._states.items():
                address = self._services.server(name)
                if address.mode == "url" and isinstance(state, State) and not address.health.error:
                    state.clear()

    def _claim_given(self) -> None:
        """Claim all servers that are given by their addresses, in an order that two runs have in common."""
        given = {each.url: each for each in self._services.servers.values() if each.mode == "url"}
        for url in sorted(given.keys() - self._claimed):
            self._claims.enter_context(claimed(given[url], self._session, self._log))
            self._claimed.add(url)


def restore(states: Sequence[State]) -> None:
    """Restore all servers that a Source may have changed, then raise the first error.

    :raises InfrastructureError: something cannot be restored.
    """
    errors = []
    for state in states:
        try:
            state.restore_if_changed()
        except InfrastructureError as error:
            errors.append(error)
    if errors:
        raise errors[0]
