"""Tabs on a Page: the tab around a block, the lines of the groups, and the tabs that are not compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.config import Settings
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure
from snipproof.site.mdx.tabs import OUTSIDE, Group, Level, OptOut, Tabs

B = "<FilteredTextBlock text={A} />"


def tabs_of(text: str) -> Tabs:
    """Return the tabs of the Page with this ``text``."""
    return PageStructure(text, scan_page("p.mdx", text, Settings()).notes).tabs


def places(text: str) -> list[tuple[int, int, str]]:
    """Return line, group and tab of every block."""
    tabs = tabs_of(text)
    blocks = scan_page("p.mdx", text, Settings()).page.references
    levels = [tabs.level(block.line, block.column) for block in blocks]
    return [(block.line, level.group, level.tab) for block, level in zip(blocks, levels, strict=True)]


def test_a_block_knows_its_group_and_tab() -> None:
    """Groups count from 1; 0 is outside of all of them."""
    text = f"""{B}
<Tabs groupId="languages">
  <TabItem value="py" label="Python">
    <Link to="/x" />
    {B} {B}
  </TabItem>
  <TabItem value="ts" label="TypeScript">{B}</TabItem>
</Tabs>
{B}
<Tabs><TabItem value="go" label="Go">
{B}
</TabItem></Tabs>
"""
    assert places(text) == [(1, 0, ""), (5, 1, "py"), (5, 1, "py"), (7, 1, "ts"), (9, 0, ""), (11, 2, "go")]
    assert tabs_of(text).groups == [Group(2, 8, OUTSIDE), Group(10, 12, OUTSIDE)]


def test_a_group_may_stand_in_a_tab() -> None:
    """What follows the inner group belongs to the outer tab again."""
    text = f"""<Tabs>
