"""Writing Proposals into files."""

from __future__ import annotations

from pathlib import Path

from tests.support.update import SOURCE, proposal

from snipproof.update.proposal import Change
from snipproof.update.write import apply_changes, write_proposals


def test_a_file_is_written_once(tmp_path: Path) -> None:
    """Mode and byte order mark stay; the same Proposals do not fit a second time."""
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


def test_only_sources_of_suites_are_written(tmp_path: Path) -> None:
    """Neither other files, nor links that lead outside the root, nor missing files."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "away.py").write_text(SOURCE)
    (root / "link.py").symlink_to(tmp_path / "away.py")
    (root / "other.py").write_text(SOURCE)
    given = [
        proposal(Change(5, ("# a",), ("# A",)), path=name) for name in ("link.py", "other.py", "gone.py", "../away.py")
    ]
    written, refused = write_proposals(root, given, ["link.py", "gone.py", "../away.py"])
    assert not written
    reasons = {each.path: each.reason for each in refused}
    assert "outside the root" in reasons["link.py"]
    assert "outside the root" in reasons["../away.py"]
    assert reasons["other.py"] == "it is not a Source of a configured Suite"
    assert reasons["gone.py"] == "failed to write it: No such file or directory"
    assert (tmp_path / "away.py").read_text() == (root / "other.py").read_text() == SOURCE


def test_the_last_line_gets_no_line_end() -> None:
    """A block at the end of its file keeps the line ends of the file."""
    text = "a\r\nb\r\nc"
    change = Change(3, ("c",), ("C", "D"))
    assert apply_changes(text, [proposal(change, text=text)]) == "a\r\nb\r\nC\r\nD"
