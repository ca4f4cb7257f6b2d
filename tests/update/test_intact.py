"""A changed Source is the same program with the same markers, in every language."""

from __future__ import annotations

import pytest

from snipproof.errors import ToolchainMissingError
from snipproof.update import intact
from snipproof.update.intact import find_damage
from snipproof.update.proposal import Change

PYTHON = 'x = 1\n# START Expected a results\n"""\nold\n"""\n# END Expected a results\ny = 2\n'
# Source, the first line and the lines that change, and the new lines: those that are fine, then those that are not.
CASES = [
    ("a.py", 'x = 1\n"""\nold\nmore\n"""\ny = 2\n', 3, 4, ["new"], ['new """'], ['"""', "new"]),
    ("a.py", "f(r'''\nold\n''')\n", 2, 2, ['"""', "x"], ["'''"], ["x ''' + f() + '''"]),
    ("a.py", "x = [\n    # old\n    1,\n]\n", 2, 2, ["    # new", "    # 2"], ["    2,"], ["    new"]),
    ("a.py", 'if x:\n    """\n    old\n    """\n', 3, 3, ["new"], ['    """'], ['    """; f(); """']),
    ("a.py", 'b = b"""\nold\n"""\n', 2, 2, ["new"], ["größer"], ['"""']),
    ("a.ts", "/*\nold\n*/\nf()\n", 2, 2, ["`${x}`"], ["*/"], ["*/ f() /*"]),
    ("a.ts", "const a = `\nold\n`;\n", 2, 2, ["/* new */"], ["`"], ["${f()}"]),
    ("a.tsx", "const a = <p>\n{/*\nold\n*/}</p>;\n", 3, 3, ["<p>"], ["*/} old {/*"], ["*/}"]),
    ("a.js", "const r = /'/;\n// old\nf('`')\n", 2, 2, ["// `'\""], ["g()"], ["old"]),
    ("a.go", "package a\n\nvar x = `\nold\n`\n", 4, 4, ['"""'], ["`"], ["` + f() + `"]),
    ("a.go", "package a\n\n/*\nold\n*/\n", 4, 4, ["`"], ["*/"], ["*/ var x = 1 /*"]),
    (
        "A.java",
        'class A {\n    String s = """\n        old\n        """;\n}\n',
        3,
        3,
        ["  new"],
        ['"""'],
        ['""" + f() + """'],
    ),
    ("A.java", "class A {\n    /*\n     * old\n     */\n}\n", 3, 3, ["     * `"], ["     */"], ["*/ int x; /*"]),
    ("A.java", "class A {\n    // old\n}\n", 2, 2, ["    // new", "    // more"], ["    new"], ["}"]),
]


@pytest.mark.parametrize("grammars", [True, False])
@pytest.mark.parametrize(("path", "text", "first", "last", "fine", "bad", "worse"), CASES)
def test_text_changes_inside_a_comment_or_a_string_only(  # noqa: PLR0917
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    text: str,
    first: int,
    last: int,
    fine: list[str],
    bad: list[str],
    worse: list[str],
    grammars: bool,
) -> None:
    """Also without a grammar, where a doubtful change is refused."""

    def load(language: str, extension: str = "") -> None:
        raise ToolchainMissingError(language + extension)

    if not grammars:
        monkeypatch.setattr(intact, "load_parser", load)
    elif not path.endswith(".py"):
        pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    lines = text.split("\n")
    for new, harmless in ((fine, True), (bad, False), (worse, False)):
        change = Change(first, tuple(lines[first - 1 : last]), tuple(new))
        changed = "\n".join([*lines[: first - 1], *new, *lines[last:]])
        found = find_damage(path, text, changed, [change], [])
        if harmless and (grammars or path != "a.js"):
            assert found is None, (new, found)
        elif not harmless and (grammars or "${" not in new[0]):  # which is refused before
            assert found is not None, new
            assert found[0] == first


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change(3, ('"""', "old", '"""'), ("new",)), 3),
        (Change(3, ('"""',), ()), 3),
        (Change(5, ('"""',), ()), 5),
        (Change(5, (), ("new", '"""')), 5),
        (Change(3, (), ("new",)), 3),
        (Change(4, ("old",), ("new",)), 0),
        (Change(5, (), ("new",)), 0),
    ],
)
def test_quotes_that_stand_inside_the_region_stay(change: Change, line: int) -> None:
    """The line that is not text is named, with what to do."""
    lines = PYTHON.split("\n")
    begin = change.first - 1
    new = "\n".join([*lines[:begin], *change.new, *lines[begin + len(change.old) :]])
    found = find_damage("a.py", PYTHON, new, [change], ["Expected a results"])
    assert (found[0] if found else 0) == line, found
    if found and change.old:
        assert found[1].startswith('the block is not wholly inside a comment or string: `"""` is code or quotes; put')


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("# END Expected a", "taken for a marker"),
        ("# START b {of: a}", "taken for a marker"),
        ("# 2", "would change `a`"),
    ],
)
def test_markers_and_other_regions_stay(new: str, reason: str) -> None:
    """Whatever else the Source shows must be as before."""
    text = "# START a\nx = 1\n# START Expected a {of: a}\n# 1\n# END Expected a\n# END a\n"
    changed = text.replace("# 1", new)
    found = find_damage("a.py", text, changed, [Change(4, ("# 1",), (new,))], ["Expected a"])
    assert found is not None
    assert reason in found[1]


@pytest.mark.parametrize(
    ("path", "old", "new", "harmless"),
    [
        ("a.py", '{"a": 1, "b": [True]}', '{"a": -2,\n  "b": [None]}', True),
        ("a.py", '{"a": 1}', '{"a": f()}', False),
        ("a.py", '{"a": 1}', 'f"{f()}"', False),
        ("a.py", '{"a": 1}', '{"a": 2}}', False),
        ("a.py", "exit(1)", "2", False),
        ("a.ts", '[{ "a": 1, b: null }]', "[{ a: [2.5, 'x'] }]", True),
        ("a.ts", "[1]", "[f]", False),
    ],
)
def test_data_in_the_code_stays_data(path: str, old: str, new: str, harmless: bool) -> None:
    """Data that stands in the Source by itself may change; names and calls are code."""
    if path.endswith(".ts"):
        pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    text = f"f\n\n{old}\n\ng\n"
    change = Change(3, (old,), tuple(new.split("\n")))
    assert (find_damage(path, text, text.replace(old, new), [change], []) is None) is harmless


def test_an_unknown_language_keeps_its_quotes() -> None:
    """Nothing is known of its strings, so none may begin or end."""
    text = "a\nold\nb\n"
    for new, harmless in (("new", True), ('"""', False), ("*/", False), ("`", False)):
        found = find_damage("a.txt", text, text.replace("old", new), [Change(2, ("old",), (new,))], [])
        assert (found is None) is harmless, new
