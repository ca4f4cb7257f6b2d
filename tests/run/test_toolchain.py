"""What is installed once and cached: checked before each use, repaired by itself, and clear errors for the rest."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.model import Suite
from snipproof.processes import lock
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import Pinned, RunnerContext
from snipproof.run.toolchain import CommandError, cached_environment, call


@dataclass
class Cache:
    """A cache of one environment, and how often it was filled."""

    context: RunnerContext
    root: Path
    logged: list[str]
    filled: int = 0
    error: BaseException | None = None
    outside: list[Path] = field(default_factory=list)

    def fill(self, folder: Path) -> None:
        self.filled += 1
        (folder / "package").write_text("code")
        if self.error:
            raise self.error

    def get(self) -> Path:
        """Return the environment."""
        lock = self.root / "a/lock"
        return cached_environment(self.context, Pinned((lock,), "facts"), self.fill, lambda _: self.outside)

    @property
    def left(self) -> list[str]:
        """What is in the cache."""
        folder = self.root / "cache" / "environments"
        return sorted(path.name.partition(".")[2] or path.name for path in folder.iterdir())


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    """An empty cache."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/lock").touch()
    suite = Suite("a/suite.yaml", "a", "python", ("a/source.py",), lock="a/lock")
    settings = load_settings(tmp_path, environ={}, overrides={"cache-dir": "cache"})
    logged: list[str] = []
    with SessionFolder.begin(tmp_path / "sessions") as session:
        yield Cache(RunnerContext(suite, settings, session, logged.append), tmp_path, logged)


def test_what_is_intact_is_made_once(cache: Cache) -> None:
    """A second call does nothing, in a cache that is only read as well."""
    folder = cache.get()
    assert cache.get() == folder
    assert cache.filled == 1
    assert cache.logged == ["a: installing what a/lock pins (once)"]
    assert cache.left == ["lock", folder.name, "used"]


def test_damage_is_repaired(cache: Cache, tmp_path: Path) -> None:
    """Each damaged file is named, and everything is made again: also if the file is not in the cache itself."""
    cache.outside = [tmp_path / "jar"]
    cache.outside[0].write_text("jar")
    folder = cache.get()
    (folder / "package").write_text("cod")
    cache.get()
    cache.outside[0].write_text("other")
    cache.get()
    cache.get()
    assert cache.filled == 3
    assert (folder / "package").read_text() == "code"
    assert cache.logged[1:] == [
        f"a: {folder / 'package'} is damaged: installing what a/lock pins again",
        f"a: {tmp_path / 'jar'} is damaged: installing what a/lock pins again",
    ]


def test_an_environment_of_an_older_version_is_recorded(cache: Cache) -> None:
    """It is used as it is, and any damage from then on is found."""
    folder = cache.get()
    (folder / "complete").write_bytes(b"")
    assert cache.get() == folder
    assert cache.filled == 1
    (folder / "package").unlink()
    cache.get()
    assert cache.filled == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), InfrastructureError("no network"), OSError(28, "full")])
def test_nothing_is_kept_of_a_failure(cache: Cache, error: BaseException) -> None:
    """The next attempt begins in an empty folder; an error of the disk names the cache."""
    cache.error = error
    with pytest.raises((KeyboardInterrupt, InfrastructureError)) as caught:
        cache.get()
    assert cache.left == ["lock", "used"]
    if isinstance(error, OSError):
        assert str(caught.value).startswith(f"{cache.root}/cache/environments cannot be used: full\n  hint: free some")
        assert "SNIPPROOF_CACHE_DIR" in str(caught.value)


@pytest.mark.parametrize("place", ["cache", "cache/environments"])
def test_a_cache_that_cannot_be_made_is_named(cache: Cache, place: str) -> None:
    """A file stands where a folder must be."""
    (cache.root / place).parent.mkdir(exist_ok=True)
    (cache.root / place).touch()
    with pytest.raises(InfrastructureError, match=r"cache/environments cannot be used: (Not a directory|File exists)"):
        cache.get()


def test_a_wait_for_another_run_is_reported(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is made, and by which process."""
    monkeypatch.setattr(lock, "_PATIENCE", 0.05)
    folder = cache.get()
    (folder / "package").unlink()
    with lock.locked(Path(f"{folder}.lock"), "", "", print):
        Path(f"{folder}.lock.pid").write_text(str(os.getppid()))

        def log(line: str) -> None:
            cache.logged.append(line)
            raise KeyboardInterrupt

        object.__setattr__(cache.context, "log", log)
        with pytest.raises(KeyboardInterrupt):
            cache.get()
    assert cache.logged[1:] == [f"waiting for {folder}, which process {os.getppid()} is making"]


def test_a_program_leaves_nothing_in_the_temporary_folder(cache: Cache) -> None:
    """Its temporary folder is one of the session, which goes in the end, however it ends."""
    code = "import tempfile; print(tempfile.mkdtemp())"
    made = Path(call(cache.context, [sys.executable, "-c", code], cwd=cache.root).strip())
    assert made.is_relative_to(cache.context.session.folder)


def test_a_program_that_fails_on_a_full_disk_is_no_failure_of_its_own(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the folder, though the program has made room again; other failures stay what they are."""
    command = ["sh", "-c", f"echo '{os.strerror(errno.ENOSPC)}'; exit 1"]
    with pytest.raises(CommandError):  # there is room enough: these are words of the program
        call(cache.context, command, cwd=cache.root)
    monkeypatch.setattr("snipproof.run.toolchain._LITTLE", 1 << 60)
    with pytest.raises(InfrastructureError, match="cannot be used: no space left on the device"):
        call(cache.context, command, cwd=cache.root)
    with pytest.raises(CommandError):
        call(cache.context, ["false"], cwd=cache.root)
