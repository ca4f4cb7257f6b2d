"""What is in the cache, and which of it goes first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.processes.cache_entries import CacheEntry, cache_entries, prune, remove_entry, would_remove
from snipproof.processes.session_folder import SessionFolder
from snipproof.processes.usage import mark_of

PYTHON = "environments/python-v4-0123456789abcdef"
GO = "environments/go-fedcba9876543210"
SERVER = "weaviate/1.39.0/linux-amd64"
DAY = 86_400


def add(cache: Path, name: str, used: float, size: int = 1000) -> Path:
    """Write an entry as snipproof does."""
    folder = cache / name
    folder.mkdir(parents=True)
    (folder / "package").mkdir()
    (folder / "package" / "file").write_bytes(bytes(size))
    if name.startswith("weaviate"):
        (folder / "lock").touch()
        (folder / "record.json").touch()
    else:
        folder.with_name(f"{folder.name}.lock").touch()
        (folder / "complete").touch()
    mark_of(folder).touch()
    os.utime(mark_of(folder), (used, used))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of three entries, used 1, 2 and 3 days after 1970 began."""
    add(tmp_path, GO, 2 * DAY)
    add(tmp_path, PYTHON, 1 * DAY, 500)
    add(tmp_path, SERVER, 3 * DAY)
    return tmp_path


def test_the_entries_have_sizes_and_last_uses(cache: Path) -> None:
    found = cache_entries(cache)
    assert [(entry.name, entry.size, entry.used) for entry in found] == [
        (PYTHON, 500, DAY), (GO, 1000, 2 * DAY), (SERVER, 1000, 3 * DAY),
    ]  # fmt: skip
    assert cache_entries(cache / "missing") == []


def test_what_is_not_ours_is_neither_listed_nor_removed(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Other folders and files in the same places, links, and folders of such a name without our lock."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    for name in ("environments/mine", "environments/mine-0123456789abcdef", "weaviate/1.39.0/mine", "weaviate/x", "m"):
        (cache / name).mkdir()
        (cache / name / "precious").touch()
    (cache / "environments" / "link-0123456789abcdef").symlink_to(elsewhere)
    (cache / "environments" / "link-0123456789abcdef.lock").touch()
    before = set(cache.rglob("precious"))
    assert len(before) == 5
    found = cache_entries(cache)
    assert [entry.name for entry in found] == [PYTHON, GO, SERVER]
    assert all(is_gone for _, is_gone in prune(found, max_size=0, oldest=0, remove=remove_entry))
    assert set(cache.rglob("precious")) == before
    assert (elsewhere / "precious").exists()
    assert not any((cache / name).exists() for name in (PYTHON, GO, SERVER))


def test_nothing_is_left_of_what_is_removed(cache: Path) -> None:
    """Nor of the locks beside it."""
    for entry in cache_entries(cache):
        assert remove_entry(entry)
    assert sorted(path.name for path in cache.rglob("*")) == ["environments", "weaviate"]


def test_what_a_session_uses_stays(cache: Path) -> None:
    """And is as whole as it was."""
    with SessionFolder.begin(cache / "sessions") as session:
        session.use(cache / PYTHON)
        os.utime(mark_of(cache / PYTHON), (DAY, DAY))
        oldest, *_ = cache_entries(cache)
        assert oldest.name == PYTHON
        assert not would_remove(oldest)
        assert not remove_entry(oldest)
        assert (cache / PYTHON / "complete").exists()
        done = [(entry.name, gone) for entry, gone in prune([oldest], max_size=0, oldest=0, remove=remove_entry)]
        assert done == [(PYTHON, False)]
    assert would_remove(oldest)
    assert remove_entry(oldest)


def test_a_removal_that_is_cut_short_leaves_nothing_that_looks_whole(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is gone before the first file."""

    def fail(_: Path) -> None:
        raise PermissionError(1, "not permitted", "file")

    monkeypatch.setattr("shutil.rmtree", fail)
    for entry in cache_entries(cache):
        with pytest.raises(PermissionError):
            remove_entry(entry)
        assert not (entry.folder / "complete").exists()
        assert not (entry.folder / "record.json").exists()
    assert [entry.name for entry in cache_entries(cache)] == [PYTHON, GO, SERVER]


ENTRIES = st.lists(
    st.builds(
        CacheEntry,
        folder=st.just(Path()),
        name=st.text("abc", max_size=3),
        size=st.integers(0, 100),
        used=st.floats(0, 100),
    ),
    max_size=8,
    unique=True,
)


@given(ENTRIES, st.integers(0, 400), st.floats(0, 100), st.data())
def test_the_bounds_hold_and_the_newest_stay(
    entries: list[CacheEntry], max_size: int, oldest: float, data: st.DataObject
) -> None:
    """What is left fits, unless all else is used; nothing stays that is older than something that went for its size."""
    in_use = set(data.draw(st.lists(st.sampled_from(entries)))) if entries else set()
    done = list(prune(entries, max_size=max_size, oldest=oldest, remove=lambda entry: entry not in in_use))
    gone = {entry for entry, is_gone in done if is_gone}
    left = set(entries) - gone
    assert gone.isdisjoint(in_use)
    assert all(entry.used >= oldest for entry in left - in_use)
    assert sum(entry.size for entry in left) <= max_size or left <= in_use
    for entry in gone:
        assert all(other.used >= entry.used for other in left - in_use)
        # It had to go: because of its age, or because without those that are older it was still too much.
        older = {other for other in gone if (other.used, other.name) < (entry.used, entry.name)}
        assert entry.used < oldest or sum(other.size for other in set(entries) - older) > max_size
