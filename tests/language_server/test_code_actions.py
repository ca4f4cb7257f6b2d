"""Quick fixes: each is applied, and then the finding is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol.types import Position, Range
from tests.support.editor_site import apply
from tests.support.lint import block, page, region

from snipproof.config import load_settings
from snipproof.language_server.code_actions import Fix, fixes
from snipproof.language_server.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Range(Position(0, 0), Position(1000, 0))
A = region("a = 1")
SUITE = {
    "snipproof.toml": "suites = ['suite.yaml']\n",
    "suite.yaml": "flavour: py\nlanguage: python\nsources: ['*.py']\n",
}
OUTPUT = "# START Expected a results\n# 1\n# END Expected a results\n"


def open_in(root: Path, path: str, files: dict[str, str]) -> Workspace:
    """Return the workspace of a small site with a document open."""
    for name, text in {"snipproof.toml": "", "docs/p.mdx": page(block()), "a.py": A, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    workspace = Workspace(load_settings(root))
    workspace.open(path, (root / path).read_bytes().decode())
    return workspace


def by_title(workspace: Workspace, path: str) -> dict[str, Fix]:
    return {fix.title: fix for fix in fixes(workspace, path, EVERYTHING)}


def rules(workspace: Workspace, path: str) -> list[str]:
    return [checked.finding.rule for checked in workspace.findings([path])[path]]


@pytest.mark.parametrize(
    ("path", "files", "rule", "title", "fixed"),
    [
        (
            "docs/p.mdx",
            {"docs/p.mdx": page(block("# STRAT A"))},
            "SP201",
            "Write '# START A'",
            'startMarker="# START A"',
        ),
        ("docs/p.mdx", {"docs/p.mdx": page(block("# START A", "# END  A"))}, "SP202", "Write '# END A'", '"# END A"'),
        (
            "docs/p.mdx",
            {"docs/p.mdx": page(block()).replace("text={A}", "text={AA}")},
            "SP102",
            "Write 'A'",
            "text={A}",
        ),
        (
            "docs/p.mdx",
            {"docs/p.mdx": page(block()).replace("/a.py", "/aa.py")},
            "SP101",
            "Write 'a.py'",
            "loader!/a.py'",
        ),
        (
            "docs/p.mdx",
            {"docs/p.mdx": page(block("# START B", "# END B")), "b.py": region("b", "B"), "q/x.mdx": "x"},
            "SP201",
            "Write 'b.py'",
            "!!raw-loader!/b.py'",
        ),
        ("a.py", {"a.py": f"{A}# START Beta\n# END Betta\n"}, "SP402", "Write 'Betta'", "# START Betta\n"),
        (
            "a.py",
            {"a.py": A + OUTPUT.replace("s\n", "s {frm: stdout}\n", 1)},
            "SP001",
            "Write 'from'",
            "{from: stdout}",
        ),
        (
            "a.py",
            {**SUITE, "a.py": A + OUTPUT.replace("a results\n#", "a results {of: AA}\n#", 1)},
            "SP301",
            "Write 'A'",
            "{of: A}",
        ),
        (
            "a.py",
            {
                **SUITE,
                "a.py": region("a = 1", "search colours of cats")
                + OUTPUT.replace(" a results", " search colors of cats results"),
            },
            "SP301",
            "Write 'of: search colours of cats'",
            "Expected search colors of cats results {of: search colours of cats}\n",
        ),
        (
            "a.py",
            {"a.py": f"# snipproof: ignore SP402 because it was wrong\n{A}"},
            "SP003",
            "Remove this comment",
            "# START A",
        ),
    ],
)
def test_what_hints_name(tmp_path: Path, path: str, files: dict[str, str], rule: str, title: str, fixed: str) -> None:
    """It is written, and the finding is gone; other files are left alone."""
    if "b.py" in files:
        files["docs/q.mdx"] = page(block("# START B", "# END B")).replace("/a.py", "/b.py")
    workspace = open_in(tmp_path, path, files)
    assert rule in rules(workspace, path)
    fix = by_title(workspace, path)[title]
    assert (fix.path, fix.preferred, fix.refused, fix.diagnostic.code) == (path, True, "", rule)
    text = apply(workspace.text(path), fix.edits)
    assert fixed in text
    workspace.change(path, text)
    assert rule not in rules(workspace, path)


def test_another_file_for_one_block_only(tmp_path: Path) -> None:
    """An import that other blocks show, too, is not changed."""
    text = page(block() + block("# START B", "# END B"))
    other = page(block("# START B", "# END B")).replace("/a.py", "/b.py")
    workspace = open_in(tmp_path, "docs/p.mdx", {"docs/p.mdx": text, "docs/q.mdx": other, "b.py": region("b", "B")})
    assert list(by_title(workspace, "docs/p.mdx")) == ["Ignore SP201 here, because …"]


@pytest.mark.parametrize(
    ("path", "text", "comment"),
    [
        ("docs/p.mdx", page("> " + block("# B", "# END A")), "> {/* snipproof: ignore SP201 because */}\n"),
        ("docs/p.mdx", page(block("# B")).replace("\n", "\r\n"), "{/* snipproof: ignore SP201 because */}\r\n"),
        ("a.py", f"{A}  # END Q\n", "  # snipproof: ignore SP402 because \n"),
    ],
)
def test_suppressions(tmp_path: Path, path: str, text: str, comment: str) -> None:
    """One without a reason suppresses nothing yet; with one, it does."""
    workspace = open_in(tmp_path, path, {path: text})
    fix = next(each for title, each in by_title(workspace, path).items() if title.startswith("Ignore SP"))
    suppressed = apply(text, fix.edits)
    assert comment in suppressed
    (rule,) = {rule for rule in rules(workspace, path) if rule in fix.title}
    workspace.change(path, suppressed)
    assert {rule, "SP002"} <= set(rules(workspace, path))
    workspace.change(path, suppressed.replace("because ", "because it is wanted "))
    assert not {rule, "SP002"}.intersection(rules(workspace, path))


def test_no_suppression_that_readers_would_see(tmp_path: Path) -> None:
    """A comment in the lines of a Region is a part of the block."""
    workspace = open_in(tmp_path, "a.py", {"a.py": "# START A\na = 1\n# END Q\n# END A\n"})
    assert "SP402" in rules(workspace, "a.py")
    assert by_title(workspace, "a.py") == {}


def test_the_baseline(tmp_path: Path) -> None:
    """What it lists is a hint; a stale entry is removed, or lowered to what is left."""
    head = '{"snipproof_baseline": 1}\n'
    text = "the start marker '# START {}' is not in a.py"
    rows = [
        f'{{"path": "docs/p.mdx", "rule": "SP201", "text": "{text.format(name)}", "count": {count}}}\n'
        for name, count in (("B", 1), ("C", 3), ("D", 1))
    ]
    files = {
        "snipproof.toml": "baseline = 'b.jsonl'\n",
        "b.jsonl": head + "".join(rows),
        "docs/p.mdx": page(block() + block("# START B") + block("# START C")),
    }
    workspace = open_in(tmp_path, "b.jsonl", files)
    workspace.open("docs/p.mdx", files["docs/p.mdx"])
    assert [each.listed for each in workspace.findings(["docs/p.mdx"])["docs/p.mdx"]] == [True, True]
    found = by_title(workspace, "b.jsonl")
    assert list(found) == ["Lower this entry to 1", "Remove this stale entry"]
    fixed = files["b.jsonl"]
    fixed = apply(fixed, [edit for fix in found.values() for edit in fix.edits])
    assert fixed == head + rows[0] + rows[1].replace("3}", "1}")
    workspace.change("b.jsonl", files["b.jsonl"] + "\n")
    assert {fix.refused for fix in by_title(workspace, "b.jsonl").values()} == {"b.jsonl is not saved"}


def test_a_file_that_changed_on_disk(tmp_path: Path) -> None:
    """Nothing is written over what another program has written."""
    workspace = open_in(tmp_path, "docs/p.mdx", {"docs/p.mdx": page(block("# STRAT A"))})
    (tmp_path / "docs/p.mdx").write_text("other", encoding="utf-8")
    found = by_title(workspace, "docs/p.mdx")
    assert {fix.refused for fix in found.values()} == {"docs/p.mdx has changed on disk since it was read"}
