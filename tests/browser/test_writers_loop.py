"""The writer's loop, from end to end: an editor, a watcher with a real server, and the site in a browser beside it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import watchfiles
from lsprotocol import types
from tests.browser.reader import Reader, expect
from tests.support.editor import Editor
from tools import build_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("chromium", "node")]

PATIENCE = 60.0  # seconds
PATH = "code/photos.py"
EXPECTED = """\
# START Expected titles results
A boat
A bridge
# END Expected titles results
"""
SOURCE = f'''\
import weaviate

client = weaviate.connect_to_local()
photos = client.collections.create("Photo")
for title in ("A boat", "A bridge", "A cat"):
    photos.data.insert({{"title": title}})

# START titles
from weaviate.classes.query import Sort

found = photos.query.fetch_objects(sort=Sort.by_property("title"), limit=2)
for photo in found.objects:
    print(photo.properties["title"])
# END titles

"""
{EXPECTED}"""
client.close()
'''
TAG = '<FilteredTextBlock text={Code} startMarker="# START %s" endMarker="# END %s" language="%s" />'
PAGE = f"""\
import Code from '!!raw-loader!/code/photos.py';
import FilteredTextBlock from '@site/src/components/FilteredTextBlock';

# Photos

{TAG % ("titles", "titles", "py")}

{TAG % ("Expected titles results", "Expected titles results", "text")}
"""
SUITE = """\
flavour: py
language: python
sources: ["*.py"]
lock: requirements.lock
bindings:
  - find: connect_to_local()
    replace: connect_to_local(port={weaviate.port}, grpc_port={weaviate.grpc_port})
"""
CONFIG = """\
export default {
  title: 'Photos',
  url: 'https://example.org',
  baseUrl: '/',
  future: {v4: true, faster: true},
  presets: [['classic', {docs: {routeBasePath: '/'}, blog: false}]],
  plugins: [['docusaurus-plugin-snipproof', {command: [%r, '-m', 'snipproof']}]],
};
"""


def write_project(root: Path) -> None:
    """Write a docs tree with a site that shows one Source."""
    shutil.rmtree(root, ignore_errors=True)
    files = {
        "snipproof.toml": 'pages = ["docs"]\nsuites = ["code/suite.yaml"]\n[weaviate]\nmode = "embedded"\n',
        "pytest.ini": "[pytest]\n",  # not the settings of this repository
        "code/suite.yaml": SUITE,
        "code/photos.py": SOURCE,
        "code/requirements.lock": (build_site.ROOT / "snippets/python-v4/requirements.lock").read_text(),
        "docs/photos.mdx": PAGE,
        "docusaurus.config.js": CONFIG % sys.executable,
        "package.json": '{"private": true}\n',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    shutil.copytree(build_site.SITE / "src/components", root / "src/components")


class Program:
    """A program that runs until the ``with`` block ends.

    :param log: the file for what it prints.
    """

    def __init__(self, log: Path, root: Path, *command: str) -> None:
        hidden = ("CI", "COV", "PYTEST_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environment |= {"DOCUSAURUS_DISABLE_TELEMETRY": "true", "NO_UPDATE_NOTIFIER": "1"}
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
            )

    def __enter__(self) -> Self:
        """It has begun already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()

    def wait_for(self, text: str) -> None:
        """Wait until it prints ``text``."""
        end = time.monotonic() + PATIENCE
        while text not in self._log.read_text():
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"no {text!r}:\n{self._log.read_text()}", pytrace=False)
            time.sleep(0.05)


@asynccontextmanager
async def files_reported(editor: Editor) -> AsyncIterator[None]:
    """Do what editors do when files change on disk: report it to the server, and read an open document again."""
    ready, end = asyncio.Event(), asyncio.Event()

    async def report() -> None:
        watch = partial(watchfiles.awatch, watch_filter=None, step=20, rust_timeout=200, yield_on_timeout=True)
        async for changes in watch(editor.root, stop_event=end):
            ready.set()
            events = [types.FileEvent(Path(name).as_uri(), types.FileChangeType(int(kind))) for kind, name in changes]
            if events:
                editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))
            text = (editor.root / PATH).read_text()
            if text != editor.text(PATH):
                editor.edit(PATH, text)

    reporting = asyncio.create_task(report())
    await ready.wait()
    try:
        yield
    finally:
        end.set()
        await reporting


def red(editor: Editor) -> list[types.Diagnostic]:
    """Return the errors that the Source shows."""
    return [each for each in editor.shown.get(PATH, ()) if each.severity is types.DiagnosticSeverity.Error]


async def change_the_query(root: Path) -> None:
    """Request one photo more, see in red that the output shown is another one now, and update it."""
    async with Editor.start(root) as editor:
        assert await editor.open(PATH) == []
        async with files_reported(editor):
            editor.edit(PATH, SOURCE.replace("limit=2", "limit=3"))
            editor.save(PATH)
            await editor.until(lambda: bool(red(editor)))
            (difference,) = red(editor)
            line = editor.text(PATH).split("\n")[difference.range.start.line]
            assert line in ("A bridge", "# END Expected titles results"), difference
            assert "  A boat\n  A bridge\n+ A cat" in difference.message

            (fix,) = (await editor.fixes(PATH, difference)).values()
            assert fix.command
            assert fix.command.command == "snipproof.update"
            await editor.client.workspace_execute_command_async(
                types.ExecuteCommandParams(fix.command.command, arguments=fix.command.arguments)
            )
            await editor.until(lambda: "A bridge\nA cat\n# END" in editor.text(PATH) and editor.shown.get(PATH) == [])
            document = types.TextDocumentIdentifier(editor.uri(PATH))
            lenses = await editor.client.text_document_code_lens_async(types.CodeLensParams(document))
            facts = [each.command.title for each in lenses or () if each.command and not each.command.command]
            assert facts == ["shown by 1 page · proven just now", "shown by 1 page · matched just now"]


def test_a_changed_query_is_proven_and_shown(tmp_path: Path, reader: Reader) -> None:
    """The writer edits and saves one file, and accepts the new output: all else shows by itself."""
    docusaurus = build_site.SITE / "node_modules/@docusaurus/core/bin/docusaurus.mjs"
    if not docusaurus.is_file():
        pytest.fail(f"{docusaurus} is missing: tox run -e site", pytrace=False)
    root = build_site.SITE / ".sites/writers-loop"
    write_project(root)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    start = ("node", str(docusaurus), "start", "--no-open", "--host", "127.0.0.1", "--port", port)
    with (
        Program(tmp_path / "watch.log", root, sys.executable, "-m", "snipproof", "watch", "code") as watcher,
        Program(tmp_path / "site.log", root, *start) as site,
        ThreadPoolExecutor(1) as editors,  # Playwright has the event loop of this thread
    ):
        watcher.wait_for("1 passed")
        site.wait_for("compiled successfully")
        page = reader.open(f"http://127.0.0.1:{port}/photos")
        code, output = page.locator("pre").all()
        expect(output).to_have_text(lines("A boat", "A bridge"))
        editors.submit(asyncio.run, change_the_query(root)).result()
        expect(code).to_contain_text("limit=3")
        expect(output).to_have_text(lines("A boat", "A bridge", "A cat"))
        reader.keep(page, "proven")
        page.goto("about:blank")  # the page would miss its server


def lines(*shown: str) -> re.Pattern[str]:
    """Return the pattern of a block with these lines."""
    return re.compile(r"\s*".join(["^", *map(re.escape, shown), "$"]))
