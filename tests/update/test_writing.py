"""From the new text of a block to the bytes of a file: places, refusals, agreement, writing and asking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snipproof.compare.expectation import block_of
from snipproof.site.source import parse_source
from snipproof.update.enclosing import enclosing_literal
from snipproof.update.placing import CannotPlaceError, Placing
from snipproof.update.proposal import Change, Proposal, agree, digest
from snipproof.update.refuse import why_not
from snipproof.update.review import difference, review
from snipproof.update.write import changed, write_proposals

SOURCE = """\
# START one
x = 1
# END one
# START Expected results {of: one}
# a
#
#   b
# END Expected results
y = 2
# START Expected results
# c
# d
# END Expected results
"""


def proposal(*changes: Change, text: str = SOURCE, path: str = "one.py", **given: Any) -> Proposal:
    """Make a Proposal for the Source above."""
    fields: dict[str, Any] = {
        "region": f"{path}::Expected results",
        "proposed_by": f"{path}::one",
        "line": 5,
        "why": "w",
    } | given
    return Proposal(path, digest=digest(text), changes=changes, **fields)


def put(new: str, text: str = SOURCE) -> str:
    """Show other lines in the block of a Source."""
    source = parse_source("one.py", text)
    block = block_of(source, source.expectations[0].region)
    return changed(text, [proposal(*Placing(source.lines, block.lines).put(new.split("\n")), text=text)])


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
def test_lines_go_to_their_place(new: str, old_lines: str, new_lines: str) -> None:
    """Comment tokens are those of the lines around; every Segment gets its own lines."""
    expected = (
        SOURCE.replace(old_lines, new_lines, 1) if old_lines else SOURCE.replace("  b", "  B").replace("# c", "# C")
    )
    assert put(new) == expected
    crlf = SOURCE.replace("\n", "\r\n")
    assert put(new, crlf) == expected.replace("\n", "\r\n")
    bare = "\n".join(put(new, SOURCE.replace("\n# END", "\r\n# END")).split("\n"))
    assert bare.replace("\r", "") == expected


def test_a_change_over_a_gap_is_refused() -> None:
    """Where lines belong to is not guessed."""
    with pytest.raises(CannotPlaceError, match="between two parts of the block"):
        put("a\n\nX\nY\nZ\nd")


def test_a_block_of_another_text_is_refused() -> None:
    """A block in another Source may have changed since it was compared."""
    source = parse_source("one.py", SOURCE)
    block = block_of(source, source.expectations[0].region)
    with pytest.raises(CannotPlaceError, match="changed since it was read"):
        Placing(SOURCE.replace("# c", "# C").split("\n"), block.lines).put(["x"])


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
        ("a.py", "# HERE", "the s3cret", "the secret"),
        ("a.py", "# HERE", "the <TOKEN>", "the TOKEN"),
        ("a.py", "# HERE", "\u2028", "\u3000"),
        ("a.py", "# HERE", "\ud800", "\u6587"),
    ],
)
def test_what_would_spoil_the_source_is_refused(path: str, text: str, bad: str, good: str) -> None:
    """Each kind of comment and string has its own end; secrets and markers have no place in any."""
    line = text[: text.index("HERE")].count("\n") + 1
    old = text.split("\n")[line - 1]
    for value, refused in ((bad, True), (good, False)):
        change = Change(line, (old,), (old.replace("HERE", f'"{value}"'),))
        found = why_not(path, text, [line], [change], {"TOKEN": "s3cret"})
        assert (found is not None) is refused, (value, found)
        if refused:
            assert found is not None
            assert found[0] == line
            assert found[1].startswith(("the output holds", "a line of the output would be taken for a marker"))


def test_what_is_shown_already_may_stay() -> None:
    """A line that held a backslash or a name in brackets may be changed elsewhere."""
    text = "'''\n\"a\\n <TOKEN>\": 1\n'''"
    assert (
        why_not("a.py", text, [2], [Change(2, ('"a\\n <TOKEN>": 1',), ('"a\\n <TOKEN>": 2',))], {"TOKEN": "s3cret"})
        is None
    )
    assert enclosing_literal("a.py", text, [2]).kind == "string"


def test_proposals_travel_as_json() -> None:
    """A worker's Proposal is the same on the controller."""
    one = proposal(Change(5, ("# a",), ("# b", "# c")))
    assert Proposal.from_json(json.loads(json.dumps(one.to_json()))) == one


