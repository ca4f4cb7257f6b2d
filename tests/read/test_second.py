"""The second process: it changes nothing but the time that is needed, and what it cannot do is done without it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from snipproof.cli import main
from snipproof.config import Settings
from snipproof.model import Finding
from snipproof.read import second, site
from snipproof.read.page_files import plain_pages, read_page, read_pages
from snipproof.read.profile import Profile
from snipproof.read.rules import find
from snipproof.read.second import Second
from snipproof.read.site import Site

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
_TAG = '<FilteredTextBlock text={{A}} startMarker="# START {name}" endMarker="# END {name}" language="{language}" />\n'
_LANGUAGES = {"py": "x = (", "ts": "let x = (", "go": "var x = (", "json": "{,}"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with Pages and partials that are fine, dead, unreadable and wrong, in several languages."""
    for number, (language, wrong) in enumerate(_LANGUAGES.items()):
        code = f"# START a\n{wrong}\n# END a\n# START b é\n1\n# END b é\n"
        _write(tmp_path / f"code/a.{language}", code)
        names = ("a", "b é", "absent")
        tags = "".join(_TAG.format(name=name, language=language) for name in names)
        imports = f"import A from '!!raw-loader!@site/code/a.{language}';\nimport P from './_p{number}.mdx';\n"
        text = f"{imports}\n<P/>\n\n{tags}"
        _write(tmp_path / f"docs/p{number}.mdx", text)
        _write(tmp_path / f"docs/_p{number}.mdx", f"import Q from '../parts/q{number}.mdx';\n\n<Q/>\n\n{tags}")
        _write(tmp_path / f"parts/q{number}.mdx", f"import A from '!!raw-loader!./none.py';\n\n{tags}<!-- open")
    (tmp_path / "docs" / "broken.mdx").write_bytes(b"\xff\0")
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def found(root: Path, monkeypatch: pytest.MonkeyPatch, fewest: int) -> tuple[list[Finding], list[str], bool]:
    """Return the Findings, the excerpts that go with them, and whether a second process was there."""
    monkeypatch.setattr(site, "FEWEST", fewest)
    monkeypatch.setattr(second, "is_useful", lambda: True)
    loaded = Site.load(Settings(root=root))
    helped = loaded.second is not None
    findings = find(loaded)
    assert loaded.second is None
    return findings, [loaded.text_of(finding.path) for finding in findings], helped


def test_with_and_without_it_the_same_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, partials that only a page of the other process imports, parsers of all languages."""
    alone, helped = found(root, monkeypatch, 10**6), found(root, monkeypatch, 1)
    assert (alone[2], helped[2]) == (False, True)
    assert alone[:2] == helped[:2]
    assert {"SP001", "SP101", "SP201", "SP501", "SP502"} <= {finding.rule for finding in alone[0]}


def test_what_is_packed_is_what_is_read(root: Path) -> None:
    """To the last value and class of it."""
    known = Settings(root=root), Profile()
    paths = [f"docs/{name}" for name in ("p0.mdx", "_p1.mdx", "broken.mdx")]
    helper = Second(known)
    given = list(read_pages(known, paths.copy(), helper))
    helper.close()
    assert sorted(given, key=repr) == sorted((read_page(known, path) for path in paths), key=repr)


@pytest.mark.parametrize("when", ["before", "after"])
def test_when_it_dies_its_work_is_done_here(root: Path, when: str) -> None:
    """Killed before it was asked or while it should answer."""
    known = Settings(root=root), Profile()
    helper = Second(known)
    if when == "before":
        os.kill(helper._process, signal.SIGKILL)
    helper.ask(plain_pages, ["docs/p0.mdx"])
    if when == "after":
        os.kill(helper._process, signal.SIGKILL)
    assert helper.answer() == plain_pages(known, ["docs/p0.mdx"])
    helper.close()


def test_it_ends_with_the_first_one() -> None:
    """Nobody asks any more, so that it reads the end of the pipe."""
    helper = Second(None)
    process = helper._process
    del helper
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_two_of_them_end_one_by_one() -> None:
    """Though the later one holds the pipes of the earlier one, too."""
    first, later = Second(None), Second(None)
    first.close()
    later.close()


def test_where_no_process_can_be_had_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may have too many of them."""

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(second, "is_useful", lambda: True)
    monkeypatch.setattr(os, "fork", refuse)
    assert second.start(None) is None


def test_no_process_is_forked_beside_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they hold would be held for ever in the other process."""
    import threading

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    with monkeypatch.context() as patched:
        patched.setattr(threading, "active_count", lambda: 1)
        assert second.is_useful()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert not second.is_useful()
    stop.set()
    thread.join()


def test_a_small_site_needs_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is checked before another process has begun."""
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    assert main(["check", "--no-cache", "--root", str(root)]) == 1
