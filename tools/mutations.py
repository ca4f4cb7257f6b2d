"""Mutations of Sources, pages, suite files and settings for ``tools/campaign.py``: one edit each, made from a seed."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePosixPath
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import language_of_file
from snipproof.syntax.grammar import load_parser
from snipproof.syntax.python_code import parse_python
from snipproof.syntax.python_statements import python_statements
from snipproof.syntax.statements import Statement, functions, walk
from snipproof.syntax.tree_statements import tree_statements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from snipproof.model import Region, Source

Lines = list[str]

_LEAVE = {
    "python": "raise SystemExit(0)",
    "typescript": "process.exit(0);",
    "go": "return",
    "java": "if (true) return;",
}
_RAISE = {
    "python": 'raise RuntimeError("campaign")',
    "typescript": 'throw new Error("campaign");',
    "go": 'panic("campaign")',
    "java": 'if (true) throw new IllegalStateException("campaign");',
}
_DEAD = {
    "python": ('if len("") > 0:', "# dead"),
    "typescript": ("if (Math.random() > 2) {", "}"),
    "go": ('if len("") > 0 {', "}"),
    "java": ("if (Math.random() > 2) {", "}"),
}
_FAIL = {
    "python": "[].pop()",
    "typescript": "JSON.parse('');",
    "go": '_ = []int{}[len("")]',
    "java": 'Integer.parseInt("");',
}
_SWALLOW = {
    "python": ("try:", "except Exception:", "    pass"),
    "typescript": ("try {", "} catch {}"),
    "go": ("func() {", "    defer func() { recover() }()", "}()"),
    "java": ("try {", "} catch (Exception ignored) {}"),
}
_BACKGROUND = {
    "python": ("def campaign():", "__import__('threading').Thread(target=campaign).start()"),
    "typescript": ("(async () => {", "})();"),
    "go": ("go func() {", "}()"),
    "java": ("new Thread(() -> {", "}).start();"),
}
_WORD = re.compile(r"[A-Za-z]\w{2,}|\d+")
_TAG_VALUE = re.compile(r'(?<=startMarker=")[^"]+|(?<=language=")[^"]+|(?<=value=")[^"]+|(?<=text=\{)\w+')


class Mutation(NamedTuple):
    """One edit of one file.

    :param path: the file, relative to the root.
    :param what: the edit in a few words.
    :param lines: the lines of the original that it touches.
    """

    kind: str
    seed: int
    path: str
    text: str
    what: str
    lines: tuple[int, ...]


class _Edit(NamedTuple):
    lines: Lines
    what: str
    touched: tuple[int, ...]


class Program:
    """A Source with what mutations need to know about it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.lines
        language = language_of_file(source.path)
        assert language
        self.language = language.name
        if self.language == "python":
            tree = python_statements(parse_python(source.text))
        else:
            parse = load_parser(self.language, PurePosixPath(source.path).suffix)
            tree = tree_statements(parse(source.text.encode()).root_node, self.language)
        self.statements = [*walk(tree), *(s for function in functions(tree) for s in walk(function.body))]
        self.shown = [s for s in self.statements if any(_covers(r, s.first) for r in source.snippet_regions)]

    def region(self, random: Random) -> Region:
        """Return a Snippet's Region."""
        return random.choice(self.source.snippet_regions)

    def statement(self, random: Random) -> Statement:
        """Return a statement, mostly a shown one."""
        return random.choice(self.shown if random.random() < 0.8 else self.statements)

    def indent(self, line: int) -> str:
        """Return the indentation of a line."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]


def _covers(region: Region, line: int) -> bool:
    return any(segment.first <= line <= segment.last for segment in region.segments)


def _delete(program: Program, random: Random) -> _Edit:
    first, last = _span(program, random)
    return _edit(program.lines, first, last, [], f"delete lines {first}-{last}")


def _duplicate(program: Program, random: Random) -> _Edit:
    first, last = _span(program, random)
    return _edit(program.lines, first, last, program.lines[first - 1 : last] * 2, f"duplicate lines {first}-{last}")


def _span(program: Program, random: Random) -> tuple[int, int]:
    """Return a statement, or a line."""
    if random.random() < 0.3:
        line = random.randint(1, len(program.lines))
        return line, line
    statement = program.statement(random)
    return statement.first, statement.last


def _swap(program: Program, random: Random) -> _Edit | None:
    one, other = sorted((program.statement(random), program.statement(random)), key=lambda s: s.first)
    if one.last >= other.first:
        return None
    lines = program.lines
    between = lines[one.last : other.first - 1]
    moved = [*lines[other.first - 1 : other.last], *between, *lines[one.first - 1 : one.last]]
    return _edit(lines, one.first, other.last, moved, f"swap the statements at {one.first} and {other.first}")


def _return(program: Program, random: Random) -> _Edit:
    return _insert(program, random, _LEAVE[program.language])


def _raise(program: Program, random: Random) -> _Edit:
    return _insert(program, random, _RAISE[program.language])


def _insert(program: Program, random: Random, code: str) -> _Edit:
    """Insert ``code`` before or behind a shown statement, or before a START or behind an END."""
    if random.random() < 0.5:
        statement = program.statement(random)
        indent = program.indent(statement.first)
        line = random.choice((statement.first - 1, statement.last))
        if indent and code.startswith("raise SystemExit"):
            code = "return"
    else:
        marker = random.choice(program.region(random).markers)
        line = marker.line - marker.opens
        indent = program.indent(marker.line)
    return _edit(program.lines, line + 1, line, [indent + code], f"insert `{code}` behind line {line}")


def _dead(program: Program, random: Random) -> _Edit:
    """Put a whole Snippet with its markers, or one shown statement, behind a condition that never holds."""
    if random.random() < 0.5:
        markers = program.region(random).markers
        first, last = markers[0].line, markers[-1].line
    else:
        statement = program.statement(random)
        first, last = statement.first, statement.last
    opening, closing = _DEAD[program.language]
    return _wrap(program, first, last, program.lines[first - 1 : last], [opening], closing)


def _swallow(program: Program, random: Random) -> _Edit | None:
    """Add a statement that fails to a part of a Snippet, and hidden code around it that catches its exception."""
    first, last = _part(program, random)
    inside = [each for each in program.shown if first < each.first and each.last < last]
    if not inside:
        return None
    statement = random.choice(inside)
    line = random.choice((statement.first - 1, statement.last))
    failing = program.indent(statement.first) + _FAIL[program.language]
    lines = [*program.lines[first - 1 : line], failing, *program.lines[line:last]]
    *opening, closing = _SWALLOW[program.language]
    if program.language == "python":
        opening, closing = opening[:1], f"{opening[1]}\n{program.indent(first)}{closing}"
    return _wrap(program, first, last, lines, opening, closing, f"`{_FAIL[program.language]}` behind line {line}, ")


def _background(program: Program, random: Random) -> _Edit:
    """Run a part of a Snippet in a thread that nobody waits for."""
    first, last = _part(program, random)
    opening, closing = _BACKGROUND[program.language]
    return _wrap(program, first, last, program.lines[first - 1 : last], [opening], closing)


def _part(program: Program, random: Random) -> tuple[int, int]:
    """Return the lines of a START and of its END."""
    markers = program.region(random).markers
    return random.choice([(one.line, other.line) for one, other in pairwise(markers) if one.opens and not other.opens])


def _wrap(
    program: Program,
    first: int,
    last: int,
    lines: Sequence[str],
    opening: Sequence[str],
    closing: str,
    what: str = "",
) -> _Edit:
    """Replace ``first`` to ``last`` by ``lines`` between ``opening`` and ``closing``."""
    indent = program.indent(first)
    body = ["    " + line if line.strip() else line for line in lines]
    inside = [*(indent + line for line in opening), *body, *(indent + closing).split("\n")]
    return _edit(program.lines, first, last, inside, f"{what}lines {first}-{last} into `{opening[0]}`")


def _marker(program: Program, random: Random) -> _Edit | None:
    """Move a marker to another line of its neighbourhood."""
    line = random.choice(program.source.markers).line
    target = line + random.choice((-5, -3, -2, -1, 1, 2, 3, 5))
    if not 1 <= target <= len(program.lines):
        return None
    lines = [*program.lines]
    lines.insert(target - 1, lines.pop(line - 1))
    return _Edit(lines, f"move the marker of line {line} to line {target}", (line,))


def _names(program: Program, random: Random) -> _Edit | None:
    """Swap the names of two Regions, or two words of one Snippet."""
    if random.random() < 0.4 and len(program.source.regions) > 1:
        one, other = random.sample(program.source.regions, 2)
        lines, touched = [*program.lines], []
        for region, name in ((one, other.name), (other, one.name)):
            for marker in region.markers:
                text = lines[marker.line - 1]
                lines[marker.line - 1] = text.replace(f" {region.name}", f" {name}", 1)
                touched.append(marker.line)
        return _Edit(lines, f"swap the names `{one.name}` and `{other.name}`", tuple(touched))
    statement = program.statement(random)
    text = "\n".join(program.lines[statement.first - 1 : statement.last])
    words = sorted({match[0] for match in _WORD.finditer(text)})
    if len(words) < 2:
        return None
    a, b = random.sample(words, 2)
    swapped = re.sub(rf"\b(?:{a}|{b})\b", lambda match: b if match[0] == a else a, text)
    what = f"swap `{a}` and `{b}` in lines {statement.first}-{statement.last}"
    return _edit(program.lines, statement.first, statement.last, swapped.split("\n"), what)


def _output(program: Program, random: Random) -> _Edit | None:
    """Change a word, delete or swap lines of an Expectation."""
    bound = [e.region for e in program.source.expectations if e.region.segments]
    if not bound:
        return None
    segment = random.choice(bound).segments[0]
    line = random.randint(segment.first, max(segment.first, segment.last))
    text = program.lines[line - 1]
    way = random.random()
    if way < 0.2:
        return _edit(program.lines, line, line, [], f"delete line {line}")
    if way < 0.4 and line < segment.last:
        moved = [program.lines[line], text]
        return _edit(program.lines, line, line + 1, moved, f"swap lines {line} and {line + 1}")
    words = list(_WORD.finditer(text.split("//")[0]))
    if not words:
        return None
    word = random.choice(words)
    new = str(int(word[0]) + 1) if word[0].isdigit() else word[0][:-1] + ("e" if word[0][-1] != "e" else "a")
    edited = text[: word.start()] + new + text[word.end() :]
    return _edit(program.lines, line, line, [edited], f"`{word[0]}` of line {line} to `{new}`")


def _edit(lines: Sequence[str], first: int, last: int, new: Sequence[str], what: str) -> _Edit:
    """Replace ``first`` to ``last`` (lines, both ends included) by ``new``."""
    return _Edit([*lines[: first - 1], *new, *lines[last:]], what, tuple(range(first, max(first, last) + 1)))


SOURCE_KINDS: dict[str, Callable[[Program, Random], _Edit | None]] = {
    "delete": _delete,
    "duplicate": _duplicate,
    "swap": _swap,
    "return": _return,
    "dead": _dead,
    "raise": _raise,
    "swallow": _swallow,
    "background": _background,
    "marker": _marker,
    "names": _names,
    "output": _output,
}


def mutate_source(kind: str, seed: int, program: Program) -> Mutation | None:
    """Return the Mutation of ``kind`` that ``seed`` makes; ``None`` if it changes nothing."""
    edit = SOURCE_KINDS[kind](program, Random(seed))
    return _mutation(kind, seed, program.source.path, program.lines, edit)


def mutate_page(seed: int, path: str, text: str) -> Mutation | None:
    """Return a Mutation of what a page shows as code: its blocks, their attributes, tabs and imports."""
    random = Random(seed)
    lines = text.split("\n")
    blocks = _page_blocks(lines)
    way = random.random()
    if way < 0.4:  # a value in a tag becomes another one of the page
        places = [(n, match) for n, line in enumerate(lines) for match in _TAG_VALUE.finditer(line)]
        at, match = random.choice(places)
        attribute = lines[at][: match.start()].rsplit(" ", 1)[-1]
        others = sorted({m[0] for n, m in places if lines[n][: m.start()].endswith(attribute)} - {match[0]})
        if not others:
            return None
        new = random.choice(others)
        edited = lines[at][: match.start()] + new + lines[at][match.end() :]
        if "startMarker" in attribute and random.random() < 0.7:  # the end marker too
            edited = edited.replace(match[0].replace("START", "END"), new.replace("START", "END"))
            if at + 1 < len(lines) and "endMarker" in lines[at + 1]:
                end = lines[at + 1].replace(match[0].replace("START", "END"), new.replace("START", "END"))
                edit = _edit(lines, at + 1, at + 2, [edited, end], f"`{match[0]}` to `{new}` at line {at + 1}")
                return _mutation("page", seed, path, lines, edit)
        edit = _edit(lines, at + 1, at + 1, [edited], f"`{match[0]}` to `{new}` at line {at + 1}")
    else:
        first, last = random.choice(blocks)
        block = lines[first - 1 : last]
        if way < 0.55:
            edit = _edit(lines, first, last, [], f"delete lines {first}-{last}")
        elif way < 0.7:
            edit = _edit(lines, first, last, [*block, "", *block], f"duplicate lines {first}-{last}")
        else:
            (a, b), (c, d) = sorted(random.sample(blocks, 2))
            if b >= c:
                return None
            moved = [*lines[c - 1 : d], *lines[b : c - 1], *lines[a - 1 : b]]
            edit = _edit(lines, a, d, moved, f"swap lines {a}-{b} and {c}-{d}")
    return _mutation("page", seed, path, lines, edit)


def _page_blocks(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the lines of the tags that show code, of tabs and of imports."""
    found: list[tuple[int, int]] = []
    begun: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if line.startswith("import "):
            found.append((number, number))
        for opening, closing in (("<FilteredTextBlock", "/>"), ("<TabItem", "</TabItem>")):
            if line.startswith(opening):
                begun[opening] = number
            if opening in begun and line.endswith(closing):
                found.append((begun.pop(opening), number))
    return found


