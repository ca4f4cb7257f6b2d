"""Passes HTTP/1.1: each connection of a client has one of its own to the server, and lives and ends with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import h11

from snipproof.services.recorder.peer import Peer
from snipproof.services.recorder.recording import RecordedCall
from snipproof.services.recorder.streams import finish
from snipproof.services.weaviate.server import WeaviateAddress

Headers = list[tuple[bytes, bytes]]

_CHUNK = 1 << 18
_LINGER = 2.0  # seconds in which a client may go on sending what nobody wants any more
# They are about one connection, not about the request; h11 frames each side by itself.
_HOPS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"upgrade"})


class HttpPass:
    """Passes the requests of clients to the server, and tells a RecordedCall of each."""

    def __init__(self, upstream: Callable[[], WeaviateAddress | None], begin: Callable[[str], RecordedCall]) -> None:
        """Begin.

        :param upstream: gives the server's address, ``None`` while it is not known.
        :param begin: gets what is asked when a request arrives.
        """
        self._upstream = upstream
        self._begin = begin

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client."""
        client = Peer(h11.SERVER, (reader, writer))
        server: Peer | None = None
        try:
            while (events := await self._wait(client, server)) and isinstance(events[0], h11.Request):
                call = self._begin(f"{events[0].method.decode()} {events[0].target.decode('latin-1')}")
                try:
                    server = server or await self._connect()
                    await _Exchange(client, server, call).run(events, self._host())
                except OSError as error:
                    await _refuse(client, call, f"Weaviate at {self._place()} does not answer: {error}")
                if server is None or not (client.reusable and server.reusable):
                    break
                client.state.start_next_cycle()
                server.state.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await _answer(client, error.error_status_hint, f"snipproof: {error}")
        except OSError:
            pass  # the client is gone
        finally:
            await finish(client.writer, *((server.writer,) if server else ()))

    async def _wait(self, client: Peer, server: Peer | None) -> list[h11.Event]:
        """Wait for a request; the end of the idle connection to the server is that of the client's."""
        if server is None:
            return await client.events()
        asked, gone = asyncio.ensure_future(client.events()), asyncio.ensure_future(server.closed())
        try:
            await asyncio.wait((asked, gone), return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else []
        finally:
            await _cancel(asked, gone)

    async def _connect(self) -> Peer:
        address = self._upstream()
        if address is None:
            raise ConnectionRefusedError("it has not been started yet")
        return Peer(h11.CLIENT, await asyncio.open_connection(address.host, address.port))

    def _place(self) -> str:
        address = self._upstream()
        return address.url if address else "an address that is not known yet"

    def _host(self) -> bytes:
        address = self._upstream()
        return address.url.rpartition("/")[2].encode() if address else b""


class _Exchange:
    """One request on its way to the server and the reply on its way back, at the same time."""

    def __init__(self, client: Peer, server: Peer, call: RecordedCall) -> None:
        self._client = client
        self._server = server
        self._call = call
        self._sent = False  # the whole request
        self._replying = False

    async def run(self, events: list[h11.Event], host: bytes) -> None:
        """Pass one request, of which ``events`` are here already, and its reply.

        :raises OSError: the server does not reply. What it has begun and does not end is cut off for the client too.
        """
        there = asyncio.ensure_future(self._pass_request(events, host))
        back = asyncio.ensure_future(self._pass_reply())
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            if not back.done():  # the client is gone
                self._call.end("the Source closed the connection before the reply was over")
                self._server.writer.transport.abort()
                return
            try:
                back.result()
            except (OSError, h11.ProtocolError) as error:
                if not self._replying:
                    raise ConnectionError(str(error) or type(error).__name__) from None
                self._call.end(f"the reply broke off: {error}")
                return
            if not self._sent:
                await asyncio.wait((there,), timeout=_LINGER)
        finally:
            await _cancel(there, back)

    async def _pass_request(self, events: list[h11.Event], host: bytes) -> None:
        """Pass a request, then wait until the client is gone."""
        listening = True
        while events:
            for event in events:
                if isinstance(event, h11.Request):
                    self._call.ask(_readable(event.headers.raw_items()))
                elif isinstance(event, h11.Data):
                    self._call.request.add(bytes(event.data))
                elif isinstance(event, h11.ConnectionClosed):
                    return
            if listening:
                try:
                    await self._server.send(*(_asked(event, host) for event in events))
                except (OSError, h11.LocalProtocolError):
                    listening = False  # it may have replied before it closed: the reply is what counts
            if isinstance(events[-1], h11.EndOfMessage):
                self._sent = listening
                break
            events = await self._client.events()
        await self._client.closed()

    async def _pass_reply(self) -> None:
        while True:
            events = await self._server.events()
            for event in events:
                if isinstance(event, h11.Response):
                    self._call.status = event.status_code
                    self._call.tell(_readable(event.headers.raw_items()))
                elif isinstance(event, h11.Data):
                    self._call.response.add(bytes(event.data))
                elif isinstance(event, h11.ConnectionClosed):
                    raise ConnectionError("it closed the connection without a reply")
                elif isinstance(event, h11.EndOfMessage):
                    self._call.end()  # before the client knows it, and ends
            self._replying = self._replying or any(isinstance(event, h11.Response) for event in events)
            await self._client.send(*map(_told, events))
            if isinstance(events[-1], h11.EndOfMessage):
                return


def _asked(event: h11.Event, host: bytes) -> h11.Event:
    """Return what the server gets.

    ``Host`` is the server's own, as if there was nothing in between: one behind a router is found by it.
    """
    if not isinstance(event, h11.Request):
        return event
    headers: Headers = [(b"Host", host)]
    headers += [item for item in _end_to_end(event.headers.raw_items()) if item[0].lower() != b"host"]
    return h11.Request(method=event.method, target=event.target, headers=[*headers, *_closes(event.headers)])


def _told(event: h11.Event) -> h11.Event:
    """Return what the client gets."""
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        return event
    headers = _end_to_end(event.headers.raw_items())
    if isinstance(event, h11.InformationalResponse):
        return h11.InformationalResponse(status_code=event.status_code, headers=headers, reason=event.reason)
    headers += _closes(event.headers)
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)


def _end_to_end(headers: Headers) -> Headers:
    """Return the headers that are not about one connection alone, spelled as they came."""
    named = {
        word.strip().lower() for name, value in headers if name.lower() == b"connection" for word in value.split(b",")
    }
    return [item for item in headers if item[0].lower() not in _HOPS | named]


def _closes(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the header that says that the connection ends with this message, if there is one."""
    words = (word.strip().lower() for name, value in headers if name == b"connection" for word in value.split(b","))
    return [(b"Connection", b"close")] if b"close" in words else []


def _readable(headers: Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


async def _refuse(client: Peer, call: RecordedCall, words: str) -> None:
    """Tell a client why there is no reply."""
    call.end(words)
    await _answer(client, 502, f"snipproof: {words}")
    with contextlib.suppress(TimeoutError, OSError):
        # To close at once would reset the connection, and the words with it, while a request is still being sent.
        await asyncio.wait_for(_drain(client.reader), _LINGER)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _answer(client: Peer, status: int, words: str) -> None:
    if client.state.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    body = f"{words}\n".encode()
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
