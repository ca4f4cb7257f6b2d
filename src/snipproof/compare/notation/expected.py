"""Reads expected text: detects its notation and parses it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from snipproof.compare.notation.json_notation import JsonReader
from snipproof.compare.notation.reader import ParseError, Reader, ShortenedError
from snipproof.compare.notation.readers import READERS
from snipproof.compare.notation.verbatim import verbatim_texts
from snipproof.compare.notation.words import Words
from snipproof.compare.tree import (
    Array,
    Capture,
    Documents,
    Elision,
    Expected,
    Node,
    Notation,
    Object,
    String,
    TextLines,
    TypedNode,
    Verbatim,
)

_MARKS = re.compile(r"[{}=:,'\"`]")
_SKIPPED = re.compile(r"(?:\s|//[^\r\n]*|/\*.*?\*/|\#[^\r\n]*|\.\.\.)*+", re.DOTALL)
_NAME = r"[^\W\d][\w$.]*+"
_BEGINS = re.compile(
    rf"""(?:
      (?:\[\s*+)++(?:
          [\]"'`(] | \.\.\. | // | /\* | \# | b['"] | <{_NAME}>\s*[,\]]
        | [+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?n?\s*(?:[,\]]|\n)
        | (?:true|false|null|undefined|True|False|None|[+-]?(?:NaN|nan|Infinity|inf))\s*[,\]\n]
        | {_NAME}\((?:['"]|\w+=) | {_NAME}\ \{{ | <{_NAME}:\ )
    | (?:\[\s*+)*+\{{\s*(?:
          [}}"'`(\[{{] | \.\.\. | // | /\* | \# | b['"]
        | [+-]?[0-9.]+\s*[,:]
        | {_NAME}\((?:['"]|\w+=)
        # Go's bare words look like JSON without quotes, unless a space follows the colon
        | (?:{_NAME}|\$[\w$]*)\s*:(?!(?!true\b|false\b|null\b|undefined\b|NaN\b|Infinity\b)[^\W\d][\w$]*+(?![\w$({{])))
    | {_NAME}\((?:['"]|\.\.\.|\)|\w+=|{_NAME}\()(?=.*\)\s*\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)
_LABEL = re.compile(r"[\[{][\w ./%-]*[\]}][ \t]+\S")
_GO = re.compile(r"\{[^\W\d]\w*:[^\s,'\"`]+(?: [^\W\d]\w*:[^\s,'\"`]*)*(?: [^\s,:'\"`]+)+")
_LINE = re.compile(r"[^\n]*")
_DOTS = re.compile(r"[ \t]*(\\?\.\.\.)[ \t]*\Z")


def parse_expected(text: str, *, captures: Sequence[str] = (), required_notation: Notation | None = None) -> Expected:
    """Parse an expected text.

    :param captures: the names of captures: a bare ``<name>`` stands for a value.
    :param required_notation: its notation; without, text that does not look like data is plain text.
    :raises ParseError: the text looks like data or has a required notation, and cannot be parsed.
    """
    if required_notation is Notation.TEXT:
        return Expected(text, read_lines(text), Notation.TEXT)
    reading = _Attempts(text, captures)
    found = reading.in_required(required_notation) if required_notation else reading.as_any()
    if found is not None:
        return found
    if required_notation or (looks_like_data(text) and not reading.mixed):
        raise reading.error or ParseError("there is no data")
    return Expected(text, read_lines(text), Notation.TEXT)


class _Attempts:
    """The attempts to parse one text in several notations.

    ``error`` is the error at the greatest offset. ``mixed``: a line that does not look like data follows data, so that
    all of the text is plain text.
    """

    def __init__(self, text: str, captures: Sequence[str]) -> None:
        self._text = text
        self._captures = captures
        self.error: ParseError | None = None
        self.mixed = False

    def in_required(self, required_notation: Notation) -> Expected | None:
        """Return the tree in the required notation, ``None`` if the text is not in it."""
        for notation, kind in READERS:
            if notation is required_notation and (items := self._attempt(kind(self._text, captures=self._captures))):
                return self._expected(items, notation)
        return None

    def as_any(self) -> Expected | None:
        """Return the tree in the first notation that fits, ``None`` if the text is not data."""
        json = JsonReader(self._text, captures=self._captures)
        items = self._attempt(json)
        if items and not json.ambiguous:
            return self._expected(items, Notation.JSON) if _is_data(self._text, items) else None
        for notation, kind in READERS:
            reader = kind(self._text, captures=self._captures)
            items = self._attempt(reader)
            if items and _is_data(self._text, items) and self._is_likely(reader, items):
                return self._expected(items, notation)
        return None

    def _is_likely(self, reader: Reader, items: Sequence[Node]) -> bool:
        """Whether data of a lenient notation is what the text was meant as."""
        # What looks like JSON, such as ``[1, tru]``, is not a list of bare words.
        if isinstance(reader, Words) and not reader.sure and any(map(_is_list, items)):
            return not looks_like_data(self._text)
        # ``[<a>]`` may be plain text.
        return not any(map(verbatim_texts, items)) or looks_like_data(self._text)

    def _attempt(self, reader: Reader) -> tuple[Node, ...]:
        try:
            return reader.documents()
        except ShortenedError:
            raise
        except ParseError as error:
            if self.error is None or error.offset > self.error.offset:
                self.error = error
            self.mixed = self.mixed or (reader.depth == 0 and self._begins_words(error.offset))
            return ()

    def _begins_words(self, offset: int) -> bool:
        """Whether a line that does not look like data begins at ``offset``, below others."""
        text = self._text
        begin = text.rfind("\n", 0, offset) + 1
        return bool(text[:begin].strip()) and not text[begin:offset].strip() and text[offset : offset + 1].isalpha()

    def _expected(self, items: tuple[Node, ...], notation: Notation) -> Expected:
        one = items[0] if len(items) == 1 else Documents(items[0].begin, items[-1].end, items)
        return Expected(self._text, one, notation)


def _is_data(text: str, items: Sequence[Node]) -> bool:
    """Whether there is more than wildcards and words in brackets, which plain text may contain, too."""
    return not all(isinstance(item, Elision | Capture | Verbatim) or _is_words(text, item) for item in items)


def _is_list(node: Node) -> bool:
    """Whether ``node`` is a list that contains only scalars and such lists."""
    return isinstance(node, Array) and not any(
        isinstance(item, Object | TypedNode) or (isinstance(item, Array) and not _is_list(item)) for item in node.items
    )


def _is_words(text: str, node: Node) -> bool:
    """Whether ``node`` is a list of words without quotes, such as ``[a b]`` or ``[INFO]``."""
    return isinstance(node, Array) and not _MARKS.search(text, node.begin, node.end) and _has_word(node)


def _has_word(node: Node) -> bool:
    return isinstance(node, String) or (isinstance(node, Array) and any(map(_has_word, node.items)))


def looks_like_data(text: str) -> bool:
    """Return whether ``text`` begins like data, and not like a log line (``[INFO] started``, ``[1/3] …``)."""
    skipped = _SKIPPED.match(text)
    begin = skipped.end() if skipped else 0
    if _LABEL.match(text, begin) or _GO.match(text, begin):
        return False
    return _BEGINS.match(text, begin) is not None


def read_lines(text: str) -> TextLines:
    r"""Return the lines of ``text`` without blank lines around them; a line ``\...`` means literal dots."""
    items: list[String | Elision] = []
    blanks: list[String] = []
    for match in _LINE.finditer(text):
        begin, end = match.span()
        if begin == end and begin and text[begin - 1] != "\n":
            continue  # the empty match behind a line
        line = match[0].removesuffix("\r")
        end = begin + len(line)
        if not line.strip():
            blanks.append(String(begin, end, line))
            continue
        if items:
            items += blanks
        blanks = []
        dots = _DOTS.match(line)
        if dots and dots[1] == "...":
            items.append(Elision(begin + dots.start(1), begin + dots.end(1)))
        else:
            value = line[: dots.start(1)] + line[dots.start(1) + 1 :] if dots else line
            items.append(String(begin, end, value))
    return TextLines(items[0].begin, items[-1].end, tuple(items)) if items else TextLines(0, 0, ())
