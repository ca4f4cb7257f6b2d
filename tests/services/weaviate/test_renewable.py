"""Replacing a server by a fresh one, with servers that are only sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate import switch
from snipproof.services.weaviate.renewable import RenewableServer
from snipproof.services.weaviate.server import WeaviateAddress


class Numbered:
    """Sends its number to each client of one of its ports."""

    def __init__(self, number: int, host: str = "127.0.0.1") -> None:
        self.number = number
        self._listeners = [socket.create_server((host, 0)) for _ in range(2)]
        ports = [each.getsockname()[1] for each in self._listeners]
        self.address = WeaviateAddress(host, ports[0], host, ports[1], "", "embedded", "")
        self.running = True
        for listener in self._listeners:
            threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.sendall(str(self.number).encode())

    def exports(self) -> frozenset[str]:
        return frozenset({f"export {self.number}"})

    def stop(self) -> None:
        self.running = False
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def answers(address: WeaviateAddress) -> list[str]:
    """Return what is sent at both ports."""
    found = []
    for port in (address.port, address.grpc_port):
        with socket.create_connection((address.host, port), timeout=5) as client:
            found.append(client.recv(10).decode())
    return found


class Factory:
    """Starts numbered servers and remembers them."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.servers: list[Numbered] = []
        self.before: Callable[[], None] = lambda: None
        self.host = host

    def __call__(self) -> Numbered:
        self.before()
        self.servers.append(Numbered(len(self.servers), self.host))
        return self.servers[-1]


@pytest.fixture
def factory() -> Iterator[Factory]:
    """A factory whose servers end with the test."""
    made = Factory()
    yield made
    assert not [each.number for each in made.servers if each.running]


def renewable(factory: Factory, session: SessionFolder, log: Callable[[str], None] = lambda _: None) -> RenewableServer:
    return RenewableServer("weaviate", factory(), factory, session, lambda _: None, log)


def wait_for(servers: list[Numbered], count: int) -> None:
    deadline = time.monotonic() + 10
    while len(servers) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_address_stays_and_the_next_one_is_started_ahead(factory: Factory, session: SessionFolder) -> None:
    """No second server is started before one is needed; from then on there is always one more."""
    logged: list[str] = []
    switched: list[WeaviateAddress] = []
    server = RenewableServer("rbac", factory(), factory, session, switched.append, logged.append)
    assert answers(server.address) == ["0", "0"]
    assert len(factory.servers) == 1
    for number in (1, 2, 3):
        server.renew(f"reason {number}")
        assert answers(server.address) == [str(number)] * 2
        assert answers(switched[-1]) == [str(number)] * 2
        assert server.exports() == {f"export {number}"}
        wait_for(factory.servers, number + 2)
        assert [each.number for each in factory.servers if each.running] == [number, number + 1]
    server.stop()
    assert logged == [f"rbac: fresh server: reason {number}" for number in (1, 2, 3)]
    with pytest.raises(ConnectionError):
        answers(server.address)


def test_one_that_is_ready_costs_no_time(factory: Factory, session: SessionFolder) -> None:
    """Though the start takes long."""
    server = renewable(factory, session)
    factory.before = lambda: time.sleep(1)
    server.renew("")
    wait_for(factory.servers, 3)
    began = time.monotonic()
    server.renew("")
    assert time.monotonic() - began < 0.5
    server.stop()


def test_a_start_that_fails_is_tried_again_once_and_the_old_server_goes_on(
    factory: Factory, session: SessionFolder
) -> None:
    """The error is that of the start; until another one is ready, nothing is stopped."""
    server = renewable(factory, session)
    failures = iter([None, "no memory", None, None, "no memory", "no disk"])

    def fail() -> None:
        if message := next(failures, None):
            raise InfrastructureError(message)

    factory.before = fail
    for number in (1, 2):  # the one that was started ahead for the second time failed
        server.renew("")
        assert answers(server.address) == [str(number)] * 2
    wait_for(factory.servers, 4)
    server.renew("")
    with pytest.raises(InfrastructureError, match="no disk"):
        server.renew("")
    assert answers(server.address) == ["3", "3"]
    server.stop()


def test_the_end_of_the_session_does_not_wait_for_a_start(factory: Factory, session: SessionFolder) -> None:
    """A server that is being started ahead learns of it, and one that got ready meanwhile is stopped."""
    server = renewable(factory, session)
    server.renew("")
    wait_for(factory.servers, 3)
    starting = threading.Event()

    def start_slowly() -> None:
        starting.set()
        assert session.closing.wait(30)

    factory.before = start_slowly
    server.renew("")
    assert starting.wait(10)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5


def test_another_program_on_the_ports_is_an_error(
    factory: Factory, session: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the whole machine's programs, one may take the port of the server that has just ended."""
    monkeypatch.setattr(switch, "_PATIENCE", 0.1)
    server = renewable(factory, session)
    stop = factory.servers[0].stop
    port = server.address.grpc_port
    taken: list[socket.socket] = []

    def stop_and_take() -> None:
        stop()
        taken.append(socket.create_server(("127.0.0.1", port)))

    monkeypatch.setattr(factory.servers[0], "stop", stop_and_take)
    with pytest.raises(InfrastructureError, match=rf"the address 127.0.0.1:{port} of a server cannot be kept: "):
        server.renew("")
    taken[0].close()
    server.stop()


def test_a_host_with_several_addresses_keeps_all_of_them(session: SessionFolder) -> None:
    """Docker publishes ports for IPv4 and IPv6, and clients may connect to either."""
    factory = Factory("localhost")
    server = renewable(factory, session)
    server.renew("")
    for family, _, _, _, place in socket.getaddrinfo("localhost", server.address.port, type=socket.SOCK_STREAM):
        with socket.socket(family) as client:
            client.settimeout(5)
            client.connect(place)
            assert client.recv(10) == b"1"
    server.stop()
