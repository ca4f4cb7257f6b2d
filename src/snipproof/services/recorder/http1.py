"""Forwards HTTP/1.1. Each client connection has a connection to the server of its own, and both end together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import h11

from snipproof.services.recorder.recording import RecordedCall
from snipproof.services.weaviate.server import WeaviateAddress

Headers = list[tuple[bytes, bytes]]

_CHUNK = 1 << 18
_MAX_HEAD = 1 << 20  # bytes of a message's start line and headers: Weaviate itself accepts as many
_LINGER = 2.0  # seconds in which a client may go on sending a request that is already answered
# They concern one connection, not the request; h11 frames each side itself.
_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"upgrade"})


async def close_connections(*writers: asyncio.StreamWriter) -> None:
    """Close connections once everything is sent, or at once if this task is cancelled meanwhile."""
    for writer in writers:
        writer.close()
    try:
        for writer in writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    finally:
        for writer in writers:
            abort(writer)


def abort(writer: asyncio.StreamWriter) -> None:
    """Close a connection at once, if it is not closed yet."""
    # One with TLS that is closed has no protocol any more; early releases of Python 3.11 do not expect that.
    with contextlib.suppress(AttributeError):
        writer.transport.abort()


class HttpForwarder:
    """Forwards requests of clients to the server, and records each as a RecordedCall.

    :param upstream: returns the server's address, ``None`` while it is unknown.
    :param begin: called when a request arrives, with its method and target.
    """

    def __init__(self, upstream: Callable[[], WeaviateAddress | None], begin: Callable[[str], RecordedCall]) -> None:
        self._upstream = upstream
        self._begin = begin

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client."""
        client = _Peer(h11.SERVER, (reader, writer))
        server: _Peer | None = None
        try:
            while (events := await self._wait(client, server)) and isinstance(events[0], h11.Request):
                call = self._begin(f"{events[0].method.decode()} {events[0].target.decode('latin-1')}")
                try:
                    server = server or await self._connect()
                    await _RoundTrip(client, server, call).run(events, self._host())
                except OSError as error:
                    await _refuse(client, call, f"Weaviate at {self._location()} does not answer: {error}")
                if server is None or not (client.reusable and server.reusable):
                    break
                client.state.start_next_cycle()
                server.state.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await _respond(client, error.error_status_hint, f"snipproof: {error}")
        except OSError:
            pass  # the client is gone
        finally:
            await close_connections(client.writer, *((server.writer,) if server else ()))

    async def _wait(self, client: _Peer, server: _Peer | None) -> list[h11.Event]:
        """Wait for a request. When the server closes its idle connection, the client's is closed too."""
        if server is None:
            return await client.events()
        request, closed = asyncio.ensure_future(client.events()), asyncio.ensure_future(server.closed())
        try:
            await asyncio.wait((request, closed), return_when=asyncio.FIRST_COMPLETED)
            return request.result() if request.done() else []
        finally:
            await _cancel(request, closed)

    async def _connect(self) -> _Peer:
        address = self._upstream()
        if address is None:
            raise ConnectionRefusedError("it has not been started yet")
        return _Peer(h11.CLIENT, await asyncio.open_connection(address.host, address.port))

    def _location(self) -> str:
        address = self._upstream()
        return address.url if address else "an unknown address"

    def _host(self) -> bytes:
        address = self._upstream()
        return address.url.rpartition("/")[2].encode() if address else b""


class _Peer:
    """One end of a connection, as h11 events instead of bytes."""

    def __init__(self, role: type[h11.CLIENT | h11.SERVER], streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]):
        self.reader, self.writer = streams
        self.state = h11.Connection(role, max_incomplete_event_size=_MAX_HEAD)

    async def events(self) -> list[h11.Event]:
        """Wait for the next event; return it, and those after it that have already arrived.

        :raises h11.RemoteProtocolError: the other side does not send HTTP.
        """
        found: list[h11.Event] = []
        while True:
            event = self.state.next_event()
            if event is h11.NEED_DATA and not found:
                self.state.receive_data(await self.reader.read(_CHUNK))
            elif event in (h11.NEED_DATA, h11.PAUSED):
                return found
            else:
                assert isinstance(event, h11.Event)
                found.append(event)
                if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    return found

    async def send(self, *events: h11.Event) -> None:
        """Send all events in one write."""
        self.writer.write(b"".join(self.state.send(event) or b"" for event in events))
        await self.writer.drain()

    async def closed(self) -> None:
        """Wait until the other side closes the connection; keep what it sends until then for ``events``."""
        while data := await self.reader.read(_CHUNK):
            self.state.receive_data(data)

    @property
    def reusable(self) -> bool:
        """Whether a further request may follow on this connection."""
        return self.state.our_state is h11.DONE and self.state.their_state is h11.DONE


