"""Which environment variables a program reads."""

from __future__ import annotations

import pytest

from snipproof.syntax.variables import read_variables


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("os.environ['A'], os.environ.get(\"B\"), getenv('C')", ["A", "B", "C"]),
        ("os.getenv('A', 'x'); process.env.B ?? 'x'; process.env.C || 'x'", []),
        ("process.env.A!; process.env['B']", ["A", "B"]),
        ('os.Getenv("A"); os.LookupEnv("B"); System.getenv("C")', ["A", "B", "C"]),
        ("os.environ['A'] = 'x'; os.environ['A']; process.env.B ??= 'x'; process.env.B", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [name for _, name in read_variables(text)] == names


def test_offsets() -> None:
    text = "x = 1\ny = os.environ['A']"
    assert [text[offset:] for offset, _ in read_variables(text)] == ["environ['A']"]
