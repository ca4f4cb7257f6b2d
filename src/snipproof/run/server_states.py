"""What is stored on the servers of one session, each claimed before it is read for the first time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.server_settings import split_version
from snipproof.services.startup import Services
from snipproof.services.weaviate.claim import claimed
from snipproof.services.weaviate.fills import Fill
from snipproof.services.weaviate.state import State


class EveryState:
    """What is stored on a server that runs in several versions."""

    def __init__(self, states: Sequence[State]) -> None:
        self._states = states

    def keep(self, fill: Fill) -> None:
        """Store data on all of them, as :meth:`~snipproof.services.weaviate.state.State.keep` of each does."""
        for state in self._states:
            state.keep(fill)


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

    def of_all(self, service: str) -> State | EveryState:
        """Return what is stored in ``service``: in all its versions that started, if it runs in several.

        :raises InfrastructureError: none of them did.
        """
        found = []
        for name in self._services.servers:
            if split_version(name)[0] == service != name:
                with contextlib.suppress(InfrastructureError):  # an error of its own combinations
                    found.append(self.of(name))
        return EveryState(found) if found else self.of(service)

    @property
    def readable(self) -> Mapping[str, State | EveryState]:
        """Those of all servers that started and whose content can be read, by the names in the settings."""
        found = {}
        for name in dict.fromkeys(split_version(name)[0] for name in self._services.servers):
            with contextlib.suppress(InfrastructureError):
                found[name] = self.of_all(name)
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