CHANGE = Change(5, ("# a",), ("# A",))
OTHER = Change(5, ("# a",), ("# B",))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([("r", "s1", (CHANGE,))], 1),
        ([("r", "s1", (CHANGE,)), ("r", "s2", (CHANGE,))], 1),
        ([("r", "s1", (CHANGE,)), ("r", "s2", (OTHER,))], 0),
        ([("r", "s1", (CHANGE,)), ("r", "s2", ())], 0),
        ([("r", "s1", ()), ("r", "s2", ())], 0),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (CHANGE,))], 2),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (OTHER,))], 0),
        ([("r", "s1", (CHANGE,)), ("q", "s1", (Change(7, ("#   b",), ()),))], 2),
        ([("r", "s1", (Change(5, (), ("# x",)),)), ("q", "s1", (Change(5, (), ("# y",)),))], 0),
    ],
)
def test_who_speaks_of_the_same_lines_must_agree(said: list[tuple[str, str, tuple[Change, ...]]], kept: int) -> None:
    """One Region shown for several Snippets, or lines in several Regions; one that holds is a word against a change."""
    proposals = [proposal(*changes, region=region, proposed_by=by) for region, by, changes in said]
    agreed, refused = agree(proposals)
    assert len(agreed) == kept
    speaks = any(changes for _, _, changes in said)
    assert bool(refused) is (kept == 0 and speaks)
    for refusal in refused:
        assert all(by in refusal.reason for _, by, _ in said)


def test_files_are_written_whole_once(tmp_path: Path) -> None:
    """From the bottom up, with mode and byte order mark; a second time there is nothing that fits."""
    path = tmp_path / "one.py"
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.encode())
    path.chmod(0o640)
    both = [
        proposal(Change(5, ("# a",), ("# A", "# AA")), region="r"),
        proposal(Change(11, ("# c", "# d"), ("# C",)), region="q"),
    ]
    assert write_proposals(tmp_path, both, ["one.py"]) == (both, [])
    assert (
        path.read_bytes()
        == b"\xef\xbb\xbf" + SOURCE.replace("# a\n", "# A\n# AA\n").replace("# c\n# d", "# C").encode()
    )
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["one.py"]
    written, refused = write_proposals(tmp_path, both, ["one.py"])
    assert not written
    assert {each.reason for each in refused} == {"the file changed since it was read: run again"}


def test_only_files_of_suites_are_written(tmp_path: Path) -> None:
    """Neither other files, nor links that lead away, nor what is read-only or gone."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "away.py").write_text(SOURCE)
    (root / "link.py").symlink_to(tmp_path / "away.py")
    (root / "other.py").write_text(SOURCE)
    given = [proposal(CHANGE, path=name) for name in ("link.py", "other.py", "gone.py", "../away.py")]
    written, refused = write_proposals(root, given, ["link.py", "gone.py", "../away.py"])
    assert not written
    reasons = {each.path: each.reason for each in refused}
    assert "outside of the root" in reasons["link.py"]
    assert "outside of the root" in reasons["../away.py"]
    assert reasons["other.py"] == "it is no Source of a configured Suite"
    assert reasons["gone.py"] == "it cannot be written: No such file or directory"
    assert (tmp_path / "away.py").read_text() == (root / "other.py").read_text() == SOURCE


def test_the_last_line_of_a_file_gets_no_end() -> None:
    """A block that runs to the end of its file grows in the same line ends, and the file ends as before."""
    text = "a\r\nb\r\nc"
    change = Change(3, ("c",), ("C", "D"))
    assert changed(text, [proposal(change, text=text)]) == "a\r\nb\r\nC\r\nD"


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [(["y", "n"], [0]), (["a"], [0, 1]), (["n", "a"], [1]), (["q"], []), ([""], []), (["what", "Y", "yes"], [0, 1])],
)
def test_a_person_decides(answers: list[str], accepted: list[int]) -> None:
    """What was not answered is asked again; at the end of the input nothing more is accepted."""
    both = [proposal(CHANGE, region="one.py::r"), proposal(Change(7, ("#   b",), ()), region="one.py::q")]
    said: list[str] = []
    given = iter([f"{each}\n" if each else "" for each in answers])
    found = review(both, lambda each: difference(SOURCE, each), said.append, lambda _: next(given))
    assert found == [both[index] for index in accepted]
    assert "one.py:5 `r`: w\n@@ -3,5 +3,5 @@" in said[0]
    assert "\n-# a\n+# A\n" in said[0]
