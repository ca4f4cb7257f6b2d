"""Builds in the cache: what is found again, and what never is."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snipproof.config import load_settings
from snipproof.model import Suite
from snipproof.processes.cache_entries import BUILD_RECORD, cache_entries, remove_entry
from snipproof.processes.session_folder import SessionFolder
from snipproof.processes.usage import mark_of
from snipproof.run import build_cache
from snipproof.run.build_cache import BuildCache, BuildKey, as_data, read_diagnostics
from snipproof.run.runner import RunnerContext
from snipproof.run.source_run import Diagnostic

RESULT = {"errors": [], "built": {"a.ts": "a.mjs"}}


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunnerContext]:
    """A Suite whose builds are kept in ``tmp_path/cache``."""
    (tmp_path / "docs").mkdir()
    settings = load_settings(tmp_path / "docs", environ={}, overrides={"cache-dir": str(tmp_path / "cache")})
    with SessionFolder.begin(tmp_path / "runs") as session:
        yield RunnerContext(Suite("go/suite.yaml", "go", "go", ("go/a_test.go",)), settings, session, lambda _: None)


@pytest.fixture
def built(context: RunnerContext) -> Path:
    """A folder with what a compiler wrote."""
    folder = context.scratch("built")
    (folder / "deep").mkdir()
    (folder / "deep" / "A.class").write_bytes(b"class")
    (folder / "a.test").write_bytes(b"binary")
    (folder / "a.test").chmod(0o755)
    return folder


def keep(context: RunnerContext, built: Path, key: BuildKey, result: dict[str, Any] | None = None) -> None:
    files = [file for file in built.rglob("*") if file.is_file()]
    BuildCache(context).keep(key, RESULT if result is None else result, built, files)


def entries(context: RunnerContext) -> list[Path]:
    return [entry.folder for entry in cache_entries(Path(context.settings.cache_dir))]


def test_a_build_is_found_again_with_its_files_and_their_modes(
    context: RunnerContext, built: Path, tmp_path: Path
) -> None:
    key = BuildKey(context, "go 1.26")
    assert BuildCache(context).find(key, tmp_path / "out") is None
    keep(context, built, key)
    assert BuildCache(context).find(BuildKey(context, "go 1.26"), tmp_path / "out") == RESULT
    assert (tmp_path / "out" / "deep" / "A.class").read_bytes() == b"class"
    assert os.access(tmp_path / "out" / "a.test", os.X_OK)
    (tmp_path / "out" / "a.test").write_bytes(b"changed by a Source")
    assert BuildCache(context).find(key, tmp_path / "again") == RESULT
    assert (tmp_path / "again" / "a.test").read_bytes() == b"binary"


def test_the_key_changes_with_all_that_decides_a_build(context: RunnerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(context: RunnerContext, *facts: object) -> str:
        found = BuildKey(context, *facts)
        found.add_variables(["GOFLAGS"])
        return str(found)

    def of(**changes: object) -> str:
        return key(replace(context, suite=suite._replace(**changes)), "ab", "c")  # type: ignore[arg-type]

    suite, root = context.suite, context.root
    plain = key(context, "ab", "c")
    assert plain == key(context, "ab", "c")
    seen = [plain, key(context, "ab", "d"), key(context, "c", "ab"), key(context, "a", "bc")]
    seen += [of(options=("-race",)), of(lock="go.sum"), of(path="go2/suite.yaml"), of(language="java")]
    seen.append(key(replace(context, settings=context.settings._replace(root=root / "deeper")), "ab", "c"))
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    seen.append(key(context, "ab", "c"))
    monkeypatch.setattr(build_cache, "_own_version", lambda: "of another release")
    seen.append(key(context, "ab", "c"))
    assert key(replace(context, suite=suite._replace(options=("a",))), "b") != key(context, "a", "b")
    assert len(set(seen)) == len(seen) == 11


def test_the_key_changes_with_a_tool_that_is_replaced(
    context: RunnerContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key(program: object) -> str:
        found = BuildKey(context)
        found.add_tool(str(program))
        return str(found)

    tool = tmp_path / "javac"
    seen = [key(tool)]
    tool.write_bytes(b"1")
    seen.append(key(tool))
    tool.write_bytes(b"2")
    os.utime(tool, (1, 1))
    seen.append(key(tool))
    link = tmp_path / "link"
    link.symlink_to(tool)
    assert key(link) == seen[-1]
    assert len(set(seen)) == 3
    missing = key("")
    monkeypatch.chdir(tmp_path)  # the current folder does not count
    assert key("") == missing


def test_a_variable_that_is_not_set_differs_from_any_value(
    context: RunnerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key() -> str:
        found = BuildKey(context)
        found.add_variables(["GOFLAGS"])
        return str(found)

    monkeypatch.delenv("GOFLAGS", raising=False)
    seen = {key()}
    for value in ("", "None"):
        monkeypatch.setenv("GOFLAGS", value)
        seen.add(key())
    assert len(seen) == 3


@pytest.mark.parametrize("value", ["@options.txt", "--require ./setup.cjs", "-javaagent:/opt/agent.jar"])
def test_variables_that_lead_to_files_keep_nothing(
    context: RunnerContext, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """What is in these files is not known."""
    monkeypatch.setenv("OPTIONS_OF_A_TOOL", value)
    key = BuildKey(context)
    key.add_variables(["OPTIONS_OF_A_TOOL"])
    keep(context, built, key)
    assert entries(context) == []
    monkeypatch.setenv("OPTIONS_OF_A_TOOL", "--max-old-space-size=512")
    key = BuildKey(context)
    key.add_variables(["OPTIONS_OF_A_TOOL"])
    keep(context, built, key.of("part"))
    assert BuildCache(context).find(key.of("part"), tmp_path / "out") == RESULT


def test_the_own_version_covers_probes_and_launchers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("probe.py", "Launcher.java", "probe.go.txt", "bundle.mjs", "note.md"):
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(build_cache, "_CODE", tmp_path)
    seen = set()
    for name in ("", "probe.py", "Launcher.java", "probe.go.txt", "bundle.mjs"):
        if name:
            (tmp_path / name).write_text("2")
        build_cache._own_version.cache_clear()
        seen.add(build_cache._own_version())
    build_cache._own_version.cache_clear()
    assert len(seen) == 5


@pytest.mark.parametrize(
    "damage", ["changed", "changed in secret", "missing", "no record", "another result", "half of the record", "empty"]
)
def test_a_damaged_build_is_made_again(context: RunnerContext, built: Path, tmp_path: Path, damage: str) -> None:
    key = BuildKey(context)
    keep(context, built, key)
    (entry,) = entries(context)
    binary = entry / "files" / "a.test"
    match damage:
        case "changed":
            binary.write_bytes(b"BINARY")
        case "changed in secret":  # as by a broken disk: nothing but the content
            status = binary.stat()
            with binary.open("r+b") as file:
                file.write(b"B")
            os.utime(binary, ns=(status.st_atime_ns, status.st_mtime_ns))
        case "missing":
            binary.unlink()
        case "no record":
            (entry / BUILD_RECORD).unlink()
        case "another result":
            record = entry / BUILD_RECORD
            record.write_bytes(record.read_bytes().replace(b"a.mjs", b"b.mjs"))
        case "empty":  # as after a power failure
            for each in (entry / BUILD_RECORD, binary):
                os.truncate(each, 0)
        case "half of the record":
            os.truncate(entry / BUILD_RECORD, 20)
    assert BuildCache(context).find(key, tmp_path / "out") is None
    assert not [file for file in (tmp_path / "out").rglob("*") if file.is_file()]  # no half of a build
    keep(context, built, key)
    assert BuildCache(context).find(key, tmp_path / "out") == RESULT
    assert (tmp_path / "out" / "a.test").read_bytes() == b"binary"
    assert entries(context) == [entry]
    assert not list(entry.parent.glob("*.part"))


def test_workers_that_build_the_same_at_once_leave_one_whole_build(
    context: RunnerContext, built: Path, tmp_path: Path
) -> None:
    key = BuildKey(context)
    found: list[object] = []

    def work(number: int) -> None:
        for attempt in range(5):
            keep(context, built, key)
            found.append(BuildCache(context).find(key, tmp_path / f"{number}-{attempt}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [RESULT] * 20
    assert len(entries(context)) == 1
    assert not list((tmp_path / "cache" / "builds").glob("*.part"))


def test_only_the_last_builds_of_a_suite_are_kept(context: RunnerContext, built: Path, tmp_path: Path) -> None:
    other = replace(context, suite=context.suite._replace(path="other/suite.yaml"))
    keep(other, built, BuildKey(other))
    for number in range(15):
        keep(context, built, BuildKey(context, number))
    found = [BuildCache(context).find(BuildKey(context, n), tmp_path / str(n)) is not None for n in range(15)]
    assert found == [False] * 3 + [True] * 12
    assert BuildCache(other).find(BuildKey(other), tmp_path / "other")


def test_large_builds_leave_less_room(
    context: RunnerContext, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def are_found() -> list[bool]:
        return [BuildCache(context).find(BuildKey(context, n), tmp_path / str(n)) is not None for n in range(4)]

    (built / "a.test").write_bytes(bytes(100_000))
    for limit, expected in ((250_000, [False, False, True, True]), (1, [False, False, False, True])):
        monkeypatch.setattr(build_cache, "_KEPT_BYTES", limit)
        for number in range(4):
            keep(context, built, BuildKey(context, number))
        assert are_found() == expected


def test_what_was_left_by_a_dead_process_or_not_used_for_long_goes(
    context: RunnerContext, built: Path, tmp_path: Path
) -> None:
    other = replace(context, suite=context.suite._replace(path="gone/suite.yaml"))
    keep(other, built, BuildKey(other))
    (forgotten,) = entries(context)
    os.utime(mark_of(forgotten), (0, 0))
    left = forgotten.with_name(f"{forgotten.name}.0123abcd.part")
    left.mkdir()
    os.utime(left, (0, 0))
    keep(context, built, BuildKey(context))
    assert forgotten not in entries(context)
    assert sorted(each.name for each in forgotten.parent.iterdir() if each.suffix == ".part") == []


def test_pruning_removes_builds(context: RunnerContext, built: Path, tmp_path: Path) -> None:
    keep(context, built, BuildKey(context))
    (entry,) = cache_entries(tmp_path / "cache")
    assert entry.name.startswith("builds/go-")
    assert remove_entry(entry)
    assert list((tmp_path / "cache" / "builds").iterdir()) == []


def test_secrets_and_folders_of_the_session_are_never_kept(
    context: RunnerContext, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "s3cr3t-value")
    run = context.settings.run._replace(env=("API_KEY",))
    hiding = replace(context, settings=context.settings._replace(run=run))
    keep(hiding, built, BuildKey(hiding, 1), {"errors": ["expected s3cr3t-value"]})
    keep(hiding, built, BuildKey(hiding, 2), {"errors": ["expected <API_KEY>"]})
    keep(hiding, built, BuildKey(hiding, 3), {"errors": [str(context.session.folder)]})
    (built / "a.test").write_bytes(b"..." + os.fsencode(context.session.folder) + b"...")
    keep(hiding, built, BuildKey(hiding, 4))
    assert entries(context) == []


def test_the_folder_of_the_session_is_found_whatever_its_name(context: RunnerContext, tmp_path: Path) -> None:
    with SessionFolder.begin(tmp_path / "läufe") as session:
        other = replace(context, session=session)
        BuildCache(other).keep(BuildKey(other), {"errors": [str(session.folder)]}, tmp_path, [])
    assert entries(context) == []


def test_a_cache_that_is_off_or_cannot_be_written_is_left_alone(
    context: RunnerContext, built: Path, tmp_path: Path
) -> None:
    off = context.settings._replace(run=context.settings.run._replace(build_cache=False))
    keep(replace(context, settings=off), built, BuildKey(context))
    assert entries(context) == []
    keep(context, built, BuildKey(context))
    assert BuildCache(replace(context, settings=off)).find(BuildKey(context), tmp_path / "out") is None
    blocked = tmp_path / "blocked"
    blocked.write_text("not a folder")
    wrong = replace(context, settings=context.settings._replace(cache_dir=str(blocked)))
    keep(wrong, built, BuildKey(wrong))
    assert BuildCache(wrong).find(BuildKey(wrong), tmp_path / "out") is None


@pytest.mark.parametrize("name", ["write_bytes", "mkdir", "rename", "read_bytes"])
def test_a_full_disk_leaves_nothing_half_written(
    context: RunnerContext, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each call of the file system fails once, first the first one, then the second, and so on."""
    key = BuildKey(context)
    real = getattr(Path, name)
    for number in range(20):
        calls = iter(range(100))

        def fails(path: Path, *args: Any, calls: Iterator[int] = calls, number: int = number, **given: Any) -> Any:
            if next(calls) == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(path, *args, **given)

        with monkeypatch.context() as patch:
            patch.setattr(Path, name, fails)
            keep(context, built, key)
        calls = iter(range(100))
        out = tmp_path / f"{number}"
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, fails)
            found = BuildCache(context).find(key, out)
        files = {file.name: file.read_bytes() for file in out.rglob("*") if file.is_file()}
        assert (found, files) in ((None, {}), (RESULT, {"A.class": b"class", "a.test": b"binary"}))
        assert not list((tmp_path / "cache").rglob("*.part"))
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def test_a_cache_on_a_disk_that_is_only_read_is_used(
    context: RunnerContext, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = BuildKey(context)
    keep(context, built, key)
    (entry,) = entries(context)
    mark_of(entry).unlink()
    opened = os.open

    def only_read(path: Any, flags: int, *rest: Any, **given: Any) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(tmp_path / "cache")):
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *rest, **given)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", only_read)
        assert BuildCache(context).find(key, tmp_path / "out") == RESULT
    assert (tmp_path / "out" / "a.test").read_bytes() == b"binary"


def test_diagnostics_hide_the_secrets_of_the_session_that_reads_them() -> None:
    found = (Diagnostic("tsc", "a.ts", 3, 7, "TS2322: 's3cr3t-value'"),)
    assert read_diagnostics(as_data(found)) == found
    (hidden,) = read_diagnostics(as_data(found), {"API_KEY": "s3cr3t-value"})
    assert hidden.message == "TS2322: '<API_KEY>'"
