"""Quick fixes: what a hint names, a suppression to explain, stale entries of the baseline, output that differs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import Diagnostic, Position, Range, TextEdit

from snipproof.language_server.diagnostics import SOURCE, diagnostic
from snipproof.language_server.positions import Positions
from snipproof.language_server.replacements import replacement_of
from snipproof.languages import comment_tokens, of_file
from snipproof.lint.rules import RULES
from snipproof.site.discovery import PAGES
from snipproof.text import first_quoted, plural, quoted, suggested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.language_server.workspace import Workspace
    from snipproof.model import Finding

_READ_AGAIN = "has changed on disk since it was read"
_OF_SUPPRESSIONS = ("SP002", "SP003")
_UNREADABLE = "SP001"
_INDENTATION = re.compile(r"[ \t>]*")


class Fix(NamedTuple):
    """One quick fix: edits of one file, or the Snippets whose update corrects what is wrong.

    :param preferred: whether it is the one that a writer most probably wants.
    :param refused: why it can't be applied now, ``""`` if it can.
    """

    title: str
    diagnostic: Diagnostic
    path: str
    edits: tuple[TextEdit, ...] = ()
    updates: tuple[str, ...] = ()
    preferred: bool = False
    refused: str = ""


def fixes(workspace: Workspace, path: str, here: Range) -> Iterator[Fix]:
    """Yield the fixes of all that is wrong ``here`` in the file ``path``, with its text on the screen."""
    text = workspace.text(path)
    positions = Positions(text)
    refused = f"{path} {_READ_AGAIN}" if workspace.is_changed_on_disk(path) else ""
    if path == workspace.baseline_path:
        yield from _of_baseline(workspace, path, positions, here, refused)
        return
    for failure in workspace.failures(path):
        if failure.updated_by and _touches(failure.diagnostic.range, here):
            title = "Update this Expectation: write what was printed"
            why = "" if workspace.is_saved(path) else f"{path} is not saved"
            yield Fix(
                title, failure.diagnostic, path, updates=failure.updated_by, preferred=True, refused=refused or why
            )
    for checked in workspace.findings_while_typing(path):
        shown = diagnostic(checked, positions)
        if _touches(shown.range, here):
            for fix in _of_finding(workspace, checked.finding, shown, positions):
                yield fix._replace(refused=refused)


def settings_fixes(workspace: Workspace, path: str, shown: Iterable[Diagnostic]) -> Iterator[Fix]:
    """Yield what the errors of a file with settings that are ``shown`` name instead of what is written there."""
    positions = Positions(workspace.text(path))
    for error in shown:
        wrong, new = first_quoted(error.message), suggested(error.message)
        if error.source == SOURCE and error.code is None and new:
            begin, end = positions.offset(error.range.start), positions.offset(error.range.end)
            at = positions.text.find(wrong, begin, end)
            if at >= 0:
                edit = TextEdit(positions.range(at, at + len(wrong)), new)
                refused = f"{path} {_READ_AGAIN}" if workspace.is_changed_on_disk(path) else ""
                yield Fix(f"Write {quoted(new)}", error, path, (edit,), preferred=True, refused=refused)


def _of_finding(workspace: Workspace, finding: Finding, shown: Diagnostic, positions: Positions) -> Iterator[Fix]:
    path = finding.path
    if replacement := replacement_of(workspace.site, finding, positions):
        edit = TextEdit(positions.range(replacement.begin, replacement.end), replacement.written)
        yield Fix(f"Write {quoted(replacement.new)}", shown, path, (edit,), preferred=True)
    if finding.rule == _OF_SUPPRESSIONS[1]:
        begin = positions.offset_of(finding.line)
        yield Fix(
            "Remove this comment",
            shown,
            path,
            (TextEdit(positions.range(begin, positions.offset_of(finding.line + 1)), ""),),
            preferred=True,
        )
    comment = _suppression(workspace, finding, positions)
    if comment:
        at = positions.position(positions.offset_of(finding.line))
        title = f"Ignore {finding.rule} here, because …"
        yield Fix(title, shown, path, (TextEdit(Range(at, at), comment),))


def _suppression(workspace: Workspace, finding: Finding, positions: Positions) -> str:
    """Return the line that suppresses ``finding`` once its reason is written; ``""`` if readers would see it."""
    rule = RULES.get(finding.rule)
    if rule is None or finding.rule in (_UNREADABLE, *_OF_SUPPRESSIONS):
        return ""
    begin = positions.offset_of(finding.line)
    indentation = _INDENTATION.match(positions.text, begin)
    margin = indentation[0] if indentation else ""
    end = "\r\n" if positions.text.find("\r\n") >= 0 else "\n"
    words = f"snipproof: ignore {finding.rule} because "
    if finding.path.endswith(PAGES):
        return f"{margin}{{/* {words}*/}}{end}"
    source, tokens = workspace.site.sources.get(finding.path), comment_tokens(of_file(finding.path))
    if source is None or not tokens:
        return ""
    before = finding.line - 1
    shown = any(region.shows(before) or region.shows(finding.line) for region in source.regions)
    return "" if shown else f"{margin}{tokens[0]} {words}{end}"


def _of_baseline(workspace: Workspace, path: str, positions: Positions, here: Range, refused: str) -> Iterator[Fix]:
    """Yield the fix of each stale entry: its number is lowered, or its line removed."""
    why = refused or ("" if workspace.is_saved(path) else f"{path} is not saved")
    last = positions.place_of(positions.offset(Position(here.end.line, 0)))[0]
    for line in range(here.start.line + 1, last + 1):
        counts = workspace.left_of_entry(path, line)
        if counts is None or counts[0] <= counts[1]:
            continue
        listed, left = counts
        begin, end = positions.offset_of(line), positions.offset_of(line + 1)
        row = positions.text[begin:end]
        new = json.dumps({**json.loads(row), "count": left}, ensure_ascii=False) + "\n" if left else ""
        shown = Diagnostic(positions.range_of_line(line), f"the baseline lists {plural(listed, 'finding')}")
        title = f"Lower this entry to {left}" if left else "Remove this stale entry"
        yield Fix(title, shown, path, (TextEdit(positions.range(begin, end), new),), preferred=True, refused=why)


def _touches(one: Range, other: Range) -> bool:
    def key(position: Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)
