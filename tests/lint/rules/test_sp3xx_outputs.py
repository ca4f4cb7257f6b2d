"""SP3xx: output that pages show, and tabs that are not compared."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

SETTINGS = 'suites = ["s/suite.yaml"]\n'
SUITE = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
IMPORT = "import A from '!!raw-loader!/s/a.py';\n\n"
OUTPUT = '"""\n' + region("{}", "Expected results") + '"""\n'
SHOWN = block("# START Expected results", "# END Expected results", "json")
FILES = {"s/suite.yaml": SUITE, "s/a.py": region("a = 1") + region("b = 1", "B") + OUTPUT}


def test_an_unbound_expectation_is_reported_in_a_suite(check: Check) -> None:
    source = region("a = 1") + region("{}", "Expected B results")
    files = {"docs/p.mdx": page(source="/s/a.py"), "s/a.py": source, "s/suite.yaml": SUITE}
    (finding,) = check(files, "SP301", SETTINGS)
    assert (finding.path, finding.line) == ("s/a.py", 4)
    assert check(files, "SP301") == []


def tab(*content: str) -> str:
    return "<Tabs>\n<TabItem value='py'>\n\n" + "\n".join(content) + "\n</TabItem>\n</Tabs>\n\n"


def test_output_that_a_page_binds_is_bound(check: Check) -> None:
    """By the Snippet before it; without that, nothing would check it."""
    assert check({**FILES, "docs/p.mdx": IMPORT + tab(block()) + SHOWN}, "SP301", SETTINGS) == []
    (finding,) = check({**FILES, "docs/p.mdx": IMPORT + SHOWN}, "SP301", SETTINGS)
    assert (finding.path, finding.line) == ("s/a.py", 8)


@pytest.mark.parametrize("comment", ["", "{/* snipproof: not compared because so */}\n"])
def test_a_tab_with_several_snippets_is_reported(check: Check, comment: str) -> None:
    """SP302, unless the tab is left out; then nothing binds the output."""
    page = IMPORT + tab(comment, block(), block("# START B", "# END B")) + SHOWN
    findings = check({**FILES, "docs/p.mdx": page}, "", SETTINGS)
    rules = [finding.rule for finding in findings]
    assert rules == (["SP301"] if comment else ["SP302", "SP301"])
    if not comment:
        assert "'A' (s/a.py:1), 'B' (s/a.py:4)" in findings[0].message


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        ("{/* snipproof: not compared because it prints text */}", ""),
        ("{/* snipproof: not compared */}", "SP303"),
        ("<!-- snipproof: not compared because -->", "SP303"),
    ],
)
def test_a_comment_without_a_reason_is_reported(check: Check, comment: str, rule: str) -> None:
    """SP303, but only without a reason."""
    page = IMPORT + tab(comment + "\n", block()) + SHOWN
    findings = check({**FILES, "docs/p.mdx": page}, "SP303", SETTINGS)
    assert [finding.rule for finding in findings] == ([rule] if rule else [])


def test_a_comment_that_is_not_needed_is_reported(check: Check) -> None:
    """SP304, a warning; not on a site without Suites, where nothing is compared at all."""
    comment = "{/* snipproof: not compared because it prints text */}\n"
    page = IMPORT + tab(comment, block())
    (finding,) = check({**FILES, "docs/p.mdx": page}, "SP304", SETTINGS)
    assert (finding.severity, finding.line) == ("warning", 6)
    assert check({**FILES, "docs/p.mdx": page + SHOWN}, "SP304", SETTINGS) == []
    assert check({**FILES, "docs/p.mdx": page}, "SP304") == []


def test_markers_of_output_that_a_page_binds_may_stand_in_a_comment(check: Check) -> None:
    """SP210 looks at code only."""
    source = region("a = 1") + '"""\n' + region("{}", "Expected results", "//") + '"""\n'
    shown = block("// START Expected results", "// END Expected results", "json")
    files = {**FILES, "s/a.py": source}
    assert check({**files, "docs/p.mdx": IMPORT + tab(block()) + shown}, "SP210", SETTINGS) == []
    assert len(check({**files, "docs/p.mdx": IMPORT + shown}, "SP210", SETTINGS)) == 1


CODE = block()
OTHER = block("# START B", "# END B")
NAMED = '"""\n' + region("1", "Expected A results") + region("2", "Expected B results") + '"""\n'
OF_A = block("# START Expected A results", "# END Expected A results", "text")
OF_B = block("# START Expected B results", "# END Expected B results", "text")


def found(check: Check, shown: str, rest: str = NAMED, **files: str) -> list[str]:
    """Return line and rule of each finding of this family on a page with ``shown``, whose line 1 is the first of it."""
    source = region("a = 1") + region("b = 1", "B") + rest
    findings = check({**FILES, "s/a.py": source, "docs/p.mdx": IMPORT + shown, **files}, "", SETTINGS)
    return [f"{f.line - 2} {f.rule}" for f in findings if f.rule.startswith("SP3")]


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("ATowns", '"""\nOslo\n"""', "text"),
        ("printed", "# Oslo", "json"),
        ("printed", "rows = {}", "yaml"),
        ("townsResults", '"""\nOslo\n"""', "py"),
        ("townsOutput", '"""\nOslo\n"""', "bash"),
        ("printed", '"""\nOslo\n"""', ""),
    ],
)
def test_output_that_is_no_expectation_is_reported(check: Check, name: str, text: str, language: str) -> None:
    """SP305, by the language or, if it shows no code, by its name; but not in a section of its own above all code."""
    shown = block(f"# START {name}", f"# END {name}", language)
    rest = region(text, name)
    assert found(check, CODE + "Text.\n\n" + shown, rest) == ["4 SP305"]
    assert found(check, CODE + "## Next\n\n" + shown, rest) == ["4 SP305"]
    assert found(check, "{/* snipproof: ignore SP305 because of x */}\n" + shown + CODE, rest) == []


def test_text_that_is_no_output_is_not_reported(check: Check) -> None:
    """Code by an unusual name, a query, a part in front of all code, and a site without Suites."""
    config = region('"""\nkey: 1\n"""', "config")
    query = region('"""\n{ Get }\n"""', "query")
    assert found(check, block("# START config", "# END config", "yaml") + CODE, config) == []
    assert found(check, CODE + block("# START query", "# END query", "graphql"), query) == []
    assert found(check, CODE + block("# START bResult", "# END bResult", "py"), region("c = 1", "bResult")) == []
    files = {
        "s/a.py": region("a = 1") + config,
        "docs/p.mdx": IMPORT + CODE + block("# START config", "# END config", "json"),
    }
    assert check(files, "SP305") == []


def test_data_of_another_file_below_code_is_reported(check: Check) -> None:
    """SP305 in the section of the code, whatever the severity of SP401."""
    imported = "import O from '!!raw-loader!/s/out.json';\n\n"
    output = block("// START x", "// END x", "json", "O")
    out = {"s/out.json": "// START x\n[1]\n// END x\n"}
    assert found(check, imported + CODE + output, **out) == ["4 SP305"]
    assert found(check, imported + CODE + "## Next\n\n" + output, **out) == []
    bound = {"s/out.json": "// START x {of: A}\n[1]\n// END x\n"}
    assert found(check, imported + CODE + output, **bound) == []


@pytest.mark.parametrize("of", ["", "{of: A}"])
def test_output_of_other_code_is_reported(check: Check, of: str) -> None:
    """SP306, also where the Source binds it by an attribute; once for each block."""
    named = NAMED.replace("START Expected A results", f"START Expected A results {of}")
    right = f"## One\n\n{CODE}{OF_A}\n## Two\n\n{OTHER}{OF_B}"
    assert found(check, right, named) == []
    swapped = f"## One\n\n{CODE}{OF_B}\n## Two\n\n{OTHER}{OF_A}"
    assert found(check, swapped, named) == ["4 SP306", "9 SP306"]
    for beside in (CODE + OF_A + OTHER + OF_A, OTHER + OF_A, OF_A + OTHER, CODE + OF_B + OTHER + OF_B):
        assert found(check, beside, named)[-1:] != []
    for fine in (CODE + OTHER + OF_A + OF_B, CODE + OF_A + OF_A, CODE + "text\n\n" + OF_A + OTHER):
        assert found(check, fine, named) == []


def test_a_part_of_the_code_and_more_than_it_is_its_code(check: Check) -> None:
    """A block that shows some lines of the Snippet, or all of them and others."""
    source = (
        "# START outer\n# START inner\na = 1\n# END inner\nb = 1\n# END outer\n"
        '"""\n# START x {of: outer}\n1\n# END x\n# START y {of: inner}\n1\n# END y\n"""\n'
    )
    for code, output in (("outer", "y"), ("inner", "x")):
        shown = block(f"# START {code}", f"# END {code}") + block(f"# START {output}", f"# END {output}", "text")
        files = {**FILES, "s/a.py": source, "docs/p.mdx": IMPORT + shown}
        assert [f.rule for f in check(files, "", SETTINGS) if f.rule.startswith("SP3")] == []


