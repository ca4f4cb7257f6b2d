"""Where the attributes of a tag stand, in half-typed text too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.language_server.tags import tag_around, tag_at
from snipproof.site.mdx.page import parse_page
from snipproof.site.profile import FILTERED_TEXT_BLOCK


def values(text: str) -> dict[str, str]:
    tag = tag_at(text, text.index("<FilteredTextBlock"), FILTERED_TEXT_BLOCK)
    return {each.key: text[each.begin : each.end] for each in tag.attributes if each.key}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('startMarker="# A" endMarker="# B" />', {"start-marker": "# A", "end-marker": "# B"}),
        ('startMarker=\'# A\' endMarker={"# \\"B"} />', {"start-marker": "# A", "end-marker": '# \\"B'}),
        (
            "text={Code} startMarker={`# A`} title={`x`} language='py'/>",
            {"text": "Code", "start-marker": "# A", "language": "py"},
        ),
        ('startMarker="# A = b" />', {"start-marker": "# A = b"}),
        ("\n  startMarker\n  =\n  '# A'\n>", {"start-marker": "# A"}),
        ('startMarker="# A endMarker="# B" />', {"start-marker": "# A", "end-marker": "# B"}),
        ('startMarker="# A />', {"start-marker": "# A"}),
        ('startMarker="# A\n  language="py"', {"start-marker": "# A", "language": "py"}),
        ("text={Co\n\n# Next", {"text": "Co"}),
        ("text=", {"text": ""}),
        ("startMarker= language='py' />", {"start-marker": "", "language": "py"}),
        ("{...rest} startMarker='# A' />", {"start-marker": "# A"}),
    ],
)
def test_attributes_of_a_tag(typed: str, expected: dict[str, str]) -> None:
    """A value that is not closed ends before the next attribute, or with its line."""
    assert values(f"x\n\n<FilteredTextBlock {typed}") == expected


def test_a_tag_in_a_quotation() -> None:
    """Its lines begin with the sign of the quotation."""
    text = '> <FilteredTextBlock\n>   startMarker="# A"\n>   endMarker="# B"\n> />\n'
    assert values(text) == {"start-marker": "# A", "end-marker": "# B"}
    assert tag_at(text, 2, FILTERED_TEXT_BLOCK).end == len(text) - 1


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("<FilteredTextBlock |/>", True),
        ("|<FilteredTextBlock />", True),
        ("<Filtered|TextBlock />", True),
        ("<FilteredTextBlock />|", False),
        ("<FilteredTextBlock /> |", False),
        ("<FilteredTextBlock text={Code} |", True),
        ("<FilteredTextBlock text={Code}\n\n|next", False),
        ("<FilteredTextBlocks |/>", False),
        ("<FilteredTextBlock /><Filtered|TextBlocks />", False),
        ("text|", False),
    ],
)
def test_the_tag_around_a_place(text: str, inside: bool) -> None:
    """From its ``<`` to its ``>``; while it is open, to the end of its line."""
    offset = text.index("|")
    assert (tag_around(text.replace("|", ""), offset, FILTERED_TEXT_BLOCK) is not None) is inside


@given(
    st.sampled_from(['"', "'", '{"', "{'", "{`"]),
    st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), min_size=1),
)
def test_an_encoded_value_is_read_back(opener: str, value: str) -> None:
    """What is written into the quotes of an attribute is what the site reads, whatever it contains."""
    closer = {'{"': '"}', "{'": "'}", "{`": "`}"}.get(opener, opener)
    before = f"<FilteredTextBlock startMarker={opener}"
    attribute = tag_at(f"{before}x{closer} />", 0, FILTERED_TEXT_BLOCK).attribute("start-marker")
    assert attribute is not None
    (reference,) = parse_page("docs/a.mdx", f"{before}{attribute.encoded(value)}{closer} />\n").references
    assert reference.start_marker == value
