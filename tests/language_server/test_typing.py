"""A text that is not finished: its mistake is one finding, not one at each block."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.lint import block, page, region

from snipproof.config import load_settings
from snipproof.language_server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
MANY = 30
PAGE = page("".join(f"## {number}\n\n{block()}\n" for number in range(MANY)))
SOURCE = "".join(region(f"print({number})", f"A{number}") for number in range(MANY))


def open_in(root: Path, path: str, files: Mapping[str, str]) -> Workspace:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    workspace = Workspace(load_settings(root))
    workspace.open(path, files[path])
    return workspace


def found(workspace: Workspace, path: str) -> list[str]:
    return [checked.finding.rule for checked in workspace.findings_while_typing(path)]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("docs/p.mdx", "## 0\n", "## 0\n\n```py\n"),
        ("docs/p.mdx", "## 0\n", "## 0\n\n{/* a remark\n"),
        ("docs/p.mdx", "## 0\n", "## 0\n\n<Tabs\n"),
        ("docs/p.mdx", "## 0\n", "## 0\n\n<Tabs>\n"),
        ("docs/p.mdx", "## 0\n", "## 0\n\n{\n"),
        ("docs/p.mdx", "## 0\n", "## 0\n\n<!-- a remark\n"),
        ("docs/p.mdx", "## 0\n", '## 0\n\n<FilteredTextBlock text={A} startMarker="# START\n'),
        ("docs/p.mdx", "import A from '!!raw-loader!/a.py';", "import A from '!!raw-loader!/a.p"),
        ("docs/p.mdx", "import A from '!!raw-loader!/a.py';", "import A from"),
        ("docs/p.mdx", "import A from '!!raw-loader!/a.py';", "imp"),
        ("docs/p.mdx", "import A from '!!raw-loader!/a.py';", "import A from '!!raw-loader!/a.p';"),
        ("a.py", "# START A0\n", "# START A0 {o\n"),
        ("a.py", "# START A0\n", "# START A0\nprint('''\n"),
        ("a.py", "# START A0\n", "# START A0\ndef (\n"),
        ("a.py", "# END A0\n", "# EN\n"),
        ("a.py", "# START A0\n", "# START \n"),
    ],
)
def test_one_finding(tmp_path: Path, path: str, old: str, new: str) -> None:
    """And when the text is finished, none."""
    blocks = "".join(block(f"# START A{number}", f"# END A{number}") for number in range(MANY))
    files = {
        "snipproof.toml": "",
        "docs/p.mdx": PAGE.replace("START A", "START A0").replace("END A", "END A0"),
        "a.py": SOURCE,
    }
    files["docs/q.mdx"] = page(blocks)
    workspace = open_in(tmp_path, path, files)
    before = found(workspace, path)
    assert before == []
    workspace.change(path, files[path].replace(old, new, 1))
    assert len(found(workspace, path)) <= 1
    workspace.change(path, files[path])
    assert found(workspace, path) == []


@pytest.mark.parametrize("new", ["```py\n", "{/* a remark\n", "{\n"])
def test_one_finding_on_a_translation(tmp_path: Path, new: str) -> None:
    """That blocks are missing there follows from it; what the page had before that is not shown either."""
    files = {
        "snipproof.toml": "pages = ['docs', 'i18n']\n[translations]\ni18n = 'docs'\n",
        "docs/p.mdx": PAGE,
        "i18n/p.mdx": PAGE.replace("## 5\n", "## 5\n\n" + block("# START gone")),
        "a.py": region("a"),
    }
    workspace = open_in(tmp_path, "i18n/p.mdx", files)
    before = found(workspace, "i18n/p.mdx")
    assert before
    workspace.change("i18n/p.mdx", files["i18n/p.mdx"].replace("## 0\n", f"## 0\n\n{new}", 1))
    assert found(workspace, "i18n/p.mdx") == ["SP001"]
    workspace.change("i18n/p.mdx", files["i18n/p.mdx"])
    assert found(workspace, "i18n/p.mdx") == before


def test_saving_ends_it(tmp_path: Path) -> None:
    """A saved document has all findings, as `check` reports them."""
    workspace = open_in(tmp_path, "docs/p.mdx", {"snipproof.toml": "", "docs/p.mdx": PAGE, "a.py": region("a")})
    text = PAGE.replace("import A from", "import B from")
    workspace.change("docs/p.mdx", text)
    (tmp_path / "docs/p.mdx").write_text(text, encoding="utf-8")
    workspace.save("docs/p.mdx")
    assert found(workspace, "docs/p.mdx").count("SP102") == MANY


@cache
def own() -> Workspace:
    return Workspace(load_settings(ROOT))


@settings(max_examples=15)
@given(st.data())
def test_own_pages(data: st.DataObject) -> None:
    """A tag of this repository's pages that is typed from left to right has few findings at any time."""
    workspace = own()
    shown = [each for each in workspace.site.pages if each.references]
    path = data.draw(st.sampled_from(shown)).path
    text = workspace.site.text_of(path)
    workspace.open(path, text)
    try:
        before = found(workspace, path)
        tags = [match.span() for match in re.finditer(r"<FilteredTextBlock[^>]*/>|import .*", text)]
        begin, end = data.draw(st.sampled_from(tags))
        workspace.change(path, text[: data.draw(st.integers(begin, end))] + text[end:])
        assert len(found(workspace, path)) <= len(before) + 2
    finally:
        workspace.close(path)
