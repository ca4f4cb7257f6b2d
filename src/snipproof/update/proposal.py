"""What an update changes in one Region. Workers send it to the controller as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from snipproof.text import shorten

_MAX_SHOWN = 100  # characters of the output of a Snippet


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of a file, without line ends, that are replaced by others.

    :param first: the number of the first of them, from 1.
    :param old: the lines that are there; if empty, ``new`` is inserted before the line ``first``.
    :param new: the lines that replace them.
    """

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The change that makes one Region show the output of one Snippet.

    :param path: the file, relative to the root, with ``/``.
    :param region: the id of the Region.
    :param digest: the :func:`digest` of the text of the file as it was read.
    :param proposed_by: the id of the Snippet.
    :param line: the line of the first difference, or of the Region.
    :param why: what differed.
    :param changes: in the order of the file, without overlaps. Empty if the Region matches: then it must not change.
    """

    path: str
    region: str
    digest: str
    proposed_by: str
    line: int
    why: str
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the Proposal as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proposal:
        """Return the Proposal that :meth:`to_json` was called on."""
        changes = (Change(each["first"], tuple(each["old"]), tuple(each["new"])) for each in data["changes"])
        return cls(**{**data, "changes": tuple(changes)})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a Region is not updated."""

    path: str
    line: int
    region: str
    reason: str

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.path}:{self.line} not updated: {self.reason}"


def digest(text: str) -> str:
    """Return a checksum of ``text``, from which a byte order mark was removed."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def resolve_conflicts(proposals: Iterable[Proposal]) -> tuple[list[Proposal], list[Refusal]]:
    """Return one Proposal for each Region that changes, and a Refusal for each conflict.

    All Proposals for a Region must be equal, and no line may change in two ways.
    """
    by_region: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_region.setdefault(proposal.region, []).append(proposal)
    unique, refused = [], []
    for same in by_region.values():
        if any(each.changes != same[0].changes for each in same):
            refused.append(_conflict(same))
        elif same[0].changes:
            unique.append(same[0])
    kept: list[Proposal] = []
    for proposal in unique:
        if others := [other for other in unique if other is not proposal and _overlap(proposal, other)]:
            refused.append(_conflict([proposal, *others]))
        else:
            kept.append(proposal)
    return kept, refused


def _conflict(proposals: list[Proposal]) -> Refusal:
    outputs = []
    for each in proposals:
        new = " ".join(line.strip() for change in each.changes for line in change.new)
        shown = f"`{shorten(new, _MAX_SHOWN)}`" if each.changes else "what is shown"
        outputs.append(f"{each.proposed_by} gave {shown}")
    first = next(each for each in proposals if each.changes)
    reason = "the Snippets whose output it shows do not agree: " + ", but ".join(dict.fromkeys(outputs))
    return Refusal(first.path, first.line, first.region, reason)


def _overlap(one: Proposal, other: Proposal) -> bool:
    """Return whether two Proposals change a line in different ways: Regions may share lines."""
    if one.path != other.path:
        return False
    for a in one.changes:
        for b in other.changes:
            overlap = a.first < b.first + len(b.old) and b.first < a.first + len(a.old)
            if a != b and (overlap or a.first == b.first):
                return True
    return False
