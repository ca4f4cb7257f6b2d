"""Proposes a change for each Expectation that differs, or refuses it with a reason.

The new text of a block comes from ``rewrite``. This module puts it on the lines of the Source, changes only those that
differ, and refuses what would damage the Source or give a secret away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from snipproof.compare.comparison import read_shown
from snipproof.compare.expectation import BlockLine, ExpectationResult, block_of
from snipproof.compare.notation.actual import read_actual
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import Expected, TextLines
from snipproof.errors import SnipproofError
from snipproof.lint.secrets import find_keys
from snipproof.model import Region, Snippet
from snipproof.redaction import find_secret, redact
from snipproof.site.markers import find_markers
from snipproof.site.source import parse_source
from snipproof.update.enclosing import enclosing_literal
from snipproof.update.intact import find_damage
from snipproof.update.proposal import Change, Proposal, Refusal, digest
from snipproof.update.rewrite import UNFIXABLE, Rewritten, rewrite
from snipproof.update.write import apply_changes
from snipproof.update.write_data import CannotWriteError

_BYTE_ORDER_MARK = "\ufeff"
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class CannotPlaceError(Exception):
    """The new text does not fit into the file; the message is the reason."""


def propose(
    snippet: Snippet,
    results: Sequence[ExpectationResult],
    read: Callable[[str], str],
    secrets: Mapping[str, str],
) -> list[Proposal | Refusal]:
    """Return a Proposal or a Refusal for each Expectation of ``snippet``; it has no changes where the block matches.

    :param read: returns the text of a Source by its path.
    :param secrets: values that must be neither written nor shown, by name.
    """
    found: list[Proposal | Refusal] = []
    for result in results:
        region = result.expectation.region
        line = result.differences[0].line if result.differences else region.line
        try:
            found.append(_proposal(snippet, result, line, read(region.source), secrets))
        except (CannotWriteError, CannotPlaceError) as error:
            found.append(Refusal(region.source, line, region.id, str(error)))
        except SnipproofError as error:
            found.append(Refusal(region.source, line, region.id, error.message))
    return [
        replace(each, reason=redact(each.reason, secrets))
        if isinstance(each, Refusal)
        else replace(each, why=redact(each.why, secrets))
        for each in found
    ]


def _proposal(
    snippet: Snippet, result: ExpectationResult, line: int, text: str, secrets: Mapping[str, str]
) -> Proposal | Refusal:
    region, block = result.expectation.region, result.block
    if result.matched:
        return Proposal(region.source, region.id, digest(text), snippet.id, line, "", ())
    rewritten = _rewrite(result)
    changes = place_lines(text.split("\n"), block.lines, rewritten.text.split("\n"))
    if rejected := find_rejected(region.source, text, [each.number for each in block.lines], changes, secrets):
        return Refusal(region.source, rejected[0], region.id, rejected[1])
    difference = result.differences[0]
    why = f"{difference.path}: {difference.message}"
    if result.expected is not None and rewritten.notation is not result.expected.notation:
        why += f"; written as {rewritten.notation}, since {result.expected.notation} cannot represent it"
    proposal = Proposal(region.source, region.id, digest(text), snippet.id, line, why, tuple(changes))
    new = apply_changes(text, [proposal])
    if damage := find_damage(region.source, text, new, changes, [region.name]):
        return Refusal(region.source, damage[0], region.id, damage[1])
    if not _reads_back(region, new, rewritten.text):
        return Refusal(region.source, line, region.id, "written into the Source, the output would be read differently")
    return proposal


def _reads_back(region: Region, text: str, block: str) -> bool:
    """Return whether the Region, in the new text of its Source, is read as ``block``."""
    source = parse_source(region.source, text, (region.pair,) if region.pair else ())
    found = next((each for each in source.regions if each.name == region.name), None)
    return found is not None and block_of(source, found).text == block


def _rewrite(result: ExpectationResult) -> Rewritten:
    """Return the new text of the block.

    :raises CannotWriteError: there is none.
    """
    expected, options = result.expected, result.options
    first = result.differences[0]
    if expected is None or first.kind in UNFIXABLE:
        raise CannotWriteError(first.message)
    required = None if _is_detected(expected, result) else expected.notation

    def read(text: str) -> Expected:
        return read_shown(text, result.actual, options, required)

    actual = result.actual
    if isinstance(actual, str) and not (isinstance(expected.node, TextLines) and options.select is None):
        try:
            actual = read_actual(actual, expected.notation)
        except ParseError:
            raise CannotWriteError(first.message) from None
    return rewrite(expected, actual, options, read)


def _is_detected(expected: Expected, result: ExpectationResult) -> bool:
    """Return whether the notation of the block is found without a Page that names it."""
    try:
        return read_shown(expected.text, result.actual, result.options).notation is expected.notation
    except ParseError:
        return False


def place_lines(lines: Sequence[str], block: Sequence[BlockLine], new: Sequence[str]) -> list[Change]:
    """Return the Changes, in the order of the file, after which ``block`` shows the lines ``new``.

    :param lines: all lines of the file; a carriage return at their end does not count.
    :param block: the lines of the block, with gaps between its Segments.
    :raises CannotPlaceError: a Change would span a gap, or the block is not from this file.
    """
    return _Placement(lines, block).changes(new)


@dataclass(frozen=True, slots=True)
class _Placement:
    """A block in its file; see :func:`place_lines`."""

    lines: Sequence[str]
    block: Sequence[BlockLine]

    def changes(self, new: Sequence[str]) -> list[Change]:
        if not self.block:
            raise CannotPlaceError("the block has no line")
        if any(self._source_line(index) != line.shown for index, line in enumerate(self.block)):
            raise CannotPlaceError("the file changed since it was read: run again")
        matcher = SequenceMatcher(None, [line.text for line in self.block], new, autojunk=False)
        changes: list[Change] = []
        for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
            if tag != "equal":
                changes += self._replace(begin, end, list(new[new_begin:new_end]))
        return changes

    def _replace(self, begin: int, end: int, new: list[str]) -> list[Change]:
        if begin == end:
            at = self.block[begin - 1].number + 1 if begin else self.block[0].number
            return [Change(at, (), self._with_prefixes(max(begin - 1, 0), max(begin, 1), new))]
        numbers = [line.number for line in self.block]
        cuts = [begin, *(i for i in range(begin + 1, end) if numbers[i] != numbers[i - 1] + 1), end]
        if len(cuts) > 2 and len(new) != end - begin:
            raise CannotPlaceError("the change spans lines between two parts of the block")
        changes = []
        for first, last in pairwise(cuts):
            part = new if len(cuts) == 2 else new[first - begin : last - begin]
            old = tuple(self._source_line(i) for i in range(first, last))
            changes.append(Change(numbers[first], old, self._with_prefixes(first, last, part)))
        return changes

    def _source_line(self, index: int) -> str:
        number = self.block[index].number
        return self.lines[number - 1].removesuffix("\r") if number <= len(self.lines) else ""

    def _with_prefixes(self, begin: int, end: int, new: Sequence[str]) -> tuple[str, ...]:
        """Return the lines ``new``, which replace the lines ``begin`` to ``end`` of the block, as the file has them."""
        return tuple(self._prefix(min(begin + i, end - 1), blank=not text.strip()) + text for i, text in enumerate(new))

    def _prefix(self, index: int, *, blank: bool) -> str:
        """Return indentation and comment token of a line of the block, or of the nearest one that is ``blank`` too."""
        nearest = sorted(self.block, key=lambda line: abs(line.number - self.block[index].number))
        alike = next((line.prefix for line in nearest if bool(line.text.strip()) is not blank), None)
        prefix = self.block[index].prefix.rstrip() if alike is None else alike
        return prefix.removeprefix(_BYTE_ORDER_MARK)


def find_rejected(
    path: str, text: str, numbers: Sequence[int], changes: Sequence[Change], secrets: Mapping[str, str]
) -> tuple[int, str] | None:
    """Return the line of the first Change that must not be made and the reason, ``None`` if all may be made.

    :param text: the whole Source.
    :param numbers: the lines of the block.
    :param secrets: values that must not be written in any form, by name.
    """
    for change in changes:
        end = change.first + len(change.old)
        near = [n for n in numbers if change.first <= n < end] or [min(numbers, key=lambda n: abs(n - change.first))]
        literal = enclosing_literal(path, text, near)
        old, new = "\n".join(change.old), "\n".join(change.new)
        reason = literal.rejection_reason(old, new) or _damage(change) or _secret(new, secrets)
        if reason:
            return change.first, reason
    return None


def _damage(change: Change) -> str:
    """Return why no Source can contain the new lines, ``""`` if it can."""
    if control := next((found[0] for line in change.new if (found := _CONTROL.search(line))), None):
        return f"the output contains the control character U+{ord(control):04X}"
    for line in change.new:
        if line not in change.old and find_markers(line):
            return f"a line of the output would be taken for a marker: {line.strip()!r}"
    return ""


def _secret(new: str, secrets: Mapping[str, str]) -> str:
    """Return which secret ``new`` gives away, ``""`` if none."""
    for _, _, kind in find_keys(new):
        return f"the output contains what looks like {kind}"
    if name := find_secret(new, secrets):
        return f"the output contains the value of {name}, which is in `run.env`"
    return ""
