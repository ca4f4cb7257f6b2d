"""One end of an HTTP/1.1 connection."""

from __future__ import annotations

import asyncio

import h11

_CHUNK = 1 << 18
_LONGEST = 1 << 20  # bytes of a message's head: Weaviate itself takes as many


class Peer:
    """An end of a connection: events of h11 instead of bytes."""

    def __init__(self, role: type[h11.CLIENT | h11.SERVER], streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]):
        self.reader, self.writer = streams
        self.state = h11.Connection(role, max_incomplete_event_size=_LONGEST)

    async def events(self) -> list[h11.Event]:
        """Wait for the next event; return it, and those that follow it and are here already.

        :raises h11.RemoteProtocolError: this is not HTTP.
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
        """Send in one go."""
        self.writer.write(b"".join(self.state.send(event) or b"" for event in events))
        await self.writer.drain()

    async def closed(self) -> None:
        """Wait until the other side closes the connection; what it sends before that waits for its turn."""
        while data := await self.reader.read(_CHUNK):
            self.state.receive_data(data)

    @property
    def reusable(self) -> bool:
        """Whether a further request may follow on this connection."""
        return self.state.our_state is h11.DONE and self.state.their_state is h11.DONE
