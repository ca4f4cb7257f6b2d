"""Bindings that match nothing or make valid code invalid are errors of the suite file."""

from __future__ import annotations

import threading

import pytest

from snipproof.errors import SettingsError
from snipproof.model import Binding, Suite
from snipproof.run.bindings import apply_bindings, broken_by_bindings, check_bindings, may_be_broken
from snipproof.run.source_run import Diagnostic
from snipproof.syntax.python_code import parse_python

PY, TS, JSX, GO, JAVA = (
    ("python", ".py"),
    ("typescript", ".ts"),
    ("typescript", ".tsx"),
    ("go", ".go"),
    ("java", ".java"),
)


def suite(language: str, *bindings: tuple[str, str]) -> Suite:
    found = tuple(Binding(find, replace, line=5 + number) for number, (find, replace) in enumerate(bindings))
    return Suite("s/suite.yaml", "s", language, ("s/a",), bindings=found)


def test_which_bindings_apply_in_the_documented_network() -> None:
    bindings = (
        Binding("cloud", "{weaviate.host}"),
        Binding("second", "{services.rbac.host}"),
        Binding("files", "{assets.url}"),
        Binding("provider", "none", elsewhere=True),
    )
    of_bindings = suite("python")._replace(bindings=bindings)
    addresses = {"weaviate.host": "a", "services.rbac.host": "b", "assets.url": "c"}
    assert apply_bindings(of_bindings, "cloud second files provider", addresses) == "a b c none"
    documented = apply_bindings(of_bindings, "cloud second files provider", addresses, documented=True)
    assert documented == "cloud second c provider"


@pytest.mark.parametrize(
    ("kind", "text", "find", "replace", "line"),
    [
        (PY, "x = 1\nf(host='a', port=1)\n", "host='a'", "host='{weaviate.host}', port={weaviate.port}", 2),
        (PY, "f('a')\n", "'a'", "'{weaviate.url}", 1),
        (PY, "f('a')\n", "'a'", "'{services.rbac.node2.url}", 1),
        (PY, "if x:\n  f('a')\n", "  f('a')", "f('{weaviate.url}')", 2),
        (PY, "async def f():\n  await g()\n", "async def", "def", 2),
        (TS, "const x = 1\nf({host: 'a'})\n", "'a'}", "'{weaviate.host}', port: {weaviate.port}", 2),
        (JSX, "const x = <A b='c'/>\n", "b='c'", "b='{weaviate.host}", 1),
        (GO, 'package p\n\nfunc f() { g("a") }\n', '"a"', '"{weaviate.host}', 3),
        (JAVA, 'class A {\n  B b = c("a");\n}\n', '"a")', '"{weaviate.host}"', 2),
    ],
)
def test_a_binding_that_breaks_code_is_an_error_at_its_line(
    kind: tuple[str, str], text: str, find: str, replace: str, line: int
) -> None:
    language, extension = kind
    path = f"s/a{extension}"
    with pytest.raises(SettingsError) as error:
        check_bindings(suite(language, (text[:1], text[:1]), (find, replace)), {path: text})
    start = f"s/suite.yaml:6:1 the binding {find!r} makes valid code invalid: {path}:"
    assert error.value.message.startswith(start)
    if language == "python":
        assert error.value.message.startswith(f"{start}{line} ")
    assert repr(replace) in error.value.hint


@pytest.mark.parametrize(
    ("kind", "text", "find", "replace"),
    [
        (PY, "f(host='a')\n", "'a'", "'{weaviate.host}', port={weaviate.port}"),
        (PY, "f(host='a'\n", "'a'", "'{weaviate.host}'"),  # wrong by itself
        (PY, "f(8580)\n", "8580", "{services.rbac.port}"),
        (PY, "f('\\d', 'a')\n", "'a'", "'{weaviate.host}'"),  # with a warning
        (TS, "const x: string = 'a'\n", "'a'", "'{weaviate.host}'"),
        (JSX, "const x = <A b='a'/>\n", "'a'", "'{weaviate.host}'"),
        (("typescript", ".mjs"), "await f('a')\n", "'a'", "'{weaviate.host}'"),
        (GO, 'package p\n\nvar x = "a"\n', '"a"', '"{weaviate.host}"'),
        (JAVA, 'class A { String a = "a"; }\n', '"a"', '"{weaviate.host}"'),
        (("shell", ".sh"), "curl 'a'\n", "'a'", "'{weaviate.host}"),  # nothing here parses it
    ],
)
def test_other_bindings_are_right(kind: tuple[str, str], text: str, find: str, replace: str) -> None:
    language, extension = kind
    check_bindings(suite(language, (find, replace)), {f"s/a{extension}": text})


def test_a_binding_that_matches_nothing_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"^s/suite\.yaml:5:1 the binding 'b' matches nothing in s/a\.py\n"):
        check_bindings(suite("python", ("b", "c")), {"s/a.py": "a = 1"})


def test_the_compiler_finds_what_a_parser_does_not() -> None:
    """An error that is there with the Bindings only is that of the Binding that changes the line."""
    text = "import a\nf('x', 'y')\nd = 'x'\n"
    given = suite("go", ("'x'", "'{weaviate.host}'"), ("d =", "d +="))
    on_line, unused, elsewhere = (
        Diagnostic("tsc", "s/a", line, 1, message)
        for line, message in ((2, "duplicate"), (1, "not used"), (4, "other"))
    )
    assert may_be_broken(given, "s/a", text, [elsewhere, on_line])
    assert may_be_broken(given, "s/a", text, [unused])
    assert not may_be_broken(given, "s/a", text, [elsewhere])
    assert not may_be_broken(given, "s/a", "other text", [on_line])
    assert broken_by_bindings(given, "s/a", text, [on_line], [on_line]) is None
    error = broken_by_bindings(given, "s/a", text, [on_line, elsewhere], [elsewhere])
    assert error
    assert error.message == "s/suite.yaml:5:1 the binding \"'x'\" makes valid code invalid: s/a:2 tsc: duplicate"


def test_bindings_apply_one_after_the_other() -> None:
    given = suite("python", ("a", "b"), ("bb", "{weaviate.host} {other}"))
    assert apply_bindings(given, "ab", {"weaviate.host": "h"}) == "h {other}"


def test_threads_parse_python_one_at_a_time() -> None:
    """CPython 3.11 fails if two threads make trees at once."""
    text = "\n".join(f"x{n} = [f({n}), {{'a': ({n}, [{n}])}}]" for n in range(300))
    errors: list[SystemError] = []

    def parse() -> None:
        try:
            for _ in range(8):
                parse_python(text)
        except SystemError as error:
            errors.append(error)

    threads = [threading.Thread(target=parse) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
