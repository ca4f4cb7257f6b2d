"""Which Regions a block shows, by ranges of lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from snipproof.model import Segment
from snipproof.site.line_ranges import UnmarkedLines

_NUMBERS = st.sets(st.integers(1, 12))


def _segments(lines: set[int]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for line in sorted(lines):
        if found and found[-1].last == line - 1:
            found[-1] = Segment(found[-1].first, line)
        else:
            found.append(Segment(line, line))
    return tuple(found)


@given(_NUMBERS, _NUMBERS, _NUMBERS)
def test_ranges_are_compared_as_sets_of_lines_are(marked: set[int], own: set[int], kept: set[int]) -> None:
    unmarked = UnmarkedLines(marked)
    assert unmarked.first_of(_segments(own)) == min(own - marked, default=0)
    assert unmarked.are_within(_segments(own), _segments(kept)) is (own - marked <= kept)
