"""Updates of blocks that look like data, beside output that is none: lines are written, and read as lines again."""

from __future__ import annotations

import pytest

from snipproof.compare import check_expectation
from snipproof.compare.expectation import ExpectationResult
from snipproof.model import Outcome
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source
from snipproof.update.proposal import Proposal, Refusal
from snipproof.update.propose import propose
from snipproof.update.write import changed


def source_with(*lines: str) -> str:
    """Return a Source whose block shows these lines."""
    block = "".join(f"# {line}\n" for line in lines)
    return f"# START one\nx = 1\n# END one\n# START Expected results {{of: one}}\n{block}# END Expected results\n"


def checked(text: str, output: str) -> ExpectationResult:
    """Compare the block of a Source with output."""
    source = parse_source("one.py", text)
    return check_expectation(source, source.expectations[0], output)


def proposed(text: str, output: str) -> Proposal | Refusal:
    """Return what an update would make of the block."""
    result = checked(text, output)
    verdict = Verdict(parse_source("one.py", text).snippets[0], Outcome.FAILED, 1, expectations=(result,))
    return propose(verdict.snippet, verdict.expectations, lambda _: text, {})[0]


@pytest.mark.parametrize(
    ("old", "output", "new"),
    [
        (["{ip: 127.0.0.1}"], "{ip: 127.0.0.2}\n", ["{ip: 127.0.0.2}"]),
        (["...", "[(0:18.0), (1:14.0)]"], "a\n[(0:18.5)]\n", ["...", "[(0:18.5)]"]),
        (["[16, 64] (in any order)"], "[64, 16] (in any order)\ndone\n", ["[64, 16] (in any order)", "done"]),
    ],
)
def test_lines_are_written(old: list[str], output: str, new: list[str]) -> None:
    """The new block matches, and another update leaves it."""
    proposal = proposed(source_with(*old), output)
    assert isinstance(proposal, Proposal)
    text = changed(source_with(*old), [proposal])
    assert text == source_with(*new)
    assert checked(text, output).matched


def test_a_broken_block_beside_data_is_left() -> None:
    """Only its writer knows what it should be."""
    refusal = proposed(source_with('{"a": 1,'), '{"a": 2}')
    assert isinstance(refusal, Refusal)
    assert "the block is not the data it shows" in refusal.reason
