"""What an update wants to change in one Region. It travels from worker to controller, so it is plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

_SHOWN = 100  # characters of what a Snippet gave


@dataclass(frozen=True, slots=True)
class Change:
    """TextLines of a file that become other ones: those from line ``first`` on, without their line ends.

    Without ``old`` the new ones go in before line ``first``.
    """

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What makes one Region show what one Snippet gave.

    :param path: of the file, relative to the root, with ``/``.
    :param region: the id of the Region.
    :param digest: of the text of the file as it was read, see :func:`digest`.
    :param proposed_by: the id of the Snippet.
    :param line: where the difference is, or the Region.
    :param why: what differed, in words.
    :param changes: from the top of the file down; they do not overlap. There are none where the Region holds: that is
        a word for leaving it as it is.
    """

    path: str
    region: str
    digest: str
    proposed_by: str
    line: int
    why: str
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proposal:
        """Return what :meth:`to_json` gave."""
        changes = (Change(each["first"], tuple(each["old"]), tuple(each["new"])) for each in data["changes"])
        return cls(**{**data, "changes": tuple(changes)})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not written: ``path:line`` and the reason, in words."""

    path: str
    line: int
    region: str
    reason: str

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.path}:{self.line} not updated: {self.reason}"


def digest(text: str) -> str:
    """Return what tells a text from any other one; a byte order mark does not count."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def agree(proposals: Iterable[Proposal]) -> tuple[list[Proposal], list[Refusal]]:
    """Return one Proposal for each Region that changes, and why there is none for some.

    All who say something of a Region must say the same, and no line may become two different things.
    """
    by_region: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_region.setdefault(proposal.region, []).append(proposal)
    agreed, refused = [], []
    for same in by_region.values():
        if any(each.changes != same[0].changes for each in same):
            refused.append(_conflict(same))
        elif same[0].changes:
            agreed.append(same[0])
    kept: list[Proposal] = []
    for proposal in agreed:
        if others := [other for other in agreed if other is not proposal and _clash(proposal, other)]:
            refused.append(_conflict([proposal, *others]))
        else:
            kept.append(proposal)
    return kept, refused


def _conflict(proposals: list[Proposal]) -> Refusal:
    said = []
    for each in proposals:
        new = " ".join(line.strip() for change in each.changes for line in change.new)
        what = f"`{new if len(new) <= _SHOWN else new[:_SHOWN] + '…'}`" if each.changes else "what is shown"
        said.append(f"{each.proposed_by} gave {what}")
    first = next(each for each in proposals if each.changes)
    reason = "the Snippets whose output it shows do not agree: " + ", but ".join(dict.fromkeys(said))
    return Refusal(first.path, first.line, first.region, reason)


def _clash(one: Proposal, other: Proposal) -> bool:
    """Whether two Proposals want different things of a line: Regions may share some."""
    if one.path != other.path:
        return False
    for a in one.changes:
        for b in other.changes:
            overlap = a.first < b.first + len(b.old) and b.first < a.first + len(a.old)
            if a != b and (overlap or a.first == b.first):
                return True
    return False
