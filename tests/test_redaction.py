"""Values of environment variables are hidden in whatever form a program writes them."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from snipproof.compare.show import show, show_from
from snipproof.redaction import find_secret, is_hidden, redact
from snipproof.text import quoted, shorten

TRICKY = "m\"o'o\\n/9 <ä>&\t🐈=+%"
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json with all characters": lambda value: json.dumps(value, ensure_ascii=False),
    "json as Go and PHP write it": lambda value: (
        json.dumps(value).replace("/", "\\/").replace("<", "\\u003C").replace(">", "\\u003e").replace("&", "\\u0026")
    ),
    "repr": repr,
    "ascii": ascii,
    "bytes": lambda value: repr(value.encode()),
    "url": quote,
    "url, all": lambda value: quote(value, ""),
    "url, plus": quote_plus,
    "url, small letters": lambda value: re.sub("%..", lambda match: match[0].lower(), quote(value)),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64url": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "buffer": lambda value: value.encode().hex(" "),
    "html": html.escape,
    "html, numbers": lambda value: "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in value),
    "shell": shlex.quote,
}


@pytest.mark.parametrize(
    "value", [TRICKY, "sk-A1b2C3d4E5f6", "p@ss:w0rd?", "cat\"d'og\\bird/7 9", "line one\nline two\n"]
)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_hidden(form: str, value: str) -> None:
    """Also after another step: a dump of a line, a URL in JSON, and so on."""
    written = FORMS[form](value.strip())
    if "\n" in value and form == "shell":
        return
    texts = [written, json.dumps(written), repr(repr(written))]
    for text in (
        texts
        if form in ("html", "html, numbers", "buffer", "shell")
        else [*texts, quote(written), html.escape(written)]
    ):
        found = redact(f"before {text} after", {"KEY": value})
        core = value.strip()[:6] if value.isascii() else "m%22"
        assert "<KEY>" in found, (text, found)
        assert len(found) < len("before  after") + 36, found
        assert core not in found
        assert find_secret(text, {"KEY": value}) == "KEY"


@settings(max_examples=20)
@given(
    st.text(string.ascii_letters + string.digits + string.punctuation, min_size=10, max_size=40),
    st.binary(max_size=7),
    st.binary(max_size=7),
)
@example("hunter2-hunter2", b"user:", b"")
def test_base64_and_hex_at_every_place(value: str, before: bytes, after: bytes) -> None:
    """In the middle of other bytes, as in Basic authentication: nothing of it can be decoded again."""
    data = value.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(before + data + after).decode()
        hidden = redact(text, {"KEY": value})
        assert "<KEY>" in hidden
        assert len(hidden) - len("<KEY>") <= 4 * (len(before) + len(after) + 4) / 3 + 2
    assert redact((before + data + after).hex(), {"KEY": value}) == f"{before.hex()}<KEY>{after.hex()}"
    assert redact(base64.encodebytes(b"x" * 50 + data).decode(), {"KEY": value}).count("<KEY>") == 1


@settings(max_examples=20)
@given(st.text(min_size=8, max_size=30).filter(is_hidden), st.text(max_size=5))
def test_any_text_can_be_a_value(value: str, around: str) -> None:
    """No pattern is invalid, and JSON of it never shows it."""
    for text in (f"{around}{value}{around}", json.dumps(around + value)):
        assert "<KEY>" in redact(text, {"KEY": value})


@pytest.mark.parametrize(
    "value", ["https", "HTTP", "true", "1", "on", "", "8080", "50051", "1.39.0", "localhost", "prod"]
)
def test_ordinary_values_hide_nothing(value: str) -> None:
    """A report must stay readable, and an update may write them."""
    text = f"{value} https://localhost:8080 1.39.0 50051 true prod {base64.b64encode(value.encode()).decode()}"
    assert redact(text, {"SETTING": value}) == text
    assert find_secret(text, {"SETTING": value}) == ""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Photo, Photos, aPhoto, Photo5", "<KEY>, Photos, aPhoto, Photo5"),
        (r"a\nPhoto %3DPhoto Photo=1", r"a\n<KEY> %3D<KEY> <KEY>=1"),
    ],
)
def test_a_short_word_is_hidden_as_a_word_only(text: str, hidden: str) -> None:
    """A value such as the name of a collection is not hidden inside of other words."""
    assert redact(text, {"KEY": "Photo"}) == hidden


def test_the_longest_value_wins_and_overlaps_leave_nothing() -> None:
    """Values may contain each other, overlap, or occur in the names that replace them."""
    assert redact("key1234 key12345 abc", {"LONG": "key12345", "KEY": "key1234", "TINY": "abc"}) == "<KEY> <LONG> abc"
    assert redact("one-two-three-four", {"A": "one-two-three", "B": "three-four"}) == "<A>"
    assert redact("VALUE_A and 12345678", {"A": "VALUE_A", "VALUE_A": "12345678"}) == "<A> and <VALUE_A>"
    assert redact("nothing", {}) == "nothing"


def test_the_lines_of_a_value_are_hidden_too() -> None:
    """A private key is shown line by line, with something in front of each."""
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n"
    shown = redact("".join(f"  | {line}\n" for line in key.splitlines()), {"KEY": key})
    assert shown == "  | <KEY>\n" * 4
    assert redact(repr(key), {"KEY": key}) == r"'<KEY>\n'"


def test_a_part_beside_a_cut_is_hidden() -> None:
    """Messages cut long texts, and a part of a long value is a secret, too."""
    value = "sk-" + "".join(chr(97 + i * 7 % 26) + str(i % 10) for i in range(60))
    for cut in (
        shorten(f"x {value}", 40),
        quoted(f"x {value} {value}"),
        show([value, value]),
        show_from(value * 3, 60),
    ):
        shown = redact(cut, {"KEY": value})
        assert "<KEY>" in shown
        assert not any(value[i : i + 8] in shown for i in range(len(value))), shown
    assert redact(f"cut at its end: {value[:20]}", {"KEY": value}) == "cut at its end: <KEY>"
    assert redact("cut… at another place", {"KEY": value}) == "cut… at another place"


def test_a_long_text_takes_no_time() -> None:
    """The output limit of a Source is 4 MB; backslashes and quotes do not make it slow."""
    secrets = {"KEY": TRICKY, "OTHER": "sk-A1b2C3d4E5f6"}
    for piece in (TRICKY[:9] + "x ", "An ordinary line of output.\n", "\\", '\\"', "…", "Y2F0", "aaaa %25"):
        text = piece * (100_000 // len(piece))
        assert redact(text, secrets) == text
