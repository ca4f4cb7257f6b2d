"""``snipproof cache``: the list, the bounds, and wrong usage."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.support.command_line import run_without

from snipproof.cli.main import main

HOUR = 3600


@pytest.fixture
def cache(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of the site, with an old and a new entry and something of the user's own."""
    pytest.importorskip("platformdirs")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    folder = site / "cache"
    monkeypatch.setenv("SNIPPROOF_CACHE_DIR", str(folder))
    for name, used in (("old-0123456789abcdef", 100 * HOUR), ("new-0123456789abcdef", time.time())):
        entry = folder / "environments" / name
        entry.mkdir(parents=True)
        (entry / "file").write_bytes(bytes(2_000_000))
        entry.with_name(f"{name}.lock").touch()
        os.utime(entry, (used, used))
    (folder / "mine").touch()
    return folder


def test_the_list_has_what_is_there(cache: Path, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest first, and what a session uses is marked."""
    from snipproof.processes.usage import hold

    assert main(["cache", "--root", str(site)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(cache)
    assert lines[1].startswith("  environments/new-0123456789abcdef: 2.0 MB, used 20")
    assert lines[2:] == [
        "  environments/old-0123456789abcdef: 2.0 MB, used 1970-01-05 04:00",
        "2 entries, 4.0 MB",
    ]
    descriptor = hold(cache / "environments" / "old-0123456789abcdef")
    assert descriptor is not None
    assert main(["cache", "list", "--root", str(site)]) == 0
    os.close(descriptor)
    first = capsys.readouterr().out.splitlines()[1]
    assert first.startswith("  environments/old-0123456789abcdef")
    assert first.endswith(", in use")


@pytest.mark.parametrize("bound", [("--max-age", "1w"), ("--max-size", "3M"), ("--max-size", "2.5MB")])
def test_prune_removes_what_was_not_used_for_long(
    cache: Path, site: Path, bound: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run prints the same and removes nothing; a second run has nothing to do."""
    old, new = (cache / "environments" / f"{name}-0123456789abcdef" for name in ("old", "new"))
    command = ["cache", "prune", "--root", str(site), *bound]
    assert main([*command, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines() == [
        "would remove environments/old-0123456789abcdef: 2.0 MB, used 1970-01-05 04:00",
        "would remove 1 entry, 2.0 MB; left: 1 entry, 2.0 MB",
    ]
    assert old.exists()
    assert main(command) == 0
    assert capsys.readouterr().out == printed.replace("would remove", "removed")
    assert not old.exists()
    assert new.exists()
    assert (cache / "mine").exists()
    assert main(command) == 0
    assert capsys.readouterr().out == "removed 0 entries, 0.0 MB; left: 1 entry, 2.0 MB\n"


def test_what_a_session_uses_is_reported(cache: Path, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from snipproof.processes.usage import hold

    descriptor = hold(cache / "environments" / "new-0123456789abcdef")
    assert descriptor is not None
    assert main(["cache", "prune", "--max-size", "0", "--root", str(site)]) == 0
    os.close(descriptor)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("kept environments/new-0123456789abcdef: 2.0 MB, used ")
    assert lines[1].endswith(": a running session uses it")
    assert lines[2] == "removed 1 entry, 2.0 MB; left: 1 entry, 2.0 MB"


def test_what_cannot_be_removed_is_a_failure_of_the_infrastructure(
    cache: Path, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> None:
        raise PermissionError(1, "Operation not permitted", "some/file")

    monkeypatch.setattr("shutil.rmtree", fail)
    assert main(["cache", "prune", "--max-size", "0", "--root", str(site)]) == 69
    assert f"{cache}: some/file: cannot be removed: Operation not permitted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prune"], "cache prune requires --max-size SIZE or --max-age AGE"),
        (["prune", "--max-size", "5 apples"], "--max-size 5 apples: a size such as 5G or 500M expected"),
        (["prune", "--max-age", "5"], "--max-age 5: an age such as 30d, 12h or 4w expected"),
        (["--dry-run"], "these options belong to `snipproof cache prune`"),
        (["list", "--max-size", "0"], "these options belong to `snipproof cache prune`"),
    ],
)
def test_wrong_usage(site: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", *arguments, "--root", str(site)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["cache", "provision"])
def test_a_missing_extra_is_named(site: Path, command: str) -> None:
    done = run_without(["platformdirs", "filelock", "psutil"], command, "--root", str(site))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{command} requires the extra 'weaviate'" in done.stderr
