"""SP5xx: text that does not parse as the language it is shown as, and names that are never defined."""

from __future__ import annotations

import sys

import pytest
from tests.support.lint import Check, block, page, region

from snipproof.lint.rules.sp5xx_syntax import json_error, undefined_names
from snipproof.syntax import fragments
from snipproof.syntax.fragments import python_error, tree_error


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "    x = 1\n    if x:\n        y = 2",
        "await client.connect()\nreturn 1",
        "async for x in y:\n    yield x",
        "%pip install thing\n!ls\nx = 1",
        ">>> 1 +\n... 1\n2",
        "f(...)\n...",
        "x = '\\d'",
        "",
    ],
)
def test_this_is_python(text: str) -> None:
    assert python_error(text) is None


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\ny = (2,\n", 2, "'(' was never closed"),
        ("x = 1\n    y = 2", 2, "unexpected indent"),
        ("try:\nfinally:\n    pass", 2, "expected an indented block"),
        ("{\n  Get {\n    Thing\n  }\n}", 2, "invalid syntax"),
        ("%pip install thing\nx = = 1", 2, "invalid syntax"),
    ],
)
def test_this_is_not_python(text: str, line: int, reason: str) -> None:
    error = python_error(text)
    assert error
    assert error[0] == line
    assert reason in error[1]


@pytest.mark.parametrize("text", ["(" * 10_000, "-" * 200_000 + "1", "x" + ".y" * 50_000, "\0"])
def test_what_the_parser_cannot_hold_is_no_traceback(text: str) -> None:
    python_error(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 2.5e3, "x\\"y", true, null]}',
        " 1 ",
        '// before\n{"a": 1 /* inside */}\n// after',
        '{"a": 1, ...}',
        '{"a": 1 ...}',
        '{\n  ...\n  "a": 1\n}',
        "[1, 2, ...]",
        "[1, 2 ...]",
        "[..., 2]",
        "[1, ..., 9]",
        '{"a": ...}',
        "[…]",
        "[" * 2000 + "..." + "]" * 2000,
        "[" * 100_000 + "]" * 100_000,
        '{"a": 1, "a": 2, ...}',
        '["C:\\docs", ...]',
        "[1e999999, ...]",
        "[1 // ...\n]",
    ],
)
def test_this_is_json(text: str) -> None:
    assert json_error(text) is None


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "there is no value"),
        ("// only\n", 2, "there is no value"),
        ('{\n"a": 1,\n}', 3, "trailing comma before '}'"),
        ("[1,\n// left out\n]", 3, "trailing comma before ']'"),
        ("[1,\n// ...\n]", 3, "trailing comma before ']'"),
        ("{..., }", 1, "trailing comma before '}'"),
        ('{"a": 1', 1, "'}'"),
        ('{"a": 1, ...', 1, "..."),
        ("[1\n2]", 2, "'2'"),
        ('{"a" 1}', 1, "'1'"),
        ("{a: 1}", 1, "'a'"),
        ("{'a': 1}", 1, "\"'a'\""),
        ("{1: 1}", 1, "expected a name in double quotes, found '1'"),
        ("{true: 1}", 1, "expected a name in double quotes, found 'true'"),
        ('{"a": 1}\nclient.close()', 2, "'client.close'"),
        ("[1] [2]", 1, "'[' after the end of the value"),
        ("[1}", 1, "'}'"),
        ("[# no comment\n]", 1, "'#'"),
        ("[01]", 1, "'01'"),
        ("[+1]", 1, "'+1'"),
        ("[0x1]", 1, "'0x1'"),
        ("[,]", 1, "','"),
        ("]", 1, "']'"),
        ('{"a": ...: 1}', 1, "':'"),
        ('{"a": }', 1, "'}'"),
        ('["a\nb"]', 1, "'\"a'"),
        ("[tru]", 1, "'tru'"),
        ("[1,\n\xa02]", 2, "'\\xa0'"),
        ("\xa0", 1, "'\\xa0'"),
    ],
)
def test_this_is_not_json(text: str, line: int, reason: str) -> None:
    error = json_error(text)
    assert error
    assert error[0] == line
    assert reason in error[1]


