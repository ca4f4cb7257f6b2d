"""SP4xx: Sources that no Suite runs, markers of a Source that open or close nothing, and known failures of neither."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.lint.rules.base import at, finding, rule
from snipproof.lint.rules.hints import Hints
from snipproof.lint.rules.suppressions import COMMENT_OPENERS
from snipproof.model import Severity
from snipproof.site.markers import without_remark
from snipproof.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.lint.rules.base import Context
    from snipproof.model import Finding, Marker

# How a sentence goes on that happens to begin with START or END: `# START of the loop`.
_SENTENCE = re.compile(
    r"(?:a|all|an|and|are|as|at|before|but|by|each|every|for|from|here|if|in|into|is|it|its|now|of|on|only|or|our|so"
    r"|that|the|then|there|these|this|those|to|until|up|was|we|when|where|which|while|with|you|your)\b.*\s",
    re.DOTALL,
)
_OPENER = re.compile(rf"(?:^|[ \t])[ \t]*(?:{'|'.join(map(re.escape, COMMENT_OPENERS))})[ \t]*")
_CLOSING = re.compile(r"\*/|-->")
_MAX_MARKER_LENGTH = 200


@rule("SP401", "in-no-suite", Severity.ERROR, "a page shows a Source that no Suite runs")
def in_no_suite(context: Context) -> Iterator[Finding]:
    """A Page shows a Source that no Suite runs. Finds nothing on a site without Suites."""
    site = context.site
    if not site.suites:
        return
    reported = set()
    for reference in site.references:
        path = reference.source
        if path is None or path in site.suite_of or path in reported or not site.exists(path):
            continue
        reported.add(path)
        hint = "add it to the `sources` of a suite.yaml, so that it is run"
        yield at(reference, f"{path} is shown here, but no Suite runs it", hint)


@rule("SP402", "unbalanced-marker", Severity.WARNING, "a marker opens or closes nothing")
def unbalanced_marker(context: Context) -> Iterator[Finding]:
    """A marker opens a Region that nothing closes, or closes one that is not open.

    A comment such as ``# START of the loop`` is a sentence if nothing closes the same words.

    A marker line that some block names as its start or end is in use, whatever it is paired with: pages may open a
    Region at one name and close it at another. A comment that is nothing but the name opens a Region too.
    """
    for source in context.sources:
        path = source.path
        unpaired = list(_unpaired(source.markers))
        named: dict[int, bool] = {}
        bare: dict[str, int] | None = None
        names = {opens: sorted({_name(each) for each in unpaired if each.opens is opens}) for opens in (True, False)}
        for marker in unpaired:
            line = context.lines(source)[marker.line - 1]
            if marker.line not in named:
                named[marker.line] = _is_named(context, path, line)
            if named[marker.line] or _SENTENCE.match(_name(marker)):
                continue
            if not marker.opens:
                bare = _bare_names(context.lines(source)) if bare is None else bare
                if bare.get(_name(marker), marker.line) < marker.line:
                    continue
            what = "nothing closes" if marker.opens else "nothing opens"
            message = f"{what} the Region {quoted(_name(marker))} of the marker {quoted(line.strip())}"
            yield finding(path, marker.line, marker.column, message, _hint(context, marker, names[not marker.opens]))


@rule("SP403", "duplicate-name", Severity.WARNING, "a Region is opened again while it is open")
def duplicate_name(context: Context) -> Iterator[Finding]:
    """A Region is opened again while it is open, so the second marker does nothing.

    A name that is opened again after it was closed is not a mistake: its Segments are joined.
    """
    for source in context.sources:
        path = source.path
        opened: dict[str, int] = {}
        for marker in source.markers:
            name = _name(marker)
            if not name:
                continue
            if not marker.opens:
                opened.pop(name, None)
            elif name in opened:
                message = f"the Region {quoted(name)} is opened again, but it has been open since line {opened[name]}"
                yield finding(path, marker.line, marker.column, message, "close it first, or rename one of them")
            else:
                opened[name] = marker.line


@rule("SP404", "vanished-snippet", Severity.ERROR, "the ledger of known failures lists a Snippet that does not exist")
def vanished_snippet(context: Context) -> Iterator[Finding]:
    """The file of the setting ``known-failures`` lists a Snippet or a Suite that does not exist."""
    site = context.site
    if not site.settings.known_failures or not context.wants(site.settings.known_failures):
        return
    from snipproof.site.combinations import labels_of
    from snipproof.site.known_failures import find_vanished, load_ledger

    site.dependencies.paths.add(site.settings.known_failures)
    if ledger := load_ledger(site.settings):

        def names_in(path: str) -> list[str] | None:
            source = site.sources.get(path)
            return [snippet.name for snippet in source.snippets] if source else None

        yield from find_vanished(ledger, site.suites, names_in, labels_of(site.settings, site.suites))


def _name(marker: Marker) -> str:
    """Return the name of ``marker`` without a comment that follows it, ``""`` for ``ANY``."""
    return without_remark(marker.name or "")


def _unpaired(markers: Sequence[Marker]) -> Iterator[Marker]:
    """Yield the Markers that have no partner; ``END-ANY`` closes every Region, ``START-ANY`` opens them."""
    opened: dict[str, Marker] = {}
    open_any = False
    for marker in markers:
        name = _name(marker)
        if not name:
            open_any = marker.opens
            if not marker.opens:
                opened.clear()
        elif marker.opens:
            opened.setdefault(name, marker)
        elif opened.pop(name, None) is None and not open_any:
            yield marker
    yield from opened.values()


def _bare_names(lines: Sequence[str]) -> dict[str, int]:
    """Return the names that make up a whole comment, as in ``# Setup``, each with the first line where it does."""
    names: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.lstrip(" \t").startswith(COMMENT_OPENERS) and len(line) <= _MAX_MARKER_LENGTH:
            for name in _OPENER.split(line):
                names.setdefault(_CLOSING.sub("", name).strip(), number)
    return names


def _is_named(context: Context, path: str, line: str) -> bool:
    """Whether ``line`` contains the start or end marker of a block that shows the Source ``path``."""
    return any(
        (block.reference.start_marker or "undefined") in line or (block.reference.end_marker or "undefined") in line
        for block in context.blocks_of.get(path, ())
    )


def _hint(context: Context, marker: Marker, others: Sequence[str]) -> str:
    """Return the hint for an unpaired ``marker``; ``others`` are the names of those that may be its partner."""
    close = context.shared(Hints).close_match(_name(marker), others)
    word = "END" if marker.opens else "START"
    return f"did you mean `{word} {close}`?" if close else "write its partner, or remove the marker"
