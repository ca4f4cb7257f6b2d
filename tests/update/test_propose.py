"""From the new text of a block to Changes of its Source: lines, refusals, and blocks that are not data."""

from __future__ import annotations

import pytest
from tests.support.update import SOURCE, proposal

from snipproof.compare import check_expectation
from snipproof.compare.expectation import ExpectationResult, block_of
from snipproof.site.source import parse_source
from snipproof.update.proposal import Change, Proposal, Refusal
from snipproof.update.propose import CannotPlaceError, find_rejected, place_lines, propose
from snipproof.update.write import apply_changes


def put(new: str, text: str = SOURCE) -> str:
    """Return a Source whose block shows other lines."""
    source = parse_source("one.py", text)
    block = block_of(source, source.expectations[0].region)
    return apply_changes(text, [proposal(*place_lines(source.lines, block.lines, new.split("\n")), text=text)])


@pytest.mark.parametrize(
    ("new", "old_lines", "new_lines"),
    [
        ("a\n\n  b\nc\nD", "# d\n", "# D\n"),
        ("A\n\n  B\nc\nd", "# a\n#\n#   b\n", "# A\n#\n#   B\n"),
        ("a\n\n  b\nx\nc\nd", "#   b\n", "#   b\n# x\n"),
        ("x\na\n\n  b\nc\nd", "# a\n", "# x\n# a\n"),
        ("a\nc\nd", "#\n#   b\n", ""),
        ("a\n\n  b\nc\nd\n\ne", "# d\n", "# d\n#\n# e\n"),
        ("a\n\n  B\nC\nd", "", ""),
    ],
)
def test_only_lines_that_differ_change(new: str, old_lines: str, new_lines: str) -> None:
    """New lines get the comment token of the lines around them, and each Segment gets its own lines."""
    expected = (
        SOURCE.replace(old_lines, new_lines, 1) if old_lines else SOURCE.replace("  b", "  B").replace("# c", "# C")
    )
    assert put(new) == expected
    crlf = SOURCE.replace("\n", "\r\n")
    assert put(new, crlf) == expected.replace("\n", "\r\n")
    bare = "\n".join(put(new, SOURCE.replace("\n# END", "\r\n# END")).split("\n"))
    assert bare.replace("\r", "") == expected


def test_a_change_across_a_gap_is_refused() -> None:
    """It is ambiguous to which Segment a line belongs."""
    with pytest.raises(CannotPlaceError, match="between two parts of the block"):
        put("a\n\nX\nY\nZ\nd")


def test_a_changed_source_is_refused() -> None:
    """A block in another Source may have changed after it was compared."""
    source = parse_source("one.py", SOURCE)
    block = block_of(source, source.expectations[0].region)
    with pytest.raises(CannotPlaceError, match="changed since it was read"):
        place_lines(SOURCE.replace("# c", "# C").split("\n"), block.lines, ["x"])


