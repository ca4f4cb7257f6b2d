"""Positions of the protocol, whose columns are UTF-16 code units, and offsets in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, Range

from snipproof.language_server.positions import Positions

TEXTS = st.lists(st.sampled_from([*"ab\té\u3042😀𝒳\u2028\x0b\x0c\ufeff\r\n", "\r\n"])).map("".join)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(TEXTS, st.data())
def test_an_offset_and_its_position_are_the_same_place(text: str, data: st.DataObject) -> None:
    """Every offset has a position that leads back to it; only LF within CRLF has none of its own."""
    offset = data.draw(st.integers(0, len(text)))
    positions = Positions(text)
    position = positions.position(offset)
    lines = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if text[offset - 1 : offset + 1] == "\r\n":
        assert positions.offset(position) == offset - 1
        return
    assert (position.line, position.character) == (len(lines) - 1, units(lines[-1]))
    assert positions.offset(position) == offset


@given(TEXTS, st.integers(0, 9), st.integers(0, 30))
def test_every_position_is_a_place_of_the_text(text: str, line: int, character: int) -> None:
    """A column behind the line is its end, a line behind the text is its end, and half a character is its beginning."""
    positions = Positions(text)
    offset = positions.offset(Position(line, character))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if line >= len(lines):
        assert offset == len(text)
        return
    found = positions.position(offset)
    assert found.line == line
    assert found.character == min(character, units(lines[line])) or (
        found.character == character - 1 and units(text[offset]) == 2
    )


@given(TEXTS)
def test_places_of_the_model_are_offsets(text: str) -> None:
    """The model counts lines at LF and characters, both from 1."""
    positions = Positions(text)
    for offset in range(len(text) + 1):
        line, column = positions.place_of(offset)
        before = text[:offset].split("\n")
        assert (line, column) == (len(before), len(before[-1]) + 1)
        assert positions.offset_of(line, column) == offset


def test_a_line_without_its_end() -> None:
    """CRLF is not a part of the line, and a line that does not exist is the end of the text."""
    positions = Positions("😀a\r\nb\n")
    assert positions.range_of_line(1) == Range(Position(0, 0), Position(0, 3))
    assert positions.range_of_line(2) == Range(Position(1, 0), Position(1, 1))
    assert positions.range_of_line(9) == Range(Position(2, 0), Position(2, 0))
