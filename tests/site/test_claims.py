"""Claims: which Snippets shown output belongs to, by the order of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from snipproof.cli.list import as_json, as_text
from snipproof.cli.main import main
from snipproof.config import load_settings
from snipproof.site.claims import ClaimSet, claims, read_claims
from snipproof.site.docs_site import Site
from snipproof.site.mdx.page import PageScan, _Scanner

Load = Callable[[Mapping[str, str]], Site]
IMPORTS = """import Py from '!!raw-loader!/s/a.py';
import Ts from '!!raw-loader!/s/a.ts';
import Other from '!!raw-loader!/o/c.cs';
"""
OUTPUT = '"""\n# START Expected a results {}\n{{}}\n# END Expected a results\n"""\n'


def code(*names: str, comment: str = "#") -> str:
    return "".join(f"{comment} START {name}\nprint()\n{comment} END {name}\n" for name in names)


def show(name: str, variable: str = "Py") -> str:
    """Return a block that shows the Region ``name``, on a line of its own."""
    comment = "#" if variable == "Py" else "//"
    markers = f'startMarker="{comment} START {name}" endMarker="{comment} END {name}"'
    return f'<FilteredTextBlock text={{{variable}}} {markers} language="py" />\n'


def tabs(**shown: str) -> str:
    """Return a group with a tab for each argument."""
    items = [f"<TabItem value='{value}'>\n\n{text}\n</TabItem>\n" for value, text in shown.items()]
    return f"<Tabs>\n{''.join(items)}</Tabs>\n\n"


EXPECTED = show("Expected a results")
BOTH = tabs(py=show("a"), ts=show("a", "Ts"))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that reads a site with a Source of two languages each, changed by ``files``."""

    def run(files: Mapping[str, str]) -> Site:
        usual = {
            "snipproof.toml": 'suites = ["s/*.yaml"]\n',
            "s/py.yaml": "flavour: py\nlanguage: python\nsources: ['*.py']\n",
            "s/ts.yaml": "flavour: ts\nlanguage: typescript\nsources: ['*.ts']\n",
            "s/a.py": code("a", "b") + OUTPUT.format(""),
            "s/a.ts": code("a", "b", comment="//"),
            "o/c.cs": code("a", comment="//"),
        }
        for name, text in {**usual, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Site.load(load_settings(tmp_path, environ={}))

    return run


def claimed(site: Site) -> list[str]:
    """Return each claim as ``Snippet origin tabs``, an excused one with its reason."""
    lines = []
    for claim in claims(site):
        assert claim.expectation.name == "Expected a results"
        reason = f" ({claim.excused})" if claim.excused else ""
        lines.append(f"{claim.snippet} {claim.origin} {'+'.join(place.tab for place in claim.places)}{reason}")
    return lines


def reported(result: ClaimSet) -> list[str]:
    return [f"{finding.line}: {finding.rule} {finding.message}" for finding in result.findings]


def test_output_after_tabs_is_the_response_of_every_client(load: Load) -> None:
    """Also of those whose Sources have no block; the block's own Source binds what is printed."""
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED})
    assert claimed(site) == ["s/a.py::a response py", "s/a.ts::a response ts"]
    (claim, _) = claims(site)
    (place,) = claim.places
    assert (place.page, place.line, place.column) == ("docs/p.mdx", 17, 1)
    assert claim.expectation.source == "s/a.py"
    assert read_claims(site).findings == []


def test_code_in_a_group_is_claimed_without_a_tab_around_it(load: Load) -> None:
    """Readers see it in the group, so the output below is its output too."""
    page = IMPORTS + BOTH.replace("</Tabs>", show("b", "Ts") + "</Tabs>") + EXPECTED
    assert claimed(load({"docs/p.mdx": page})) == [
        "s/a.py::a response py",
        "s/a.ts::a response ts",
        "s/a.ts::b response ",
    ]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("stdout", ["s/a.ts::a stdout ts"]),
        ("response", ["s/a.ts::a response ts"]),
        ("requests", ["s/a.ts::a requests ts"]),
    ],
)
def test_from_chooses_what_is_compared(load: Load, origin: str, expected: list[str]) -> None:
    """What the Source itself binds is not claimed again."""
    source = code("a") + OUTPUT.format(f"{{from: {origin}}}")
    assert claimed(load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED, "s/a.py": source})) == expected


@pytest.mark.parametrize(
    "between",
    [
        "<details>\n<summary>Example response</summary>\n\n",
        "Text.\n\n",
        "```py\n# a comment\n```\n",
        "<!-- ## old -->\n",
    ],
)
def test_other_content_between_does_not_matter(load: Load, between: str) -> None:
    assert len(claims(load({"docs/p.mdx": IMPORTS + BOTH + between + EXPECTED}))) == 2


