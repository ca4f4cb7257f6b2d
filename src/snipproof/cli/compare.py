"""``snipproof compare``: compares a file of expected output with a file of actual output. It reads no settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof.cli.console import print_lines
from snipproof.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from snipproof.compare.differences import Difference
    from snipproof.compare.options import ComparisonOptions

SUMMARY = "compare a file of expected output with one of actual output"
_JSON_EXTENSIONS = (".json", ".json5", ".jsonl")
_STYLES = {">": "1", "^": "1;31"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``compare``."""

    def add_repeatable(name: str, metavar: str, summary: str, **more: Any) -> None:
        parser.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=summary, **more)

    parser.add_argument("expected", type=Path, metavar="EXPECTED_FILE", help="what the docs show, with wildcards")
    parser.add_argument("actual", metavar="ACTUAL_FILE", help="what was printed; - for standard input")
    add_repeatable("approx", "KEY=TOLERANCE", "accept a number named KEY that differs by at most TOLERANCE")
    add_repeatable("ignore", "KEY", "do not compare the value named KEY")
    add_repeatable("unordered", "KEY", "accept any order of lists (of those named KEY)", nargs="?", const=True)
    add_repeatable("capture", "ID", "`<ID>` matches anything, but the same everywhere")
    parser.add_argument(
        "--select", metavar="PATH", help="compare only what this RFC 9535 path selects in the actual output"
    )
    parser.add_argument("--shape", action="store_true", help="compare types and names only")
    parser.epilog = "Exit codes: 0 match, 1 difference, 2 wrong usage or malformed expected text."


def run(arguments: argparse.Namespace) -> int:
    """Compare the two files, print the differences and return the exit code: 0 for a match, 1 for a difference.

    :raises SettingsError: a file cannot be read, an option is wrong, or the expected text is malformed.
    """
    from snipproof.compare.comparison import compare_texts
    from snipproof.compare.differences import Kind
    from snipproof.compare.notation.reader import ParseError
    from snipproof.compare.tree import Notation

    path: Path = arguments.expected
    options = _comparison_options(arguments)
    expected = _read(path)
    actual = _read_standard_input() if arguments.actual == "-" else _read(Path(arguments.actual))
    required = Notation.JSON if path.suffix.lower() in _JSON_EXTENSIONS else None
    try:
        differences = compare_texts(expected, actual, options, required_notation=required).differences
    except ParseError as error:
        hint = "text that begins as data, or in a file named .json, must be valid; see `snipproof compare --help`"
        raise SettingsError(f"{path}:{error.line}:{error.column} {error.message}", hint) from None
    if not differences:
        return 0
    if differences[0].kind is Kind.OPTION:
        raise SettingsError(f"{path}: {differences[0].message}")
    name = "standard input" if arguments.actual == "-" else arguments.actual
    _report(path, expected, differences, name, actual)
    return 1


def _report(path: Path, expected: str, differences: Sequence[Difference], name: str, actual: str) -> None:
    from snipproof.compare.differences import format_report
    from snipproof.lint.formats.text_format import printable, wants_colour
    from snipproof.text import plural

    colour = wants_colour(os.environ, is_terminal=sys.stdout.isatty())
    head = f"{path}:{differences[0].line} {plural(len(differences), 'difference')} from {name}"
    lines = list(enumerate(expected.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1))
    if not lines[-1][1]:
        lines.pop()
    reported = format_report(head, lines, differences, name, actual, "")
    print_lines(_styled(printable(line), colour=colour) for line in reported)


def _styled(line: str, *, colour: bool) -> str:
    style = _STYLES.get(line.lstrip()[:1]) if colour else None
    return f"\x1b[{style}m{line}\x1b[0m" if style else line


def _comparison_options(arguments: argparse.Namespace) -> ComparisonOptions:
    from snipproof.compare.options import ComparisonOptions, parse_tolerance

    if arguments.select is not None and not arguments.select.startswith("$"):
        raise SettingsError(f"--select {arguments.select}: a path begins with `$`", "for example --select '$.data.Get'")
    for option in ("ignore", "unordered", "capture"):
        if any(isinstance(name, str) and not name.strip() for name in getattr(arguments, option)):
            raise SettingsError(f"--{option}: the name is empty")
    approx = {}
    for given in arguments.approx:
        name, _, number = given.rpartition("=")
        if not name.strip():
            raise SettingsError(f"--approx {given}: KEY=TOLERANCE expected", "for example --approx distance=1e-4")
        try:
            approx[name] = parse_tolerance(number)
        except ValueError as error:
            raise SettingsError(f"--approx {given}: {error}") from None
    return ComparisonOptions(
        ignore=tuple(arguments.ignore),
        approx=approx,
        unordered=tuple(name for name in arguments.unordered if isinstance(name, str)),
        all_unordered=True in arguments.unordered,
        select=arguments.select,
        shape=arguments.shape,
        captures=tuple(arguments.capture),
    )


def _read(path: Path) -> str:
    try:
        return _decode(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read_standard_input() -> str:
    if sys.stdin is None:
        raise SettingsError("standard input is closed", "name a file, or pipe the output into this command")
    return _decode(sys.stdin.buffer.read(), "standard input")


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: not UTF-8 at byte {error.start}", "save it as UTF-8") from None
