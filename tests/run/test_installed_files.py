"""The record of installed files: every damage is found, and nothing else is taken for damage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from snipproof.run.installed_files import InstalledFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files, a folder, a link and a record, and a file elsewhere that is recorded too."""
    folder = tmp_path / "environment"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "code.py").write_text("one = 1\n")
    (folder / "empty").touch()
    (folder / "program").symlink_to("package/code.py")
    (folder / "latest").symlink_to("package")
    (tmp_path / "elsewhere.jar").write_bytes(b"jar")
    InstalledFiles(folder / "complete").write([folder, tmp_path / "elsewhere.jar"])
    return folder


def damaged(folder: Path) -> str:
    """Return the name of the first damaged file."""
    found = InstalledFiles(folder / "complete").damaged()
    return found.name if found else ""


def same_size_and_times(folder: Path) -> None:
    file = folder / "package" / "code.py"
    status = file.stat()
    file.write_text("two = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def relink(folder: Path) -> None:
    (folder / "program").unlink()
    (folder / "program").symlink_to("empty")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("code.py", lambda folder: (folder / "package" / "code.py").write_text("one = ")),
        ("code.py", same_size_and_times),
        ("code.py", lambda folder: shutil.rmtree(folder / "package")),
        ("empty", lambda folder: (folder / "empty").unlink()),
        ("empty", lambda folder: (folder / "empty").write_text("full")),
        ("program", relink),
        ("elsewhere.jar", lambda folder: (folder.parent / "elsewhere.jar").write_bytes(b"ja")),
        ("complete", lambda folder: (folder / "complete").write_bytes(b"")),
        ("complete", lambda folder: (folder / "complete").write_bytes(b'{"format": 1, "files": [')),
        ("complete", lambda folder: (folder / "complete").write_text('{"format": 99, "files": {}}')),
        ("complete", lambda folder: (folder / "complete").write_text("[]")),
    ],
)
def test_damage_is_found(folder: Path, name: str, damage: Callable[[Path], object]) -> None:
    """Other content, of any size and time, a missing file, another link, a damaged record."""
    assert damaged(folder) == ""
    damage(folder)
    assert damaged(folder) == name


def test_what_is_equal_is_intact(folder: Path) -> None:
    """A cache that was restored in another place, a touched file, and a new file are no damage."""
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved, symlinks=True)
    before = (moved / "complete").read_bytes()
    assert damaged(moved) == ""
    assert (moved / "complete").read_bytes() != before  # so that the next run need not read the files
    os.utime(folder / "empty", (1, 1))
    (folder / "package" / "new.pyc").write_bytes(b"new")
    assert damaged(folder) == ""