@pytest.mark.parametrize("between", ["## Next\n\n", "<h2>Next</h2>\n\n"])
def test_a_heading_ends_the_scope_of_claims(load: Load, between: str) -> None:
    assert claims(load({"docs/p.mdx": IMPORTS + BOTH + between + EXPECTED})) == []


def test_output_belongs_to_the_nearest_group(load: Load) -> None:
    """Even if that shows code that is never run, or none at all."""
    second = tabs(py=show("b"), ts=show("b", "Ts"))
    assert claimed(load({"docs/p.mdx": IMPORTS + BOTH + second + EXPECTED})) == [
        "s/a.py::b response py",
        "s/a.ts::b response ts",
    ]
    for other in (tabs(cs=show("a", "Other")), tabs(x="text")):
        site = load({"docs/p.mdx": IMPORTS + BOTH + other + EXPECTED})
        assert (claimed(site), read_claims(site).findings) == ([], [])


def test_several_blocks_after_one_group_all_belong_to_it(load: Load) -> None:
    source = code("a", "b") + OUTPUT.format("") + '"""\n# START More {of: b}\n{}\n# END More\n"""\n'
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED + show("More"), "s/a.py": source})
    assert [(claim.expectation.name, claim.snippet) for claim in claims(site)] == [
        ("Expected a results", "s/a.py::a"),
        ("Expected a results", "s/a.ts::a"),
        ("More", "s/a.py::a"),
        ("More", "s/a.ts::a"),
    ]


def test_code_that_is_never_run_is_not_compared(load: Load) -> None:
    """A Source in no Suite; another rule reports that."""
    page = IMPORTS + tabs(ts=show("a", "Ts"), cs=show("a", "Other")) + EXPECTED
    assert claimed(load({"docs/p.mdx": page})) == ["s/a.ts::a response ts"]


def test_a_site_without_suites_has_no_claims(load: Load) -> None:
    comment = "{/* snipproof: not compared */}\n"
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED + comment, "snipproof.toml": ""})
    assert (claims(site), read_claims(site).findings) == ([], [])


def test_output_inside_a_tab_is_what_its_own_code_prints(load: Load) -> None:
    """And claims nothing for the other tabs."""
    page = IMPORTS + tabs(py=show("a"), ts=show("a", "Ts") + EXPECTED)
    assert claimed(load({"docs/p.mdx": page})) == ["s/a.ts::a stdout ts"]
    known = IMPORTS + tabs(py=show("a") + EXPECTED, ts=show("a", "Ts"))
    assert claimed(load({"docs/p.mdx": known})) == []


def test_output_after_a_group_in_a_tab_belongs_to_that_group(load: Load) -> None:
    """And output after the outer group to all that is in it."""
    inner = tabs(sync=show("b"), other=show("b", "Ts"))
    site = load({"docs/p.mdx": IMPORTS + tabs(py=inner + EXPECTED, ts=show("a", "Ts"))})
    assert claimed(site) == ["s/a.py::b response sync", "s/a.ts::b response other"]
    site = load({"docs/p.mdx": IMPORTS + tabs(py=tabs(x=show("b")), ts=show("a", "Ts")) + EXPECTED})
    assert claimed(site) == ["s/a.py::b response py", "s/a.ts::a response ts"]


def test_code_without_tabs_binds_what_its_source_does_not(load: Load) -> None:
    """By the order of the page: the run of code nearest before it."""
    source = code("a one", "a two", "b") + OUTPUT.format("")
    page = IMPORTS + show("b") + show("Expected a results") + show("a two") + EXPECTED
    site = load({"docs/p.mdx": page, "s/a.py": source})
    assert claimed(site) == ["s/a.py::a two stdout ", "s/a.py::b stdout "]
    assert read_claims(site).bound == {"s/a.py::Expected a results"}
    assert claimed(load({"docs/p.mdx": page, "s/a.py": code("a", "b", "a two") + OUTPUT.format("")})) == []


