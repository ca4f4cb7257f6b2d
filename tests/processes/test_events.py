"""Events: found whatever else a Source writes into their file, and never made by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.events import event_line

from snipproof.processes.events import parse_events

TOKEN = "\x1e00ff00ff00ff00ff\x1e"
EVENTS: list[dict[str, Any]] = [
    {"line": 3, "time": 1.5},
    {"error": {"message": "\ud83d\n\x1e", "lines": []}},
    {"idle": 0},
]


@given(st.lists(st.binary(max_size=40), min_size=4, max_size=4))
def test_events_are_found_among_anything(garbage: list[bytes]) -> None:
    """Before, between and behind them, with and without line ends, since each event is written at once."""
    lines = [event_line(event, TOKEN).encode("ascii") for event in EVENTS]
    data = garbage[0] + b"".join(line + more for line, more in zip(lines, garbage[1:], strict=True))
    assert parse_events(data, TOKEN) == EVENTS


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"line": 3, "time": 1}\n',
        '\x1e{"line": 3, "time": 1}\n',
        f"{TOKEN}12{TOKEN}\n",  # what a probe writes to standard output
        f"{TOKEN}[1]\n{TOKEN}null\n{TOKEN}\n{TOKEN}{TOKEN}\n",
        f'{TOKEN}{{"line": 3, "ti',
        f'{TOKEN}{{"line": 3}} more\n',
        TOKEN + "[" * 100_000,
    ],
)
def test_nothing_else_is_an_event(text: str) -> None:
    """Without the token, without an object, cut off or too deep."""
    assert parse_events(text.encode(), TOKEN) == []


def test_a_token_in_a_message_is_escaped() -> None:
    """The rest of the message cannot be taken for an event."""
    line = event_line({"error": TOKEN + '{"line": 1}'}, TOKEN)
    assert parse_events(line.encode(), TOKEN) == [{"error": TOKEN + '{"line": 1}'}]
    assert json.loads(line.removeprefix(TOKEN)) == {"error": TOKEN + '{"line": 1}'}
