"""SP207, SP208: other Regions in a block."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

SHORT, LONG = region("a = 1"), region("b = 2\nc = 3", "AB")


def test_the_text_of_a_longer_marker_is_told(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page(), "a.py": SHORT + LONG}, "SP207")
    assert (
        finding.message == "'# START A' also opens line 4 of a.py, '# START AB': 2 lines of that Region are shown too"
    )


def test_a_longer_marker_that_keeps_the_block_open_is_told(check: Check) -> None:
    """On the site a start wins over an end on the same line."""
    source = "# START A\na = 1\n# END A  # START AB\nb = 2\n# END AB\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP207")
    assert "also opens line 3 of a.py" in finding.message
    assert "1 line of that Region is shown too" in finding.message


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(LONG, id="only the longer marker is there"),
        pytest.param(LONG + LONG, id="only longer markers are there"),
        pytest.param(SHORT + region("b = 2", "B"), id="another name"),
        pytest.param(SHORT + SHORT, id="Segments"),
        pytest.param("# START A  # START AB\na = 1\n# END A  # END AB\n", id="several on a line"),
        pytest.param("# # START A\na = 1\n# END A\n" + SHORT, id="a token twice"),
        pytest.param("# START A {of: B}\na = 1\n# END A\n" + SHORT, id="attributes"),
        pytest.param("/* START A */\na = 1\n# END A\n" + SHORT, id="a block comment"),
        pytest.param("# START A\n# START AB\na = 1\n# END AB\n# END A\n", id="nested"),
        pytest.param(SHORT + "# START AB\n\n# END AB\n", id="nothing but blanks"),
    ],
)
def test_other_ways_to_write_a_marker_are_no_leak(check: Check, source: str) -> None:
    assert check({"docs/p.mdx": page(block("START A", "END A")), "a.py": source}, "SP207") == []


def test_a_marker_of_another_region_is_told(check: Check) -> None:
    source = "x = 1\n# START A\na = 1\n    # START B\nb = 2\n# END A\n# END B\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP208")
    assert finding.message == "readers see the marker '# START B' (line 4 of a.py)"


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        pytest.param(region("# START of the loop\na = 1"), block(), id="a comment in words"),
        pytest.param(region("START = 1\nEND = 2  # the END"), block(), id="other words"),
        pytest.param(
            SHORT, block().replace("language", 'includeStartMarker="true" language'), id="the marker that is asked for"
        ),
    ],
)
def test_what_is_no_marker_is_not_told(check: Check, source: str, tag: str) -> None:
    assert check({"docs/p.mdx": page(tag), "a.py": source}, "SP208") == []


def test_a_name_of_several_words_is_a_marker_where_it_is_closed(check: Check) -> None:
    source = region("# START of a\na = 1\n# END of a")
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP208")
    assert "'# START of a'" in finding.message
