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

from snipproof.services.recorder.decode import decode
from snipproof.services.recorder.http1 import HttpForwarder, abort
from snipproof.services.recorder.http2 import GrpcForwarder
from snipproof.services.recorder.recording import Exchange, RecordedCall, Recording
from snipproof.services.weaviate.server import WeaviateAddress

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork

_HOST = "127.0.0.1"
_BACKLOG = 256
T = TypeVar("T")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Recorder:
    """A pass-through to the Weaviate that :meth:`forward_to` names; it listens until :meth:`stop`.

    It runs in a thread of its own; its methods are called from other threads.
    """

    def __init__(self) -> None:
        """Start it.

        :raises OSError: no port is free.
        """
        self._recording = Recording(None)
        self._upstream: WeaviateAddress | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._forwarders: tuple[Serve, Serve] = (
            HttpForwarder(lambda: self._upstream, lambda name: self._recording.begin(name, grpc=False)).serve,
            GrpcForwarder(lambda: self._upstream, lambda name: self._recording.begin(name, grpc=True)).serve,
        )
        with contextlib.ExitStack() as stack:
            http, grpc = _listen(stack), _listen(stack)
            self._ports = (http.getsockname()[1], grpc.getsockname()[1])
            self._loop = asyncio.new_event_loop()
            stack.callback(self._loop.close)
            self._thread = threading.Thread(target=self._loop.run_forever, name="snipproof-recorder", daemon=True)
            self._thread.start()
            stack.callback(self._end_thread)
            self._servers = self._in_loop(self._serve(http, grpc))
            self._stack = stack.pop_all()

    def address(self, real: WeaviateAddress) -> WeaviateAddress:
        """Return the address at which Sources reach ``real`` through the recorder."""
        return replace(real, host=_HOST, port=self._ports[0], grpc_host=_HOST, grpc_port=self._ports[1], scheme="http")

    def listen(self, network: DocumentedNetwork) -> None:
        """Listen at the documented ports of ``network``, too, and for TLS at whatever host a client names there."""
        from snipproof.services.network.documented import GRPC, HTTPS, REST  # imported by those that have a network

        context = network.authority.server_context()
        namespace = network.namespace
        http, grpc = self._forwarders

        async def by_protocol(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("ssl_object")
            await (grpc if connection.selected_alpn_protocol() == "h2" else http)(reader, writer)

        async def begin() -> list[asyncio.Server]:
            return [
                await asyncio.start_server(self._tracked(http), sock=namespace.listen(REST)),
                await asyncio.start_server(self._tracked(grpc), sock=namespace.listen(GRPC)),
                await asyncio.start_server(self._tracked(by_protocol), sock=namespace.listen(HTTPS), ssl=context),
            ]

        self._servers += self._in_loop(begin())

    def forward_to(self, real: WeaviateAddress) -> None:
        """Forward new connections to ``real`` from now on."""
        self._upstream = real

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

    async def _serve(self, http: socket.socket, grpc: socket.socket) -> list[asyncio.Server]:
        listeners = zip(self._forwarders, (http, grpc), strict=True)
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
        # Repeatedly: the first time interrupts a task's work, the next time its wait for unsent data.
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=0.1)
        await self._loop.shutdown_default_executor()


def _listen(stack: contextlib.ExitStack) -> socket.socket:
    bound = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound.bind((_HOST, 0))
    bound.listen(_BACKLOG)
    bound.setblocking(False)
    return bound