def test_a_run_of_code_ends_with_its_output_and_with_a_group(load: Load) -> None:
    """What follows is another run; within a run, the Snippet must be certain."""
    source = code("b", "c", "d") + OUTPUT.format("")
    both = show("b") + EXPECTED + show("c") + EXPECTED + EXPECTED
    site = load({"docs/p.mdx": IMPORTS + both, "s/a.py": source})
    assert (claimed(site), read_claims(site).findings) == (["s/a.py::b stdout ", "s/a.py::c stdout +"], [])
    site = load({"docs/p.mdx": IMPORTS + both + show("b") + show("d") + EXPECTED, "s/a.py": source})
    (message,) = reported(read_claims(site))
    assert message.startswith("11: SP302 several Snippets precede this block, and 'Expected a results' may be")
    assert message.endswith("'b' (s/a.py:1), 'd' (s/a.py:7)")
    site = load({"docs/p.mdx": IMPORTS + show("b") + tabs(ts=show("a", "Ts")) + show("c") + EXPECTED, "s/a.py": source})
    assert (claimed(site), read_claims(site).findings) == (["s/a.py::c stdout "], [])


def test_output_in_a_tab_may_be_that_of_other_code(load: Load) -> None:
    """If ``of`` names other code, only the Source binds it; of several Snippets before it, ``of`` chooses."""
    source = code("a", "b") + OUTPUT.format("{of: a}")
    assert claimed(load({"docs/p.mdx": IMPORTS + tabs(py=show("b") + EXPECTED), "s/a.py": source})) == []
    page = IMPORTS + tabs(ts=show("a", "Ts") + show("b", "Ts") + EXPECTED)
    assert claimed(load({"docs/p.mdx": page, "s/a.py": source})) == ["s/a.ts::a stdout ts"]


@pytest.mark.parametrize("name", ["Whatever {of: b}", "Expected b results"])
def test_output_in_a_file_of_its_own_is_claimed_too(load: Load, name: str) -> None:
    """Only the page binds it, by ``of`` or by its name where a tab shows several Snippets."""
    page = IMPORTS + tabs(py=show("a") + show("b"), ts=show("a", "Ts") + show("b", "Ts"))
    output = f"// START {name}\n{{}}\n"
    site = load({"docs/p.mdx": page + show(name.partition(" {")[0], "Other"), "o/c.cs": output})
    assert [claim.snippet for claim in claims(site)] == ["s/a.py::b", "s/a.ts::b"]
    assert read_claims(site).findings == []


def test_nearer_code_without_tabs_stands_before_a_group(load: Load) -> None:
    """The output belongs to it."""
    assert claimed(load({"docs/p.mdx": IMPORTS + BOTH + show("b", "Ts") + EXPECTED})) == []
    assert len(claims(load({"docs/p.mdx": IMPORTS + show("b", "Ts") + BOTH + EXPECTED}))) == 2


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Expected a results", ["s/a.py::a", "s/a.ts::a"]),
        ("Expected b output", ["s/a.py::b", "s/a.ts::b"]),
        ("bResults", ["s/a.py::b", "s/a.ts::b"]),
        ("Shown {of: b}", ["s/a.py::b", "s/a.ts::b"]),
        ("Shown {of: [a, b]}", ["s/a.py::a", "s/a.py::b", "s/a.ts::a", "s/a.ts::b"]),
    ],
)
def test_one_of_several_snippets_in_a_tab_is_chosen(load: Load, name: str, chosen: list[str]) -> None:
    """By ``of`` or by its name, in every tab."""
    page = IMPORTS + tabs(py=show("a") + show("b"), ts=show("a", "Ts") + show("b", "Ts"))
    source = code("a", "b") + f'"""\n# START {name}\n{{}}\n"""\n'
    site = load({"docs/p.mdx": page + show(name.partition(" {")[0]), "s/a.py": source})
    assert ([claim.snippet for claim in claims(site)], read_claims(site).findings) == (chosen, [])


def test_several_snippets_in_a_tab_may_be_ambiguous(load: Load) -> None:
    """The error at the block lists them with their places; the other tabs are compared."""
    page = IMPORTS + tabs(py=show("a"), ts=show("c", "Ts") + show("b", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page, "s/a.ts": code("c", "b", comment="//")})
    assert claimed(site) == ["s/a.py::a response py"]
    (finding,) = read_claims(site).findings
    assert str(finding) == (
        "docs/p.mdx:18:1 SP302 the tab 'ts' shows several Snippets, "
        "and 'Expected a results' may be the output of each: 'c' (s/a.ts:1), 'b' (s/a.ts:4)"
    )
    assert finding.hint == "write `{of: NAME}` after the name on its START line, s/a.py:8"


def test_the_same_snippet_twice_in_a_tab_is_one(load: Load) -> None:
    page = IMPORTS + tabs(ts=show("b", "Ts") + show("b", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page})
    assert (claimed(site), read_claims(site).findings) == (["s/a.ts::b response ts"], [])


