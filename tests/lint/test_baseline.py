"""The baseline: a ratchet that holds both ways, and a file that can be read and reviewed."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lint import FILES
from tests.support.site import load_site

from snipproof.lint.baseline import Entry, Key, baseline_name, compare, key_of, load, save
from snipproof.lint.engine import find_new
from snipproof.model import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.lint import SmallSite

_HEAD = '{"snipproof_baseline": 1}\n'
_ORPHAN = '{"path": "code/a.py", "rule": "SP204", "text": "no page shows the Region \'A\'", "count": 1}\n'
_MESSAGE = "the start marker '# STRAT A' is not in code/a.py"
_ABSENT = f'{{"path": "docs/p.mdx", "rule": "SP201", "text": "{_MESSAGE}", "count": 1}}\n'
_UPDATED = ("--baseline", "b.jsonl", "--update-baseline")


def _text(small_site: SmallSite) -> str:
    return (small_site.root / "b.jsonl").read_text(encoding="utf-8")


@pytest.fixture
def updated(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """The small site with a baseline of all its Findings."""
    monkeypatch.chdir(small_site.root)
    done = small_site.check(*_UPDATED)
    assert (done.code, done.out) == (0, "b.jsonl: 2 findings, 2 entries\n")
    return small_site


def test_it_can_be_read(updated: SmallSite) -> None:
    """A head, then one entry a line, sorted; nothing in it is a line number. Nothing is left beside it."""
    assert _text(updated) == _HEAD + _ORPHAN + _ABSENT
    assert sorted(path.name for path in updated.root.iterdir()) == ["b.jsonl", "code", "docs", "snipproof.toml"]


def test_what_it_lists_is_not_reported(updated: SmallSite) -> None:
    """The exit code is 0, and the summary does not hide how much is not reported."""
    done = updated.check("--baseline", "b.jsonl")
    assert (done.code, done.out) == (0, "1 reference in 1 page, 1 source: no findings (2 more in the baseline)\n")
    assert json.loads(updated.check("--baseline", "b.jsonl", "--format", "json").out)["in_baseline"] == 2


def test_lines_may_move(updated: SmallSite) -> None:
    """Text before a Finding, in its page and in its Source, changes nothing; an update then writes the same bytes."""
    for name in ("docs/p.mdx", "code/a.py"):
        path = updated.root / name
        path.write_text("\n\n\n" + path.read_text())
    assert updated.check("--baseline", "b.jsonl").code == 0
    assert updated.check(*_UPDATED).code == 0
    assert _text(updated) == _HEAD + _ORPHAN + _ABSENT


def test_a_new_finding_fails(updated: SmallSite) -> None:
    """It is reported, and nothing else."""
    page = (updated.root / "docs/p.mdx").read_text()
    updated.write(**{"docs/p.mdx": page + page.splitlines()[2].replace("STRAT", "SPART") + "\n"})
    done = updated.check("--baseline", "b.jsonl")
    assert done.code == 1
    assert done.out == (
        "docs/p.mdx:4:8 SP201 the start marker '# SPART A' is not in code/a.py\n"
        '  4 | - list <FilteredTextBlock text={Code} startMarker="# SPART A" endMarker="# END A" language="py" />\n'
        "    |        ^\n"
        "  hint: did you mean '# START A'?\n"
        "2 references in 1 page, 1 source: 1 error, 0 warnings (2 more in the baseline)\n"
    )


def test_one_more_of_the_same_fails(updated: SmallSite) -> None:
    """Entries count: a copy of a listed defect is a new one."""
    page = (updated.root / "docs/p.mdx").read_text()
    updated.write(**{"docs/p.mdx": page + page.splitlines()[2] + "\n"})
    done = updated.check("--baseline", "b.jsonl")
    assert done.code == 1
    assert "docs/p.mdx:4:8 SP201 the start marker '# STRAT A'" in done.out
    assert "        the baseline lists 1 like it in this file, and this is one more\n" in done.out
    assert "1 error, 0 warnings (2 more in the baseline)" in done.out


def test_a_file_that_moves_out_of_its_suite_is_a_warning(small_site: SmallSite) -> None:
    """Nothing was fixed: the file is only not read any more. If it is gone, its entry is stale."""
    suite = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
    small_site.write(**{"snipproof.toml": 'suites = ["*/suite.yaml"]\n'})
    small_site.write(**{"code/suite.yaml": suite, "code/b.py": "# START B\nprint(2)\n# END B\n"})
    small_site.check("--baseline", str(small_site.root / "b.jsonl"), "--update-baseline")
    small_site.write(**{"code/suite.yaml": suite.replace("*.py", "a.py")})
    done = small_site.check("--baseline", str(small_site.root / "b.jsonl"))
    assert done.code == 0
    assert "SP009 the baseline lists 1 SP204 finding in code/b.py, which is not read any more: no page" in done.out
    small_site.write(**{"code/b.py": None})
    assert small_site.check("--baseline", str(small_site.root / "b.jsonl")).code == 1


def test_a_fixed_finding_must_leave_it(updated: SmallSite) -> None:
    """The entry is reported with its line in the baseline, and an update removes it."""
    updated.write(**{"docs/p.mdx": (updated.root / "docs/p.mdx").read_text().replace("STRAT", "START")})
    hint = "  hint: remove the stale entry: run `snipproof check --update-baseline`\n"
    done = updated.check("--baseline", "b.jsonl")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "b.jsonl:2:1 SP009 the baseline lists 1 SP204 finding in code/a.py, but none is left: "
        f"no page shows the Region 'A'\n{hint}"
        "b.jsonl:3:1 SP009 the baseline lists 1 SP201 finding in docs/p.mdx, but none is left: "
        f"the start marker '# STRAT A' is not in code/a.py\n{hint}"
        "1 reference in 1 page, 1 source: 2 errors, 0 warnings\n"
    )
    github = updated.check("--baseline", "b.jsonl", "--format", "github").out
    assert "::error file=b.jsonl,line=2,col=1,title=SP009 stale-baseline::" in github
    sarif = json.loads(updated.check("--baseline", "b.jsonl", "--format", "sarif").out)["runs"][0]
    rule = sarif["tool"]["driver"]["rules"][sarif["results"][0]["ruleIndex"]]
    assert (rule["id"], rule["name"]) == ("SP009", "stale-baseline")
    assert updated.check(*_UPDATED).code == 0
    assert _text(updated) == _HEAD
    assert updated.check("--baseline", "b.jsonl").code == 0


def test_the_settings_may_name_it(small_site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the settings it is relative to the root, from the command line to the current folder, which wins."""
    small_site.write(**{"snipproof.toml": 'baseline = "b.jsonl"\n'})
    assert small_site.check("--update-baseline").out == "b.jsonl: 2 findings, 2 entries\n"
    assert small_site.check().code == 0
    everything = small_site.check("--no-baseline")
    assert (everything.code, everything.out.endswith(": 1 error, 1 warning\n")) == (1, True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert small_site.check().code == 0
    (tmp_path / "elsewhere" / "c.jsonl").write_text(_HEAD)
    assert small_site.check("--baseline", "c.jsonl").code == 1


def test_what_is_new_in_some_files(small_site: SmallSite) -> None:
    """Entries of other files are not stale: nothing was looked for there."""
    small_site.write(**{"snipproof.toml": 'baseline = "b.jsonl"\n'})
    assert small_site.check("--update-baseline").out == "b.jsonl: 2 findings, 2 entries\n"
    page = (small_site.root / "docs/p.mdx").read_text()
    small_site.write(**{"docs/p.mdx": page.replace("STRAT", "SATRT"), "code/a.py": FILES["code/a.py"] + "# START B\n"})
    site = load_site(small_site.root)
    assert [(each.path, each.rule) for each in find_new(site, only=["docs/p.mdx"])] == [
        ("b.jsonl", "SP009"),
        ("docs/p.mdx", "SP201"),
    ]
    assert [(each.path, each.rule) for each in find_new(site, only=["code/a.py"])] == [
        ("code/a.py", "SP204"),
        ("code/a.py", "SP402"),
    ]
    assert len(find_new(site)) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "b.jsonl: baseline not found"),
        (b"", "b.jsonl:1:1 not a baseline: its first line is not"),
        (b"# Title\n", "b.jsonl:1:1 not a baseline"),
        (b"[" * 100_000, "b.jsonl:1:1 not a baseline"),
        (b'{"a": "\xff"}', "b.jsonl:1:1 not a baseline: not UTF-8"),
        (b'{"snipproof_baseline": 2}', "b.jsonl:1:1 unsupported version 2 of a baseline"),
        (_HEAD.encode() + b"<<<<<<< ours\n", "b.jsonl:2:1 not a baseline entry: '<<<<<<< ours'"),
        (_HEAD.encode() + b"\n3\n", "b.jsonl:3:1 not a baseline entry"),
        (_HEAD.encode() + b"[" * 100_000, "b.jsonl:2:1 not a baseline entry"),
        (_HEAD.encode() + b'{"path": "a", "rule": "SP201", "text": "t"}\n', "b.jsonl:2:1 not a baseline entry"),
        (_HEAD.encode() + _ABSENT.replace(": 1", ": 0").encode(), "b.jsonl:2:1 wrong values"),
        (_HEAD.encode() + _ABSENT.replace(": 1", ": true").encode(), "b.jsonl:2:1 wrong values"),
        (_HEAD.encode() + _ABSENT.replace('"SP201"', "201").encode(), "b.jsonl:2:1 wrong values"),
        (_HEAD.encode() + _ABSENT.replace("}", ', "line": 3}').encode(), "b.jsonl:2:1 wrong values"),
        (_HEAD.encode() + 2 * _ABSENT.encode(), "b.jsonl:3:1 duplicate of the entry on line 2"),
    ],
)
def test_a_wrong_file_is_reported(
    small_site: SmallSite, text: bytes | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing or malformed: exit code 2, the place, what to do; never a traceback, never a check without it."""
    monkeypatch.chdir(small_site.root)
    if text is not None:
        (small_site.root / "b.jsonl").write_bytes(text)
    done = small_site.check("--baseline", "b.jsonl")
    assert (done.code, done.out) == (2, "")
    assert f"snipproof: {message}" in done.err
    assert message.endswith("UTF-8") or "hint: " in done.err


def test_an_update_replaces_nothing_but_a_baseline(updated: SmallSite) -> None:
    """A wrong name does not cost a page; entries in conflict are written again."""
    page = (updated.root / "docs/p.mdx").read_bytes()
    assert updated.check("--baseline", "docs/p.mdx", "--update-baseline").code == 2
    assert (updated.root / "docs/p.mdx").read_bytes() == page
    assert updated.check("--baseline", "docs", "--update-baseline").code == 2
    updated.write(**{"b.jsonl": _HEAD + "<<<<<<< ours\n" + _ABSENT + "=======\n>>>>>>> theirs\n"})
    assert updated.check(*_UPDATED).code == 0
    assert _text(updated) == _HEAD + _ORPHAN + _ABSENT


def test_a_write_that_fails_leaves_what_was_there(updated: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is written beside and put in place whole."""
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    (updated.root / "docs/p.mdx").write_text((updated.root / "docs/p.mdx").read_text() + "\n<!--\n")
    assert updated.check(*_UPDATED).code == 69
    assert _text(updated) == _HEAD + _ORPHAN + _ABSENT
    assert sorted(path.name for path in updated.root.iterdir()) == ["b.jsonl", "code", "docs", "snipproof.toml"]


def test_a_check_of_nothing_is_not_green_with_a_baseline(updated: SmallSite) -> None:
    """A baseline without an entry left to fail does not hide that no block was found."""
    updated.write(**{"docs/p.mdx": "no block\n", "code/a.py": "1\n"})
    assert updated.check("--baseline", "b.jsonl").code == 2


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("what line 3 of a.py opens", "what line … of a.py opens"),
        ("lines 3-5, 7 and 1,234 of a.py", "lines …, … and …,… of a.py"),
        ("first at code/a.py:12:3", "first at code/a.py:…:…"),
        ("(line 3 of python-v3/a2.py, 2.5)", "(line … of python-v3/a2.py, 2.5)"),
        ("the marker '# line 3' of line 3", "the marker '# line 3' of line …"),
        ('the marker "it\'s 3" of line 3', 'the marker "it\'s 3" of line …'),
        ("the page's line 3 and the file's 'x 4'", "the page's line … and the file's 'x 4'"),
        ("the writers' line 3, unlike the others' line 4", "the writers' line …, unlike the others' line …"),
        ("`x 3` in line 3", "`x 3` in line …"),
        (r"'a \' 3' 3", r"'a \' 3' …"),
    ],
)
def test_numbers_outside_of_quotes_are_no_part_of_the_key(message: str, text: str) -> None:
    """They are places and amounts; what is quoted is the writer's own text and stays."""
    assert key_of(Finding("a.md", 1, 1, "SP201", message)).text == text


