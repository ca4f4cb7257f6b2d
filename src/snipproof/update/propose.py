"""From Expectations that differ to Proposals: what would make each block show what its Snippet gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from snipproof.compare import ExpectationResult, ParseError, read_actual
from snipproof.compare.comparison import read_shown
from snipproof.compare.expectation import block_of
from snipproof.compare.tree import Expected, TextLines
from snipproof.errors import SnipproofError
from snipproof.model import Region, Snippet
from snipproof.site.source import parse_source
from snipproof.update.placing import CannotPlaceError, Placing
from snipproof.update.proposal import Proposal, Refusal, digest
from snipproof.update.refuse import why_not
from snipproof.update.rewrite import HOPELESS, Rewritten, rewrite
from snipproof.update.write import changed
from snipproof.update.write_data import CannotWriteError


def propose(
    snippet: Snippet,
    results: Sequence[ExpectationResult],
    read: Callable[[str], str],
    secrets: Mapping[str, str],
) -> list[Proposal | Refusal]:
    """Return what each Expectation of a Snippet says of its Region: a change, none as it holds, or why not.

    :param read: gives the text of a Source by its path.
    :param secrets: values that may not be written, by the name that stands for them in output.
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
    return found


def _proposal(
    snippet: Snippet, result: ExpectationResult, line: int, text: str, secrets: Mapping[str, str]
) -> Proposal | Refusal:
    region, block = result.expectation.region, result.block
    proposed_by = snippet.id
    if result.matched:
        return Proposal(region.source, region.id, digest(text), proposed_by, line, "", ())
    difference = result.differences[0]
    rewritten = _rewritten(result)
    numbers = [each.number for each in block.lines]
    placing = Placing(text.split("\n"), block.lines)
    changes = placing.put(rewritten.text.split("\n"))
    if refused := why_not(region.source, text, numbers, changes, secrets):
        return Refusal(region.source, refused[0], region.id, refused[1])
    why = f"{difference.path}: {difference.message}"
    if result.expected is not None and rewritten.notation is not result.expected.notation:
        why += f"; written as {rewritten.notation}, as {result.expected.notation} has no form for it"
    proposal = Proposal(region.source, region.id, digest(text), proposed_by, line, why, tuple(changes))
    if not _shows(region, changed(text, [proposal]), rewritten.text):
        return Refusal(region.source, line, region.id, "the Source cannot hold it so that it is read as it was printed")
    return proposal


def _shows(region: Region, text: str, block: str) -> bool:
    """Whether the Region, in the new text of its file, is read as the text of ``block``."""
    source = parse_source(region.source, text)
    found = next((each for each in source.regions if each.name == region.name), None)
    return found is not None and block_of(source, found).text == block


def _rewritten(result: ExpectationResult) -> Rewritten:
    """Return the new text of the block.

    :raises CannotWriteError: there is none.
    """
    expected, laws = result.expected, result.options
    first = result.differences[0]
    if expected is None or first.kind in HOPELESS:
        raise CannotWriteError(first.message)
    claims = None if _reads_as(expected, result) else expected.notation

    def read(text: str) -> Expected:
        return read_shown(text, result.actual, laws, claims)

    actual = result.actual
    if isinstance(actual, str) and not (isinstance(expected.node, TextLines) and laws.select is None):
        try:
            actual = read_actual(actual, expected.notation)
        except ParseError:
            raise CannotWriteError(first.message) from None
    return rewrite(expected, actual, laws, read)


def _reads_as(expected: Expected, result: ExpectationResult) -> bool:
    """Whether the text is taken for what it is without a Page that says so."""
    try:
        return read_shown(expected.text, result.actual, result.options).notation is expected.notation
    except ParseError:
        return False
