"""Regions that Pages request by markers of any form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.errors import DocsError
from snipproof.model import MarkerPair, Segment, Source
from snipproof.site.component import select
from snipproof.site.requested import region_name
from snipproof.site.source import parse_source
from snipproof.text import Lines


def parse(text: str, *pairs: tuple[str, str], path: str = "a.py") -> Source:
    return parse_source(path, text, [MarkerPair(*pair) for pair in pairs])


def shown(source: Source) -> dict[str, list[Segment]]:
    """Return the lines of each Region."""
    return {region.name: list(region.segments) for region in source.regions}


@pytest.mark.parametrize(
    ("marker", "name"),
    [
        ("# START tea", "tea"),
        ("# tea", "tea"),
        ("// tea START", "tea"),
        ("START tea", "tea"),
        ("// // START tea", "tea"),
        ("/* tea */", "tea"),
        ("<!-- START tea -->", "tea"),
        ("  -- pour the tea ", "pour the tea"),
        ("# ===== tea =====", "===== tea ====="),
        ("kettle.boil(", "kettle.boil("),
        ("#", "#"),
    ],
)
def test_a_name_is_the_marker_without_token_and_start(marker: str, name: str) -> None:
    assert region_name(marker) == name


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        ("# tea", "# END tea", "a.py"),
        ("// tea", "// END tea", "a.ts"),
        ("// tea START", "// tea END", "a.go"),
        ("/* tea */", "/* END tea */", "A.java"),
        ("## tea ##", "## done ##", "a.sh"),
        ("kettle.boil(", "pour = ", "a.py"),
    ],
)
def test_what_a_page_shows_is_a_region(start: str, end: str, path: str) -> None:
    """In a file without any other marker, too; the markers stand where a comment begins."""
    source = parse(f"x\n  {start}\n1\n{end}\n2\n  {start}\n3\n{end}\n", (start, end), path=path)
    (snippet,) = source.snippets
    assert snippet.region.segments == (Segment(3, 3), Segment(7, 7))
    assert [(marker.line, marker.column, marker.opens) for marker in snippet.region.markers] == [
        (2, 3, True), (4, 1, False), (6, 3, True), (8, 1, False)
    ]  # fmt: skip
    assert source.requested == {MarkerPair(start, end): snippet.name}


def test_a_region_of_the_grammar_that_a_page_means_keeps_its_name() -> None:
    """``START tea`` is often requested for ``# START tea Python``; two lines that contain it make another Region."""
    text = "# START tea Python\n1\n# END tea Python\n"
    pair = ("START tea", "END tea")
    assert parse(text, pair).requested == {MarkerPair(*pair): "tea Python"}
    assert shown(parse(text, pair)) == {"tea Python": [(2, 2)]}
    both = parse(text + "# START tea Ruby\n2\n# END tea Ruby\n", pair)
    assert shown(both) == {"tea": [(2, 2), (5, 5)], "tea Python": [(2, 2)], "tea Ruby": [(5, 5)]}


def test_what_readers_see_replaces_a_region_of_the_same_name() -> None:
    """Names are unique; another page with the same start marker gets the end marker into its name."""
    text = "# START tea\n1\n# END tea\n2\n# END pot\n"
    longer = ("# START tea", "# END pot")
    assert shown(parse(text, longer)) == {"tea": [(2, 4)]}
    both = parse(text, longer, ("# START tea", "# END tea"))
    assert shown(both) == {"tea": [(2, 2)], "tea … pot": [(2, 4)]}


def test_lines_for_all_regions_alone_are_a_region() -> None:
    source = parse("# START-ANY\n1\n# END-ANY\n2\n", ("# START tea", "# END tea"))
    assert shown(source) == {"tea": [(2, 2)]}
    assert source.regions[0].line == 1


def test_markers_that_show_nothing_make_no_region() -> None:
    assert parse("# tea\n\n# END tea\n", ("# tea", "# END tea"), ("# mug", "# END mug")).regions == ()


def test_attributes_behind_a_requested_marker_are_read() -> None:
    """Other braces are a part of the comment, and of code."""
    text = "# tea\nprint(1)\n# END tea\n# Cup {of: tea}\n1\n# END Cup\n# Mug {blue}\n2\n# END Mug\n"
    text += "f({of: 1})\n3\n# END f\n"
    pairs = [("# tea", "# END tea"), ("# Cup", "# END Cup"), ("# Mug", "# END Mug"), ("f(", "# END f")]
    source = parse(text, *pairs)
    assert [(each.region.name, each.of) for each in source.expectations] == [("Cup", "tea")]
    with pytest.raises(DocsError, match=r"^a\.py:4:1 SP001 the attribute 'of' must be"):
        parse(text.replace("{of: tea}", "{of: 7}"), *pairs)


_LINES = st.lists(
    st.sampled_from(["# a", "# END a", "# START a", "# START a b", "# END b", "# START-ANY", "# END-ANY", "x", ""]),
    max_size=12,
)
_PAIRS = st.lists(
    st.tuples(st.sampled_from(["# a", "START a", "# START a b", "x"]), st.sampled_from(["END a", "# END", "END b"])),
    max_size=4,
)


@given(_LINES, _PAIRS)
def test_every_text_that_a_page_shows_is_one_region(lines: list[str], pairs: list[tuple[str, str]]) -> None:
    """Exactly the lines of the component, under a name that no other Region has, whatever the order of the pages."""
    text = "\n".join(lines)
    source = parse(text, *pairs)
    regions = {region.name: region for region in source.regions}
    assert len(regions) == len(source.regions)
    assert shown(parse(text, *reversed(pairs))) == shown(source)
    for start, end in pairs:
        segments = select(Lines(text), start, end).segments
        name = source.requested.get(MarkerPair(start, end))
        has_text = any(line.strip() for first, last in segments for line in lines[first - 1 : last])
        assert (name is not None) == has_text
        if name is not None:
            assert tuple(s for s in regions[name].segments if s.first <= s.last) == segments
