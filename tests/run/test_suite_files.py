"""The `files` of a Suite are copied whatever lies among them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import RunnerContext
from snipproof.run.suite_files import check_files, copy_files


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Return a folder of files in a project."""
    folder = tmp_path / "project" / "snippets" / "pets"
    (folder / "cats").mkdir(parents=True)
    (folder / "cats" / "tom.txt").write_text("Tom")
    (folder.parent / "suite.yaml").write_text("flavour: py\nfiles:\n  animals: pets\n")
    return folder


def copied(pets: Path, tmp_path: Path) -> tuple[list[str], list[str]]:
    """Check and copy; return the copied files and what was logged."""
    logged: list[str] = []
    suite = Suite("snippets/suite.yaml", "py", "python", (), files=(("animals", "snippets/pets"),))
    with SessionFolder.begin(tmp_path / "runs") as session:
        context = RunnerContext(suite, load_settings(pets.parents[1], environ={}), session, logged.append)
        check_files(context)
        work = tmp_path / "work"
        work.mkdir()
        copy_files(context, work)
    return sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()), logged


def test_links_are_followed(pets: Path, tmp_path: Path) -> None:
    """To a file and to a folder, inside and outside of it."""
    outside = tmp_path / "dogs"
    outside.mkdir()
    (outside / "rex.txt").write_text("Rex")
    (pets / "dogs").symlink_to(outside)
    (pets / "first.txt").symlink_to("cats/tom.txt")
    (pets / "again").symlink_to("cats")
    names = ["again/tom.txt", "cats/tom.txt", "dogs/rex.txt", "first.txt"]
    assert copied(pets, tmp_path) == ([f"animals/{name}" for name in names], [])


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("lost", "nowhere"),
        (".#notes", "me@host.1234:99"),
        ("self", "self"),
        ("here", "."),
        ("cats/up", ".."),
        ("cats/root", "/"),
        ("cats/project", "../../.."),
    ],
)
def test_a_link_that_leads_nowhere_or_around_is_left_out(pets: Path, tmp_path: Path, name: str, target: str) -> None:
    (pets / name).symlink_to(target)
    left = "snippets/suite.yaml: not copied, because they are neither files nor folders: snippets/pets/"
    assert copied(pets, tmp_path) == (["animals/cats/tom.txt"], [left + name])


def test_links_that_lead_to_each_other_end(pets: Path, tmp_path: Path) -> None:
    (pets / "dogs").mkdir()
    (pets / "dogs" / "friends").symlink_to("../cats")
    (pets / "cats" / "friends").symlink_to("../dogs")
    names, logged = copied(pets, tmp_path)
    assert names == ["animals/cats/tom.txt", "animals/dogs/friends/tom.txt"]
    assert len(logged) == 1


def test_pipes_and_sockets_are_left_out(pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for a pipe that nobody writes to."""
    os.mkfifo(pets / "pipe")
    monkeypatch.chdir(pets)  # the path of a socket is limited
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        names, logged = copied(pets, tmp_path)
    assert names == ["animals/cats/tom.txt"]
    assert logged[0].endswith("folders: snippets/pets/pipe, snippets/pets/socket")


def test_a_file_that_cannot_be_read_is_one_settings_error(
    pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported at its line of the suite file, before anything runs."""
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "tom.txt" and real(path, mode))
    message = r"^snippets/suite.yaml:3:3 failed to copy 'animals': Permission denied: snippets/pets/cats/tom.txt\n"
    with pytest.raises(SettingsError, match=message):
        copied(pets, tmp_path)
