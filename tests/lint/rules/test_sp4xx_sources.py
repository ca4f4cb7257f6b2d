"""SP4xx: Sources in no Suite, and markers that open or close nothing."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

from snipproof.errors import SettingsError

A = region("a = 1")
SUITE = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
SETTINGS = 'suites = ["s/suite.yaml"]\n'


def test_a_source_in_no_suite_is_reported_once(check: Check) -> None:
    files = {"docs/p.mdx": page(block(), block()), "a.py": A, "s/b.py": "", "s/suite.yaml": SUITE}
    (finding,) = check(files, "SP401", SETTINGS)
    assert finding.line == 3
    assert check(files, "SP401") == []


@pytest.mark.parametrize(
    ("more", "finding", "hint"),
    [
        ("# START B\nb = 2\n", "a.py:4:1 SP402 nothing closes the Region 'B' of the marker '# START B'", "its partner"),
        ("b = 2\n  # END B\n", "a.py:5:3 SP402 nothing opens the Region 'B' of the marker '# END B'", "its partner"),
        ("# START Beta\nb = 2\n# END Betta\n", "a.py:4:1 SP402 nothing closes", "did you mean `END Betta`?"),
    ],
)
def test_a_marker_without_partner_is_reported(check: Check, more: str, finding: str, hint: str) -> None:
    found = check({"docs/p.mdx": page(), "a.py": A + more}, "SP402")
    assert finding in str(found[0])
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("more", "tag"),
    [
        pytest.param(region("b = 2", "B"), block(), id="a pair"),
        pytest.param("# B\nb = 2\n# END B\n", block(), id="opened by its bare name"),
        pytest.param("# B  # C\nb = 2\n# END B  # END C\n", block(), id="several bare names"),
        pytest.param("# START B\nb = 2\n# END-ANY\n", block(), id="closed by ANY"),
        pytest.param("# START-ANY\nb = 2\n# END B\n", block(), id="opened by ANY"),
        pytest.param("# START B\nb = 2\n# END C\n", block("# START B", "# END C"), id="a page pairs them"),
        pytest.param("# START B  // since 4.2\nb = 2\n# END B\n", block(), id="a remark behind the name"),
        pytest.param("# START B\n# START B\nb = 2\n# END B\n", block(), id="opened twice"),
    ],
)
def test_a_marker_with_a_partner_is_not_reported(check: Check, more: str, tag: str) -> None:
    assert check({"docs/p.mdx": page(tag), "a.py": A + more}, "SP402") == []


@pytest.mark.parametrize("comment", ["# START of the loop", "# END with a blank line", "    # START the server first"])
def test_a_sentence_is_no_marker(check: Check, comment: str) -> None:
    """A comment that happens to begin with START or END is in no rule's way."""
    code = region(f"for n in range(2):\n{comment}\n    print(n)")
    assert check({"docs/p.mdx": page(), "a.py": code}) == []


def test_a_region_that_is_opened_again_while_open_is_reported(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page(), "a.py": "# START A\n# START A\na = 1\n# END A\n"}, "SP403")
    assert str(finding) == "a.py:2:1 SP403 the Region 'A' is opened again, but it has been open since line 1"


def test_segments_have_one_name(check: Check) -> None:
    assert check({"docs/p.mdx": page(), "a.py": A + "hidden = 1\n" + A}, "SP403") == []


def test_a_known_failure_of_no_snippet_is_reported(check: Check) -> None:
    """An entry of the ledger is held against the Sources of the Suites; a file that cannot be used is an error."""
    entry = '[snippets."s/b.py::{}"]\nunstable = true\nreason = "why"\n'
    files = {"docs/p.mdx": page(block(), source="/s/b.py"), "s/b.py": A, "s/suite.yaml": SUITE}
    settings = SETTINGS + 'known-failures = "known.toml"\n'
    (finding,) = check({**files, "known.toml": entry.format("A") + entry.format("B")}, "SP404", settings)
    assert str(finding) == "known.toml:4:11 SP404 s/b.py::B does not exist"
    assert check({**files, "known.toml": entry.format("A")}, "SP404", settings) == []
    with pytest.raises(SettingsError, match=r"known.toml:1:1 unknown key 'x'"):
        check({**files, "known.toml": "x = 1"}, "SP404", settings)