def test_a_marker_may_be_a_part_of_the_start_line(load: Load) -> None:
    """The component shows ``START a Go`` for ``START a``; several of them are one Region."""
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED, "s/a.ts": code("a Ts", "b", comment="//")})
    assert claimed(site) == ["s/a.py::a response py", "s/a.ts::a Ts response ts"]
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED, "s/a.ts": code("a Ts", "a Js", comment="//")})
    assert claimed(site) == ["s/a.py::a response py", "s/a.ts::a response ts"]
    assert reported(read_claims(site)) == []
    site = load({"docs/p.mdx": IMPORTS + BOTH + EXPECTED, "s/a.ts": code("b", comment="//")})
    assert reported(read_claims(site)) == []  # SP201 reports it


def test_pages_in_all_languages_make_one_claim(load: Load) -> None:
    page = IMPORTS + BOTH + EXPECTED
    site = load({"docs/p.mdx": page, "docs/ja/p.mdx": page})
    assert [[place.page for place in claim.places] for claim in claims(site)] == [["docs/ja/p.mdx", "docs/p.mdx"]] * 2


def test_a_partial_counts_when_readers_see_it(load: Load) -> None:
    files = {"docs/_p.mdx": IMPORTS + BOTH + EXPECTED, "docs/q.mdx": "text\n"}
    assert claims(load(files)) == []
    assert len(claims(load({**files, "docs/q.mdx": "import P from './_p.mdx';\n\n<P />\n"}))) == 2


WHY = "{/* snipproof: not compared because it differs */}\n\n"


def test_a_tab_is_not_compared_if_there_is_a_reason(load: Load) -> None:
    """Before or after its code; the claim is kept, so that it can be listed."""
    for ts in (WHY + show("a", "Ts"), show("a", "Ts") + "\n" + WHY):
        site = load({"docs/p.mdx": IMPORTS + tabs(py=show("a"), ts=ts) + EXPECTED})
        assert claimed(site) == ["s/a.py::a response py", "s/a.ts::a response ts (it differs)"]
        assert read_claims(site).findings == []


def test_a_tab_that_is_not_compared_may_be_ambiguous(load: Load) -> None:
    """Between several Snippets."""
    page = IMPORTS + tabs(py=show("a"), ts=WHY + show("c", "Ts") + show("b", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page, "s/a.ts": code("c", "b", comment="//")})
    assert claimed(site)[1:] == ["s/a.ts::b response ts (it differs)", "s/a.ts::c response ts (it differs)"]
    assert read_claims(site).findings == []


def test_an_opt_out_covers_the_groups_in_its_tab(load: Load) -> None:
    page = IMPORTS + tabs(py=show("a"), ts=WHY + tabs(x=show("b", "Ts"))) + EXPECTED
    assert claimed(load({"docs/p.mdx": page}))[1:] == ["s/a.ts::b response ts (it differs)"]


def test_pages_must_agree_on_an_opt_out(load: Load) -> None:
    """If one does not, the tab is compared and the comment of the other is reported."""
    page = IMPORTS + tabs(py=show("a"), ts=WHY + show("a", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page, "docs/ja/p.mdx": page.replace(WHY, "\n\n")})
    assert claimed(site)[1:] == ["s/a.ts::a response ts+ts"]
    assert reported(read_claims(site)) == [
        "12: SP304 the tab 'ts' is still compared: docs/ja/p.mdx:19 shows the same output for it without this comment"
    ]
    site = load({"docs/p.mdx": page, "docs/ja/p.mdx": page.replace("it differs", "other")})
    assert claimed(site)[1:] == ["s/a.ts::a response ts+ts (other; it differs)"]
    assert reported(read_claims(site)) == []


def test_output_that_every_page_opts_out_of_is_not_bound(load: Load) -> None:
    page = IMPORTS + tabs(ts=WHY + show("a", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page})
    assert claimed(site) == ["s/a.ts::a response ts (it differs)"]
    assert read_claims(site).bound == frozenset()


def test_an_opt_out_without_reason_or_tab_is_ignored(load: Load) -> None:
    page = IMPORTS + WHY + tabs(py=show("a"), ts="{/* snipproof: not compared */}\n\n" + show("a", "Ts")) + EXPECTED
    site = load({"docs/p.mdx": page})
    assert claimed(site) == ["s/a.py::a response py", "s/a.ts::a response ts"]
    assert reported(read_claims(site)) == [
        "4: SP303 this comment is not in a tab, so it is ignored and everything is compared",
        "14: SP303 this comment gives no reason, so it is ignored and everything is compared",
    ]


