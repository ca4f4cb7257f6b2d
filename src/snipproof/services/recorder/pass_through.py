"""The thread and the ports of the recorder."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from snipproof.server_settings import DEFAULT_SERVICE
from snipproof.services.checkout_ports import listen_for
from snipproof.services.recorder.decode import decode
from snipproof.services.recorder.http1 import HttpForwarder, abort
from snipproof.services.recorder.http2 import GrpcForwarder
from snipproof.services.recorder.recording import Exchange, RecordedCall, Recording
from snipproof.services.weaviate.server import WeaviateAddress

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork

_HOST = "127.0.0.1"
T = TypeVar("T")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class _Door:
    """What leads to one server: forwarders for both protocols, and the two ports at which they always listen."""

    def __init__(self, begin: Callable[[str, bool], RecordedCall]) -> None:
        self.upstream: WeaviateAddress | None = None
        self.ports = (0, 0)
        self.http: Serve = HttpForwarder(lambda: self.upstream, lambda name: begin(name, False)).serve
        self.grpc: Serve = GrpcForwarder(lambda: self.upstream, lambda name: begin(name, True)).serve

    def in_front_of(self, real: WeaviateAddress) -> WeaviateAddress:
        rest, grpc = self.ports
        return replace(real, host=_HOST, port=rest, grpc_host=_HOST, grpc_port=grpc, scheme="http")


class Recorder:
    """A pass-through to the servers that :meth:`forward_to` names; it listens until :meth:`stop`.

    Every node of each of them has a port for HTTP and one for gRPC. What all of them exchange with a Source is one
    recording.

    It runs in a thread of its own; its methods are called from other threads.
    """

    def __init__(self, checkout: Path | None = None) -> None:
        """Start it.

        :param checkout: the docs tree whose Sources connect to it, so that its ports are those of the last session.
        :raises OSError: no port is free.
        """
        self._checkout = checkout
        self._recording = Recording(None)
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._doors: dict[tuple[str, int], _Door] = {}
        self._lock = threading.Lock()  # servers may start side by side
        with contextlib.ExitStack() as stack:
            self._loop = asyncio.new_event_loop()
            stack.callback(self._loop.close)
            self._thread = threading.Thread(target=self._loop.run_forever, name="snipproof-recorder", daemon=True)
            self._thread.start()
            stack.callback(self._end_thread)
            self._door(DEFAULT_SERVICE, 0)
            self._stack = stack.pop_all()

    def address(self, real: WeaviateAddress, service: str = DEFAULT_SERVICE) -> WeaviateAddress:
        """Return the address at which Sources reach ``real``, of the Service of that name, through the recorder."""
        first, *others = (self._door(service, node).in_front_of(each) for node, each in enumerate(real.nodes))
        return replace(first, others=tuple(others))

    def listen(self, network: DocumentedNetwork) -> None:
        """Listen at the documented ports of ``network``, too, and for TLS at whatever host a client names there.

        The Suite that is running decides which server answers; without one, the connection is closed.
        """
        from snipproof.services.network.documented import HTTPS  # imported by those that have a network

        authority, namespace, routes = network.authority, network.namespace, network.routes
        context = authority.server_context()

        async def secure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("ssl_object")
            service = routes.at_host(authority.host_of(connection.context))
            if door := self._doors.get((service or "", 0)):
                is_grpc = connection.selected_alpn_protocol() == "h2"
                await (door.grpc if is_grpc else door.http)(reader, writer)

        def plain(port: int) -> Serve:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                target = routes.at_port(port)
                if target and (door := self._doors.get((target.service, target.node))):
                    await (door.grpc if target.grpc else door.http)(reader, writer)

            return serve

        async def begin() -> list[asyncio.Server]:
            plain_ones = [
                await asyncio.start_server(self._tracked(plain(port)), sock=namespace.listen(port))
                for port in routes.ports
            ]
            with_tls = asyncio.start_server(self._tracked(secure), sock=namespace.listen(HTTPS), ssl=context)
            return [*plain_ones, await with_tls]

        self._servers += self._in_loop(begin())

    def forward_to(self, real: WeaviateAddress, service: str = DEFAULT_SERVICE) -> None:
        """Forward new connections to the Service of that name to ``real`` from now on."""
        for node, address in enumerate(real.nodes):
            self._door(service, node).upstream = address

    def close_connections(self) -> None:
        """Close all connections: a client that kept one would go on with the server to which it leads."""

        async def close() -> None:
            await _end(set(self._tasks))

        self._in_loop(close())

    def _door(self, service: str, node: int) -> _Door:
        """Return what leads to a node of a Service; it listens from the first time on."""
        with self._lock:
            if (service, node) not in self._doors:
                door = _Door(lambda name, is_grpc: self._recording.begin(name, grpc=is_grpc))
                with contextlib.ExitStack() as stack:
                    sockets = [self._listen(stack, f"{service} {node} {kind}") for kind in ("rest", "grpc")]
                    door.ports = (sockets[0].getsockname()[1], sockets[1].getsockname()[1])
                    self._servers += self._in_loop(self._serve(door, *sockets))
                    stack.pop_all()  # the servers close them
                self._doors[service, node] = door
            return self._doors[service, node]

    def _listen(self, stack: contextlib.ExitStack, purpose: str) -> socket.socket:
        bound = stack.enter_context(listen_for(self._checkout, purpose))
        bound.setblocking(False)
        return bound

    def record(self, events: Path, token: str = "") -> None:
        """Begin a new recording, of the Source that writes its probe events to ``events`` and is about to start."""
        self._in_loop(self._switch(Recording(events, token)))

    def position(self) -> int:
        """Return the number of probe events of the Source that is running, 0 between Sources."""

        async def count() -> int:
            return self._recording.position()

        return self._in_loop(count())

    def recorded(self) -> tuple[Exchange, ...]:
        """Stop recording; return the Exchanges since :meth:`record`, in the order in which the requests arrived."""
        return tuple(decode(call) for call in self._in_loop(self._switch(Recording(None))))

    def stop(self) -> None:
        """Close all connections and the ports; a second call does nothing."""
        self._stack.close()

    def _end_thread(self) -> None:
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _switch(self, recording: Recording) -> list[RecordedCall]:
        previous, self._recording = self._recording, recording
        return previous.close()

    async def _serve(self, door: _Door, http: socket.socket, grpc: socket.socket) -> list[asyncio.Server]:
        listeners = ((door.http, http), (door.grpc, grpc))
        return [await asyncio.start_server(self._tracked(serve), sock=sock) for serve, sock in listeners]

    def _tracked(self, serve: Serve) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        """Return a callback that serves a connection in a task, and keeps the task until it is done."""

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(serve(reader, writer))
            self._tasks.add(task)

            def done(task: asyncio.Task[None]) -> None:
                self._tasks.discard(task)
                abort(writer)  # a task that was cancelled before it began has not closed it
                if not task.cancelled():
                    task.result()

            task.add_done_callback(done)

        return begin

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        while self._tasks:
            await _end(set(self._tasks))
        await self._loop.shutdown_default_executor()


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    # Repeatedly: the first time interrupts a task's work, the next time its wait for unsent data.
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=0.1)
