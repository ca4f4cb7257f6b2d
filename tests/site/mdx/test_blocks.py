"""What hides a block of a Page, and what does not: fences, comments and code, in containers of every kind."""

from __future__ import annotations

import pytest

from snipproof.config import Settings
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure

TAG = '<FilteredTextBlock text={Code} startMarker="S" endMarker="E" language="py" />'


def read(text: str) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the lines of the References of a Page, where each ``@`` is a block, and its problems."""
    scan = scan_page("p.mdx", text.replace("@", TAG), Settings())
    return [reference.line for reference in scan.page.references], [(p.line, p.message) for p in scan.problems]


FENCES = [
    ("- ```\n  a\n\n@\n", [4]),
    ("- ```\n  @\n\n  @\n  ```\n  @\n", [6]),
    ("1. a\n\n   ~~~\n   @\n\n@\n", [6]),
    ("- a\n  - ```\n    @\n  @\n", [4]),
    ("- a\n\n  - ```\n    x\n- @\n", [5]),
    ("> ```\n> @\n\n@\n", [4]),
    ("> ```\n> @\n@\n", [3]),
    ("> - ```\n>   @\n> @\n", [3]),
    ("- [ ] ```\n  @\n  ```\n- [x] @\n", [2, 4]),  # the box is text, and so is what follows it
    ("- [ ] a\n  ```\n  @\n  ```\n- [x] @\n", [5]),
    ("[^1]: ```\n    @\n    ```\n@\n", [4]),
    ("[^1]: a\n\n    ```\n    @\n\n@\n", [6]),
    (":::note\n```\n@\n:::\n@\n", [5]),
    ("::::note\n:::tip\n```\n@\n:::\n@\n::::\n@\n", [6, 8]),
    (":::note Title\n@\n:::\n@\n", [2, 4]),
    ("- :::tip\n  ```\n  @\n  :::\n  @\n", [5]),
    (":::unknown Title\n```\n:::\n@\n```\n@\n", [6]),
    ("<TabItem>\n    ```\n    @\n    ```\n    @\n</TabItem>\n", [5]),
    ("-\n  ```\n  @\n  ```\n\n@\n", [6]),
    ("\t```\n\t@\n\t```\n@\n", [4]),
    ("-\t```\n\t@\n\t```\n\t@\n", [4]),
    ("a\n```\n@\n```\n@\n", [5]),
    ("- a\n```\n@\n```\n@\n", [5]),
    ("````mdx-code-block\n@\n````\n@\n", [2, 4]),
    ("text\n```mdx-code-block\n`@\n`@\n```\n", [4]),
    ("~~~mdx-code-block\n@\n~~~\n@\n", [4]),
]


@pytest.mark.parametrize(("text", "lines"), FENCES)
def test_a_fence_ends_with_its_container(text: str, lines: list[int]) -> None:
    assert read(text) == (lines, [])


@pytest.mark.parametrize(
    ("text", "lines", "problem"),
    [
        ("1. a\n\n   ```sh\n   x\n```\n\n2. b\n\n@\n", [], (5, "ended with its list item")),
        ("1. a\n\n   ```sh\n   x\n```\n\n2. b\n\n   ```sh\n   y\n```\n\n@\n", [13], (5, "ended with its list item")),
        ("> ```\n> x\n```\n@\n", [], (3, "ended with its quote")),
        (":::note\n```\nx\n:::\n```\n\n@\n\n```py\nz\n```\n@\n", [12], (5, "ended with its admonition")),
        ("[^1]: ~~~\n    x\n~~~\n@\n", [], (3, "ended with its footnote")),
        ("- a\n\n```\n@\n", [], (3, "the fence ``` is never closed")),
        ("- ```\n  a\n\n  @\n", [], (1, "the fence ``` is never closed")),
    ],
)
def test_a_fence_that_hides_what_it_should_not_is_reported(
    text: str, lines: list[int], problem: tuple[int, str]
) -> None:
    """It is valid, and the site shows less than its writer believes."""
    found, problems = read(text)
    assert found == lines
    ((line, message),) = problems
    assert (line, problem[1] in message) == (problem[0], True)


CODE = [
    ("{\n  /* a\n@\n\n  */\n}\n@\n", [7]),
    ("{/*\n@\n*/}\n@\n", [4]),
    ("{/* } @ */}\n@\n", [2]),
    ("- {/*\n  @\n  */}\n  @\n", [4]),
    ("> {\n>   /*\n>   @ */\n> }\n> @\n", [5]),
    ("text {/* @ */} @\n", [1]),
    ("{// @ }\n}\n@\n", [3]),
    ("{'/* @'}\n@\n", [2]),
    ("<!-- a\n\n@\n-->\n@\n", [5]),
    ("<!---->\n@\n-->\n@\n", [4]),
    ("> <!-- a\n> @\n> -->\n> @\n", [4]),
    ('<Note text="<!--" />\n@\n', [2]),
    ("<Note text={'{/*'} />\n@\n", [2]),
    ('<Note text={`${"`}"} <!-- ${{a: `}`}.a}`} />\n@\n', [2]),
    ("<Note text={a.replace(/[/\"'{`]/g, '')} size={2 / 1 / 3} />\n@\n", [2]),
    ('<Note text={<b>it\'s {"}"}</b>} />\n@\n', [2]),
    ("<Note text={<Tab>@</Tab>} />\n@\n", [1, 2]),
    ("{list.map((x) => (\n  @\n))}\n@\n", [2, 4]),
    ("export const A = () => @\n\n@\n", [1, 3]),
    ("export const a = `\n\n@\n`\n\n@\n", [6]),
    ("export const a = {\n\n  b: '@',\n}\n\n@\n", [6]),
    ("[a](b '@') @\n", [1]),
    ("a `b\n\n@ `\n", [3]),
    ("a `b\n@\n`c` @\n", [2, 3]),
    ("| ` | @ |\n| - | - |\n| a ` | @ |\n", [1, 3]),
    ("a ` b\n## c ` @\n", [2]),
    ("- a `\n- ` @\n", [2]),
    ("costs $5 {it's} $6 @\n", [1]),
    ("$$\n\\frac{a'}{b\n$$\n@\n", [4]),
]


@pytest.mark.parametrize(("text", "lines"), CODE)
def test_only_what_is_in_a_comment_or_in_code_is_hidden(text: str, lines: list[int]) -> None:
    assert read(text) == (lines, [])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a\n\nb {/* c\n\n@\n", (3, 3), "the comment '{/*' is never closed"),
        ("a <!-- b\n\n@\n-->\n", (1, 3), "the comment '<!--' is never closed"),
        ("a {b\n\n@\n", (1, 3), "the brace is never closed"),
        ("- <Note\na />\n\n@\n", (2, 1), "goes on outside of it"),
        ("export const a = {\n\n@\n", (1, 1), "cannot read these imports and exports"),
    ],
)
def test_a_page_that_is_not_valid_is_reported_and_read_on(text: str, place: tuple[int, int], message: str) -> None:
    """No block below is lost."""
    scan = scan_page("p.mdx", text.replace("@", TAG), Settings())
    assert [(p.line, p.column) for p in scan.problems] == [place]
    assert message in scan.problems[0].message
    assert len(scan.page.references) == 1


HEADINGS = [
    ("a\n===\nb\n", [1]),
    ("a\nb\n---\n\n---\n", [1]),
    ("- a\n---\n", []),
    ("> a\n---\n", []),
    ("- a\n  ---\n", [1]),
    ("a\n- b\n===\n", []),
    ("| a |\n|---|\n", []),
    ("a | b\n--- | ---\n---\n", []),
    ("```\na\n===\n```\n", []),
    ("[a]: b\n===\n", []),
    ("#\n", [1]),
    ("- # a\n\n> ## b\n", [1, 3]),
    (":::note\na\n-\n:::\n", [2]),
    ("---\ntitle: a\n---\n\n# b\n", [5]),
]


@pytest.mark.parametrize(("text", "headings"), HEADINGS)
def test_underlined_headings_count(text: str, headings: list[int]) -> None:
    assert PageStructure(text, scan_page("p.mdx", text, Settings()).notes).headings == headings


IMPORTS = [
    ("import A from 'a'\nimport B from 'b';import C from 'c'\n", ["A", "B", "C"]),
    ("text\nimport A from 'a'\n", []),
    ("  import A from 'a'\n", []),
    ("- import A from 'a'\n", []),
    (":::note\nimport A from 'a'\n:::\n", ["A"]),
    ("export const a = 'import B from b'\nimport A from 'a'\n", ["A"]),
    ("export const a = `\nimport B from 'b'\n`\n", []),
    ("/* import A from 'a' */\n", []),
    ("# a\nimport A from 'a' // b\n", ["A"]),
    ("<Tabs>\nimport A from 'a'\n\n</Tabs>\n", ["A"]),
]


@pytest.mark.parametrize(("text", "variables"), IMPORTS)
def test_imports_stand_at_the_left_and_in_no_paragraph(text: str, variables: list[str]) -> None:
    assert [imported.variable for imported in scan_page("p.mdx", text, Settings()).page.imports] == variables
