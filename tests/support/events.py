"""Lines of events, as probes write them."""

from __future__ import annotations

import json
from typing import Any


def event_line(event: dict[str, Any], token: str) -> str:
    """Return the line for ``event``, with its line end."""
    return f"{token}{json.dumps(event)}\n"