def test_output_in_a_tab_belongs_to_the_code_of_the_tab(check: Check) -> None:
    """SP306 for other code; SP307 in the tab of a language without code, but not in a tab for output."""
    assert found(check, tab(CODE, OF_A)) == []
    of_other = found(
        check, tab(OTHER, OF_A), NAMED.replace("START Expected A results", "START Expected A results {of: A}")
    )
    assert of_other == ["6 SP306"]
    two = "<Tabs>\n<TabItem value='py'>\n\n{}\n</TabItem>\n<TabItem value='{}'>\n\n{}\n</TabItem>\n</Tabs>\n"
    assert found(check, two.format(CODE, "go", OF_A)) == ["9 SP307"]
    assert found(check, two.format(CODE, "output", OF_A)) == []
    assert found(check, two.format(CODE, "output", OF_B)) == ["9 SP306"]


def test_output_that_is_not_compared_with_every_tab_is_reported(check: Check) -> None:
    """SP307 before the group, and for an empty tab of it; a tab with words is fine."""
    second = region("a = 1", "A")
    files = {
        "s/b.py": second,
        "s/suite.yaml": SUITE,
    }
    group = "<Tabs>\n<TabItem value='py'>\n\n{}\n</TabItem>\n<TabItem value='two'>\n\n{}\n</TabItem>\n</Tabs>\n\n"
    imported = "import B from '!!raw-loader!/s/b.py';\n\n"
    both = group.format(CODE, block(name="B"))
    assert found(check, imported + both + OF_A, **files) == []
    assert found(check, imported + OF_A + both, **files) == ["3 SP307"]
    for empty in ("", "\n", "{/* later */}", "<div></div>", "import B from '!!raw-loader!/s/b.py';\n"):
        assert found(check, group.format(CODE, empty) + OF_A) == [f"{13 + empty.count(chr(10))} SP307"]
    assert found(check, group.format(CODE, "Not yet in this client.") + OF_A) == []


