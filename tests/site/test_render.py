"""Rendering equals what the site's component does, by an oracle written from its description."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from snipproof.model import Reference, Segment
from snipproof.site.component import render, select, shown
from snipproof.text import Lines


def _reference(start: str | None, end: str | None, language: str, include: bool = False) -> Reference:
    return Reference("p.md", 1, 1, "Code", "a.py", start, end, language, include)


def _format(line: str, language: str) -> str:
    """Replace as the component's regular expressions do."""
    first_tabs = r"\A\t\t" if line.startswith("\t\t") else r"\A\t"
    steps = {
        "java": [(r"\A {4}", "", 1)],
        "csharpraw": [(r"\A {4}", "", 1)],
        "pyindent": [(r"\A {4}", "", 1)],
        "csharp": [(r"\A {8}", "", 1)],
        "tsindent": [(r"\A {2}", "", 1)],
        "go": [(first_tabs, "", 1), (r"\t", "  ", 1)],
        "gonew": [(r"\t", "  ", 0), (r"\A {2}", "", 1)],
        "goraw": [(r"\t", "    ", 0)],
    }
    for pattern, by, count in steps.get(language, []):
        line = re.sub(pattern, by, line, count=count)
    return line


def _oracle(text: str, start: str | None, end: str | None, language: str, include: bool) -> str:
    """Do what the component does, one line at a time and in the plainest way."""
    start = start if start is not None else "undefined"
    end = end if end is not None else "undefined"
    open_ = False
    out = []
    for line in text.split("\n"):
        if line.find(start) != -1 or line.find("START-ANY") != -1:
            open_ = True
            keep = include
        elif line.find(end) != -1 or line.find("END-ANY") != -1:
            open_ = keep = False
        else:
            keep = open_
        if not keep:
            continue
        out.append(_format(line, language))
    return "\n".join(out)


_PIECE = st.sampled_from(
    ["# START A", "# END A", "START-ANY", "END-ANY", "undefined", "\t", "  ", "    ", "x", "\n", "\r\n", "\f"]
)
_MARKER = st.sampled_from([None, "", "START A", "# START A", "END A", "A", "x", "START A\nx"])
_LANGUAGE = st.sampled_from(
    "java csharpraw pyindent csharp tsindent go gonew goraw py pyv3 tsv2 javaraw".split()  # noqa: SIM905 (readable)
)


@example("x\n# END A\n1\n# START A\n2", "START A", "END A", "py", False)
@example("# START A\n1\nEND-ANY\n2\n# END A", "START A", "END A", "py", False)
@example("START-ANY\n1\n# START A\n2\n# END A", "START A", "END A", "py", False)
@example("# START A\n# END A", "START A", "END A", "py", False)
@example("# START A\nx\n1\n# END A", "START A\nx", "END A", "py", False)
@example("# START A # END A\n1", "START A", "END A", "py", True)
@given(st.lists(_PIECE, max_size=60).map("".join), _MARKER, _MARKER, _LANGUAGE, st.booleans())
def test_render_equals_the_oracle(text: str, start: str | None, end: str | None, language: str, include: bool) -> None:
    """Whatever the text, the markers and the language: the same bytes."""
    assert render(text, _reference(start, end, language, include)).text == _oracle(text, start, end, language, include)


@pytest.mark.parametrize(
    ("language", "highlighter"),
    [
        ("tsv2", "ts"), ("tsindent", "ts"), ("gonew", "go"), ("goraw", "go"), ("javaraw", "java"),
        ("csharpraw", "csharp"), ("pyindent", "py"), ("pyv3", "pyv3"), ("py", "py"), ("go", "go"),
    ],
)  # fmt: skip
def test_display_languages_have_their_highlighter(language: str, highlighter: str) -> None:
    """The component knows seven names of its own; any other goes to the code block as it is."""
    assert render("", _reference("a", "b", language)).highlighter == highlighter


def test_a_selection_tells_what_opened_it_and_whether_it_was_closed() -> None:
    """Lines opened by the marker itself, by START-ANY alone, and the line of a part that stays open."""
    lines = ["# START-ANY", "1", "# END-ANY", "# START A", "2", "# START A", "3"]
    selection = select(Lines("\n".join(lines)), "START A", "END A")
    assert (selection.kept, selection.named, selection.any) == ((2, 5, 7), (4, 6), (1,))
    assert (selection.opened_last, selection.closed) == (4, False)
    assert selection.segments == (Segment(2, 2), Segment(5, 5), Segment(7, 7))


@pytest.mark.parametrize(
    ("highlighter", "line", "removed"),
    [
        ("py", "  # highlight-start  ", True),
        ("py", "// highlight-start", False),
        ("PY", "# highlight-end", True),
        ("ts", "// highlight-next-line", True),
        ("ts", "/* highlight-end */", True),
        ("ts", "# highlight-end", False),
        ("ts", "{/* highlight-end */}", False),
        ("jsx", "{/* highlight-end */}", True),
        ("go", "# highlight-start", True),
        ("go", "<!-- highlight-start -->", True),
        ("go", "-- highlight-start", False),
        ("java", "x // highlight-start", False),
        ("sql", "-- highlight-start", True),
        ("json", "// highlight-startx", False),
        ("py", "#\u2003highlight-start\ufeff", True),
        ("py", "#\x1chighlight-start", False),
    ],
)
def test_only_the_languages_own_highlight_comments_disappear(highlighter: str, line: str, removed: bool) -> None:
    """A directive is a comment of the block's language that stands alone on its line."""
    assert shown(f"a\n{line}\nb\n", highlighter) == ("a\nb" if removed else f"a\n{line}\nb")
