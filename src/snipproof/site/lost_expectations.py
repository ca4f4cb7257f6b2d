"""What is left of an Expectation whose START line is gone: its END line, or its text alone.

Nothing compares such text any more, and no page shows it, so no other rule would notice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import COMMENT_TOKENS, language_of_file
from snipproof.model import Finding
from snipproof.site.binding import OpenBlock, is_named_like_output
from snipproof.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Marker, Source

LOST = "SP309"
_TOKEN = "|".join(map(re.escape, COMMENT_TOKENS))
_ONLY_NAME = re.compile(rf"[ \t]*(?:{_TOKEN})[ \t]*(\S.*?)(?:[ \t]+START)?[ \t]*(?:\*/|-->)?[ \t]*\r?")
_MAX_NAME = 200
_COMMENT = re.compile(r"[ \t]*(?:#|//|--|;)(?!!)")
# The first line of a string or a comment of several lines, alone or as the value of a name.
_OPENER = re.compile(r"""[ \t]*(?:[\w$ \t.:<>\[\]]*=[ \t]*)?(?:[rR]?\"{3}|[rR]?'{3}|`|/\*)[ \t]*\r?""")
_MAX_LENGTH = 20_000
# Strings and comments one after the other, so that one in another is not taken for one. The text is that of a string
# or a comment that may span lines and stand alone.
_PYTHON_TEXT = re.compile(
    r"""#[^\n]*|\w{0,2}(?:(?P<quotes>"{3}|\'{3})(?P<text>(?:\\.|.)*?)(?P=quotes)"""
    r"""|"(?:\\.|[^"\\\n])*+"|\'(?:\\.|[^\'\\\n])*+\')""",
    re.DOTALL,
)
_OTHER_TEXT = re.compile(
    r"""//[^\n]*|/\*(?P<text>(?!\*).*?)\*/|"{3}.*?"{3}|"(?:\\.|[^"\\\n])*+"|\'(?:\\.|[^\'\\\n])*+\'|`(?:\\.|[^`\\])*+`""",
    re.DOTALL,
)
# What output has rarely, and sentences, banners and code that is left out have.
_REMARK = re.compile(r"[.:!?,;{}=][ \t]*\r?$|\w\(|[=*#~_/-]{3}|\b(?:TODO|FIXME|NOTE)\b", re.MULTILINE)
# A line that is blank or closes what the Snippet, or the function around it, has opened.
_BRACKETS = re.compile(r"[\s)}\];,]*")


class _Text(NamedTuple):
    """A string or a comment of several lines that stands alone: its first line, its last line and its text."""

    first: int
    last: int
    text: str


def lost_expectations(source: Source) -> Iterator[Finding]:
    """Yield a Finding (SP309) for each END marker of output that nothing opens, and for output without markers.

    :param source: a Source of a Suite; elsewhere nothing is compared anyway.
    """
    unopened = list(_unopened(source))
    for marker in unopened:
        name = marker.name or ""
        message = f"nothing opens the Expectation {quoted(name)} of this END line, so its text is compared with nothing"
        known = listed([repr(snippet.name) for snippet in source.snippets]) or "none"
        hint = f"write `START {name}` above its text, or remove both; the Snippets of this Source: {known}"
        yield Finding(source.path, marker.line, marker.column, LOST, message, hint)
    known_lines = {marker.line for marker in unopened}
    for text in _texts_alone(source):
        if known_lines.isdisjoint(range(text.first, text.last + 1)) and _is_output(source, text):
            message = "this text looks like output, but no marker opens it, so it is compared with nothing"
            hint = "put it between the markers of an Expectation, or remove it"
            yield Finding(source.path, text.first, 1, LOST, message, hint)


def _unopened(source: Source) -> Iterator[Marker]:
    """Yield the END markers of output that close nothing: by their names, or since they stand where no code is."""
    opened: set[str] = set()
    any_open = False
    end_of_text: _EndOfText | None = None
    for marker in source.markers:
        if marker.name is None:
            any_open = marker.opens
            opened = set() if not marker.opens else opened
        elif marker.opens:
            opened.add(marker.name)
        elif marker.name in opened:
            opened.discard(marker.name)
        elif not any_open:
            end_of_text = end_of_text or _EndOfText(source)
            is_output = is_named_like_output(marker.name) or (not opened and end_of_text.is_at(marker.line))
            if is_output and end_of_text.names.get(marker.name, marker.line) >= marker.line:
                yield marker


