"""Passes gRPC as it comes: the very bytes of each HTTP/2 connection, in both directions.

Nothing is taken apart and put together again, so metadata, deadlines, status, compression, flow control and the order
of streams are those of the two sides; see :mod:`.http2` for what is read on the way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from snipproof.services.recorder.http2 import Http2Calls
from snipproof.services.recorder.recording import RecordedCall
from snipproof.services.recorder.streams import finish
from snipproof.services.weaviate.server import WeaviateAddress

_CHUNK = 1 << 18


class GrpcPass:
    """Passes the connections of clients to the server, and tells a RecordedCall of each call."""

    def __init__(self, upstream: Callable[[], WeaviateAddress | None], begin: Callable[[str], RecordedCall]) -> None:
        """Begin.

        :param upstream: gives the server's address, ``None`` while it is not known.
        :param begin: gets the path of a method when a call of it arrives.
        """
        self._upstream = upstream
        self._begin = begin

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client; where no server is to be had, it is closed: clients say UNAVAILABLE."""
        address = self._upstream()
        try:
            if address is None:
                raise ConnectionRefusedError("it has not been started yet")
            server_reader, server_writer = await asyncio.open_connection(address.grpc_host, address.grpc_port)
        except OSError as error:
            place = f"{address.grpc_host}:{address.grpc_port}" if address else "an address that is not known yet"
            self._begin("gRPC connection").end(f"Weaviate at {place} does not answer: {error}")
            await finish(writer)
            return
        calls = Http2Calls(self._begin)
        there = asyncio.ensure_future(_pass(reader, server_writer, calls.sent))
        back = asyncio.ensure_future(_pass(server_reader, writer, calls.replied))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            who = "the server" if back.done() else "the Source"
            calls.close(f"{who} closed the connection before the reply was over")
        finally:
            there.cancel()
            back.cancel()
            # What is written is still sent; then neither side can use the connection any more.
            await finish(server_writer, writer)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, follow: Callable[[bytes], None]) -> None:
    """Pass one direction until it ends; what goes by is followed first: then it is known before its receiver ends."""
    with contextlib.suppress(OSError):  # that is an end as well
        while data := await reader.read(_CHUNK):
            follow(data)
            writer.write(data)
            await writer.drain()