def test_an_unneeded_opt_out_is_reported(load: Load) -> None:
    """No output, a heading between, or a tab that is never run; but not on a partial that nobody sees."""
    with_why = tabs(py=show("a"), ts=WHY + show("a", "Ts"))
    message = "12: SP304 no shown output is compared with the tab 'ts'"
    for page in (with_why, with_why + "## Next\n\n" + EXPECTED):
        assert reported(read_claims(load({"docs/p.mdx": IMPORTS + page}))) == [message]
    never_run = IMPORTS + tabs(py=show("a"), cs=WHY + show("a", "Other")) + EXPECTED
    assert reported(read_claims(load({"docs/p.mdx": never_run}))) == [message.replace("ts", "cs")]
    assert reported(read_claims(load({"docs/p.mdx": "text\n", "docs/_p.mdx": never_run}))) == []


def test_claims_are_listed(load: Load) -> None:
    """Below the Expectation, with their pages; those that are not compared with the reason."""
    site = load({"docs/p.mdx": IMPORTS + tabs(py=show("a"), ts=WHY + show("a", "Ts")) + EXPECTED})
    region = as_json(site)["suites"][0]["sources"][0]["regions"][2]
    assert (region["of"], region["from"]) == ("a", "stdout")
    assert region["claims"][0] == {
        "snippet": "s/a.py::a",
        "from": "response",
        "excused": "",
        "places": [{"page": "docs/p.mdx", "line": 19, "column": 1, "tab": "py"}],
    }
    lines = as_text(site).split("\n")
    assert "    8: expectation 'Expected a results' of 'a' <- docs/p.mdx:19:1" in lines
    assert "      of s/a.py::a (response) <- docs/p.mdx:19 (py)" in lines
    assert "      not compared with s/a.ts::a (response) <- docs/p.mdx:19 (ts): it differs" in lines
    assert "      2 comparisons" in lines
    assert region["comparisons"] == 2


def test_the_number_of_comparisons_follows_the_page(load: Load) -> None:
    """Each tab is one, and each Snippet of the Source; nothing is compared in no Suite."""
    for shown, number in (
        (BOTH + EXPECTED, 3),
        (BOTH + "## Next\n\n" + EXPECTED, 1),
        (tabs(py=show("a")) + EXPECTED, 2),
    ):
        site = load({"docs/p.mdx": IMPORTS + shown})
        assert as_json(site)["suites"][0]["sources"][0]["regions"][2]["comparisons"] == number
    output = "// START a\nx\n// END a\n// START Expected a results\n1\n// END Expected a results\n"
    site = load({"docs/p.mdx": IMPORTS + show("Expected a results", "Other"), "o/c.cs": output})
    (in_no_suite,) = (suite for suite in as_json(site)["suites"] if suite["suite"] is None)
    assert in_no_suite["sources"][0]["regions"][1]["comparisons"] == 0


def test_an_expectation_of_several_snippets_is_listed_with_all(load: Load) -> None:
    source = code("a", "b") + OUTPUT.format("{of: [a, b], from: response}")
    site = load({"docs/p.mdx": IMPORTS + EXPECTED, "s/a.py": source})
    assert as_json(site)["suites"][0]["sources"][0]["regions"][2]["of"] == ["a", "b"]
    assert "expectation 'Expected a results' of 'a', 'b' (response)" in as_text(site)


@pytest.mark.parametrize(
    "text", ["write `<!--` to open a comment", "write \\{/* to open a comment", "``` `<!--` ```", "`` ` <!-- ``"]
)
def test_inline_code_hides_no_heading(load: Load, text: str) -> None:
    """A heading below an inline comment token still separates code from output."""
    source = code("x", "y") + '"""\n# START Output {from: stdout}\n1\n# END Output\n"""\n'
    page = f"{text}\n\n# First\n\n{show('x')}\n# Second\n\n{show('Output')}"
    site = load({"docs/p.mdx": IMPORTS + page, "s/a.py": source})
    assert claims(site) == []
    assert main(["check", "--no-cache", "--root", str(site.settings.root)]) == 1


def test_each_page_is_scanned_once(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs, headings and suppressions come from the same scan."""
    ignore = "{/* snipproof: ignore SP201 because x */}\n"
    site = load({"docs/p.mdx": IMPORTS + "# a\n\n" + ignore + tabs(py=WHY + show("a")) + EXPECTED})
    scanned: list[str] = []
    scan = _Scanner.scan

    def counting_scan(scanner: _Scanner) -> PageScan:
        scanned.append(scanner._path)
        return scan(scanner)

    monkeypatch.setattr(_Scanner, "scan", counting_scan)
    main(["check", "--no-cache", "--root", str(site.settings.root)])
    assert scanned == ["docs/p.mdx"]
