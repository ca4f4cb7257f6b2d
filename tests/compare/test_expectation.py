"""An Expectation of a Source, compared with output: its block, its lines in the Source, and the report."""

from __future__ import annotations

from typing import Any

import pytest

from snipproof.compare import ExpectationResult, Kind, check_expectation
from snipproof.compare.expectation import ExpectationBlock, block_of
from snipproof.model import Expectation, Source
from snipproof.site.source import parse_source


def source_of(text: str) -> tuple[Source, Expectation]:
    source = parse_source("a.py", text)
    (expectation,) = source.expectations
    return source, expectation


def check(block: str, output: str, attributes: str = "", mark: str = "#", **more: Any) -> ExpectationResult:
    start = f"{mark} START Expected A results {attributes}".rstrip()
    text = f"# START A\nprint()\n# END A\n'''\n{start}\n{block}\n{mark} END Expected A results\n'''\n"
    return check_expectation(*source_of(text), output, **more)


def block(text: str) -> ExpectationBlock:
    source, expectation = source_of(text)
    return block_of(source, expectation.region)


@pytest.mark.parametrize(
    ("mark", "lines", "text", "columns"),
    [
        ("#", "# {\n#   1\n# }", "{\n  1\n}", (3, 3, 3)),
        ("//", "    // [\n    //   1\n    //\n    // ]", "[\n  1\n\n]", (8, 8, 7, 8)),
        (" * #", " * [\n *\t1\n * ]", " [\n\t1\n ]", (3, 3, 3)),
        ("--", "--a\n--  b", "a\n  b", (3, 3)),
        (";", "; [\n;   1\n; ]", "[\n  1\n]", (3, 3, 3)),
        ("<!--", "<!-- a -->\n<!-- b -->", "<!-- a -->\n<!-- b -->", (1, 1)),
        ("#", "  {\n    1\n\n  }", "{\n  1\n\n}", (3, 3, 1, 3)),
        ("//", "# Title\n# More", "# Title\n# More", (1, 1)),
        ("#", "* one\n* two", "* one\n* two", (1, 1)),
        ("#", "# {\r\n#   1\r\n# }\r", "{\n  1\n}", (3, 3, 3)),
    ],
)
def test_the_block_is_read_without_comment_tokens(mark: str, lines: str, text: str, columns: tuple[int, ...]) -> None:
    """The token in front of the START marker is removed from each line; positions are those of the Source."""
    source = f"# START A\nx\n# END A\n{mark} START Expected A results\n{lines}\n{mark} END Expected A results\n"
    found = block(source)
    assert found.text == text
    positions = [found.position(line.begin) for line in found.lines]
    assert positions == [(5 + index, column) for index, column in enumerate(columns)]
    rebuilt = [line.prefix + line.text + line.ending for line in found.lines]
    assert rebuilt == source.split("\n")[4 : 4 + len(columns)]


def test_a_block_of_several_segments_keeps_its_lines() -> None:
    """Lines between two segments are not part of the block."""
    source = (
        "# START A\nx\n# END A\n# START Expected A results\n# [1,\n# END Expected A results\nhidden = 1\n"
        "# START Expected A results\n# 2]\n# END Expected A results\n"
    )
    found = check_expectation(*source_of(source), "[1, 3]")
    assert [(d.line, d.path) for d in found.differences] == [(9, "$[1]")]


def test_a_byte_order_mark_is_not_text() -> None:
    """Neither of the block nor of the output."""
    source, expectation = source_of(
        "\ufeff# START Expected A results {of: A}\n# [1]\n# END Expected A results\n# START A\nx\n# END A\n"
    )
    assert check_expectation(source, expectation, "\ufeff[1]").matched


def test_a_match_and_a_difference() -> None:
    """A difference has a line of the Source."""
    assert check('# {\n#   "a": 1\n# }', '{"a": 1}').matched
    result = check('# {\n#   "a": 1\n# }', '{"a": 2}')
    assert not result.matched
    assert [(d.line, d.path, d.message) for d in result.differences] == [(7, "$.a", "expected 1, actual 2")]
    assert result.explain().split("\n") == [
        "the docs show (`Expected A results`, a.py):",
        "     6 | # {",
        '>    7 | #   "a": 1',
        "       ^ $.a: expected 1, actual 2",
        "     8 | # }",
        "the Snippet printed:",
        '       | {"a": 2}',
    ]