def mutate_lines(kind: str, seed: int, path: str, text: str, *, first: int = 1) -> Mutation | None:
    """Return a Mutation of a suite file or of the settings, between the line ``first`` and the next empty one."""
    random = Random(seed)
    lines = text.split("\n")
    last = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
    at = random.randint(first, last)
    way = random.randrange(4)
    if way == 0:
        edit = _edit(lines, at, at, [], f"delete line {at}")
    elif way == 1:
        edit = _edit(lines, at, at, [lines[at - 1]] * 2, f"duplicate line {at}")
    elif way == 2 and at < last:
        edit = _edit(lines, at, at + 1, [lines[at], lines[at - 1]], f"swap lines {at} and {at + 1}")
    else:
        words = [*_WORD.finditer(lines[at - 1])]
        if not words:
            return None
        word = random.choice(words)
        edited = lines[at - 1][: word.start()] + word[0] + word[0][-1] + lines[at - 1][word.end() :]
        edit = _edit(lines, at, at, [edited], f"`{word[0]}` of line {at} gets a letter")
    return _mutation(kind, seed, path, lines, edit)


def _mutation(kind: str, seed: int, path: str, lines: Sequence[str], edit: _Edit | None) -> Mutation | None:
    if edit is None or edit.lines == list(lines):
        return None
    return Mutation(kind, seed, path, "\n".join(edit.lines), edit.what, edit.touched)