<TabItem value="py">
<Tabs>
<TabItem value="sync">{B}</TabItem>
</Tabs>
{B}
</TabItem>
{B}
</Tabs>
{B}
"""
    assert places(text) == [(4, 2, "sync"), (6, 1, "py"), (8, 1, ""), (10, 0, "")]
    assert tabs_of(text).groups == [Group(1, 9, OUTSIDE), Group(3, 5, Level(1, "py"))]


@pytest.mark.parametrize(
    ("item", "tab"),
    [
        ("<TabItem value='py' label='P'>", "py"),
        ('<TabItem label="P > 3" value="py" default>', "py"),
        ('<TabItem\n  value={"py"}\n  label="P"\n>', "py"),
        ('<TabItem value="a&amp;b">', "a&b"),
        ('<TabItem label="only">', "only"),
        ("<TabItem>", "@15"),
        ("<TabItem value={x}>", "@15"),
        ("<TabItem {...props}>", "@15"),
    ],
)
def test_the_value_of_a_tab_is_read_as_it_is_written(item: str, tab: str) -> None:
    """A tab without a readable name gets one of its own."""
    (place,) = places(f"<Tabs>\n{item}\n{B}\n</TabItem>\n</Tabs>\n")
    assert place[1:] == (1, tab)


@pytest.mark.parametrize(
    "hidden",
    [
        "```mdx\n<Tabs>\n<TabItem value='x'>\n```",
        "<!-- <Tabs><TabItem value='x'> -->",
        "{/* <Tabs><TabItem value='x'> */}",
        "`<Tabs>` and `<TabItem value='x'>`",
        "<Tabsy>\n<TabItems value='x'>",
        "</Tabs></TabItem>",
        "<TabItem value='x'>",
    ],
)
def test_hidden_and_other_tags_open_no_group(hidden: str) -> None:
    """Fences, comments, inline code, other components, and closing tags alone."""
    assert [place[1:] for place in places(f"{hidden}\n\n{B}\n")] == [(0, "")]


@pytest.mark.parametrize(
    "hidden", ["```mdx\n</TabItem></Tabs>\n```", "{/* </TabItem></Tabs> */}", "<!-- </TabItem>\n</Tabs> -->"]
)
def test_hidden_tags_close_no_group(hidden: str) -> None:
    """They are not rendered there."""
    text = f"<Tabs>\n<TabItem value='py'>\n\n{hidden}\n\n{B}\n</TabItem>\n</Tabs>\n"
    assert [place[1:] for place in places(text)] == [(1, "py")]


def test_a_group_that_nothing_closes_ends_with_the_page() -> None:
    """It contains all blocks below it."""
    tabs = tabs_of(f"<Tabs>\n<TabItem value='py'>\n{B}\n")
    assert tabs.groups == [Group(1, 4, OUTSIDE)]


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("{/* snipproof: not compared because it prints text */}", "it prints text"),
        ("<!-- snipproof: not compared because it\n  prints text -->", "it prints text"),
        ("{/*snipproof: not compared: it prints text*/}", "it prints text"),
        ("{/* snipproof: not compared, because: it prints text */}", "it prints text"),
        ("{/* snipproof: not compared */}", ""),
        ("{/* snipproof: not compared because */}", ""),
        ("{/* snipproof: not comparable because it is not */}", ""),
        ("{/* snipproof: not\ncompared because so */}", "so"),
    ],
)
def test_a_comment_excludes_a_tab_from_comparison(comment: str, reason: str) -> None:
    """In either form of comment; one without a reason is kept too, to be reported."""
    tabs = tabs_of(f"<Tabs>\n<TabItem value='py'>\n\n {comment}\n{B}\n</TabItem>\n</Tabs>\n")
    assert tabs.opt_outs == [OptOut(4, 2, Level(1, "py"), reason)]


@pytest.mark.parametrize(
    "comment",
    [
        "{/* snipproof: ignore SP201 because x */}",
        "{/* see snipproof: not compared because x */}",
        "{/* not compared */}",
    ],
)
def test_other_comments_exclude_no_tab(comment: str) -> None:
    """Those that suppress a finding, or mention snipproof."""
    assert tabs_of(f"<Tabs>\n<TabItem value='py'>\n{comment}\n</TabItem>\n</Tabs>\n").opt_outs == []


def test_a_comment_outside_of_tabs_is_in_none() -> None:
    """Also between the tabs of a group; in a fence it is not a comment."""
    comment = "{/* snipproof: not compared because x */}"
    text = (
        f"{comment}\n\n<Tabs>\n{comment}\n<TabItem value='a'>\n\n```\n{comment}\n```\n</TabItem>\n{comment}\n</Tabs>\n"
    )
    opt_outs = tabs_of(text).opt_outs
    assert [(o.line, o.level.group, o.level.tab) for o in opt_outs] == [(1, 0, ""), (4, 0, ""), (11, 0, "")]


def _written(node: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a group with some tabs, each with something in it."""
    return st.lists(st.lists(node, max_size=3), min_size=1, max_size=3).map(
        lambda tabs: (
            "<Tabs>\n"
            + "".join(f"<TabItem value='{n}'>\n{''.join(tab)}</TabItem>\n" for n, tab in enumerate(tabs))
            + "</Tabs>\n"
        )
    )


@given(st.lists(st.recursive(st.sampled_from([f"{B}\n", "text\n", "```\n</Tabs>\n```\n"]), _written), max_size=5))
def test_every_block_is_in_the_tab_that_is_open(parts: list[str]) -> None:
    """However they are nested: compared with a second reader, which goes line by line."""
    text = "".join(parts)
    expected: list[tuple[int, int, str]] = []
    stack: list[tuple[int, str]] = [(0, "")]
    groups, fenced = 0, False
    for number, line in enumerate(text.split("\n"), 1):
        fenced ^= line == "```"
        if line == "<Tabs>":
            groups += 1
            stack.append((groups, ""))
        elif line.startswith("<TabItem"):
            stack[-1] = (stack[-1][0], line.split("'")[1])
        elif line == "</TabItem>":
            stack[-1] = (stack[-1][0], "")
        elif line == "</Tabs>" and not fenced:
            stack.pop()
        elif line == B:
            expected.append((number, *stack[-1]))
    assert places(text) == expected
