"""Generates Pages from a grammar: blocks in blocks, many of them unusual, some of them not valid."""

from __future__ import annotations

import random

TAG = '<FilteredTextBlock text={Code} startMarker="# START a" endMarker="# END a" language="py" />'
_TAGS = [
    '<FilteredTextBlock\n  text={Code}\n  startMarker="# START b"\n  endMarker=\'# END b\' language="py"\n/>',
    '<FilteredTextBlock text={Code} startMarker={"# START c"} endMarker=\'x\' title={`a ${1 ? `}` : "{"}`} />',
    '<FilteredTextBlock text={Code} startMarker="a &gt; b" endMarker="it\'s {/*" language=\'\' note={/["\'{]/g} />',
    '<FilteredTextBlock text={Code} startMarker="s"\n\n endMarker="e" language="py"></FilteredTextBlock>',
]
_WORDS = [
    "text", "`code`", "`<FilteredTextBlock`", "`` a ` {/* ``", "\\`", "\\<", "\\{", '[link](/a "b")', "[x](<a b>)",
    "**bold**",
    "{/* c */}", '{"a } b"}', "{`t${1}`}", "<b>bold</b>", "<br/>", "<!-- c -->", "<!-- `a -->", "`a <!-- b`",
    "lone ` tick",
    "$5", "a | b", "a_b", "&lt;b>", '<Link to="/x">y</Link>', '<Note text="{/* <!--" />', "{1 /* } */ + 1}", "[a]: b",
    ":tip[x]", "a : b", "1 < 2", "{/a}/.source}", "{/* it's */}", "it's", "~~gone~~", "||a||", "{a < b}",
    '<a href={"}"}>x</a>',
    "![i](/a.png)", "[^1]", "\\\\", "`a", "``",
]  # fmt: skip
_FENCES = ["```", "```", "````", "~~~", "~~~~", "```````"]
_FENCED = [
    "x",
    "x\n\ny",
    "# a",
    "- a\n  b",
    TAG,
    "<!--",
    "{/*",
    "~~~",
    "```",
    "``",
    "",
    "> a",
    ":::",
    ":::note",
    'import a from "b"',
]
_HEADINGS = [
    "# h", "## h `<!--`", "### h {#id}", "#no", "####### no", "text\n===", "text\nmore\n---", "#", f"## {TAG}",
    "  ## in",
    "<h2>h</h2>", '<h3 id="a">\n\nx\n\n</h3>', "a\n-", "a `b\n---", "## h ##", "\\# h",
]  # fmt: skip
_COMMENTS = [
    "<!-- a -->", f"<!--\na\n\n{TAG}\n-->", "{/* a */}", f"{{\n  /* a\n{TAG}\n  */\n}}", "{/*\n\n```\n*/}",
    "<!-- a --> text",
    "<!-- a -->\n<!-- ``` -->", "{/* a */} {/* b */}", f"<!-- a --> {TAG}", "<!---->", "<!-- - -- -->", "{/* } */}",
    "{// a }\n}", "{/* a */} text",
]  # fmt: skip
_STATEMENTS = [
    'import A from "a"', "import B, { c } from 'b';\nimport D from \"d\"",
    'export const e = {\n  a: "}",\n\n  b: `x\n\ny`\n}',
    'export const F = () => <div>it\'s {"}"}</div>', 'export const g = /[/"]/', 'import H from "h" // c',
    "export const k =\n  1", 'import * as M from "m";import N from "n"', f"export const E = () => {TAG}",
]  # fmt: skip
_ROWS = [
    "| `x` | " + TAG + " |",
    "| a ` | b ` |",
    "| \\| `a\\|b` | c |",
    "text `a",
    "| {1} | x |",
    "| a |",
    "> q",
    "| ` |",
    "- x | y",
]
_OTHERS = ["***", "___", "    indented <FilteredTextBlock", "::leaf[x]", "", "   ", "\t- a", "[a]: <b c>", "1986. x"]
_BULLETS = ["- ", "* ", "1. ", "3) ", "-   ", "+ ", "- [ ] ", "1.  ", "-\n  ", "-\t"]
_ADMONITIONS = [
    "note",
    "tip Title",
    "warning[Label]",
    'info{a="b"}',
    "note Title `x`",
    "custom",
    "custom Title",
    "note[a [b] c]",
    "note T ]",
]
_MAX_DEPTH = 2


def generate_page(seed: int) -> str:
    """Return the page of this ``seed``, the same on every machine."""
    return _Page(random.Random(seed)).text()


