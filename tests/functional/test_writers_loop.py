"""A writer's loop from end to end: an editor, a watcher, a real server, and the text that the site gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from tests.support.editor import Editor, run
from tests.support.watching import Watch, temporary_folder

from snipproof.cli.main import main
from snipproof.report.last_run import last_run_file

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_without_slow_plugins")]

PATH = "snippets/py/source.py"
SOURCE = """\
# START one
print({"title": "A dog"})
# END one
'''
# START Expected one results
{"title": "A dog"}
# END Expected one results
'''
"""
PAGE = """\
import A from '!!raw-loader!../snippets/py/source.py';

<FilteredTextBlock text={A} startMarker="# START one" endMarker="# END one" language="py" />

<FilteredTextBlock
  text={A}
  startMarker="# START Expected one results"
  endMarker="# END Expected one results"
  language="json"
/>
"""


def test_writers_loop(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query changes; its output is red at the expected block; "update" writes it; the site gets the proven text."""
    project.write(PATH, SOURCE)
    project.write("docs/page.mdx", PAGE)
    root, address = project.pytester.path, project.services.weaviate
    environ = {
        "SNIPPROOF_WEAVIATE_MODE": "url",
        "SNIPPROOF_WEAVIATE_URL": address.url,
        "SNIPPROOF_WEAVIATE_GRPC": f"{address.grpc_host}:{address.grpc_port}",
    }

    async def session(watch: Watch) -> None:
        async with Editor.start(root) as editor:
            assert await editor.open(PATH) == []
            changed = SOURCE.replace('print({"title": "A dog"})', 'print({"title": "A cat"})')
            assert await editor.type(PATH, changed) == []
            editor.save(PATH)
            await editor.rules(PATH, "output")
            (found,) = editor.shown[PATH]
            assert (found.range.start.line, found.severity) == (5, types.DiagnosticSeverity.Error)
            assert '- {"title": "A dog"}\n+ {"title": "A cat"}' in found.message
            fix = (await editor.fixes(PATH, found))["Update this Expectation: write what was printed"]
            assert fix.command is not None
            command = types.ExecuteCommandParams(fix.command.command, fix.command.arguments)
            answer = await editor.client.workspace_execute_command_async(command)
            assert answer == {"passed": 0, "failed": 1, "written": [PATH]}
            written = (root / PATH).read_text(encoding="utf-8")
            assert written == SOURCE.replace("A dog", "A cat")
            watch.wait_for("1 passed in")
            editor.edit(PATH, written)  # editors read a file again that has changed below a saved document
            editor.save(PATH)
            await editor.rules(PATH)
            assert editor.popups == [f"snipproof: {PATH} was updated"]

    with temporary_folder() as temporary:
        monkeypatch.setenv("TMPDIR", str(temporary))
        watch = Watch(root, temporary, environ=environ)
        try:
            watch.wait_for("h for help")
            run(session(watch))
        finally:
            watch.close()
    manifest = root / "manifest.json"
    arguments = ["--root", str(root), "--report", str(last_run_file(root)), "--output", str(manifest)]
    assert main(["extract", *arguments]) == 0
    blocks = json.loads(manifest.read_text(encoding="utf-8"))["references"]
    shown = [(block["shown"], block["proven"]["state"]) for block in blocks]
    assert shown == [('print({"title": "A cat"})', "proven"), ('{"title": "A cat"}', "proven")]
