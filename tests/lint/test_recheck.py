"""``--watch``, as a process that is really watching, and what it takes for a change."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING

import pytest
from tests.support.command_line import IN_BACKGROUND

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.lint.recheck import WatchedFiles, _stamp, files_of, wait_for_change, watch
from snipproof.site.docs_site import Site
from snipproof.site.docusaurus import EXTENSIONS, SITE_FILES, SITE_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.lint import SmallSite

_PATIENCE = 60
_LOOKED = "watching "


class Watching:
    """A running ``snipproof check --watch``."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [*IN_BACKGROUND, sys.executable, "-m", "snipproof", "check", "--watch"],
            cwd=root,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stdout: IO[str]) -> None:
        for line in stdout:
            self._lines.put(line)

    def wait_for(self, wanted: str) -> str:
        """Return the report that holds ``wanted``; earlier ones may come twice."""
        report = ""
        while True:
            line = self._lines.get(timeout=_PATIENCE)
            if line.startswith(_LOOKED):
                if wanted in report:
                    return report
                report = ""
            else:
                report += line


@pytest.fixture
def watching(small_site: SmallSite) -> Iterator[Watching]:
    """A process that watches the small site."""
    running = Watching(small_site.root)
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.mark.slow
def test_a_change_is_seen_and_ctrl_c_ends_it(small_site: SmallSite, watching: Watching) -> None:
    """A fixed page, a broken one, a new one and wrong settings are each reported; Ctrl-C exits with 0, quietly."""
    page = (small_site.root / "docs/p.mdx").read_text()
    assert "docs/p.mdx:3:8 SP201" in watching.wait_for("1 error, 1 warning")
    small_site.write(**{"docs/p.mdx": page.replace("STRAT", "START")})
    watching.wait_for("1 reference in 1 page, 1 source: no findings")
    small_site.write(**{"docs/new/q.mdx": page.replace("/code/a.py", "/code/b.py")})
    watching.wait_for("docs/new/q.mdx:1:1 SP101")
    small_site.write(**{"code/b.py": "# STRAT A\n1\n# END A\n"})
    watching.wait_for("2 references in 2 pages, 2 sources: no findings")
    small_site.write(**{"snipproof.toml": "x = 1"})
    assert watching.wait_for("unknown setting 'x'").startswith("snipproof: snipproof.toml:1:1")
    small_site.write(**{"snipproof.toml": ""})
    watching.wait_for("no findings")
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(_PATIENCE) == 0
    assert watching.process.stderr is not None
    assert watching.process.stderr.read() == ""


