"""Blocks and Regions as lines for a terminal: what readers see, where it comes from, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import of_file
from snipproof.lint.engine import find
from snipproof.lint.formats.text_format import finding_lines, printable
from snipproof.model import Reference, Severity
from snipproof.site.magic_comments import readers_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snipproof.model import Finding, Region, Segment
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

_STYLES = {"heading": "1;35", "place": "1", "gutter": "2", "note": "33"}


def show(site: Site, shown: Sequence[Reference | Region], *, colour: bool) -> tuple[Iterable[str], int]:
    """Return the lines to print about blocks and Regions, and the exit code: 1 if there is an error in one of them."""
    all_findings = find(site)
    findings = [[finding for finding in all_findings if _is_about(finding, each)] for each in shown]
    errors = any(finding.severity is Severity.ERROR for of_one in findings for finding in of_one)
    return _Writer(site, colour).lines(list(zip(shown, findings, strict=True))), 1 if errors else 0


def _is_about(finding: Finding, shown: Reference | Region) -> bool:
    if isinstance(shown, Reference):
        return finding[:3] == (shown.page, shown.line, shown.column)
    return finding.path == shown.source and finding.line in {marker.line for marker in shown.markers}


class _Text(NamedTuple):
    """Lines to show, each with its number in the Source, and the language to highlight them as."""

    lines: Sequence[tuple[int, str]]
    highlighter: str


class _Writer:
    def __init__(self, site: Site, colour: bool) -> None:
        self._site = site
        self._colour = colour

    def lines(self, shown: Sequence[tuple[Reference | Region, Sequence[Finding]]]) -> Iterator[str]:
        """Yield the lines of everything that is ``shown``, the same heading once."""
        above = ""
        for index, (each, findings) in enumerate(shown):
            if index:
                yield ""
            if isinstance(each, Reference):
                heading = self._heading(each)
                if heading and heading != above:
                    yield self._styled(printable(heading), "heading")
                above = heading
                yield from self._block(each)
            else:
                yield from self._region(each)
            for finding in findings:
                yield from finding_lines(finding, (), self._colour)  # without a quote: the text stands above

    def _heading(self, block: Reference) -> str:
        line = self._site.structure_of(block.page).heading_above(block.line)
        return self._site.line(block.page, line).strip()

    def _block(self, block: Reference) -> Iterator[str]:
        region, rendered = self._site.region_of(block), self._site.rendered(block)
        of = region.id if region else block.source or "no file"
        yield f"{self._styled(self._place(block), 'place')} {printable(of)}{self._how(block)}"
        if rendered is None:
            yield self._note("its file cannot be read")
            return
        text = _as_readers_see(rendered)
        yield from self._numbered(text)
        if not any(line.strip() for _, line in text.lines):
            yield self._note("readers see nothing")
        if len(rendered.segments) > 1:
            yield self._note(_joined(rendered.segments))
        if not rendered.selection.closed:
            yield self._note(f"it runs to the end of {block.source}")

    def _region(self, region: Region) -> Iterator[str]:
        blocks = self._site.shown_by.get(region.id, [])
        yield self._styled(printable(region.id), "place") + f", line {region.line}"
        naming = (self._site.rendered(block) for block in blocks if self._site.region_of(block) == region)
        rendered = next(naming, None)
        yield from self._numbered(_as_readers_see(rendered) if rendered else _as_it_stands(self._site, region))
        if len(region.segments) > 1:
            yield self._note(_joined(region.segments))
        yield from (f"  shown by {self._place(block)}{self._how(block)}" for block in blocks)
        if not blocks:
            yield self._note("no page shows it")

    def _numbered(self, text: _Text) -> Iterator[str]:
        shown = [printable(line.expandtabs(4)) for _, line in text.lines]
        if self._colour:
            shown = _highlighted(shown, text.highlighter)
        width = max((len(str(number)) for number, _ in text.lines), default=0)
        for (number, _), line in zip(text.lines, shown, strict=True):
            yield f"  {self._styled(f'{number:>{width}} |', 'gutter')} {line}".rstrip()

    @staticmethod
    def _place(block: Reference) -> str:
        return printable(f"{block.page}:{block.line}:{block.column}")

    def _how(self, block: Reference) -> str:
        """Return how readers see a block: its language, and the tabs in which it stands, the outermost first."""
        tabs = self._site.structure_of(block.page).tabs
        labels = {item.level: item.label or item.value for item in tabs.items}
        names = [labels.get(level, level.tab) for level in tabs.around(tabs.level(block.line, block.column))]
        tab = f", tab {' > '.join(reversed(names))}" if names else ""
        return printable((f", as {block.language}" if block.language else "") + tab)

    def _note(self, text: str) -> str:
        return f"  {self._styled('note:', 'note')} {printable(text)}"

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colour else text


def _as_readers_see(rendered: Rendered) -> _Text:
    return _text(rendered.selection.kept, rendered.text, rendered.highlighter)


def _as_it_stands(site: Site, region: Region) -> _Text:
    """Return the lines of a Region in its Source, for one that no block names."""
    source = site.sources[region.source].lines
    numbers = [number for first, last in region.segments for number in range(first, last + 1)]
    return _text(numbers, "\n".join([source[number - 1] for number in numbers]), of_file(region.source))


def _text(numbers: Sequence[int], text: str, highlighter: str) -> _Text:
    lines = readers_lines(text, highlighter) if numbers else []
    return _Text([(numbers[index], line) for index, line in lines], highlighter)


def _joined(segments: Sequence[Segment]) -> str:
    ranges = [f"{first}-{last}" if first < last else str(first) for first, last in segments]
    return f"it joins {len(ranges)} Segments: lines {', '.join(ranges)}"


def _highlighted(lines: list[str], highlighter: str) -> list[str]:
    """Return ``lines`` in the colours of Pygments, which comes with pytest; as they are without it."""
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound
    except ModuleNotFoundError:
        return lines
    try:
        lexer = get_lexer_by_name(highlighter, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return lines
    coloured = highlight("\n".join(lines), lexer, TerminalFormatter()).split("\n")
    return coloured if len(coloured) == len(lines) else lines
