"""Which Regions are output, and which Snippet each belongs to inside its Source."""

from __future__ import annotations

import pytest

from snipproof.model import Origin
from snipproof.site.binding import unbound_expectations
from snipproof.site.source import parse_source


def code(*names: str) -> str:
    """Return a Snippet of each name, three lines each."""
    return "".join(f"# START {name}\nprint()\n# END {name}\n" for name in names)


def bound(text: str, path: str = "a.py") -> dict[str, list[str]]:
    """Return the Snippets of each Expectation that is bound."""
    found: dict[str, list[str]] = {}
    for expectation in parse_source(path, text).expectations:
        found.setdefault(expectation.region.name, []).append(expectation.of)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "Expected base64 results",
        "expected base64 result",
        "Expected base64 response",
        "Expected base64 output",
        "base64 Expected Results",
        "base64 expected response",
        "search base64 Expected Output",
        "Expected search-base64 results",
        "searchBase64_expected_results",
        "Expected_search_base64_results",
    ],
)
def test_names_with_expected_are_output(name: str) -> None:
    """Whatever stands between their markers."""
    assert bound(code("search base64", "other") + f"# START {name}\nprint()\n") == {name: ["search base64"]}


@pytest.mark.parametrize("name", ["Unexpected results", "expected", "Expected value", "search", "expectedResults"])
def test_other_names_are_code(name: str) -> None:
    """Output is never guessed from a part of a word."""
    source = parse_source("a.py", code("base64") + f"# START {name}\n[1]\n# END {name}\n")
    assert [snippet.name for snippet in source.snippets] == ["base64", name]


@pytest.mark.parametrize(
    "name", ["base64Results", "Base64Result", "base64 results", "base64-output", "base64ExpectedResults"]
)
@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("", '{\n  "a": 1\n}'),
        ("", "[\n  {}\n]"),
        ("", '"""\ntext: no match\n"""'),
        ("", "# text: no match\n\n# more"),
        ('"""', "text: no match"),
        ("'''\n", "text: no match"),
        ('"""doc"""\nx = """', "print()"),
    ],
)
def test_a_region_named_after_a_snippet_is_output_unless_it_is_code(name: str, before: str, text: str) -> None:
    """It begins like data, or is in a comment or a string."""
    source = code("base64", "base64 more") + f"{before}\n# START {name}\n{text}\n# END {name}\n"
    assert bound(source) == {name: ["base64"]}


@pytest.mark.parametrize(
    ("path", "before", "text", "output"),
    [
        ("a.ts", "/*", "text", True),
        ("a.ts", "/* a */", "text()", False),
        ("a.go", "const x = `", "text", True),
        ("a.go", "const x = `a`", "text()", False),
        ("a.java", "/*\n * x\n */", "text();", False),
        ("a.java", "", "// text", True),
        ("a.py", "# don't open /*", "text()", False),
        ("a.py", '"""a"""', "text()", False),
        ("a.py", "", "[print(x) for x in y]", False),
        ("a.py", "", "{print(x)}", False),
        ("a.py", "", "", False),
        ("a.py", "", "for x in []:\n    # see\n    print(x)", False),
    ],
)
def test_code_that_runs_stays_a_snippet(path: str, before: str, text: str, output: bool) -> None:
    """A Region named like results may be the code that computes them."""
    written = code("base64") + f"{before}\n# START base64Results\n{text}\n# END base64Results\n"
    source = parse_source(path, written)
    assert [snippet.name for snippet in source.snippets] == (["base64"] if output else ["base64", "base64Results"])
    assert unbound_expectations(source) == []


def test_a_comment_may_hold_several() -> None:
    """It stays open until it is closed."""
    output = "# START {0}Results\ntext\n# END {0}Results\n"
    text = code("a", "b", "c") + "/*\n" + output.format("a") + "\n" + output.format("b") + "*/\n" + output.format("c")
    assert bound(text, "a.ts") == {"aResults": ["a"], "bResults": ["b"]}


def test_a_region_named_after_nothing_is_a_snippet() -> None:
    """Of ``aResults`` and ``aResultsOutput``, only the first is output."""
    assert bound(code("base64") + "# START urlResults\n[1]\n") == {}
    chain = "# START aResults\n[1]\n# END aResults\n# START aResultsOutput\n[1]\n"
    assert bound(code("a") + chain) == {"aResults": ["a"]}


