"""The baseline: the Findings that an old site lives with, so that only new ones fail.

It is a ratchet that holds both ways: a Finding that is not listed is reported, and so is an entry whose Finding is
gone, since a stale entry would let the same defect come back unseen.

The file is JSON lines: a head, then one entry for each kind of Finding, sorted, so that its diffs show what changed.
An entry contains no line number, not even in its text, and so survives every change around its Finding.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.files import write_whole
from snipproof.lint.rules.base import Rule
from snipproof.model import Finding, Severity
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_HEAD = "snipproof_baseline"
_VERSION = 1
_UPDATE = "run `snipproof check --update-baseline`"
# Quoted text is the page's or the Source's own and is kept; a number outside of it is a line or an amount.
_QUOTED_OR_NUMBER = re.compile(
    r"""(?<!\w)(?P<quoted>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`[^`\n]*`)(?!\w)
      | (?<![\w./-])\d+(?:[-–]\d+)?(?![\w/-]|\.\d)""",
    re.VERBOSE,
)

STALE = Rule("SP009", "stale-baseline", Severity.ERROR, "the baseline lists a finding that is gone", lambda _: iter(()))


class Key(NamedTuple):
    """What two Findings that a baseline takes for the same have in common."""

    path: str
    rule: str
    text: str


class Entry:
    """One line of a baseline: its number, and how many Findings of its key it lists."""

    __slots__ = ("count", "line")

    def __init__(self, count: int, line: int) -> None:
        self.count = count
        self.line = line


class BaselineComparison(NamedTuple):
    """The Findings to report, new ones and those of stale entries, and those that the baseline lists."""

    findings: list[Finding]
    listed: list[Finding]

    @property
    def baselined(self) -> int:
        """How many Findings the baseline lists."""
        return len(self.listed)


def key_of(finding: Finding) -> Key:
    """Return the key of ``finding``: its path, its rule, and its message without the numbers of lines."""
    text = _QUOTED_OR_NUMBER.sub(lambda match: match["quoted"] or "…", finding.message)
    return Key(finding.path, finding.rule, text)


def compare(
    findings: Iterable[Finding],
    baseline: Mapping[Key, Entry],
    name: str,
    is_unread: Callable[[str], bool] = lambda _: False,
) -> BaselineComparison:
    """Return the ``findings`` that ``baseline``, the file ``name``, does not list, and Findings of its stale entries.

    Where more Findings have a key than are listed, the last ones are reported: it is not known which of them are new.

    :param is_unread: whether a file exists and is not read, because its Suite moved. Its entries are stale, which is a
        warning only: nothing was fixed, so nothing can come back.
    """
    reported: list[Finding] = []
    listed: list[Finding] = []
    counts: Counter[Key] = Counter()
    for finding in sorted(findings):
        key = key_of(finding)
        counts[key] += 1
        allowed = baseline[key].count if key in baseline else 0
        if counts[key] <= allowed:
            listed.append(finding)
        else:
            reported.append(_one_too_many(finding, allowed) if allowed else finding)
    for key, entry in baseline.items():
        if counts[key] < entry.count:
            stale = _stale_unread if is_unread(key.path) else _stale
            reported.append(stale(key, entry, counts[key], name))
    return BaselineComparison(sorted(reported), listed)


def _one_too_many(finding: Finding, listed: int) -> Finding:
    note = f"the baseline lists {listed} like it in this file, and this is one more"
    return finding._replace(hint=f"{finding.hint}\n{note}" if finding.hint else note)


def _stale(key: Key, entry: Entry, left: int, name: str) -> Finding:
    listed = plural(entry.count, f"{key.rule} finding")
    how_many = f"{listed} in {key.path}, but {left or 'none'} {'is' if left < 2 else 'are'} left"
    hint = f"remove the stale entry: {_UPDATE}"
    return Finding(name, entry.line, 1, STALE.id, f"the baseline lists {how_many}: {key.text}", hint)


def _stale_unread(key: Key, entry: Entry, _: int, name: str) -> Finding:
    message = (
        f"the baseline lists {plural(entry.count, f'{key.rule} finding')} in {key.path}, which is not read any more"
    )
    hint = f"name the file in a Suite or on a page, or {_UPDATE}"
    return Finding(name, entry.line, 1, STALE.id, f"{message}: {key.text}", hint, Severity.WARNING)


def load(path: Path, name: str) -> dict[Key, Entry]:
    """Read the baseline at ``path``, which errors call ``name``.

    :raises SettingsError: the file does not exist, or is not a baseline.
    """
    text = _read(path, name)
    if text is None:
        raise SettingsError(f"{name}: baseline not found", f"{_UPDATE} to create it")
    head, *rows = text.split("\n")
    _check_head(head, name)
    entries: dict[Key, Entry] = {}
    for number, row in enumerate(rows, 2):
        if not row.strip():
            continue
        key, count = _entry(row, f"{name}:{number}:1")
        if key in entries:
            raise SettingsError(f"{name}:{number}:1 duplicate of the entry on line {entries[key].line}", _UPDATE)
        entries[key] = Entry(count, number)
    return entries


def save(path: Path, name: str, findings: Sequence[Finding]) -> int:
    """Write the baseline that lists ``findings`` and return how many entries it has. The file is whole at any time.

    :raises SettingsError: there is a file at ``path`` that is not a baseline.
    :raises InfrastructureError: it cannot be written.
    """
    written = _read(path, name)
    if written:
        _check_head(written.partition("\n")[0], name)
    counts = Counter(key_of(finding) for finding in findings)
    rows = [_json({_HEAD: _VERSION})]
    rows += [_json({**key._asdict(), "count": count}) for key, count in sorted(counts.items())]
    try:
        # A file name that is not Unicode is written with JSON's own escapes.
        write_whole(path, ("\n".join(rows) + "\n").encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise InfrastructureError(f"cannot write {name}: {error.strerror or error}") from None
    return len(counts)


def _read(path: Path, name: str) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{name}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}:1:1 not a baseline: not UTF-8: {error.reason}") from None


def _check_head(row: str, name: str) -> None:
    hint = f"if it may be replaced, remove it, then {_UPDATE}"
    try:
        head = json.loads(row)
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or _HEAD not in head:
        raise SettingsError(f"{name}:1:1 not a baseline: its first line is not {_json({_HEAD: _VERSION})}", hint)
    if head[_HEAD] != _VERSION:
        raise SettingsError(
            f"{name}:1:1 unsupported version {head[_HEAD]!r} of a baseline: this snipproof reads {_VERSION}", hint
        )


def _entry(row: str, place: str) -> tuple[Key, int]:
    try:
        entry = json.loads(row)
        key, count = Key(entry.pop("path"), entry.pop("rule"), entry.pop("text")), entry.pop("count")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SettingsError(f"{place} not a baseline entry: {row[:80]!r}", f"remove the line, or {_UPDATE}") from None
    if entry or not all(isinstance(part, str) for part in key) or type(count) is not int or count < 1:
        raise SettingsError(f"{place} wrong values in a baseline entry: {row[:80]!r}", f"remove the line, or {_UPDATE}")
    return key, count


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)


def baseline_name(path: Path, root: Path) -> str:
    """Return the name of the baseline at ``path`` for messages: its path below the root, else as it is given."""
    absolute = os.path.normpath(path.absolute())
    inside = os.path.relpath(absolute, os.path.normpath(root))
    return str(path) if inside.startswith("..") else inside.replace(os.sep, "/")