def test_a_baseline_outside_of_the_root_is_called_as_it_was_given(tmp_path: Path) -> None:
    """Below the root a path is relative to it, as all paths are."""
    assert baseline_name(tmp_path / "a" / ".." / "b", tmp_path) == "b"
    assert baseline_name(tmp_path / "b", tmp_path / "a") == str(tmp_path / "b")


_MESSAGES = (
    "no {0!r} closes what line {1} of code/a.py opens: the block runs to the end of the file",
    "{0!r} also opens line {1} of code/a.py, {0!r}: {1} lines of that Region are shown too",
    "the page's marker {0!r} was opened at docs/p.mdx:{1}:{1}",
    "readers see {0!r} (lines {1}-{1})",
)
_DEFECT = st.tuples(
    st.sampled_from(["docs/a.md", "docs/日 2.md", "docs/\udcff.md"]),
    st.sampled_from(["SP201", "SP202"]),
    st.sampled_from(_MESSAGES),
    st.text(max_size=8) | st.sampled_from(["# 1", "# 2", "it's", '"', "'\"", "\\'", "a\nb"]),
)


def _findings(defects: Sequence[tuple[str, str, str, str]], lines: Sequence[int]) -> list[Finding]:
    return [
        Finding(path, line, 1, rule, message.format(marker, line))
        for (path, rule, message, marker), line in zip(defects, lines, strict=True)
    ]


