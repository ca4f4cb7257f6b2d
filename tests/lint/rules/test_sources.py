"""SP101, SP102, SP204, SP301, SP401: imports, orphans, Expectations and Suites."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

SUITE = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
SETTINGS = 'suites = ["s/suite.yaml"]\n'
A = region("a = 1")


@pytest.mark.parametrize(
    ("source", "hint"),
    [("/s/bb.py", "did you mean 's/b.py'?"), ("/t/a.py", "did you mean 's/a.py'?"), ("/zzz/q.ts", "")],
)
def test_an_import_that_finds_no_file_is_told(check: Check, source: str, hint: str) -> None:
    files = {"docs/p.mdx": page(source=source), "docs/q.mdx": page(source="/s/a.py"), "s/a.py": A, "s/b.py": ""}
    (finding,) = check(files, "SP101")
    assert f"there is no {source[1:]}" in finding.message
    assert finding.hint == hint


def test_a_variable_that_is_not_imported_is_told(check: Check) -> None:
    tags = block(name="AA") + block(name="Zebra") + block()
    first, second = check({"docs/p.mdx": page(tags), "a.py": A}, "SP102")
    assert (first.line, first.hint) == (3, "did you mean 'A'?")
    assert "add `import Zebra" in second.hint


def test_a_variable_that_is_no_text_is_told(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page().replace("!!raw-loader!", ""), "a.py": A}, "SP102")
    assert finding.message == "text={A} is imported, but not as raw text"


def test_a_region_that_no_reader_sees_is_an_orphan(check: Check) -> None:
    """A block on a partial that no page shows has no readers either."""
    part = page(block("# START B", "# END B"))
    files = {"docs/p.mdx": page(), "docs/_part.mdx": part, "a.py": A + region("b = 2", "B")}
    (finding,) = check(files, "SP204")
    assert str(finding) == "a.py:4:1 SP204 no page shows the Region 'B'"
    files["docs/q.mdx"] = "import Part from './_part.mdx';\n\n<Part />\n"
    assert check(files, "SP204") == []


def test_a_region_in_a_shown_one_is_no_orphan(check: Check) -> None:
    """All its lines are seen, whoever names them; with one line hidden it is an orphan."""
    source = "# START A\na = 1\n# START B\nb = 2\n# END B\n# END A\n"
    assert check({"docs/p.mdx": page(), "a.py": source}, "SP204") == []
    source = "# START A\na = 1\n# START B\nb = 2\n# END A\nc = 3\n# END B\n"
    assert len(check({"docs/p.mdx": page(), "a.py": source}, "SP204")) == 1


def test_an_unbound_expectation_is_told_in_a_suite(check: Check) -> None:
    source = A + region("{}", "Expected B results")
    files = {"docs/p.mdx": page(source="/s/a.py"), "s/a.py": source, "s/suite.yaml": SUITE}
    (finding,) = check(files, "SP301", SETTINGS)
    assert (finding.path, finding.line) == ("s/a.py", 4)
    assert check(files, "SP301") == []


def test_a_source_in_no_suite_is_told_once(check: Check) -> None:
    files = {"docs/p.mdx": page(block(), block()), "a.py": A, "s/b.py": "", "s/suite.yaml": SUITE}
    (finding,) = check(files, "SP401", SETTINGS)
    assert finding.line == 3
    assert check(files, "SP401") == []
