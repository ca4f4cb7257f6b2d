"""A real client over standard input and output."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol.types import (
    DiagnosticSeverity,
    DidChangeWorkspaceFoldersParams,
    WorkspaceFolder,
    WorkspaceFoldersChangeEvent,
)
from tests.support.editor import Editor, run
from tests.support.lint import block, page, region

from snipproof.config import load_settings
from snipproof.language_server.disk_changes import DiskChanges
from snipproof.language_server.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = page(block("# START A"))
WRONG = page(block("# START B"))


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files by path below the root."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def test_findings_of_unsaved_text(tmp_path: Path) -> None:
    """A page and a Source have the findings of the text on the screen; closing goes back to that of the file."""
    write(tmp_path, {"snipproof.toml": "", "docs/p.mdx": RIGHT, "a.py": region("a = 1")})

    async def session() -> None:
        async with Editor.start(tmp_path) as editor:
            assert await editor.open("docs/p.mdx") == []
            (found,) = await editor.type("docs/p.mdx", WRONG)
            assert (found.code, found.severity, found.source) == ("SP201", DiagnosticSeverity.Error, "snipproof")
            assert "did you mean" in found.message
            line = WRONG.split("\n")[found.range.start.line]
            assert line[found.range.start.character : found.range.end.character] == "<FilteredTextBlock"
            assert await editor.type("docs/p.mdx", RIGHT) == []
            await editor.open("a.py")
            await editor.type("a.py", region("a = 1") + "# END other\n")
            await editor.rules("a.py", "SP402")
            editor.close("a.py")
            await editor.rules("a.py")
            assert editor.popups == []

    run(session())


def test_a_page_is_not_red_while_its_source_is_edited(tmp_path: Path) -> None:
    """Half a marker changes the findings of the Source only; saving it changes those of the page."""
    write(tmp_path, {"snipproof.toml": "", "docs/p.mdx": RIGHT, "docs/q.mdx": WRONG, "a.py": region("a = 1")})

    async def session() -> None:
        async with Editor.start(tmp_path) as editor:
            await editor.open("docs/p.mdx")
            await editor.open("a.py")
            await editor.rules("docs/q.mdx", "SP201")  # everything has been checked
            half = region("a = 1").replace("# START A", "# STA")
            await editor.type("a.py", half)
            assert editor.shown["docs/p.mdx"] == []
            editor.save("a.py")
            await editor.rules("docs/p.mdx", "SP201")
            await editor.type("a.py", region("a = 1"))
            editor.save("a.py")
            await editor.rules("docs/p.mdx")

    run(session())


def test_the_baseline(tmp_path: Path) -> None:
    """A finding that it lists is a hint; an entry that is stale is an error in it, until the fix is applied."""
    head = '{"snipproof_baseline": 1}\n'
    text = "the start marker '# START %s' is not in a.py"
    entry = '{"path": "docs/p.mdx", "rule": "SP201", "text": "' + text + '", "count": 1}\n'
    files = {"snipproof.toml": "baseline = 'b.jsonl'\n", "docs/p.mdx": WRONG, "a.py": region("a = 1")}
    write(tmp_path, {**files, "b.jsonl": head + entry % "B" + entry % "C"})

    async def session() -> None:
        async with Editor.start(tmp_path) as editor:
            (hint,) = await editor.open("docs/p.mdx")
            assert (hint.code, hint.severity) == ("SP201", DiagnosticSeverity.Hint)
            await editor.rules("b.jsonl", "SP009")
            editor.show("b.jsonl")
            fixes = await editor.fixes("b.jsonl", editor.shown["b.jsonl"][0])
            editor.apply(fixes["Remove this stale entry"].edit)
            assert editor.text("b.jsonl") == head + entry % "B"
            editor.save("b.jsonl")
            await editor.rules("b.jsonl")

    run(session())


def test_settings_with_an_error(tmp_path: Path) -> None:
    """The error stands in its file; what was read before stays, and the fix ends it."""
    suite = "flavour: py\nlanguage: python\nsources: ['*.py']\n"
    files = {"snipproof.toml": "suites = ['suite.yaml']\n", "docs/p.mdx": RIGHT, "a.py": region("a = 1")}
    write(tmp_path, {**files, "suite.yaml": suite})

    async def session() -> None:
        async with Editor.start(tmp_path) as editor:
            await editor.open("docs/p.mdx")
            editor.show("suite.yaml", suite.replace("sources", "sourcse"))
            editor.save("suite.yaml")
            await editor.until(lambda: bool(editor.shown.get("suite.yaml")))
            (found,) = editor.shown["suite.yaml"]
            assert "'sourcse'" in found.message
            (rule,) = await editor.type("docs/p.mdx", WRONG)
            assert rule.code == "SP201"
            fixes = await editor.fixes("suite.yaml", found)
            editor.apply(fixes["Write 'sources'"].edit)
            assert editor.text("suite.yaml") == suite
            editor.save("suite.yaml")
            await editor.until(lambda: not editor.shown["suite.yaml"])
            assert editor.popups == []

    run(session())


def test_files_that_change_on_disk(tmp_path: Path) -> None:
    """Edited, created and removed by another program; and a folder whose settings come later."""
    write(tmp_path, {"one/snipproof.toml": "", "one/docs/p.mdx": WRONG, "one/a.py": region("a = 1"), "two/x.txt": ""})

    async def session() -> None:
        folders = [tmp_path / "one", tmp_path / "two"]
        async with Editor.start(tmp_path, folders=folders) as editor:
            await editor.rules("one/docs/p.mdx", "SP201")
            await editor.until(lambda: any("two" in line for line in editor.log))
            assert [each.method for each in editor.watchers] == ["workspace/didChangeWatchedFiles"]
            editor.write("one/docs/p.mdx", RIGHT)
            await editor.rules("one/docs/p.mdx")
            editor.write("one/docs/q.mdx", WRONG)
            await editor.rules("one/docs/q.mdx", "SP201")
            editor.write("one/docs/q.mdx", None)
            await editor.rules("one/docs/q.mdx")
            editor.write("one/a.py", None)
            await editor.rules("one/docs/p.mdx", "SP101")
            editor.write("two/docs/p.mdx", WRONG)
            editor.write("two/a.py", region("a = 1"))
            editor.write("two/snipproof.toml", "")
            await editor.rules("two/docs/p.mdx", "SP201")
            assert editor.popups == []

    run(session())


def test_an_editor_that_does_not_watch_files(tmp_path: Path) -> None:
    """The server looks itself; a document that was read again can be renamed in."""
    write(tmp_path, {"snipproof.toml": "", "docs/p.mdx": WRONG, "a.py": region("a = 1")})

    async def session() -> None:
        async with Editor.start(tmp_path, watches=False) as editor:
            await editor.rules("docs/p.mdx", "SP201")
            await asyncio.sleep(2.5)  # the first look
            editor.write("docs/p.mdx", RIGHT, report=False)
            editor.write("docs/q.mdx", WRONG, report=False)
            await editor.rules("docs/q.mdx", "SP201")
            await editor.rules("docs/p.mdx")
            await editor.open("docs/p.mdx")
            editor.write("docs/p.mdx", WRONG, report=False)
            await editor.type("docs/p.mdx", WRONG)
            (found,) = await editor.type("docs/p.mdx", f"{WRONG}\n")
            fixes = await editor.fixes("docs/p.mdx", found)
            assert fixes["Write '# START A'"].disabled is None

    run(session())


def test_looks_at_disk(tmp_path: Path) -> None:
    """Content, creation, removal; a folder only for other names in it."""
    changes, files = DiskChanges(), [tmp_path / "a", tmp_path / "b", tmp_path]
    (tmp_path / "a").write_text("1", encoding="utf-8")
    assert changes.look(files) == []
    (tmp_path / "a").write_text("12", encoding="utf-8")
    assert changes.look(files) == [(tmp_path / "a", True)]
    (tmp_path / "b").write_text("1", encoding="utf-8")
    assert changes.look(files) == [(tmp_path / "b", False), (tmp_path, False)]
    (tmp_path / "c").write_text("1", encoding="utf-8")
    (tmp_path / "c").unlink()
    assert changes.look(files) == []
    (tmp_path / "a").unlink()
    assert changes.look(files) == [(tmp_path / "a", False), (tmp_path, False)]


def test_files_that_do_not_matter(tmp_path: Path) -> None:
    """Nothing is read or checked again when a file changes that nothing depends on."""
    files = {"snipproof.toml": "", "docs/p.mdx": RIGHT, "a.py": region("a = 1"), "other.txt": "", "docs/q.txt": ""}
    workspace = Workspace(load_settings(write(tmp_path, files)))
    for path in ("other.txt", "docs/q.txt", ".snipproof-cache/last-run.json"):
        assert not workspace.depends_on(path, is_edit=True)
    assert not workspace.depends_on("else/new.txt")
    for path in ("docs/p.mdx", "a.py", "snipproof.toml"):
        assert workspace.depends_on(path, is_edit=True)
    assert workspace.depends_on("docs/new.mdx")
    assert workspace.reread("a.py")
    assert not workspace.reread("snipproof.toml")


def test_one_file_under_two_names(tmp_path: Path) -> None:
    """A document that is open through a link as well, or in a folder that is closed, is edited and saved further."""
    root = write(tmp_path / "site", {"snipproof.toml": "", "docs/p.mdx": RIGHT, "a.py": region("a = 1")})
    write(root / "docs", {"inner/snipproof.toml": "", "inner/docs/q.mdx": RIGHT, "inner/a.py": region("a = 1")})
    (tmp_path / "link").symlink_to(root)

    async def session() -> None:
        async with Editor.start(root, folders=[root, root / "docs/inner"]) as editor:
            assert await editor.open("docs/p.mdx") == []
            other_name = str(tmp_path / "link/docs/p.mdx")
            editor.show(other_name)
            editor.close(other_name)
            await editor.rules("docs/p.mdx")
            editor.edit("docs/p.mdx", WRONG)
            await editor.rules("docs/p.mdx", "SP201")
            assert await editor.open("docs/inner/docs/q.mdx") == []
            gone = [WorkspaceFolder((root / "docs/inner").as_uri(), "inner")]
            event = WorkspaceFoldersChangeEvent(added=[], removed=gone)
            editor.client.workspace_did_change_workspace_folders(DidChangeWorkspaceFoldersParams(event))
            editor.edit("docs/inner/docs/q.mdx", WRONG)
            editor.save("docs/inner/docs/q.mdx")
            await editor.rules("docs/inner/docs/q.mdx", "SP201")
            assert editor.popups == []

    run(session())


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    """Nothing is found there, and nothing fails."""
    write(tmp_path, {"snipproof.toml": "", "docs/p.mdx": RIGHT, "a.py": region("a = 1")})
    workspace = Workspace(load_settings(tmp_path, environ={}))
    assert workspace.path_of(tmp_path / "docs/p\0.mdx") is None
    assert workspace.path_of(tmp_path / "docs/\udcff.mdx") == "docs/\udcff.mdx"
    workspace.save("docs/p.mdx")  # which was never opened
    workspace.change("docs/p.mdx", WRONG)
    assert [each.finding.rule for each in workspace.findings_while_typing("docs/p.mdx")] == ["SP201"]
