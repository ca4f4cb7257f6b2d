"""Every request and command, by a real client over standard input and output."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.support.editor import Editor, run
from tests.support.editor_site import FILES, PAGE, SOURCE
from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.config import load_settings
from snipproof.language_server.editor_session import make_server
from snipproof.language_server.requests import RefusedRequest
from snipproof.report.last_run import keep_last_run, last_run_file
from snipproof.report.tree_facts import text_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATH, SEARCH = "code/search.py", "code/search.py::search"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return the root of a small site."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    return tmp_path


def write_last_run(root: Path) -> None:
    """Write the report of a run that printed a cat instead of a dog."""
    differences = [{"line": 6, "path": "$.title", "message": 'expected "A dog", actual "A cat"'}]
    compared = make_expectation(
        SEARCH,
        "differs",
        id=f"{PATH}::Expected search results",
        line=5,
        segments=[[6, 6]],
        differences=differences,
        rows=[["changed", 6, '{"title": "A dog"}', '{"title": "A cat"}']],
    )
    report = make_report([make_snippet(SEARCH, "failed", line=1)], [compared])
    entry: Any = {"path": PATH, "suite": "code/suite.yaml", "digest": text_digest(SOURCE), "duration": 1.0}
    report["run"]["sources"] = [entry]
    keep_last_run(root, report)
    assert last_run_file(root).exists()


def test_answers(site: Path) -> None:
    """Each function of this layer is reached, with its places as the client names them."""

    async def session() -> None:
        async with Editor.start(site) as editor:
            await editor.open("docs/search.mdx")
            await editor.open(PATH)
            client = editor.client
            page, marker = editor.at("docs/search.mdx", 'startMarker="¦# START search"')
            source, name = editor.at(PATH, "# START sea¦rch")
            offered = await client.text_document_completion_async(types.CompletionParams(page, marker))
            assert isinstance(offered, list)
            assert [each.label for each in offered] == ["# START search", "# START Expected search results"]
            hovered = await client.text_document_hover_async(types.HoverParams(page, marker))
            assert hovered is not None
            assert 'print(search("a dog"))' in str(hovered.contents)
            places = await client.text_document_definition_async(types.DefinitionParams(page, marker))
            assert isinstance(places, list)
            assert [(each.uri, each.range.start.line) for each in places if isinstance(each, types.Location)] == [
                (editor.uri(PATH), 0)
            ]
            context = types.ReferenceContext(include_declaration=True)
            found = await client.text_document_references_async(types.ReferenceParams(context, source, name))
            assert sorted({editor.path(each.uri) for each in found or ()}) == [
                PATH,
                "docs/search.mdx",
                "i18n/ja/search.mdx",
            ]
            outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(source))
            assert [each.name for each in outline or ()] == ["search", "Expected search results"]
            wanted = await client.workspace_symbol_async(types.WorkspaceSymbolParams("expected"))
            assert [(each.name, each.container_name) for each in wanted or ()] == [("Expected search results", PATH)]
            folded = await client.text_document_folding_range_async(types.FoldingRangeParams(source))
            assert [(each.start_line, each.end_line) for each in folded or ()] == [(0, 1), (4, 5)]
            lenses = await client.text_document_code_lens_async(types.CodeLensParams(source))
            assert [each.command.title for each in lenses or () if each.command] == [
                "shown by 2 pages",
                "run",
                "shown by 2 pages",
                "update",
            ]
            outside = types.TextDocumentIdentifier("untitled:1")
            assert await client.text_document_hover_async(types.HoverParams(outside, marker)) is None
            assert set(editor.capabilities.execute_command_provider.commands) == {"snipproof.run", "snipproof.update"}  # type: ignore[union-attr]

    run(session())


def test_columns_behind_other_characters(site: Path) -> None:
    """They are UTF-16 code units, which the client learns, even if it prefers others."""
    before = "検索 😀 "

    async def session() -> None:
        async with Editor.start(site) as editor:
            text = PAGE.replace("<FilteredTextBlock", f"{before}<FilteredTextBlock").replace(
                "START search", "START zearch"
            )
            (found,) = [each for each in await editor.open("docs/search.mdx", text) if each.code == "SP201"]
            assert editor.capabilities.position_encoding == types.PositionEncodingKind.Utf16
            assert found.range.start.character == len(before.encode("utf-16-le")) // 2
            editor.apply((await editor.fixes("docs/search.mdx", found))["Write '# START search'"].edit)
            assert editor.text("docs/search.mdx") == text.replace("START zearch", "START search")

    run(session())


def test_rename(site: Path) -> None:
    """It edits all files; it is refused while one of them has changed on disk, and for a name that is taken."""

    async def session() -> None:
        async with Editor.start(site) as editor:
            await editor.open(PATH)
            source, name = editor.at(PATH, "# START sea¦rch")
            prepared = await editor.client.text_document_prepare_rename_async(types.PrepareRenameParams(source, name))
            assert isinstance(prepared, types.PrepareRenamePlaceholder)
            assert prepared.placeholder == "search"
            editor.write("docs/search.mdx", PAGE + "\nMore.\n", report=False)
            params = types.RenameParams(position=name, new_name="find", text_document=source)
            with pytest.raises(JsonRpcException, match=r"docs/search.mdx: changed on disk since it was read"):
                await editor.client.text_document_rename_async(params)
            editor.write("docs/search.mdx", PAGE)
            taken = types.RenameParams(position=name, new_name="Expected search results", text_document=source)
            with pytest.raises(JsonRpcException, match="already has the name"):
                await editor.client.text_document_rename_async(taken)
            editor.apply(await editor.client.text_document_rename_async(params))
            assert "# START find\n" in editor.text(PATH)
            assert "{of: find}" in editor.text(PATH)
            for page in ("docs/search.mdx", "i18n/ja/search.mdx"):
                assert 'startMarker="# START find"' in (site / page).read_text(encoding="utf-8")
            await editor.rules(PATH)
            assert editor.popups == []

    run(session())


def test_the_last_run(site: Path) -> None:
    """Output that differs is an error at its lines, beside what was printed, until the text is another one."""

    async def session() -> None:
        async with Editor.start(site) as editor:
            await editor.open(PATH)
            write_last_run(site)
            await editor.rules(PATH, "output")
            (found,) = editor.shown[PATH]
            assert (found.range.start.line, found.severity) == (5, types.DiagnosticSeverity.Error)
            assert found.message.endswith('- {"title": "A dog"}\n+ {"title": "A cat"}')
            await editor.until(lambda: editor.refreshed > 0)
            fix = (await editor.fixes(PATH, found))["Update this Expectation: write what was printed"]
            assert fix.command is not None
            assert (fix.command.command, list(fix.command.arguments or ())) == ("snipproof.update", [[SEARCH]])
            (found,) = await editor.type(PATH, "# A comment.\n" + SOURCE)
            assert (found.range.start.line, found.severity) == (5, types.DiagnosticSeverity.Information)
            refused = (await editor.fixes(PATH, found))[fix.title]
            assert refused.disabled is not None
            assert refused.disabled.reason == f"{PATH} is not saved"
            last_run_file(site).unlink()
            await editor.rules(PATH)

    run(session())


@contextmanager
def watcher(
    root: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object] = lambda: None
) -> Iterator[list[Any]]:
    """Stand in for a running watcher of ``root``: ``work``, then answer each request; yield the requests."""
    from snipproof.processes.sessions import sessions_folder
    from snipproof.watch.request_socket import Client, Server

    monkeypatch.setenv("TMPDIR", str(root))
    monkeypatch.setattr(tempfile, "tempdir", str(root))
    requests: list[Any] = []
    folder = sessions_folder() / "1"
    folder.mkdir(parents=True)

    def handle(client: Client, message: dict[str, Any]) -> None:
        if message["request"] == "status":
            client.finish(0, 0, [])
            return
        requests.append(message)
        work()
        if message["request"] == "update":
            (root / PATH).write_text(SOURCE.replace("A dog", "A cat"), encoding="utf-8")
        client.send({"event": "outcome", "snippet": SEARCH, "outcome": "passed", "message": ""})
        client.finish(1, 0, [PATH])

    server = Server(folder, root, handle)
    try:
        yield requests
    finally:
        server.stop()


def test_commands(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watcher of the checkout executes them; what it writes is read again."""

    async def session(requests: list[Any]) -> None:
        async with Editor.start(site) as editor:
            execute = editor.client.workspace_execute_command_async
            await editor.open("docs/search.mdx")
            update = types.ExecuteCommandParams("snipproof.update", [[SEARCH]])
            assert await execute(update) == {"passed": 1, "failed": 0, "written": [PATH]}
            assert requests == [{"request": "update", "snippets": [SEARCH]}]
            assert editor.popups == [f"snipproof: {PATH} was updated"]
            assert any(f"{SEARCH}: passed" in line for line in editor.log)
            page, marker = editor.at("docs/search.mdx", '"¦# START Expected search')
            hovered = await editor.client.text_document_hover_async(types.HoverParams(page, marker))
            assert "A cat" in json.dumps(str(hovered))
            await editor.open(PATH)
            await editor.type(PATH, SOURCE + "\n")
            with pytest.raises(JsonRpcException, match=r"code/search.py: not saved"):
                await execute(update)
            with pytest.raises(JsonRpcException, match=r"not a Source: code/other.py"):
                await execute(types.ExecuteCommandParams("snipproof.run", ["code/other.py::x"]))

    with watcher(site, monkeypatch) as requests:
        run(session(requests))


