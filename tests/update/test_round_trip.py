"""An updated block matches, a second update changes nothing, and what still matches keeps its text to the byte."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from tests.support.update import RandomBlock, new_data, random_block

from snipproof.compare import ParseError, check_expectation, compare, parse_expected
from snipproof.compare.differences import ABSENT
from snipproof.compare.notation.actual import Actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Array, Constant, Expected, Node, Notation, Number, Object, String
from snipproof.site.source import parse_source
from snipproof.update.proposal import Proposal, Refusal, digest
from snipproof.update.propose import propose
from snipproof.update.rewrite import rewrite
from snipproof.update.write import apply_changes

BLOCKS = 1_000
# What encloses a block: path of the Source, text before the block, before each line, and after it.
ENCLOSURES = (
    ("one.py", "", "# ", ""),
    ("one.py", "def f():\n", "    # ", ""),
    ("one.py", "", "#", ""),
    ("one.py", "r'''\n", "", "'''\n"),
    ("one.ts", "", "// ", ""),
    ("one.ts", "/*\n", "", "*/\n"),
    ("one.ts", "/*\n", "\t ", "*/\n"),
    ("one.go", "", "\t//  ", ""),
    ("one.go", "const text = `\n", "", "`\n"),
    ("One.java", "/*\n", "  ", "*/\n"),
)


def parsed(made: RandomBlock) -> Expected | None:
    """Return the tree of a block, ``None`` if data was detected as text or text as data."""
    try:
        expected = parse_expected(made.text, captures=made.options.captures)
    except ParseError:
        return None
    return expected if (expected.notation is Notation.TEXT) is (made.notation is Notation.TEXT) else None


def blocks(count: int = BLOCKS) -> list[tuple[random.Random, RandomBlock, Expected]]:
    """Return ``count`` blocks, the same in every run."""
    found: list[tuple[random.Random, RandomBlock, Expected]] = []
    seed = 0
    while len(found) < count:
        rng = random.Random(seed)
        made = random_block(rng)
        seed += 1
        if (expected := parsed(made)) is not None:
            found.append((rng, made, expected))
    return found


@pytest.mark.slow
def test_an_updated_block_matches_and_is_stable() -> None:
    """It has no difference from the data, and a second update changes no byte."""
    rewritten = 0
    for rng, made, expected in blocks():
        actual = new_data(rng, made)
        text = rewrite(expected, actual, made.options).text
        again = parse_expected(text, captures=made.options.captures)
        assert compare(again, actual, made.options) == [], text
        assert rewrite(again, actual, made.options).text == text
        rewritten += text != made.text
    assert rewritten > BLOCKS / 2


@pytest.mark.slow
def test_an_updated_source_matches_and_is_stable() -> None:
    """The same in every kind of comment and with any line ends; no line around the block changes."""
    written = refused = 0
    for rng, made, _ in blocks():
        path, before, prefix, after = rng.choice(ENCLOSURES)
        token = "#" if path.endswith(".py") else "//"
        attributes = _attributes(made)
        lines = [prefix + line if line.strip() else prefix.rstrip() for line in made.text.split("\n")]
        block = "\n".join(lines)
        mark = prefix if token in prefix else f"{prefix}{token} "
        text = (
            f"{token} START one\nprint(1)\n{token} END one\n{before}{mark}START Expected results {attributes}\n"
            f"{block}\n{mark}END Expected results\n{after}last"
        )
        if rng.random() < 0.3:
            text = text.replace("\n", "\r\n")
        actual = new_data(rng, made)
        found = _proposals(path, text, actual)
        if not isinstance(found, Proposal):
            refused += 1
            continue
        new = apply_changes(text, [found])
        written += new != text
        assert _proposals(path, new, actual) == found.__class__(**{**_fields(found, new), "changes": ()}), new
        head, tail = text.index(block.split("\n")[0].rstrip()), len(text) - text.index("END Expected")
        assert new.startswith(text[:head].rstrip(" #/\t"))
        assert new.endswith(text[-tail:])
        assert new.count("\r\n") in (0, new.count("\n"))
    assert written > BLOCKS / 2
    assert refused < BLOCKS / 5


def _fields(proposal: Proposal, text: str) -> dict[str, Any]:
    region = parse_source(proposal.path, text).expectations[0].region
    return {**{name: getattr(proposal, name) for name in ("path", "region", "proposed_by")},
            "digest": digest(text), "line": region.line, "why": ""}  # fmt: skip


def _attributes(made: RandomBlock) -> str:
    options = made.options
    given = ["of: one"]
    given += [f"capture: [{', '.join(options.captures)}]"] if options.captures else []
    given += [f"ignore: [{', '.join(options.ignore)}]"] if options.ignore else []
    given += ["unordered: true"] if options.all_unordered else []
    given += [f"unordered: [{', '.join(options.unordered)}]"] if options.unordered and not options.all_unordered else []
    given += ["shape: true"] if options.shape else []
    return "{" + ", ".join(given) + "}"


def _proposals(path: str, text: str, actual: Any) -> Proposal | Refusal:
    source = parse_source(path, text)
    expectation = source.expectations[0]
    output, data = (actual, ABSENT) if isinstance(actual, str) else ("", actual)
    result = check_expectation(source, expectation, output, data=data)
    return propose(source.snippets[0], [result], lambda _: text, {})[0]


def places(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[Node, tuple[Any, ...]]]:
    """Return the leaves of a tree, each with the path of its value, as far as no Elision precedes it."""
    if isinstance(node, Object):
        return [found for member in node.members for found in places(member.value, (*path, member.name))]
    if isinstance(node, Array):
        found = []
        for index, item in enumerate(node.items):
            if isinstance(item, Number | String | Constant | Array | Object):
                found += places(item, (*path, index))
            else:
                break
        return found
    return [(node, path)] if isinstance(node, Number | Constant) or (isinstance(node, String) and not node.open) else []


@pytest.mark.slow
def test_a_changed_value_changes_only_its_own_text() -> None:
    """Wildcards, comments and values around it stay to the byte."""
    tried = 0
    for rng, made, expected in blocks():
        options = made.options
        if made.notation in (Notation.TEXT, Notation.GO, Notation.JAVA) or options.shape or options.all_unordered:
            continue
        data = made.data
        leaves = [(node, path) for node, path in places(expected.node) if not {"id", "vector"} & set(path) and path]
        if not leaves or compare(expected, data, options):
            continue
        node, path = rng.choice(leaves)
        value: Any = {Number: Decimal("77.123456"), String: "quite another"}.get(type(node), "now text")
        actual = _with(data, path, value)
        new = rewrite(expected, actual, options).text
        assert new.startswith(made.text[: node.begin]), (made.text, new)
        assert new.endswith(made.text[node.end :]), (made.text, new)
        old, own = made.text[node.begin : node.end], new[node.begin : len(new) - len(made.text) + node.end]
        if isinstance(node, Number) and "." in old and "e" not in old:
            assert len(own.partition(".")[2]) == len(old.partition(".")[2])
        if isinstance(node, String):
            assert own[0] == old[0] == own[-1]
        tried += 1
    assert tried > BLOCKS / 10


def _with(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(data, list):
        return [_with(each, path[1:], value) if index == path[0] else each for index, each in enumerate(data)]
    return {name: _with(each, path[1:], value) if name == path[0] else each for name, each in data.items()}


@pytest.mark.slow
def test_adding_and_removing_a_member_restores_the_text() -> None:
    """Two updates, one that adds it and one that removes it."""
    tried = 0
    for _, made, expected in blocks():
        data, options = made.data, made.options
        if (
            not isinstance(data, dict)
            or not data
            or options.shape
            or options.ignore
            or compare(expected, data, options)
        ):
            continue
        if not isinstance(expected.node, Object) or expected.node.open:
            continue
        more = rewrite(expected, {**data, "further": ["it", {"is": 1}]}, options).text
        assert more != made.text
        assert len(more.split("\n")) >= len(made.text.split("\n"))
        back = rewrite(parse_expected(more, captures=options.captures), data, options).text
        assert back == made.text
        tried += 1
    assert tried > 20


@pytest.mark.slow
def test_members_that_match_keep_their_text() -> None:
    """With all wildcards, comments and spaces in them, however much changes around them."""
    tried = 0
    for rng, made, expected in blocks():
        actual = new_data(rng, made)
        data = actual.values[0] if isinstance(actual, Actual) else actual
        if not isinstance(expected.node, Object) or not isinstance(data, dict) or made.options != ComparisonOptions():
            continue
        found = rewrite(expected, actual, made.options)
        for member in expected.node.members if found.notation is expected.notation else ():
            own = Expected(made.text, Object(0, 0, (member,)), expected.notation)
            if member.name in data and not compare(own, {member.name: data[member.name]}):
                assert made.text[member.begin : member.end] in found.text
                tried += found.text != made.text
    assert tried > BLOCKS / 10


def test_the_random_blocks_are_varied() -> None:
    """They contain what the tests above depend on."""
    texts = [made.text for _, made, _ in blocks(300)]
    for sign in ("...", "// beside", "/* above */", "<id>", "UUID(", "map[", "Photo {", "\n"):
        assert any(sign in text for text in texts), sign
