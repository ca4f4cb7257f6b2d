"""An update makes a block right, the second one changes nothing, and what holds keeps its text to the byte."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from tests.update.blocks import Made, make, new_data

from snipproof.compare import ParseError, check_expectation, compare, parse_expected
from snipproof.compare.differences import ABSENT
from snipproof.compare.notation import Actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Array, Constant, Expected, Node, Notation, Number, Object, String
from snipproof.model import Outcome
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source
from snipproof.update.proposal import Proposal, Refusal, digest
from snipproof.update.propose import propose
from snipproof.update.rewrite import rewrite
from snipproof.update.write import changed

BLOCKS = 1_000
# How lines stand in a Source: what comes before the block, before each line, and after it.
HOSTS = (
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


def parsed(made: Made) -> Expected | None:
    """The tree of a block, ``None`` for what is taken for another kind of text than it was made as."""
    try:
        expected = parse_expected(made.text, captures=made.laws.captures)
    except ParseError:
        return None
    return expected if (expected.notation is Notation.TEXT) is (made.notation is Notation.TEXT) else None


def blocks(count: int = BLOCKS) -> list[tuple[random.Random, Made, Expected]]:
    """So many blocks, the same in every run."""
    found: list[tuple[random.Random, Made, Expected]] = []
    seed = 0
    while len(found) < count:
        rng = random.Random(seed)
        made = make(rng)
        seed += 1
        if (expected := parsed(made)) is not None:
            found.append((rng, made, expected))
    return found


def test_updated_blocks_match_and_stay() -> None:
    """1,000 blocks: what is written has no difference from the data, and updating it again changes no byte."""
    rewritten = 0
    for rng, made, expected in blocks():
        actual = new_data(rng, made)
        text = rewrite(expected, actual, made.laws).text
        again = parse_expected(text, captures=made.laws.captures)
        assert compare(again, actual, made.laws) == [], text
        assert rewrite(again, actual, made.laws).text == text
        rewritten += text != made.text
    assert rewritten > BLOCKS / 2


def test_updated_files_match_and_stay() -> None:
    """The same for whole files, in every kind of comment, with any line ends: no line around the block changes."""
    written = refused = 0
    for rng, made, _ in blocks():
        path, before, prefix, after = rng.choice(HOSTS)
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
        new = changed(text, [found])
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


def _attributes(made: Made) -> str:
    laws = made.laws
    given = ["of: one"]
    given += [f"capture: [{', '.join(laws.captures)}]"] if laws.captures else []
    given += [f"ignore: [{', '.join(laws.ignore)}]"] if laws.ignore else []
    given += ["unordered: true"] if laws.all_unordered else []
    given += [f"unordered: [{', '.join(laws.unordered)}]"] if laws.unordered and not laws.all_unordered else []
    given += ["shape: true"] if laws.shape else []
    return "{" + ", ".join(given) + "}"


def _proposals(path: str, text: str, actual: Any) -> Proposal | Refusal:
    source = parse_source(path, text)
    expectation = source.expectations[0]
    output, data = (actual, ABSENT) if isinstance(actual, str) else ("", actual)
    result = check_expectation(source, expectation, output, data=data)
    outcome = Outcome.PASSED if result.matched else Outcome.FAILED
    verdict = Verdict(source.snippets[0], outcome, 1, expectations=(result,))
    return propose(verdict.snippet, verdict.expectations, lambda _: text, {})[0]


def places(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[Node, tuple[Any, ...]]]:
    """The leaves of a tree, each with the way to its value; none behind an Elision."""
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


def test_one_changed_value_changes_its_own_text_only() -> None:
    """Whatever stands around a value that changes - wildcards, comments, other values - stays to the byte."""
    tried = 0
    for rng, made, expected in blocks():
        laws = made.laws
        if made.notation in (Notation.TEXT, Notation.GO, Notation.JAVA) or laws.shape or laws.all_unordered:
            continue
        data = made.data
        leaves = [(node, path) for node, path in places(expected.node) if not {"id", "vector"} & set(path) and path]
        if not leaves or compare(expected, data, laws):
            continue
        node, path = rng.choice(leaves)
        value: Any = {Number: Decimal("77.123456"), String: "quite another"}.get(type(node), "now text")
        actual = _with(data, path, value)
        new = rewrite(expected, actual, laws).text
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


def test_what_goes_and_comes_back_leaves_no_trace() -> None:
    """A member that is added and taken away again by a second update leaves the text as it was."""
    tried = 0
    for _, made, expected in blocks():
        data, laws = made.data, made.laws
        if not isinstance(data, dict) or not data or laws.shape or laws.ignore or compare(expected, data, laws):
            continue
        if not isinstance(expected.node, Object) or expected.node.open:
            continue
        more = rewrite(expected, {**data, "further": ["it", {"is": 1}]}, laws).text
        assert more != made.text
        assert len(more.split("\n")) >= len(made.text.split("\n"))
        back = rewrite(parse_expected(more, captures=laws.captures), data, laws).text
        assert back == made.text
        tried += 1
    assert tried > 20


def test_members_that_hold_keep_their_text() -> None:
    """With all wildcards, comments and blanks in them, however much changes beside them."""
    tried = 0
    for rng, made, expected in blocks():
        actual = new_data(rng, made)
        data = actual.values[0] if isinstance(actual, Actual) else actual
        if not isinstance(expected.node, Object) or not isinstance(data, dict) or made.laws != ComparisonOptions():
            continue
        found = rewrite(expected, actual, made.laws)
        for member in expected.node.members if found.notation is expected.notation else ():
            own = Expected(made.text, Object(0, 0, (member,)), expected.notation)
            if member.name in data and not compare(own, {member.name: data[member.name]}):
                assert made.text[member.begin : member.end] in found.text
                tried += found.text != made.text
    assert tried > BLOCKS / 10


def test_blocks_are_not_trivial() -> None:
    """The blocks above hold what they are meant to hold."""
    texts = [made.text for _, made, _ in blocks(300)]
    for sign in ("...", "// beside", "/* above */", "<id>", "UUID(", "map[", "Photo {", "\n"):
        assert any(sign in text for text in texts), sign