def message(method: str, params: object, **more: int) -> bytes:
    """Return a message as it stands in the stream."""
    text = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text)


@pytest.mark.parametrize("how", ["is closed", "dies"])
def test_an_editor_that_ends_during_a_command(site: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """The server ends, too, although the watcher works on."""
    ended = threading.Event()
    begin: object = {"processId": None, "capabilities": {}, "rootUri": site.as_uri()}
    run_it = {"command": "snipproof.run", "arguments": [[SEARCH]]}
    with watcher(site, monkeypatch, partial(ended.wait, 60)) as requests:
        command = [sys.executable, "-m", "snipproof", "server"]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert server.stdin
        try:
            server.stdin.write(message("initialize", begin, id=1) + message("initialized", {}))
            server.stdin.write(message("workspace/executeCommand", run_it, id=2))
            server.stdin.flush()
            deadline = time.monotonic() + 30
            while not requests:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            last = message("shutdown", None, id=3) + message("exit", None) if how == "is closed" else b""
            output, errors = server.communicate(last, 15)
        finally:
            ended.set()
            server.kill()
            server.communicate()
    assert server.returncode == 0
    if how == "is closed":
        assert b"Traceback" not in errors
        answers = [json.loads(part.partition(b"\r\n\r\n")[2]) for part in output.split(b"Content-Length: ")[1:]]
        assert any(each.get("id") == 3 and each.get("result", "") is None for each in answers)


def test_a_refusal_is_not_logged() -> None:
    """The log of the server has a traceback of a defect only."""
    make_server(load_settings)
    logger = logging.getLogger("pygls.protocol.json_rpc")
    for error, logged in ((RefusedRequest("no Region stands here"), False), (KeyError("x"), True)):
        info = (type(error), error, None)
        assert bool(logger.filter(logger.makeRecord(logger.name, logging.ERROR, "", 0, "", (), info))) is logged


def test_no_watcher(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the command that starts one."""
    monkeypatch.setenv("TMPDIR", str(site))

    async def session() -> None:
        async with Editor.start(site) as editor:
            with pytest.raises(
                JsonRpcException, match=r"no watcher runs for this checkout \(start `snipproof watch`\)"
            ):
                await editor.client.workspace_execute_command_async(
                    types.ExecuteCommandParams("snipproof.run", [[SEARCH]])
                )

    run(session())
