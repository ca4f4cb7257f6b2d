"""Writes agreed Proposals into their files: each file once, whole or not at all, and only if it is as it was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from snipproof.files import write_whole
from snipproof.update.proposal import Proposal, Refusal, digest

_MARK = "\ufeff".encode()


def write_proposals(
    root: Path, proposals: Iterable[Proposal], allowed: Iterable[str]
) -> tuple[list[Proposal], list[Refusal]]:
    """Write ``proposals``, which agree with each other; returns those that were written, and why others were not.

    :param allowed: the only files that may be written, relative to ``root``.
    """
    by_path: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_path.setdefault(proposal.path, []).append(proposal)
    written: list[Proposal] = []
    refused: list[Refusal] = []
    known = set(allowed)
    for path, ours in sorted(by_path.items()):
        reason = _write(root, path, ours) if path in known else "it is no Source of a configured Suite"
        if reason:
            refused += [Refusal(path, each.line, each.region, reason) for each in ours]
        else:
            written += ours
    return written, refused


def _write(root: Path, path: str, proposals: Sequence[Proposal]) -> str:
    """Write one file; returns the reason if that is not done, empty if it is."""
    try:
        real = (root / path).resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            return f"it is a link to {real}, outside of the root"
        data = real.read_bytes()
        text = data.removeprefix(_MARK).decode("utf-8")
        if any(digest(text) != each.digest for each in proposals):
            return "the file changed since it was read: run again"
        new = changed(text, proposals)
        write_whole(real, (_MARK if data.startswith(_MARK) else b"") + new.encode("utf-8"))
    except (OSError, ValueError) as error:
        return f"it cannot be written: {getattr(error, 'strerror', '') or error}"
    return ""


def changed(text: str, proposals: Iterable[Proposal]) -> str:
    """Return ``text`` with the Changes of all ``proposals``, from the bottom up.

    :raises ValueError: it does not hold the lines that are to be replaced.
    """
    lines = text.split("\n")
    changes = {change for proposal in proposals for change in proposal.changes}
    for change in sorted(changes, key=lambda each: (each.first, len(each.old)), reverse=True):
        begin, end = change.first - 1, change.first - 1 + len(change.old)
        old = lines[begin:end]
        if tuple(line.removesuffix("\r") for line in old) != change.old:
            raise ValueError("its lines are not those that were read")
        # Each line ends as the one that it replaces, a further one as its neighbour.
        near = old or lines[max(begin - 1, 0) : max(begin, 1)]
        ends = ["\r" if line.endswith("\r") else "" for line in near]
        new = [line + ends[min(i, len(ends) - 1)] for i, line in enumerate(change.new)]
        if end >= len(lines) and new:  # the last line of a file has no end, and those before it have
            usual = "\r" if text.count("\r\n") * 2 > text.count("\n") else ""
            new = [line.removesuffix("\r") + usual for line in new[:-1]] + [new[-1].removesuffix("\r")]
        lines[begin:end] = new
    return "\n".join(lines)
