"""Prompting the user for each change."""

from __future__ import annotations

import pytest
from tests.support.update import SOURCE, proposal

from snipproof.update.proposal import Change
from snipproof.update.review import proposal_diff, review


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [(["y", "n"], [0]), (["a"], [0, 1]), (["n", "a"], [1]), (["q"], []), ([""], []), (["what", "Y", "yes"], [0, 1])],
)
def test_only_accepted_changes_are_returned(answers: list[str], accepted: list[int]) -> None:
    """An unknown answer repeats the question; the end of the input declines the remaining changes."""
    both = [
        proposal(Change(5, ("# a",), ("# A",)), region="one.py::r"),
        proposal(Change(7, ("#   b",), ()), region="one.py::q"),
    ]
    written: list[str] = []
    lines = iter([f"{each}\n" if each else "" for each in answers])
    found = review(both, lambda each: proposal_diff(SOURCE, each), written.append, lambda _: next(lines))
    assert found == [both[index] for index in accepted]
    assert "one.py:5 `r`: w\n@@ -3,5 +3,5 @@" in written[0]
    assert "\n-# a\n+# A\n" in written[0]