PIECES = [
    ("typescript", "const a: number = 1;\nawait f(a)", True),
    ("typescript", "name: 'a',\nlist: [1, 2],", True),
    ("typescript", "async method(): Promise<void> { await 1 }", True),
    ("typescript", ".sort()\n.filter(Boolean)", True),
    ("typescript", "private a: number = 1;\n\nprotected get b() { return this.a }", True),
    ("typescript", "const a = <div>{b}</div>;", True),
    ("typescript", "const a = <number>b;", True),
    ("typescript", "f({\n  a: 1,", False),
    ("typescript", "const a = ;\n}", False),
    ("go", 'import "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}', True),
    ("go", "a, err := f()\nif err != nil {\n\treturn err\n}", True),
    ("go", "Name: 1,\nOther: []string{},", True),
    ("go", "func main() {\n\tf()", False),
    ("go", "Coming soon", False),
    ("java", "import a.B;\nclass C {}", True),
    ("java", "var a = f();\na.g();", True),
    ("java", "@Test\nvoid f() { g(); }", True),
    ("java", "void f() { g();", False),
]


@pytest.mark.parametrize(("language", "text", "parses"), PIECES)
def test_pieces_of_programs_parse(language: str, text: str, parses: bool) -> None:
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    assert (tree_error(language, text) is None) is parses


def test_the_line_is_that_of_the_text(check: Check) -> None:
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    source = "package p\n" + region("a := 1\n}", comment="//") + "b\n" + region("c := 2", comment="//")
    files = {"docs/p.mdx": page(block("// START A", "// END A", "go"), source="/a.go"), "a.go": source}
    (finding,) = check(files, "SP504")
    assert finding.severity == "warning"
    assert "(line 4 of a.go)" in finding.message


def test_without_grammars_nothing_is_reported(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    fragments._parsers.cache_clear()
    files = {
        "docs/p.mdx": page(block("// START A", "// END A", "go"), source="/a.go"),
        "a.go": region("}", comment="//"),
    }
    try:
        assert check(files, "SP504") == []
    finally:
        fragments._parsers.cache_clear()


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("py", "x = (", "SP501"),
        ("python", "x = (", "SP501"),
        ("json", "{'a': 1}", "SP502"),
        ("ts", "x = (", "SP503"),
        ("goraw", "x := (", "SP504"),
        ("javaraw", "x = (", "SP505"),
        ("csharp", "x = (", ""),
        ("text", "x = (", ""),
    ],
)
def test_the_display_language_decides_what_it_must_be(check: Check, language: str, text: str, rule: str) -> None:
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    files = {"docs/p.mdx": page(block(language=language), source="/a.txt"), "a.txt": "\n\n" + region("\n" + text)}
    found = [finding for finding in check(files) if finding.rule.startswith("SP5")]
    assert [finding.rule for finding in found] == [rule][: bool(rule)]
    assert all("a.txt)" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("tag", "file", "text"),
    [
        pytest.param(block(end="# END B"), "a.py", "x = (", id="it runs out"),
        pytest.param(block(), "a.go", "x := 1 {", id="it is another language"),
        pytest.param(block(), "a.py", "  ", id="it is empty"),
    ],
)
def test_what_is_reported_already_is_not_reported_again(check: Check, tag: str, file: str, text: str) -> None:
    files = {"docs/p.mdx": page(tag, source=f"/{file}"), file: region(text)}
    assert not [finding for finding in check(files) if finding.rule.startswith("SP5")]


def test_each_text_is_parsed_once(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr("snipproof.syntax.fragments.python_error", parsed.append)
    check({"docs/p.mdx": page(*[block()] * 5), "docs/q.mdx": page(), "a.py": region("x = 1")})
    assert parsed == ["x = 1"]


FILES = {"docs/p.mdx": page(), "a.py": region("client.connect(url)")}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("print(client)", ["client"]),
        ("    import a.b, c as d\n    a, d", []),
        ("from a import b\nb", []),
        ("from a import *\nb", []),
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d\nf", []),
        ("class C: pass\nC, D", ["D"]),
        ("with a as b: b\nfor c in b: c\n(e := 1), e", ["a"]),
        ("try: pass\nexcept E as e: e", ["E"]),
        ("match 1:\n    case [a, *b]: a, b\n    case {'k': c, **d}: c, d", []),
        ("[x for x in y]; lambda z: z", ["y"]),
        ("x = (", []),
        ("__name__", []),
    ],
)
def test_names_are_used_and_never_defined(text: str, names: list[str]) -> None:
    assert undefined_names(text) == names


def test_it_is_off_unless_it_is_turned_on(check: Check) -> None:
    assert check(FILES, "SP506") == []
    (finding,) = check(FILES, "SP506", '[severity]\nSP506 = "warning"\n')
    assert finding.message == "used but never defined in the block: client, url"