@pytest.mark.parametrize(
    ("path", "text", "bad", "good"),
    [
        ("a.py", "'''\nHERE\n'''", "'''", '"""'),
        ("a.py", '"""\nHERE\n"""', '"""', "*/"),
        ("a.py", "'''\nHERE\n'''", "\\n", "n"),
        ("a.py", "r'''\nHERE\n'''", "'''", "\\n"),
        ("a.py", "x = 1 + f(\n'''\nHERE\n'''", "\\", "`"),
        ("a.py", "# x\n# HERE\n# y", "\x1b", "'''\\"),
        ("a.ts", "/*\nHERE\n*/", "*/", "`${\\n"),
        ("a.ts", "const a = '/*'; const b = `\nHERE\n`;", "${", "*/"),
        ("a.ts", "const b = `\nHERE\n`;", "`", "*/"),
        ("a.ts", "const b = `\nHERE\n`;", "\\", "*/"),
        ("a.go", "var b = `\nHERE\n`", "`", "\\n*/"),
        ("a.java", '"""\nHERE\n"""', "\\n", "*/"),
        ("a.java", "// HERE", "\\u0041", "\\n"),
        ("a.java", "/*\n HERE\n*/", "\\u0041", "\\n"),
        ("a.mdx", "\nHERE\n", "-->", "--"),
        ("a.py", "# HERE", "# END Expected results", "END Expected results"),
        ("a.py", "# HERE", "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5", "ghp_" + "x" * 36),
        ("a.py", "# HERE", "the s3cret-1", "https, the secret"),
        ("a.py", "# HERE", "Basic dXNlcjpzM2NyZXQtMQ==", "Basic dXNlcjpzZWNyZXQ="),
        ("a.py", "# HERE", "%73=s3cret%2D1", "<TOKEN>"),
        ("a.py", "# HERE", "\u2028", "\u3000"),
        ("a.py", "# HERE", "\ud800", "\u6587"),
    ],
)
def test_damage_and_secrets_are_refused(path: str, text: str, bad: str, good: str) -> None:
    """What ends the enclosing comment or string, begins an escape, is a marker or a secret."""
    line = text[: text.index("HERE")].count("\n") + 1
    old = text.split("\n")[line - 1]
    for value, refused in ((bad, True), (good, False)):
        change = Change(line, (old,), (old.replace("HERE", f'"{value}"'),))
        found = find_rejected(path, text, [line], [change], {"TOKEN": "s3cret-1", "SCHEME": "https"})
        assert (found is not None) is refused, (value, found)
        if found is not None:
            assert found[0] == line
            assert found[1].startswith(("the output contains", "a line of the output would be taken for a marker"))


def test_what_is_shown_already_is_allowed() -> None:
    """A line that contains a backslash or a placeholder may change elsewhere."""
    text = "'''\n\"a\\n <TOKEN>\": 1\n'''"
    change = Change(2, ('"a\\n <TOKEN>": 1',), ('"a\\n <TOKEN>": 2',))
    assert find_rejected("a.py", text, [2], [change], {"TOKEN": "s3cret-1", "SCHEME": "https"}) is None


def source_with(*lines: str) -> str:
    """Return a Source whose block shows ``lines``."""
    block = "".join(f"# {line}\n" for line in lines)
    return f"# START one\nx = 1\n# END one\n# START Expected results {{of: one}}\n{block}# END Expected results\n"


def checked(text: str, output: str) -> ExpectationResult:
    """Compare the block of a Source with output."""
    source = parse_source("one.py", text)
    return check_expectation(source, source.expectations[0], output)


def proposed(text: str, output: str) -> Proposal | Refusal:
    """Return what an update proposes for the block."""
    result = checked(text, output)
    return propose(parse_source("one.py", text).snippets[0], [result], lambda _: text, {})[0]


@pytest.mark.parametrize(
    ("old", "output", "new"),
    [
        (["{ip: 127.0.0.1}"], "{ip: 127.0.0.2}\n", ["{ip: 127.0.0.2}"]),
        (["...", "[(0:18.0), (1:14.0)]"], "a\n[(0:18.5)]\n", ["...", "[(0:18.5)]"]),
        (["[16, 64] (in any order)"], "[64, 16] (in any order)\ndone\n", ["[64, 16] (in any order)", "done"]),
    ],
)
def test_output_that_is_not_data_is_written_as_lines(old: list[str], output: str, new: list[str]) -> None:
    """A block that looks like data becomes text, and matches the output."""
    proposal = proposed(source_with(*old), output)
    assert isinstance(proposal, Proposal)
    text = apply_changes(source_with(*old), [proposal])
    assert text == source_with(*new)
    assert checked(text, output).matched


def test_malformed_data_is_refused() -> None:
    """Only its author knows what it should be."""
    refusal = proposed(source_with('{"a": 1,'), '{"a": 2}')
    assert isinstance(refusal, Refusal)
    assert "the block is not the data it shows" in refusal.reason