class _Page:
    def __init__(self, source: random.Random) -> None:
        self._random = source

    def text(self) -> str:
        front = self._one("", "", '---\ntitle: "`<!--"\n---\n\n', 'import Code from "!!raw-loader!/a.py";\n\n')
        text = front + self._blocks(0) + self._one("\n", "", "\n\n")
        return text.replace("\n", "\r\n") if self._chance(0.05) else text

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _blocks(self, depth: int) -> str:
        text = self._block(depth)
        for _ in range(self._random.choice([0, 0, 1, 1, 2]) if depth else self._random.choice([1, 2, 3, 4])):
            text += self._one("\n", "\n\n", "\n\n", "\n\n", "\n\n\n", "\n  \n") + self._block(depth)
        return text

    def _block(self, depth: int) -> str:
        kinds = {
            self._tag: 16, self._paragraph: 12, self._fence: 12, self._heading: 6, self._comment: 8, self._table: 3,
            self._statements: 3, self._other: 2, self._element: 8, self._list: 9, self._quote: 6,
            self._footnote: 4, self._admonition: 11,
        }  # fmt: skip
        if depth > _MAX_DEPTH:
            kinds = dict(list(kinds.items())[:8])
        (kind,) = self._random.choices(list(kinds), list(kinds.values()))
        return kind(depth)

    def _tag(self, _: int) -> str:
        return TAG if self._chance(0.6) else self._one(*_TAGS)

    def _line(self) -> str:
        words = " ".join(self._one(*_WORDS) for _ in range(self._random.choice([1, 1, 2, 3])))
        return f"{words} {TAG}" if self._chance(0.15) else 'import X from "y"' if self._chance(0.04) else words

    def _paragraph(self, _: int) -> str:
        return "\n".join(self._line() for _ in range(self._random.choice([1, 1, 2, 3])))

    def _fence(self, _: int) -> str:
        fence = self._one(*_FENCES)
        info = self._one(
            "", "", "py", 'js title="a"', "  sh", "a~b", "mdx-code-block" if fence in ("```", "````") else ""
        )
        close = self._one(
            *[f"\n{fence}"] * 4, f"\n{fence}{fence[0]}", f"\n  {fence}", f"\n    {fence} ", "", f"\n{fence[1:]}"
        )
        return f"{fence}{info}\n{self._one(*_FENCED)}{close}"

    def _heading(self, _: int) -> str:
        return self._one(*_HEADINGS)

    def _comment(self, _: int) -> str:
        return self._one(*_COMMENTS)

    def _statements(self, _: int) -> str:
        return self._one(*_STATEMENTS)

    def _other(self, _: int) -> str:
        return self._one(*_OTHERS)

    def _table(self, _: int) -> str:
        head = self._one("| a | b |", "a | b", "| `a` | <br/> |", "| `a | b` |", "| a |")
        rows = [self._one(*_ROWS) for _ in range(self._random.choice([0, 1, 2]))]
        return "\n".join([head, self._one("| - | - |", "--- | ---", "|:-:|-|", "| - |", ":-"), *rows])

    def _element(self, depth: int) -> str:
        inner = self._blocks(depth + 1)
        nested = f"<Note a={{{TAG}}} />"
        return self._one(
            f"<div>\n\n{inner}\n\n</div>",
            f'<Tabs>\n<TabItem value="py">\n\n{inner}\n\n</TabItem>\n</Tabs>',
            f"<details>\n<summary>{self._one('S', 'S `x`')}</summary>\n\n{inner}\n\n</details>",
            '<Note\n  a={1}\n  b="x\n  y"\n/>',
            nested,
            f"{{[1, 2].map((x) => {TAG})}}",
            f"<p>{self._line()}</p>",
            self._tag(0) + self._one("", " ", "\n", " text", "<br/>"),
        )

    def _admonition(self, depth: int) -> str:
        colons = self._one(":::", ":::", "::::")
        body = "```\nx" if self._chance(0.2) else self._blocks(depth + 1)
        close = self._one(*[f"\n{colons}"] * 3, f"\n{colons} ", "", f"\n{colons}:", f"\n  {colons}", f"\n{colons[1:]}")
        return f"{colons}{self._one(*_ADMONITIONS)}\n{self._one('', chr(10))}{body}{self._one('', chr(10))}{close}"

    def _prefixed(self, depth: int, first: str, rest: str, lazy: float) -> str:
        lines = []
        for number, line in enumerate(self._blocks(depth + 1).split("\n")):
            prefix = first if number == 0 else rest
            if number and self._chance(lazy):
                prefix = self._one("", " ", "  ", rest)
            lines.append(prefix + line if line or prefix.strip() or self._chance(0.2) else "")
        return "\n".join(lines)

    def _list(self, depth: int) -> str:
        bullet = self._one(*_BULLETS)
        indentation = "  " if bullet in ("- [ ] ", "-\n  ") else " " * len(bullet.expandtabs(4))
        items = []
        for _ in range(self._random.choice([1, 2, 3])):
            rest = self._one("", " ", "  ", "    ", "\t") if self._chance(0.08) else indentation
            items.append(self._prefixed(depth, bullet, rest, 0.06))
        return self._one("\n", "\n", "\n\n").join(items)

    def _quote(self, depth: int) -> str:
        return self._prefixed(depth, "> ", self._one("> ", "> ", ">", ">  "), 0.1)

    def _footnote(self, depth: int) -> str:
        return self._prefixed(depth, "[^1]: ", "    ", 0.08)