@pytest.mark.parametrize(
    "expectation",
    ["rows {of: search}", "rows {from: response, of: search}", "rows {of: nothing}"],
)
@pytest.mark.parametrize("ending", ["Results", " output", "-Response"])
def test_a_region_named_after_an_expectation_is_bound_to_nothing(expectation: str, ending: str) -> None:
    """It shows no code, and an Expectation gives no output that it could show."""
    name = expectation.partition(" {")[0] + ending
    text = code("search") + f'"""\n# START {expectation}\n[1]\n# END\n# START {name}\n[1]\n# END {name}\n"""\n'
    source = parse_source("a.py", text)
    assert [snippet.name for snippet in source.snippets] == ["search"]
    assert name in {finding.message.split("'")[1] for finding in unbound_expectations(source)}


@pytest.mark.parametrize(
    ("path", "snippet", "name"),
    [
        ("a.py", "ClarkExample", "ClarkResults"),
        ("a.py", "ResultDisplayExample", "ResultDisplayOutput"),
        ("a.py", "BM25BasicPython", "Expected BM25Basic results"),
        ("a.py", "limit Python", "Expected limit results"),
        ("a.ts", "limitTS", "limit Expected Results"),
        ("a.go", "limit go", "limitResults"),
    ],
)
def test_a_snippet_may_end_with_its_language(path: str, snippet: str, name: str) -> None:
    """Writers add it where the same is shown in several languages; a Snippet in another language is not meant."""
    source = code(snippet, "limit GraphQL", "Clark") if snippet.startswith("limit") else code(snippet, "limit GraphQL")
    assert bound(source + f"# START {name}\n[1]\n", path) == {name: [snippet]}


def test_the_exact_name_wins_over_longer_ones() -> None:
    """Although its words are in all of them."""
    assert bound(code("search", "search file") + "# START Expected Search results\n") == {
        "Expected Search results": ["search"]
    }


def test_output_of_several_snippets_is_an_expectation_of_each() -> None:
    """A list of names; each must be there."""
    text = code("a", "b", "c") + "# START Whatever {of: [a, c, a], from: response}\n[1]\n"
    expectations = parse_source("a.py", text).expectations
    assert [(e.region.name, e.of, e.origin) for e in expectations] == [
        ("Whatever", "a", Origin.RESPONSE),
        ("Whatever", "c", Origin.RESPONSE),
    ]
    source = parse_source("a.py", text.replace("c, a", "cc"))
    assert source.expectations == ()
    (finding,) = unbound_expectations(source)
    assert "is bound to 'cc', but there is no such Snippet" in finding.message


def test_from_alone_makes_an_expectation_and_the_name_binds_it() -> None:
    """Its words count as they do elsewhere; the default is what is printed."""
    source = parse_source("a.py", code("a b") + "# START b {from: requests}\n# END b\n# START Expected a output\n")
    assert [(e.region.name, e.of, e.origin) for e in source.expectations] == [
        ("b", "a b", Origin.REQUESTS),
        ("Expected a output", "a b", Origin.STDOUT),
    ]


def test_an_expectation_bound_by_a_page_is_not_unbound() -> None:
    """But an ``of`` that names a missing Snippet is still wrong."""
    text = code("a one", "a two") + "# START Expected a results\n# END-ANY\n# START x {of: b}\n"
    source = parse_source("a.py", text)
    assert len(unbound_expectations(source)) == 2
    claimed = {"a.py::Expected a results", "a.py::x"}
    (finding,) = unbound_expectations(source, claimed)
    assert "'b'" in finding.message
    assert len(unbound_expectations(source, {"b.py::Expected a results"})) == 2


def test_a_long_list_of_snippets_is_cut() -> None:
    """The hint names twelve and the number of the others."""
    text = code(*(f"s{number}" for number in range(15))) + "# START Expected x results\n"
    (finding,) = unbound_expectations(parse_source("a.py", text))
    assert finding.hint.endswith("'s11' and 3 more")


@pytest.mark.parametrize(
    ("path", "before"),
    [("a.java", 'String x = """'), ("a.mjs", "const x = `"), ("a.cs", "/*")],
)
def test_the_block_strings_and_comments_of_the_language_count(path: str, before: str) -> None:
    """A Region in one of them shows no code."""
    assert bound(f"{code('a')}{before}\n# START aResults\ntext\n# END aResults\n", path) == {"aResults": ["a"]}


def test_what_other_languages_open_does_not_count() -> None:
    """A backtick in Java and ``/*`` in a shell script open nothing."""
    output = "# START aResults\ntext\n# END aResults\n"
    assert bound(code("a") + "// `\n" + output, "a.java") == {}
    assert bound(code("a") + "ls /*\n" + output, "a.sh") == {}
