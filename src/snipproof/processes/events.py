"""Events that a Source's process writes to a file: each is one line, a token of this run and then JSON.

The file is open in the process of the Source, or can be opened there, so it may contain anything. Only the probes know
the token, and it is never printed without them: lines without it are not events.
"""

from __future__ import annotations

import json
from typing import Any


def parse_events(data: bytes, token: str) -> list[dict[str, Any]]:
    """Return the events in ``data``; everything else in it is ignored, as are lines that were cut off.

    :param token: what every event begins with, wherever in its line; ``""`` if the probes write none.
    """
    events = []
    begin = token.encode("ascii")
    for line in data.split(b"\n"):
        found = line.rfind(begin) if begin else 0
        if found < 0:
            continue
        try:
            event = json.loads(line[found + len(begin) :])
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            events.append(event)
    return events
