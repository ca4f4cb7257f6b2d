"""Sources: Regions, their Segments, and which of them are Snippets and Expectations."""

from pathlib import Path

import pytest

from snipproof.errors import DocsError
from snipproof.model import MarkerPair, Segment
from snipproof.site.binding import unbound_expectations
from snipproof.site.source import parse_source, read_source


def test_segments_of_one_name_are_joined_in_order() -> None:
    """A Region has a Segment for each of its parts, and the markers that open and close them."""
    source = parse_source("a.py", "# START A\n1\n# END A\n2\n# START A\n3\n4\n# END A\n")
    (region,) = source.regions
    assert region.segments == (Segment(2, 2), Segment(6, 7))
    assert [marker.line for marker in region.markers] == [1, 3, 5, 8]
    assert (region.id, region.line) == ("a.py::A", 1)


def test_any_belongs_to_every_region() -> None:
    """START-ANY opens and END-ANY closes all Regions, as on the site."""
    source = parse_source("a.py", "# START-ANY\n1\n# END-ANY\n# START A\n2\n# END-ANY\n# START B\n3\n# END B\n")
    assert {region.name: region.segments for region in source.regions} == {
        "A": (Segment(2, 2), Segment(5, 5)),
        "B": (Segment(2, 2), Segment(8, 8)),
    }


def test_an_unclosed_region_runs_to_the_end_of_the_file() -> None:
    """Without an END marker it ends with the last line."""
    assert parse_source("a.py", "# START A\n1\n2").regions[0].segments == (Segment(2, 3),)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# START of the loop\n1\n", []),
        ("# START of the loop\n1\n# END of the loop\n", ["of the loop"]),
        ("# START of the loop\n1\n# END-ANY\n", ["of the loop"]),
        ("# START of the loop\n# START-ANY\n1\n# END-ANY\n", []),
        ("# START loop\n1\n", ["loop"]),
        ("# START Expected loop results\n1\n", ["Expected loop results"]),
        ("-- START loop\n1\n", []),
        ("# START loop  # since 4.2\n1\n# END loop\n2", ["loop"]),
    ],
)
def test_a_sentence_is_a_marker_only_if_it_is_closed(text: str, names: list[str]) -> None:
    """``# START of the loop`` is a comment unless the same words are closed, or a page requests it."""
    assert [region.name for region in parse_source("a.py", text).regions] == names
    requested = parse_source("a.py", text, [MarkerPair("# START of the loop", "# END of")])
    assert ("of the loop" in text) is ("of the loop" in [region.name for region in requested.regions])


@pytest.mark.parametrize(
    ("marker", "of"),
    [
        ("Expected base64 results", "search with base64"),
        ("expected URL Result", "search url"),
        ("Whatever {of: search url}", "search url"),
    ],
)
def test_an_expectation_binds_by_attribute_or_by_words(marker: str, of: str) -> None:
    """``of`` names the Snippet; without it the words of the name must fit exactly one."""
    text = f"# START search with base64\n# END-ANY\n# START search url\n# END-ANY\n# START {marker}\n"
    source = parse_source("a.py", text)
    assert [expectation.of for expectation in source.expectations] == [of]
    assert unbound_expectations(source) == []


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("Expected base64 results", "fits several Snippets: 'base64 one' (line 1), 'base64 two' (line 3)"),
        ("Expected file results", "is not bound to a Snippet"),
        ("Expected results", "is not bound to a Snippet"),
        ("Expected x results {of: base64 on}", "is bound to 'base64 on', but there is no such Snippet"),
    ],
)
def test_an_unbound_expectation_is_a_finding(marker: str, message: str) -> None:
    """One that fits no Snippet or several is left out and reported at its marker, with what to write."""
    source = parse_source(
        "a.py", f"# START base64 one\n# END base64 one\n# START base64 two\n# END base64 two\n# START {marker}\n"
    )
    (finding,) = unbound_expectations(source)
    assert source.expectations == ()
    assert (finding.path, finding.line, finding.column, finding.rule) == ("a.py", 5, 1, "SP301")
    assert message in finding.message
    assert "{of: NAME}" in finding.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "a.py:1:1 SP001 cannot be read"),
        (b"x\n\xff", "a.py:2:1 SP001 is not UTF-8"),
        (b"x\ny\0", "a.py:2:1 SP001 holds NUL"),
    ],
)
def test_a_source_that_is_not_text_is_an_error(tmp_path: Path, data: bytes | None, message: str) -> None:
    """A missing file, wrong bytes and NUL bytes are reported with their place."""
    if data is not None:
        (tmp_path / "a.py").write_bytes(data)
    with pytest.raises(DocsError) as error:
        read_source(tmp_path, "a.py")
    assert message in error.value.message


def test_a_byte_order_mark_is_not_text_and_line_ends_stay(tmp_path: Path) -> None:
    """The bundler drops the mark and keeps CRs, and so does a Source."""
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx\r\ny")
    assert read_source(tmp_path, "a.py").text == "x\r\ny"