FENCE = "```{}\nOslo\n```\n"


@pytest.mark.parametrize(
    ("between", "info", "line"),
    [
        ("", "text", 3),
        ("", "json", 3),
        ("The output:\n\n", "", 5),
        ("This prints:\n\n", "text", 5),
        ("<details>\n<summary>Example response</summary>\n\n", "", 6),
        ("出力は次のとおりです。\n\n", "text", 5),
        ("", 'text title="Output"', 3),
        ("```bash\npython a.py\n```\n\n", "text", 7),
    ],
)
def test_a_fence_with_output_is_reported(check: Check, between: str, info: str, line: int) -> None:
    """SP308, right behind code or announced, outside of tabs, in a tab and below tabs."""
    assert found(check, CODE + "\n" + between + FENCE.format(info)) == [f"{line} SP308"]
    assert found(check, tab(CODE, between + FENCE.format(info))) == [f"{line + 3} SP308"]
    assert [rule.split()[1] for rule in found(check, tab(CODE) + between + FENCE.format(info))] == ["SP308"]


@pytest.mark.parametrize(
    ("between", "info"),
    [
        ("", ""),
        ("", "py"),
        ("", "bash"),
        ("", "yaml"),
        ("", 'json title="config.json"'),
        ("Install the packages that it needs:\n\n", "text"),
        ("Set these values before the first start.\n\n", "json"),
        ("## Results\n\n", "text"),
        ("```js\nlog()\n```\n\nThe output:\n\n", "text"),
        (f"{OF_A}\n", "text"),
        ("The results are stored.\n\nNow write this file:\n\n", "json"),
    ],
)
def test_a_fence_with_something_else_is_not_reported(check: Check, between: str, info: str) -> None:
    assert found(check, CODE + "\n" + between + FENCE.format(info)) == []
    assert found(check, FENCE.format("text") + CODE) == []


def test_an_expectation_without_its_start_line_is_reported(check: Check) -> None:
    """SP309 in a Suite, unless a page uses the END line; elsewhere nothing is compared anyway."""
    rest = '"""\n[1]\n# END Expected A results\n"""\n'
    assert found(check, CODE, rest) == ["7 SP309"]
    shown = block("# START B", "# END Expected A results", "py")
    assert (
        found(check, CODE + shown, '"""\n' + region("[1]", "B").replace("END B", "END Expected A results") + '"""\n')
        == []
    )
    assert check({"s/a.py": region("a = 1") + rest, "docs/p.mdx": IMPORT + CODE}, "SP309") == []


def test_output_apart_from_its_code_is_a_warning(check: Check) -> None:
    """SP310 above its code and in a section without it; below a heading that follows the code it is fine."""
    assert found(check, OF_A + CODE) == ["1 SP310"]
    assert found(check, f"## One\n\n{CODE}\n### Output\n\n{OF_A}") == []
    assert found(check, f"## One\n\n{tab(CODE)}\n### Output\n\n{OF_A}") == []
    assert found(check, f"{CODE}## One\n\n{OTHER}\n### Output\n\n{OF_A}") == ["8 SP310"]
    files = {**FILES, "s/a.py": region("a = 1") + NAMED.partition("# START Expected B")[0], "docs/p.mdx": IMPORT + OF_A}
    (finding,) = check(files, "SP310", SETTINGS)
    assert finding.severity == "warning"
