"""``snipproof compare``: holds a file of expected output against a file of actual output, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from snipproof.compare.comparison import compare_texts
from snipproof.compare.differences import Kind, format_report
from snipproof.compare.notation import ParseError
from snipproof.compare.options import ComparisonOptions, parse_tolerance
from snipproof.compare.tree import Notation
from snipproof.errors import SettingsError
from snipproof.lint.formats.text_format import printable
from snipproof.text import plural

_CLAIMS = {".json": Notation.JSON, ".json5": Notation.JSON, ".jsonl": Notation.JSON}
_STYLES = {">": "1", "^": "1;31"}


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What the command line asks for; ``actual`` is ``-`` for standard input.

    ``approx`` are texts ``KEY=TOLERANCE``; ``unordered`` are names, ``True`` among them for every list.
    """

    expected: Path
    actual: str
    approx: Sequence[str] = ()
    ignore: Sequence[str] = ()
    unordered: Sequence[str | bool] = ()
    select: str | None = None
    shape: bool = False
    captures: Sequence[str] = ()
    colour: bool = False


def compare_files(wanted: CompareRequest) -> tuple[Iterator[str], int]:
    """Return the lines to print, none for a match, and the exit code: 0 for a match, 1 if they differ.

    :raises SettingsError: a file cannot be read, an option is wrong, or the expected text is not what it claims to be.
    """
    laws = _laws(wanted)
    expected = _read(wanted.expected)
    actual = _read_standard_input() if wanted.actual == "-" else _read(Path(wanted.actual))
    try:
        compared = compare_texts(expected, actual, laws, required_notation=_CLAIMS.get(wanted.expected.suffix.lower()))
    except ParseError as error:
        place = f"{wanted.expected}:{error.line}:{error.column}"
        hint = "what begins as data or is named .json must be data; see `snipproof compare --help`"
        raise SettingsError(f"{place} {error.message}", hint) from None
    found = compared.differences
    if not found:
        return iter(()), 0
    if found[0].kind is Kind.OPTION:
        raise SettingsError(f"{wanted.expected}: {found[0].message}")
    head = f"{wanted.expected}:{found[0].line} {plural(len(found), 'difference')} from {_name(wanted.actual)}"
    lines = list(enumerate(expected.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1))
    if lines and not lines[-1][1]:
        lines.pop()
    told = format_report(head, lines, found, _name(wanted.actual), actual, "")
    return (_styled(printable(line), colour=wanted.colour) for line in told), 1


def _laws(wanted: CompareRequest) -> ComparisonOptions:
    if wanted.select is not None and not wanted.select.startswith("$"):
        raise SettingsError(f"--select {wanted.select}: a path begins with `$`", "for example --select '$.data.Get'")
    for option, names in (("ignore", wanted.ignore), ("unordered", wanted.unordered), ("capture", wanted.captures)):
        if any(isinstance(name, str) and not name.strip() for name in names):
            raise SettingsError(f"--{option}: a name expected, not nothing")
    approx: dict[str, Decimal] = {}
    for given in wanted.approx:
        name, _, number = given.rpartition("=")
        if not name.strip():
            raise SettingsError(f"--approx {given}: KEY=TOLERANCE expected", "for example --approx distance=1e-4")
        try:
            approx[name] = parse_tolerance(number)
        except ValueError as error:
            raise SettingsError(f"--approx {given}: {error}") from None
    return ComparisonOptions(
        ignore=tuple(wanted.ignore),
        approx=approx,
        unordered=tuple(name for name in wanted.unordered if isinstance(name, str)),
        all_unordered=True in wanted.unordered,
        select=wanted.select,
        shape=wanted.shape,
        captures=tuple(wanted.captures),
    )


def _read(path: Path) -> str:
    try:
        return _decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read_standard_input() -> str:
    if sys.stdin is None:
        raise SettingsError("standard input is closed", "name a file, or pipe the output into this")
    return _decoded(sys.stdin.buffer.read(), "standard input")


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: not UTF-8 at byte {error.start}", "save it as UTF-8") from None


def _name(actual: str) -> str:
    return "standard input" if actual == "-" else actual


def _styled(line: str, *, colour: bool) -> str:
    style = _STYLES.get(line.lstrip()[:1]) if colour else None
    return f"\x1b[{style}m{line}\x1b[0m" if style else line
