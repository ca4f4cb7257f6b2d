"""Hides the values of environment variables in texts for people, in every form in which programs usually write them.

A value is found as it is, and as JSON, Python, Node.js, Go, Java, a URL, HTML or a shell escape it, in any mixture and
nested: a character that may be escaped is matched in each of its notations. It is found in base64, in the middle of
other data too, and in hexadecimal. Texts are only redacted when they are shown or written, never before a comparison.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from functools import lru_cache
from html.entities import codepoint2name
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MIN_LENGTH = 4  # characters: shorter values occur in ordinary text
_LONG = 8  # characters: a number, a word or a line of such a length is not ordinary text
_MIN_ENCODED = 7  # characters of base64 or hexadecimal: fewer could be chance
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,:_]*")
_ORDINARY = frozenset(
    (
        *("true", "false", "yes", "none", "null", "nil", "undefined", "auto", "default"),
        *("http", "https", "grpc", "grpcs", "tcp", "localhost", "127.0.0.1", "host.docker.internal"),
        *("trace", "debug", "info", "warn", "warning", "error", "critical"),
        *("test", "testing", "dev", "development", "stage", "staging", "prod", "production"),
        *("utf8", "utf-8", "c.utf-8", "en_us.utf-8"),
    )
)
# A word of letters in other letters is another word, unless these end an escape.
_WORD_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtfb])|(?<=%[0-9A-Fa-f]{2})|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_WORD_ENDS = r"(?![A-Za-z0-9])"
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9]")
_RUNS = re.compile(r"[A-Za-z0-9]*")
_LETTER_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\f": "f", "\b": "b", "\v": "v", "\0": "0"}
# Nested escapes double backslashes; a limit keeps the search linear.
_SLASH = r"(?:\\|%(?:25){0,4}5[Cc]|&(?:amp;){0,4}#(?:92|x5[Cc]);)"
_SLASHES = rf"{_SLASH}{{0,16}}+"
_ESCAPE = rf"{_SLASH}{{1,16}}+"
_HEX_SEPARATOR = r"(?:[ :-]|, ?(?:0x)?|\\{1,16}x)?"
_LINE_BREAK = r"(?:\r?\n|\\{1,16}n)?"  # encoders break long base64
_CUT = re.compile(r"[\"']?…[\"']?")


def read_variables(names: Iterable[str]) -> dict[str, str]:
    """Return the values of those environment variables ``names`` that are set."""
    return {name: os.environ[name] for name in names if name in os.environ}


def is_hidden(value: str) -> bool:
    """Return whether a value is hidden: ordinary words, and what is shorter than four characters, would hide too much.

    Ordinary are words such as ``true`` and ``https``, and numbers of fewer than eight characters.
    """
    value = value.strip()
    if len(value) < _MIN_LENGTH or value.lower() in _ORDINARY:
        return False
    return len(value) >= _LONG or not _NUMBER.fullmatch(value)


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Return ``text`` with ``<NAME>`` in place of each value, and of a part of it beside an ellipsis.

    :param secrets: the values by name; those that :func:`is_hidden` leaves are not replaced.
    """
    spans = sorted(_spans(text, secrets), key=lambda span: (span[0], -span[1]))
    if not spans:
        return text
    parts = []
    position = 0
    for begin, end, name in spans:
        if begin >= position:
            parts += [text[position:begin], f"<{name}>"]
        position = max(position, end)
    return "".join([*parts, text[position:]])


def find_secret(text: str, secrets: Mapping[str, str]) -> str:
    """Return the name of a value that ``text`` contains in any form, ``""`` if it contains none."""
    return next((name for _, _, name in _spans(text, secrets)), "")


def _spans(text: str, secrets: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and name of every value in ``text``; they may overlap."""
    for name, value in secrets.items():
        if not is_hidden(value):
            continue
        for anchor, pattern in _patterns(value):
            if anchor in text:  # much quicker than the pattern
                for match in pattern.finditer(text):
                    yield match.start(), match.end(), name
        for begin, end in _fragments(text, _literals(value)):
            yield begin, end, name


@lru_cache(maxsize=256)
def _patterns(value: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return patterns of the forms of ``value`` and of its lines, each with a text that every match contains."""
    found: dict[str, str] = {}
    for part in _parts(value):
        # The letters of a short word are no secret inside of other words.
        is_word = part.isalpha() and len(part) < _LONG
        escaped = _escaped(part)
        found[f"{_WORD_BEGINS}{escaped}{_WORD_ENDS}" if is_word else escaped] = max(_RUNS.findall(part), key=len)
        for data in _encodings(part):
            found |= {_base64(data, shift): "" for shift in range(3)}
            if 2 * len(data) >= _MIN_ENCODED:
                found[f"(?i:{_HEX_SEPARATOR.join(f'{byte:02x}' for byte in data)})"] = ""
    return tuple((anchor, re.compile(pattern)) for pattern, anchor in found.items() if pattern)


def _parts(value: str) -> list[str]:
    """Return the value without white space around it, and its lines if they are long enough."""
    lines = [line.strip() for line in value.splitlines()]
    return list(dict.fromkeys([value.strip(), *(line for line in lines if len(line) >= _LONG)]))


def _encodings(part: str) -> list[bytes]:
    """Return the bytes that are encoded: the text itself, in JSON, and in a URL."""
    texts = (part, json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])
    urls = (quote(part, errors="surrogateescape"), quote(part, "", errors="surrogateescape"))
    return list(
        dict.fromkeys(
            text.encode(errors="surrogateescape")
            for text in (*texts, *urls, quote_plus(part, errors="surrogateescape"))
        )
    )


