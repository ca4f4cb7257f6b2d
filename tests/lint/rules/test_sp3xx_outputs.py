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