class _EndOfText:
    """Finds the lines at which a text ends that is not code: in a string, or in comments.

    :ivar names: what comments consist of, by the first line of each: ``# Results`` or ``# Results START`` may open a
        Region, too.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines
        self._markers = {marker.line: marker for marker in source.markers}
        self._expectations = {expectation.region.name for expectation in source.expectations}
        self.names: dict[str, int] = {}
        for number, line in enumerate(self._lines, 1):
            if len(line) <= _MAX_NAME and (match := _ONLY_NAME.fullmatch(line)):
                self.names.setdefault(match[1], number)

    def is_at(self, line: int) -> bool:
        """Return whether such a text ends above ``line``.

        The string or comment must begin right below its quotes, or behind another Expectation in it: what is opened
        elsewhere may be code that does not run any more.
        """
        last = line - 1
        while last and not self._lines[last - 1].strip():
            last -= 1
        only_comments = True
        for number in range(last, 0, -1):
            text = self._lines[number - 1]
            marker = self._markers.get(number)
            if only_comments and number < last and (marker or not text.strip()):
                return True
            only_comments = only_comments and marker is None and _COMMENT.match(text) is not None
            if marker or _OPENER.fullmatch(text):
                starts = marker is None or (not marker.opens and marker.name in self._expectations)
                return starts and OpenBlock.at_end_of(self._source.path, "\n".join(self._lines[: line - 1]))
        return False


def _texts_alone(source: Source) -> Iterator[_Text]:
    """Yield the strings and comments of several lines behind the first Snippet that no Region and no code uses."""
    language = language_of_file(source.path)
    if language is None or not language.is_program or not source.snippets:
        return
    used = {
        number
        for region in source.regions
        for segment in region.segments
        for number in range(segment.first - 1, segment.last + 2)
    }
    begin = min(snippet.region.markers[-1].line for snippet in source.snippets)
    line, counted = 1, 0
    for match in (_PYTHON_TEXT if language.name == "python" else _OTHER_TEXT).finditer(source.text):
        text = match["text"]
        if text is None:
            continue
        line += source.text.count("\n", counted, match.start())
        counted = match.start()
        last = line + match[0].count("\n")
        if last > line > begin and used.isdisjoint(range(line, last + 1)) and _is_alone(source.text, match):
            yield _Text(line, last, text)


def _is_alone(text: str, match: re.Match[str]) -> bool:
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    end = text.find("\n", match.end())
    return not (before + text[match.end() : len(text) if end < 0 else end]).strip(" \t\r;")


def _is_output(source: Source, text: _Text) -> bool:
    """Return whether ``text`` is output and no remark: data, or lines right behind a Snippet that has no output."""
    if _is_data(text.text):
        return True
    if not text.text.startswith(("\n", "\r\n")) or _REMARK.search(text.text):
        return False
    lines = source.lines
    below = lines[text.last] if text.last < len(lines) else ""
    if not _BRACKETS.fullmatch(below) and not any(marker.line == text.last + 1 for marker in source.markers):
        return False  # it is about the code below it
    above = text.first - 1
    while above and _BRACKETS.fullmatch(lines[above - 1]):
        above -= 1
    ended = {marker.name for marker in source.markers if marker.line == above and not marker.opens}
    bound = {expectation.of for expectation in source.expectations}
    return any(snippet.name in ended - bound for snippet in source.snippets)


def _is_data(text: str) -> bool:
    """Return whether ``text`` is data and nothing else."""
    stripped = text.strip()
    if len(stripped) > _MAX_LENGTH or not stripped.startswith(("{", "[")):
        return False
    # Late: few Sources need it.
    from snipproof.compare.notation.expected import looks_like_data, parse_expected
    from snipproof.compare.notation.reader import ParseError
    from snipproof.compare.tree import Notation

    if not looks_like_data(stripped):
        return False
    try:
        return parse_expected(stripped).notation is not Notation.TEXT
    except ParseError:
        return False
