"""Writes the ledger of known failures: sorted, with the text of all entries that stay, and the comments above them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.files import require_inside, write_whole
from snipproof.site.known_failures import read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from snipproof.site.known_failures import Floor, KnownFailure, Ledger

_HEADER = re.compile(r"[ \t]*\[")


class _Block(NamedTuple):
    """The text of one entry: the comments above it and its header, and the lines below."""

    head: str
    body: str


def save_ledger(root: Path, ledger: Ledger) -> None:
    """Write ``ledger`` to its file below ``root`` in one step.

    :raises SettingsError: the file has a form that would be lost, or a link leads outside of the root.
    :raises InfrastructureError: it cannot be written.
    """
    path = root / ledger.name
    require_inside(root, path, ledger.name)
    try:
        text = path.read_bytes().decode() if path.exists() else ""
        write_whole(path, ledger_text(ledger, text).encode())
    except UnicodeEncodeError:
        raise SettingsError(f"{ledger.name}: not written: the name of a Snippet is not Unicode") from None
    except OSError as error:
        raise InfrastructureError(f"cannot write {ledger.name}: {error.strerror or error}") from None


def ledger_text(ledger: Ledger, before: str = "") -> str:
    """Return the text of ``ledger``.

    :param before: the text that is replaced; entries that stay keep theirs, and changed ones the comments above them.
    :raises SettingsError: its entries have another form than a table each, so that comments would be lost.
    """
    newline = "\r\n" if "\r\n" in before else "\n"
    before = before.replace("\r\n", "\n")
    old = read_ledger(before, ledger.name, is_updated=True)
    preamble, blocks = _split(before, old)
    parts = [preamble.rstrip("\n")] if preamble.strip() else []
    for name, failure in sorted(ledger.failures.items()):
        parts.append(_entry(blocks, ("snippets", name), _failure_lines(failure), old.failures.get(name) == failure))
    for suite, floor in sorted(ledger.floors.items()):
        parts.append(_entry(blocks, ("floor", suite), _floor_lines(floor), old.floors.get(suite) == floor))
    text = "\n\n".join(parts) + "\n" if parts else ""
    if read_ledger(text, ledger.name, is_updated=True) != ledger:
        raise _other_form(ledger.name)
    return text.replace("\n", newline)


def _entry(blocks: dict[tuple[str, str], _Block], path: tuple[str, str], lines: Iterator[str], stays: bool) -> str:
    block = blocks.get(path, _Block(f"[{path[0]}.{_quoted(path[1])}]", ""))
    body = block.body.strip("\n") if stays else "\n".join(lines)
    return f"{block.head}\n{body}" if body else block.head


def _failure_lines(failure: KnownFailure) -> Iterator[str]:
    if failure.outcome is None:
        yield "unstable = true"
    else:
        yield f"outcome = {_quoted(failure.outcome)}"
    if failure.kind:
        yield f"kind = {_quoted(failure.kind)}"
    yield f"reason = {_quoted(failure.reason)}"


def _floor_lines(floor: Floor) -> Iterator[str]:
    for key, number in floor._asdict().items():
        yield f"{key} = {number}"


def _quoted(text: str) -> str:
    """Return ``text`` as a string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _split(text: str, ledger: Ledger) -> tuple[str, dict[tuple[str, str], _Block]]:
    """Return the text before the first entry, and the text of each entry.

    :raises SettingsError: an entry has no header of its own.
    """
    lines = text.split("\n")
    headers: dict[int, tuple[str, str]] = {}
    for path in [*(("snippets", name) for name in ledger.failures), *(("floor", name) for name in ledger.floors)]:
        line = ledger.position(*path)[0] - 1
        if line in headers or not _HEADER.match(lines[line]):
            raise _other_form(ledger.name)
        headers[line] = path
    first = min(headers, default=0)
    starts = {line: _start(lines, line, with_blanks=line != first) for line in headers}
    ends = [*sorted(starts.values()), len(lines)]
    blocks = {}
    for line, path in headers.items():
        end = ends[ends.index(starts[line]) + 1]
        head = "\n".join(lines[starts[line] : line + 1]).lstrip("\n")
        blocks[path] = _Block(head, "\n".join(lines[line + 1 : end]))
    return "\n".join(lines[: ends[0]]), blocks


def _start(lines: list[str], line: int, *, with_blanks: bool) -> int:
    """Return the first of the lines above the header at ``line`` that belong to it: comments.

    :param with_blanks: whether comments above an empty line do too: above the first header, they are those of the file.
    """
    while line and (lines[line - 1].lstrip().startswith("#") or (with_blanks and not lines[line - 1].strip())):
        line -= 1
    return line


def _other_form(name: str) -> SettingsError:
    hint = 'write each entry as a table of its own, `[snippets."path::name"]`, or remove the file to write a new one'
    return SettingsError(f"{name}: not written, since comments would be lost", hint)
