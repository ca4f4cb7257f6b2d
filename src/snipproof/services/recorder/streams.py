"""The end of connections."""

from __future__ import annotations

import asyncio
import contextlib


async def finish(*writers: asyncio.StreamWriter) -> None:
    """Close connections, each once everything is sent; at once where this task is cancelled meanwhile."""
    for writer in writers:
        writer.close()
    try:
        for writer in writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    finally:
        for writer in writers:
            writer.transport.abort()