@pytest.mark.parametrize(("text", "message"), [("x = 1", "unknown setting 'x'"), ('pages = ["none"]', "names 'none'")])
def test_an_error_at_the_beginning_ends_it(small_site: SmallSite, text: str, message: str) -> None:
    """There is nothing to watch yet."""
    small_site.write(**{"snipproof.toml": text})
    done = small_site.command("--watch")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_later_error_is_reported_and_the_watch_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the last good look are watched on, and nothing is looked at again before one of them changes."""
    page = tmp_path / "p.md"
    logged: list[str] = []
    events: list[str] = []

    def check_once() -> set[Path]:
        events.append("check")
        if len(events) == 1:
            page.write_text("changed while looked at")
            return {page}
        if len(events) == 2:
            raise SettingsError("wrong", "fix it")
        raise KeyboardInterrupt

    def wait(files: WatchedFiles) -> None:
        if not files.changed():
            events.append("wait")
            page.write_text("fixed")

    monkeypatch.setattr("snipproof.lint.recheck.wait_for_change", wait)
    with pytest.raises(KeyboardInterrupt):
        watch(check_once, logged.append)
    assert events == ["check", "check", "wait", "check"]
    assert logged[1] == "snipproof: wrong\n  hint: fix it"


def _rename_over(root: Path) -> None:
    """Save as editors do: write another file, and give it the name."""
    new = root / "docs/.p.md.swp"
    new.write_text("2")
    new.rename(root / "docs/p.md")


def _make_what_was_missing(root: Path) -> None:
    (root / "gone").mkdir()
    time.sleep(0.3)  # the new folder is watched by now
    (root / "gone/x.py").write_text("1")


CHANGES = {
    "written": lambda root: (root / "docs/p.md").write_text("2"),
    "saved by renaming": _rename_over,
    "removed": lambda root: (root / "docs/p.md").unlink(),
    "created": lambda root: (root / "docs/new.md").write_text("1"),
    "behind a link": lambda root: (root / "elsewhere/target").write_text("2"),
    "its folder renamed": lambda root: (root / "docs").rename(root / "other"),
    "a folder on the way renamed": lambda root: (root / "code/mid").rename(root / "code/other"),
    "created in a new folder": _make_what_was_missing,
    "everything renamed": lambda root: root.rename(root.parent / "moved"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_system_reports_each_kind_of_change(
    tmp_path: Path, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is polled: the times would be compared a minute later."""
    monkeypatch.setattr("snipproof.lint.recheck._COMPARE_TIMES_MS", 60_000)
    root = tmp_path / "root"
    for name in ("docs", "code/mid/deep", "elsewhere"):
        (root / name).mkdir(parents=True)
    for name in ("docs/p.md", "code/mid/deep/a.py", "elsewhere/target"):
        (root / name).write_text("1")
    (root / "code/link.py").symlink_to("../elsewhere/target")
    paths = ["snipproof.toml", "docs", "docs/p.md", "code/mid/deep/a.py", "code/link.py", "gone/x.py"]
    files = WatchedFiles()
    files.begin()
    files.end(root / name for name in paths)
    files.stamps.update({path: _stamp(path) for path in files.stamps})  # they are new, which would count as a change
    waiting = threading.Thread(target=wait_for_change, args=[files], daemon=True)
    waiting.start()
    time.sleep(0.3)
    (root / "unrelated").write_text("wakes it, and changes nothing of these")
    time.sleep(0.3)
    assert waiting.is_alive()
    change(root)
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_file_system_that_reports_nothing_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As shared ones do."""
    page = tmp_path / "p.md"
    files = WatchedFiles()
    files.begin()
    files.end([page])
    monkeypatch.setattr(files, "folders", lambda: {str(tmp_path / "elsewhere")})
    (tmp_path / "elsewhere").mkdir()
    threading.Timer(0.5, page.write_text, ["1"]).start()
    wait_for_change(files)


def test_what_cannot_be_watched_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the system, with what to do; a folder that goes meanwhile is nothing of the kind."""
    files = WatchedFiles()
    files.begin()
    files.end([tmp_path / "p.md"])
    folders = iter([{str(tmp_path / "none")}, {str(tmp_path)}])
    monkeypatch.setattr(files, "folders", lambda: next(folders))
    threading.Timer(0.5, (tmp_path / "p.md").write_text, ["1"]).start()
    wait_for_change(files)
    files.end([tmp_path / "p.md"])
    limit = "OS file watch limit reached."
    monkeypatch.setattr(files, "folders", lambda: {str(tmp_path)})
    monkeypatch.setattr("watchfiles.watch", lambda *_, **__: _raise(OSError(limit)))
    files.stamps = {path: _stamp(path) for path in files.stamps}
    with pytest.raises(InfrastructureError, match="cannot watch 1 folder: OS file watch limit reached"):
        wait_for_change(files)


def _raise(error: Exception) -> Iterator[None]:
    raise error
    yield


def test_the_extra_is_required(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is checked."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = small_site.check("--watch")
    assert (done.code, done.out) == (2, "")
    assert "check --watch requires the extra 'watch'" in done.err
    assert "pip install 'snipproof[watch]'" in done.err


def test_every_file_that_counts_is_watched(small_site: SmallSite) -> None:
    """Pages, Sources, what is imported and missing, suite files, settings, and the folders that are listed."""
    small_site.write(
        **{
            "snipproof.toml": 'suites = ["s/suite.yaml"]\n',
            "s/suite.yaml": "flavour: f\nlanguage: python\nsources: ['*.py']\n",
            "s/c.py": "1\n",
            "docs/q.mdx": "import X from '!!raw-loader!/gone/x.py';\n",
            "docs/r.mdx": "<!--",
        }
    )
    site = Site.load(load_settings(small_site.root))
    names = {path.relative_to(small_site.root).as_posix() for path in files_of(site)}
    folders = {"docs", "s"}
    settings = {"snipproof.toml", "pyproject.toml"}
    resolved = {f"gone/x.py{index}{ending}" for index in ("", "/index") for ending in EXTENSIONS}
    assert names == {*folders, *settings, *SITE_FILES, *SITE_FOLDERS} | resolved | {
        "docs/p.mdx", "docs/q.mdx", "docs/r.mdx", "code/a.py", "s/c.py", "s/suite.yaml", "gone/x.py",
    }  # fmt: skip


def test_changes_during_a_look_are_not_lost(tmp_path: Path) -> None:
    """A file that is changed while it is looked at counts as changed; one that is older does not."""
    old, new, gone = tmp_path / "old", tmp_path / "new", tmp_path / "gone"
    old.write_text("1")
    os.utime(old, ns=(1, 1))
    files = WatchedFiles()
    files.begin()
    files.end([old, gone])
    assert not files.changed()
    files.begin()
    old.write_text("changed while looked at")
    files.end([old, gone])
    assert files.changed()
    files.begin()
    files.end([old, gone])
    assert not files.changed()
    files.begin()
    new.write_text("1")
    files.end([old, new, gone])
    assert files.changed()
    files.begin()
    files.end([old, new, gone])
    assert not files.changed()
    gone.write_text("1")
    assert files.changed()