class _RoundTrip:
    """One request on its way to the server and the response on its way back, at the same time."""

    def __init__(self, client: _Peer, server: _Peer, call: RecordedCall) -> None:
        self._client = client
        self._server = server
        self._call = call
        self._request_sent = False
        self._response_begun = False

    async def run(self, events: list[h11.Event], host: bytes) -> None:
        """Forward one request, which begins with ``events``, and the response.

        :raises OSError: the server does not respond. A response that breaks off is broken off for the client too.
        """
        there = asyncio.ensure_future(self._forward_request(events, host))
        back = asyncio.ensure_future(self._forward_response())
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            if not back.done():  # the client is gone
                self._call.end("the Source closed the connection before the response was complete")
                abort(self._server.writer)
                return
            try:
                back.result()
            except (OSError, h11.ProtocolError) as error:
                if not self._response_begun:
                    raise ConnectionError(str(error) or type(error).__name__) from None
                self._call.end(f"the response broke off: {error}")
                return
            if not self._request_sent:
                await asyncio.wait((there,), timeout=_LINGER)
        finally:
            await _cancel(there, back)

    async def _forward_request(self, events: list[h11.Event], host: bytes) -> None:
        """Forward a request, then wait until the client closes the connection."""
        listening = True
        while events:
            for event in events:
                if isinstance(event, h11.Request):
                    self._call.add_request_headers(_decoded(event.headers.raw_items()))
                elif isinstance(event, h11.Data):
                    self._call.request.add(bytes(event.data))
                elif isinstance(event, h11.ConnectionClosed):
                    return
            if listening:
                try:
                    await self._server.send(*(_to_server(event, host) for event in events))
                except (OSError, h11.LocalProtocolError):
                    listening = False  # the server may have responded before it closed, and the response counts
            if isinstance(events[-1], h11.EndOfMessage):
                self._request_sent = listening
                break
            events = await self._client.events()
        await self._client.closed()

    async def _forward_response(self) -> None:
        while True:
            events = await self._server.events()
            for event in events:
                if isinstance(event, h11.Response):
                    self._call.status = event.status_code
                    self._call.add_response_headers(_decoded(event.headers.raw_items()))
                elif isinstance(event, h11.Data):
                    self._call.response.add(bytes(event.data))
                elif isinstance(event, h11.ConnectionClosed):
                    raise ConnectionError("it closed the connection without a response")
                elif isinstance(event, h11.EndOfMessage):
                    self._call.end()  # before the client can see it and end
            self._response_begun = self._response_begun or any(isinstance(event, h11.Response) for event in events)
            await self._client.send(*map(_to_client, events))
            if isinstance(events[-1], h11.EndOfMessage):
                return


def _to_server(event: h11.Event, host: bytes) -> h11.Event:
    """Return the event to send to the server.

    ``Host`` becomes the server's own address, as without a recorder: a router may need it to find the server.
    """
    if not isinstance(event, h11.Request):
        return event
    headers: Headers = [(b"Host", host)]
    headers += [item for item in _end_to_end(event.headers.raw_items()) if item[0].lower() != b"host"]
    return h11.Request(method=event.method, target=event.target, headers=[*headers, *_close_header(event.headers)])


def _to_client(event: h11.Event) -> h11.Event:
    """Return the event to send to the client."""
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        return event
    headers = _end_to_end(event.headers.raw_items())
    if isinstance(event, h11.InformationalResponse):
        return h11.InformationalResponse(status_code=event.status_code, headers=headers, reason=event.reason)
    headers += _close_header(event.headers)
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)


def _end_to_end(headers: Headers) -> Headers:
    """Return the headers that do not concern one connection alone, spelt as they came."""
    named = {
        word.strip().lower() for name, value in headers if name.lower() == b"connection" for word in value.split(b",")
    }
    return [item for item in headers if item[0].lower() not in _HOP_BY_HOP | named]


def _close_header(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the header that ends the connection with this message, if ``headers`` have it."""
    words = (word.strip().lower() for name, value in headers if name == b"connection" for word in value.split(b","))
    return [(b"Connection", b"close")] if b"close" in words else []


def _decoded(headers: Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


async def _refuse(client: _Peer, call: RecordedCall, reason: str) -> None:
    """Send a client the reason why there is no response."""
    call.end(reason)
    await _respond(client, 502, f"snipproof: {reason}")
    with contextlib.suppress(TimeoutError, OSError):
        # Closing at once, while a request is still being sent, would reset the connection and lose the message.
        await asyncio.wait_for(_drain(client.reader), _LINGER)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _respond(client: _Peer, status: int, message: str) -> None:
    if client.state.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    body = f"{message}\n".encode()
    length = str(len(body)).encode()
    headers = [(b"Content-Type", b"text/plain; charset=utf-8"), (b"Content-Length", length), (b"Connection", b"close")]
    with contextlib.suppress(OSError):
        await client.send(h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage())
        if client.writer.can_write_eof():
            client.writer.write_eof()


async def _cancel(*tasks: asyncio.Future[object] | asyncio.Task[None] | asyncio.Task[list[h11.Event]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
