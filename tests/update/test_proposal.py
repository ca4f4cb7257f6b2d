"""Proposals: as JSON, and conflicts between them."""

from __future__ import annotations

import json

import pytest
from tests.support.update import proposal

from snipproof.update.proposal import Change, Proposal, resolve_conflicts

CHANGE = Change(5, ("# a",), ("# A",))
OTHER = Change(5, ("# a",), ("# B",))


def test_proposals_survive_json() -> None:
    """The controller reads what a worker sent."""
    one = proposal(Change(5, ("# a",), ("# b", "# c")))
    assert Proposal.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([("r", "s1", (CHANGE,))], 1),
        ([("r", "s1", (CHANGE,)), ("r", "s2", (CHANGE,))], 1),
        ([("r", "s1", (CHANGE,)), ("r", "s2", (OTHER,))], 0),
        ([("r", "s1", (CHANGE,)), ("r", "s2", ())], 0),
        ([("r", "s1", ()), ("r", "s2", ())], 0),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (CHANGE,))], 2),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (OTHER,))], 0),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (Change(7, ("#   b",), ()),))], 2),
        ([("r", "s1", (Change(5, (), ("# x",)),)), ("q", "s1", (Change(5, (), ("# y",)),))], 0),
    ],
)
def test_conflicts(given: list[tuple[str, str, tuple[Change, ...]]], kept: int) -> None:
    """Between Snippets that share a Region, or Regions that share lines; a Region that matches must not change."""
    proposals = [proposal(*changes, region=region, proposed_by=by) for region, by, changes in given]
    agreed, refused = resolve_conflicts(proposals)
    assert len(agreed) == kept
    changes_any = any(changes for _, _, changes in given)
    assert bool(refused) is (kept == 0 and changes_any)
    for refusal in refused:
        assert all(by in refusal.reason for _, by, _ in given)