def test_the_options_of_the_start_line_apply() -> None:
    """They are the Region's attributes; one that does not apply is reported on the START line."""
    source, expectation = source_of(
        '# START A\nx\n# END A\n# START Expected A results\n# {"a": 1}\n# END Expected A results\n'
    )
    expectation = expectation._replace(region=expectation.region._replace(attributes={"ignore": "a"}))
    assert check_expectation(source, expectation, '{"a": 2}').matched
    expectation = expectation._replace(region=expectation.region._replace(attributes={"approx": {"b": 1}}))
    result = check_expectation(source, expectation, '{"a": 2}')
    assert [(d.line, d.kind) for d in result.differences] == [(4, Kind.OPTION)]


def test_data_from_elsewhere_is_compared_and_named() -> None:
    """The response on the wire is data; it is reported as JSON, with all its digits."""
    data = {"data": {"Get": {"Photo": [{"title": "A cat", "distance": 0.05797421932220459}, {"title": "x" * 60}]}}}
    shown = '# {"data": {"Get": {"Photo": [{"title": "A dog", "distance": 0.058}, ...]}}}'
    result = check(shown, "", data=data, label="the response on the wire was", accept="pytest --snippets-update a.py")
    assert [d.path for d in result.differences] == ["$.data.Get.Photo[0].title"]
    text = result.explain()
    assert "the response on the wire was:" in text
    assert '"distance": 0.05797421932220459' in text
    assert text.endswith("if the output is right and the docs are not: pytest --snippets-update a.py")
    assert check(shown.replace("dog", "cat"), "", data=data).matched


@pytest.mark.parametrize(
    ("shown", "attributes"),
    [
        ('# {"a": 2,', ""),
        ('# {"a": 2}', "{approx: {b: 1}}"),
    ],
)
def test_the_report_names_no_command_that_would_not_help(shown: str, attributes: str) -> None:
    """An update refuses a block that is not data and a wrong attribute: the writer need not try it."""
    accept = "pytest --snippets-update a.py"
    assert accept in check('# {"a": 2}', '{"a": 1}', accept=accept).explain()
    assert accept not in check(shown, '{"a": 1}', attributes, accept=accept).explain()


@pytest.mark.parametrize(
    ("shown", "line", "message"),
    [
        ('# {\n#   "a": 1,,\n# }', 7, "the block is not the data it shows: "),
        ('# {\n#   "a": 1', 7, "the block is not the data it shows: "),
    ],
)
def test_broken_data_in_a_block_is_an_error_at_its_line(shown: str, line: int, message: str) -> None:
    """Only the very same text matches it."""
    assert check(shown, shown.replace("# ", "")).matched
    result = check(shown, shown.replace("# ", "").replace("a", "b"))
    assert [(d.line, d.kind) for d in result.differences] == [(line, Kind.UNREADABLE)]
    assert result.differences[0].message.startswith(message)
    assert result.expected is None
    assert "the Snippet printed:" in result.explain()


def test_output_that_is_not_data() -> None:
    """The message is at the first line of the block."""
    result = check("# [1]", "oops")
    assert [(d.line, d.kind) for d in result.differences] == [(6, Kind.UNREADABLE)]
    assert "JSON expected, but the output is something else: line 1" in result.differences[0].message


def test_output_that_was_shortened() -> None:
    """Data that a program left out cannot be compared."""
    result = check('# {"a": {"b": {"c": 1}}}', "{ a: { b: [Object] } }")
    assert [d.kind for d in result.differences] == [Kind.UNREADABLE]
    assert "shortened" in result.differences[0].message


def test_a_long_report_mentions_what_it_leaves_out() -> None:
    """It has twenty differences, and the lines around them."""
    shown = "# [\n" + "\n".join(f"#   [{number}]," for number in range(200)) + "\n#   1\n# ]"
    actual = "[" + ", ".join(f"[{number + (number > 100)}]" for number in range(200)) + ", 2]"
    result = check(shown, actual)
    text = result.explain()
    assert len(text.split("\n")) < 150
    assert "lines not shown" in text
    many = check(
        "# [\n" + "\n".join(f"#   {number}," for number in range(30)) + "\n# ]", str([n + 100 for n in range(30)])
    )
    assert "… 10 further differences" in many.explain()


def test_long_strings_are_shown_where_they_differ() -> None:
    """Not only their beginning."""
    long = "lorem ipsum " * 40
    (difference,) = check(f'# ["{long}A tail"]', f'["{long}B tail"]').differences
    assert f"they differ from character {len(long) + 1} on" in difference.message
    assert '"B tail"' in difference.message.replace("…", "") or 'B tail"' in difference.message


def test_an_empty_block_does_not_match() -> None:
    """Unless nothing was printed."""
    assert not check("#", "x").matched
