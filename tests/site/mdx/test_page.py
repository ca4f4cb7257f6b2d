"""Pages: imports and tags, and what hides them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.config import Settings
from snipproof.site.mdx.page import parse_page, scan_page

_TAG = '<FilteredTextBlock text={Code} startMarker="S" endMarker="E" language="py" />'


def test_a_tag_over_several_lines_is_one_reference() -> None:
    """Attributes stand in either quote or in braces, and the place is that of the tag."""
    page = parse_page(
        "docs/p.mdx",
        "---\ntitle: `<!--\n---\nimport Code from '!!raw-loader!/\\_includes/a.py';\n\n <FilteredTextBlock\n"
        "  text={ Code }\n"
        '  startMarker=\'# START "A"\'\n  endMarker={"# END A"}\n  language="py"\n  docRefs={["}>", {a: 1}]}\n'
        '  includeStartMarker="true" title="a &gt; b"\n />\n',
    )
    (reference,) = page.references
    assert (reference.page, reference.line, reference.column, reference.variable) == ("docs/p.mdx", 6, 2, "Code")
    assert (reference.source, reference.start_marker, reference.end_marker) == (
        "_includes/a.py",
        '# START "A"',
        "# END A",
    )
    assert (reference.language, reference.include_start_marker) == ("py", True)


def test_absent_markers_are_none() -> None:
    """They are not the empty text."""
    (reference,) = parse_page("p.md", "<FilteredTextBlock text={Code} includeStartMarker={true}/>").references
    assert (reference.source, reference.start_marker, reference.end_marker) == (None, None, None)
    assert not reference.include_start_marker


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```mdx\n", "\n```"),
        ("~~~~\n~~~\n", "\n~~~~"),
        ("- ```\n", "\n  ```"),
        ("<!-- ```\n", "\n``` -->"),
        ("{/* ", " */}"),
        ("`", "`"),
        ("```` <!-- \n", "\n````\n"),
        ("\\", ""),
    ],
)
def test_a_hidden_tag_is_not_a_reference(before: str, after: str) -> None:
    """Fences, comments, inline code and escapes hide a tag, and what follows them is seen again."""
    page = parse_page("p.md", f"{before}{_TAG}{after}\n\n{_TAG}\n")
    assert len(page.references) == 1
    assert page.references[0].line > 1


@pytest.mark.parametrize(
    "text", ["a ` b\n\n{tag} `", "```mdx-code-block\n{tag}\n```\n", "``` a`b ```\n{tag}", "``\n{tag}"]
)
def test_a_rendered_tag_is_a_reference(text: str) -> None:
    """A lone backtick hides nothing, and a fence of mdx-code-block is rendered."""
    assert len(parse_page("p.md", text.replace("{tag}", _TAG)).references) == 1


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("\n<!-- x", (2, 1), "comment '<!--' is never closed"),
        ("```\nx", (1, 1), "fence ``` is never closed"),
        ("<FilteredTextBlock text={Code}", (1, 19), "never closed"),
        ("<FilteredTextBlock text={Code", (1, 25), "brace is never closed"),
        ("<FilteredTextBlock {...props} />", (1, 20), "spread"),
        ("<FilteredTextBlock startMarker={a + b} />", (1, 32), "not the expression {a + b}"),
        ("<FilteredTextBlock text={`x`} />", (1, 25), "must be the name of an import"),
        ('<FilteredTextBlock text="x" />', (1, 25), "must be {Name}"),
    ],
)
def test_a_place_that_cannot_be_read_is_a_finding(text: str, place: tuple[int, int], message: str) -> None:
    """With its place and the reason."""
    (problem,) = scan_page("p.md", text, Settings()).problems
    assert ((problem.line, problem.column), problem.rule) == (place, "SP001")
    assert message in problem.message


def test_a_fence_that_ends_a_page_hides_nothing() -> None:
    """Nothing below it is missed, so nothing is reported; a block before it counts."""
    scan = scan_page("p.md", f"{_TAG}\n\n```\n\n", Settings())
    assert (len(scan.page.references), scan.problems) == (1, [])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_imports_have_a_kind_and_a_place(quote: str) -> None:
    """Raw imports and components are both imports, in either quote."""
    text = f"\nimport A, {{ B }} from {quote}!!raw-loader!/\\_a/x.py{quote}\nimport T from {quote}@theme/Tabs{quote}"
    first, second = parse_page("p.md", text).imports
    assert (first.line, first.column, first.variable, first.raw, first.target) == (2, 1, "A", True, "_a/x.py")
    assert (second.variable, second.raw, second.target) == ("T", False, None)


_PIECES = st.sampled_from([
    "<FilteredTextBlock", " text={Code}", ' startMarker="', "'", '"', "{", "}", "/>", ">", "`", "```", "~~~", "\n",
    "<!--",
    "-->", "{/*", "*/}", "import X from ", "'!!raw-loader!/a'", "\\", "---\n", "= ", "...", "&lt;", "//", "/*", "é",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_random_text_never_raises(text: str) -> None:
    """Every text is read, and every reported place lies in it."""
    scan = scan_page("p.md", text, Settings())
    lines = text.split("\n")
    places = [(found.line, found.column) for found in scan.page.references]
    places += [(found.line, found.column) for found in scan.page.imports]
    places += [(found.line, found.column) for found in scan.problems]
    for line, column in places:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
