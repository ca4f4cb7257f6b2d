"""Messages of the go command: their order decides which one a Snippet is blamed with first."""

from __future__ import annotations

import pytest

from snipproof.run.runners.go.messages import read_messages


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ('a.go:3:2: "fmt" imported and not used\na.go:9:2: undefined: fnt', [9, 3]),
        ('a.go:3:2: "x/y" imported as z and not used\na.go:9:2: undefined: y', [9, 3]),
        ("a.go:3:2: declared and not used: out\na.go:9:2: undefined: ouf\na.go:10:2: undefined: a", [9, 10, 3]),
        ("a.go:3:2: declared and not used: b\na.go:9:2: declared and not used: a", [3, 9]),
        ("a.go:3:2: undefined: a\na.go:9:2: cannot use a", [3, 9]),
    ],
)
def test_unused_names_come_last(printed: str, expected: list[int]) -> None:
    """Another error is the cause, which is in a line of its own."""
    assert [message.line for message in read_messages(printed, lambda name: name)] == expected
