"""Atomic writes: the whole file or nothing, and nothing else in its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from snipproof.errors import SettingsError
from snipproof.files import outside_root, remove_leftovers, require_inside, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    """Return the names of all files in ``folder``."""
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_gets_its_folder_and_the_usual_mode(tmp_path: Path) -> None:
    """Missing folders are created, and the mode is the one of any new file of the user."""
    path = tmp_path / "a" / "b" / "new.json"
    write_whole(path, b"data")
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    assert path.read_bytes() == b"data"
    assert path.stat().st_mode == usual.stat().st_mode
    assert names(path.parent) == ["new.json"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    """Whatever the umask is."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == mode


def test_nothing_changes_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data reaches the disk before the file is replaced; if that fails, the old file stays and nothing is left."""
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second write of the same process in the middle of the first one: each has its own temporary file."""
    path = tmp_path / "file"
    sync = os.fsync
    writes = iter([b"second"])

    def write_another(descriptor: int) -> None:
        for data in writes:
            write_whole(path, data)
            assert path.read_bytes() == b"second"
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", write_another)
    write_whole(path, b"first")
    assert path.read_bytes() == b"first"
    assert next(writes, None) is None
    assert names(tmp_path) == ["file"]


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    """A link in a folder that others can write to leads nowhere."""
    target = tmp_path / "target"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, b"new")
    assert target.read_bytes() == b"old"
    assert link.read_bytes() == b"new"
    assert not link.is_symlink()


def test_a_read_only_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder would allow its replacement; the file does not."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    with pytest.raises(PermissionError, match="read-only"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_what_a_killed_write_left_is_removed(tmp_path: Path) -> None:
    """With the next write in the same folder, and by itself; the file of a process that lives stays."""
    code = (
        "import os, sys; from pathlib import Path; from snipproof.files import remove_leftovers, write_whole\n"
        "os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "write_whole(Path(sys.argv[1]), b'new')"
    )
    path = tmp_path / "page.mdx"
    path.write_bytes(b"old")
    others = [
        f".page.mdx.{os.getpid()}.00ff00ff",
        ".page.mdx.1.swp",
        ".page.mdx.999999999.00ff00fg",
        "page.999999999.00ff00ff",
    ]
    for name in others:
        (tmp_path / name).touch()
    for clean in (partial(remove_leftovers, tmp_path), partial(write_whole, path, b"newer")):
        subprocess.run([sys.executable, "-c", code, str(path)], check=False)
        assert len(names(tmp_path)) == 2 + len(others)
        clean()
        assert names(tmp_path) == sorted(["page.mdx", *others])
    assert path.read_bytes() == b"newer"
    remove_leftovers(tmp_path / "none")


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    """Not one inside of it, nor a path that is written as one elsewhere, nor a root that is itself a link."""
    root, other = tmp_path / "site", tmp_path / "other"
    for folder in (root / "inner", other):
        folder.mkdir(parents=True)
    (root / "out").symlink_to(other)
    (root / "in").symlink_to("inner")
    (tmp_path / "alias").symlink_to(root)
    for path in (root / "out/f", root / "out/new/f", root / "out/../f", tmp_path / "alias/out/f"):
        assert outside_root(path.parents[1] if "alias" in str(path) else root, path) is not None, path
    for path in (root / "in/f", root / "new/f", other / "f", root / "out"):
        assert outside_root(root, path) is None, path
    with pytest.raises(
        SettingsError, match=r"^manifest: not written, since a link leads to .*other, outside of the root"
    ):
        require_inside(root, root / "out/f", "manifest")