def _escaped(part: str) -> str:
    """Return a pattern of ``part`` in which each character may be escaped, several times over."""
    pattern = ""
    for character, run in groupby(part):
        count = len(list(run))
        if _NEVER_ESCAPED.match(character):
            pattern += character * count
        elif character == "\\":  # escaping doubles them, so each run is matched as a whole
            pattern += rf"(?:{_SLASH}{{{count},{16 * count}}}|(?:{_ESCAPE}(?i:u005c|x5c)){{{count}}})"
        else:
            behind = "|".join((*_plain(character), *_in_urls_and_html(character)))
            pattern += f"(?:{_SLASHES}(?:{behind})|{'|'.join(_in_programs(character))})" * count
    return pattern


def _plain(character: str) -> Iterator[str]:
    """Yield patterns of the character itself; quotes may be doubled, and a shell leaves its quotes for one."""
    if character == "'":
        yield _SLASHES.join("'\"'\"'")
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8
        yield "\ufffd"
    yield f"{character}{{1,2}}" if character in "'\"" else re.escape(character)


def _in_urls_and_html(character: str) -> Iterator[str]:
    """Yield patterns of a character as URLs and HTML escape it."""
    point = ord(character)
    yield "(?i:" + "".join(rf"%(?:25){{0,4}}{byte:02x}" for byte in character.encode(errors="surrogateescape")) + ")"
    if character == " ":
        yield r"\+|%(?:25){0,4}2[Bb]"
    names = [codepoint2name[point]] if point in codepoint2name else ["apos"] if character == "'" else []
    yield "&(?:amp;){0,4}(?:" + "|".join((f"#0{{0,6}}{point}", f"(?i:#x0{{0,6}}{point:x})", *names)) + ");"


def _in_programs(character: str) -> Iterator[str]:
    """Yield patterns of the escapes of a character in JSON and in programs, with their backslashes."""
    point = ord(character)
    if character in _LETTER_ESCAPES:
        yield f"{_ESCAPE}{_LETTER_ESCAPES[character]}"
    units = character.encode("utf-16-be", "surrogatepass")
    yield "(?i:" + "".join(f"{_ESCAPE}u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + ")"
    yield rf"{_ESCAPE}(?i:u\{{0{{0,6}}{point:x}\}}|U{point:08x}|x{point:02x})"
    yield "(?i:" + "".join(f"{_ESCAPE}x{byte:02x}" for byte in character.encode(errors="surrogateescape")) + ")"


def _base64(data: bytes, shift: int) -> str:
    """Return a pattern of ``data`` in base64 or base64url behind other data, ``""`` if it would be too short.

    :param shift: the number of bytes before it, modulo 3: only the characters that depend on nothing else are matched.
    """
    bits = 8 * (shift + len(data))
    sure = b64encode(bytes(shift) + data).decode()[-(-8 * shift // 6) : bits // 6]
    if len(sure) < _MIN_ENCODED:
        return ""
    either = {"+": r"(?:[+-]|%2[Bb]|\\u002[Bb])", "/": r"(?:\\?/|_|%2[Ff])"}
    rest = r"[\w+/-]?" if bits % 6 else ""
    return _LINE_BREAK.join(either.get(character, character) for character in sure) + rest + "={0,2}"


@lru_cache(maxsize=256)
def _literals(value: str) -> tuple[str, ...]:
    """Return the usual forms of a value as plain texts, to find parts of them."""
    data = value.strip().encode(errors="surrogateescape")
    encoded = (b64encode(bytes(shift) + data).decode().rstrip("=") for shift in range(3))
    plain = value.strip()
    quoted = (json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1], repr(plain)[1:-1])
    return tuple(dict.fromkeys((plain, *quoted, quote(plain, "", errors="surrogateescape"), *encoded, data.hex())))


def _fragments(text: str, literals: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield begin and end of parts of ``literals`` where messages cut a text: at its end and beside an ellipsis."""
    cuts = [match.span() for match in _CUT.finditer(text)]
    for literal in literals:
        sizes = range(len(literal) - 1, _LONG - 1, -1)
        if size := next((size for size in sizes if text.endswith(literal[:size])), 0):
            yield len(text) - size, len(text)
        for before, after in cuts:
            if (size := _common(literal, text[max(0, before - len(literal)) : before], -1)) >= _LONG:
                yield before - size, before
            if (size := _common(literal, text[after : after + len(literal)], 1)) >= _LONG:
                yield after, after + size


def _common(literal: str, text: str, step: int) -> int:
    """Return how many characters at the begin of ``text``, or with ``step=-1`` at its end, ``literal`` contains."""
    size = _LONG - 1
    while size < len(text) and (text[: size + 1] if step > 0 else text[-size - 1 :]) in literal:
        size += 1
    return size