@given(st.data(), st.lists(_DEFECT, max_size=12))
def test_moved_findings_are_the_same_and_others_are_not(
    data: st.DataObject, defects: list[tuple[str, str, str, str]]
) -> None:
    """Written and read again, a baseline knows its Findings on other lines, misses each that goes, reports each new."""
    line = st.integers(1, 10**6)
    places = st.lists(line, min_size=len(defects), max_size=len(defects))
    first, moved = (_findings(defects, data.draw(places)) for _ in range(2))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "b.jsonl")
        entries = save(path, "b", first)
        written = path.read_bytes()
        save(path, "b", data.draw(st.permutations(moved)))
        assert path.read_bytes() == written
        baseline = load(path, "b")
    assert entries == len(baseline) == written.count(b"\n") - 1
    assert sum(entry.count for entry in baseline.values()) == len(first)
    same = compare(moved, baseline, "b")
    assert (same.findings, same.baselined) == ([], len(first))
    if defects:
        gone = moved.pop(data.draw(st.integers(0, len(moved) - 1)))
        (stale,) = compare(moved, baseline, "b").findings
        assert (stale.rule, stale.path) == ("SP009", "b")
        assert gone.rule in stale.message
        again = compare([*moved, gone, gone], baseline, "b")
        assert [finding.rule for finding in again.findings] == [gone.rule]
    new = Finding("docs/new.md", data.draw(line), 1, "SP201", "m")
    compared = compare([*_findings(defects, data.draw(places)), new], baseline, "b")
    assert (compared.findings, compared.baselined) == ([new], len(first))


def test_a_defect_in_place_of_another_is_seen() -> None:
    """Fixing one and making another of the same rule in the same file are both reported."""
    baseline = {Key("a.md", "SP201", "the marker '# A 1'"): Entry(1, 2)}
    other = Finding("a.md", 3, 1, "SP201", "the marker '# A 2'")
    assert [finding.rule for finding in compare([other], baseline, "b").findings] == ["SP201", "SP009"]
