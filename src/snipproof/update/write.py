"""Writes accepted Proposals into their files: each file once, atomically, and only if it is unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from snipproof.errors import SnipproofError
from snipproof.files import write_whole
from snipproof.update.intact import find_damage
from snipproof.update.proposal import Proposal, Refusal, digest

_BYTE_ORDER_MARK = "\ufeff".encode()
_NO_SOURCE = "it is not a Source of a configured Suite"


def write_proposals(
    root: Path, proposals: Iterable[Proposal], allowed: Iterable[str]
) -> tuple[list[Proposal], list[Refusal]]:
    """Write ``proposals``, which have no conflicts; return those that were written, and a Refusal for each other one.

    :param allowed: the only files that may be written, relative to ``root``.
    """
    by_path: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_path.setdefault(proposal.path, []).append(proposal)
    written: list[Proposal] = []
    refused: list[Refusal] = []
    known = set(allowed)
    for path, group in sorted(by_path.items()):
        reason = _write(root, path, group) if path in known else _NO_SOURCE
        if reason:
            refused += [Refusal(path, each.line, each.region, reason) for each in group]
        else:
            written += group
    return written, refused


def writable(root: Path, proposals: Iterable[Proposal], allowed: Iterable[str]) -> list[Refusal]:
    """Return a Refusal for each of ``proposals`` that :func:`write_proposals` would not write now."""
    known = set(allowed)
    refused = []
    for each in proposals:
        try:
            _, _, reason = _prepare(root, each.path, [each]) if each.path in known else (root, b"", _NO_SOURCE)
        except (OSError, ValueError, SnipproofError) as error:
            reason = _failed(error)
        if reason:
            refused.append(Refusal(each.path, each.line, each.region, reason))
    return refused


def _write(root: Path, path: str, proposals: Sequence[Proposal]) -> str:
    """Write one file; return the reason if that is refused or fails, ``""`` if it is written."""
    try:
        real, data, reason = _prepare(root, path, proposals)
        if not reason:
            write_whole(real, data)
    except (OSError, ValueError, SnipproofError) as error:
        return _failed(error)
    return reason


def _failed(error: Exception) -> str:
    if isinstance(error, SnipproofError):
        return error.message
    return f"failed to write it: {getattr(error, 'strerror', '') or error}"


def _prepare(root: Path, path: str, proposals: Sequence[Proposal]) -> tuple[Path, bytes, str]:
    """Return the file to write, its new bytes, and the reason if it must not be written, else ``""``.

    :raises OSError: it cannot be read.
    :raises ValueError: it is not UTF-8, or the lines to be replaced are not in it.
    :raises UnreadableError: its markers would be wrong.
    """
    real = (root / path).resolve(strict=True)
    if not real.is_relative_to(root.resolve()):
        return real, b"", f"it is a link to {real}, outside the root"
    if not (os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)):
        return real, b"", "failed to write it: the file or its folder is read-only"
    data = real.read_bytes()
    text = data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    if any(digest(text) != each.digest for each in proposals):
        return real, b"", "the file changed since it was read: run again"
    new = apply_changes(text, proposals)
    # Each Proposal was checked by itself; here are all of them together.
    changes = {change for each in proposals for change in each.changes}
    if damage := find_damage(path, text, new, changes, {each.region.partition("::")[2] for each in proposals}):
        return real, b"", damage[1]
    return real, (_BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b"") + new.encode("utf-8"), ""


def apply_changes(text: str, proposals: Iterable[Proposal]) -> str:
    """Return ``text`` with the Changes of all ``proposals``. Line ends stay as they are.

    :raises ValueError: the lines to be replaced are not in it.
    """
    lines = text.split("\n")
    changes = {change for proposal in proposals for change in proposal.changes}
    for change in sorted(changes, key=lambda each: (each.first, len(each.old)), reverse=True):
        begin, end = change.first - 1, change.first - 1 + len(change.old)
        old = lines[begin:end]
        if tuple(line.removesuffix("\r") for line in old) != change.old:
            raise ValueError("the lines have changed since they were read")
        # Each line ends as the line that it replaces, a new one as its neighbour.
        near = old or lines[max(begin - 1, 0) : max(begin, 1)]
        ends = ["\r" if line.endswith("\r") else "" for line in near]
        new = [line + ends[min(i, len(ends) - 1)] for i, line in enumerate(change.new)]
        if end >= len(lines) and new:  # the last line of a file has no line end, those before it have one
            usual = "\r" if text.count("\r\n") * 2 > text.count("\n") else ""
            new = [line.removesuffix("\r") + usual for line in new[:-1]] + [new[-1].removesuffix("\r")]
        lines[begin:end] = new
    return "\n".join(lines)
