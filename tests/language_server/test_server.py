"""A real client over standard input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import DiagnosticSeverity
from tests.support.editor import Editor, run
from tests.support.lint import block, page, region

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
