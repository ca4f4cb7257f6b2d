"""What is left of an Expectation without its START line."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.site.lost_expectations import lost_expectations
from snipproof.site.source import parse_source

SNIPPETS = Path(__file__).parents[2] / "snippets"
CODE = {
    "a.py": "# START rows\nprint(rows)\n# END rows\n\n{}",
    "a.ts": "// START rows\nconsole.log(rows);\n// END rows\n\n{}",
    "a.go": "func TestA(t *testing.T) {{\n\t// START rows\n\tfmt.Println(rows)\n\t// END rows\n}}\n\n{}",
    "A.java": "class A {{\n    // START rows\n    System.out.println(rows);\n    // END rows\n\n{}}}\n",
}


def lost(path: str, rest: str) -> list[int]:
    """Return the lines, from the end of the Snippet, that are reported in a Source that ends with ``rest``."""
    text = CODE[path].format(rest)
    begin = text[: text.index(rest)].count("\n")
    return [finding.line - begin for finding in lost_expectations(parse_source(path, text))]


def in_text(path: str, *lines: str) -> str:
    """Return ``lines`` in a string or a comment that begins on line 1."""
    opening, closing = ('"""', '"""') if path == "a.py" else ("/*", "*/")
    return "\n".join((opening, *lines, closing, ""))


@pytest.mark.parametrize("path", CODE)
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("# START Expected rows results", "# END Expected rows results"),
        ("// START rowsOutput", "// END rowsOutput"),
        ("# START what is printed {of: rows}", "# END what is printed"),
        ("# START Expected rows results {capture: id, ignore: [a]}", "# END Expected rows results"),
    ],
)
@pytest.mark.parametrize("shown", [("[1, 2]",), ("Oslo", "Rome", ""), ("3 rows, of many.",)])
def test_an_end_line_that_nothing_opens_is_that_of_an_expectation(
    path: str, start: str, end: str, shown: tuple[str, ...]
) -> None:
    """By its name, or since it ends a text that is not code."""
    assert lost(path, in_text(path, start, *shown, end)) == []
    assert lost(path, in_text(path, *shown, end)) == [2 + len(shown)]
    assert lost(path, in_text(path, start.replace("START", "STRAT"), *shown, end)) == [3 + len(shown)]


@pytest.mark.parametrize("path", CODE)
def test_the_other_expectations_of_a_text_do_not_matter(path: str) -> None:
    other = ("# START Expected rows results", "[1]", "# END Expected rows results")
    end = "# END second {of: rows}"
    assert lost(path, in_text(path, *other, "", "[2]", "# END second")) == [7]
    assert lost(path, in_text(path, "[2]", end.partition(" {")[0], "", *other)) == [3]


@pytest.mark.parametrize("path", CODE)
def test_line_comments_are_text_too(path: str) -> None:
    token = "#" if path == "a.py" else "//"
    assert lost(path, f"{token} Oslo\n{token} Rome\n{token} END rows printed\n") == [3]
    assert lost(path, f"{token} START rows printed {{of: rows}}\n{token} Oslo\n{token} END rows printed\n") == []


@pytest.mark.parametrize("path", CODE)
@pytest.mark.parametrize(
    ("shown", "is_data"),
    [("[1, 2]", True), ('{"a": [1, ...]}\n', True), ("[\n  {'a': None},\n]", True), ("Oslo\nRome", False)],
)
def test_a_text_without_markers_behind_a_snippet_is_its_output(path: str, shown: str, is_data: bool) -> None:
    """Data anywhere behind it, other lines right behind it if it has no output yet."""
    assert lost(path, in_text(path, shown)) == [1]
    bound = in_text(path, "# START Expected rows results", "[1]", "# END Expected rows results")
    assert lost(path, bound + "\n" + in_text(path, shown)) == [7] * is_data


@pytest.mark.parametrize("path", CODE)
@pytest.mark.parametrize(
    "lines",
    [
        ["Now the same with a filter."],
        ["The next part needs:", "- a key"],
        ["=====  Filters  ====="],
        ["rows = load(1)", "print(rows)"],
        ["TODO show the others"],
        ["[INFO] not data at all."],
    ],
)
def test_a_remark_is_not_output(path: str, lines: list[str]) -> None:
    assert lost(path, in_text(path, *lines)) == []


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("a.py", 'x = """\n[1]\n"""\n'),
        ("a.py", 'check("""\n[1]\n""")\n'),
        ("a.py", '# """\nx = [1]\n# """\n'),
        ("a.py", 'def f():\n    """\n    Rows of a table\n    """\n'),
        ("a.ts", "const x = `\n[1]\n`;\n"),
        ("a.ts", '// "/*"\nf([1]);\n// "*/"\n'),
        ("a.ts", "/*\n Rows of a table\n*/\nfunction f() {}\n"),
        ("a.ts", "/**\n * [1]\n */\n"),
    ],
)
def test_what_code_uses_or_documents_is_not_output(path: str, rest: str) -> None:
    assert lost(path, rest) == []


@pytest.mark.parametrize(
    "text",
    [
        "# rows Results\n[1]\n# END rows Results\n",
        "# rows Results START\n[1]\n# END rows Results\n",
        "# START-ANY\n[1]\n# END rows Results\n# END-ANY\n",
        "# START code Go\nprint(1)\n# END code GO\n",
        "# START all\n# a remark\n# END part\nprint(1)\n# END all\n",
        "'''\n# START old\nprint(1)\n# END old\nold()\n# END older\n'''\n",
    ],
)
def test_other_end_lines_are_left_to_other_rules(text: str) -> None:
    """A comment that is the name opens it; code that is left out has END lines as well."""
    assert lost("a.py", text) == []


def _sources() -> list[Path]:
    return [path for path in sorted(SNIPPETS.rglob("*.*")) if path.suffix in (".py", ".ts", ".go", ".java")]


@pytest.mark.parametrize("change", ["nothing", "start", "both"])
def test_the_sources_of_this_repository(change: str) -> None:
    """Each START line of an Expectation is missed, and without both markers data still is."""
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        source = parse_source(path.name, text)
        if change == "nothing":
            assert list(lost_expectations(source)) == []
            continue
        for region in {expectation.region.name: expectation.region for expectation in source.expectations}.values():
            lines = text.split("\n")
            del lines[region.markers[-1].line - 1 if change == "both" else len(lines) - 1]
            del lines[region.line - 1]
            found = list(lost_expectations(parse_source(path.name, "\n".join(lines))))
            if change == "start":
                assert [region.name in finding.message for finding in found] == [True], (path, region.name)


def test_many_unopened_lines_are_read_in_one_go() -> None:
    text = CODE["a.py"].format("# END Expected x results\n" * 20_000 + "# a\n# END b\n" * 5_000)
    assert len(list(lost_expectations(parse_source("a.py", text)))) > 20_000
