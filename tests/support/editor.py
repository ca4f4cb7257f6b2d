"""An editor: a client of ``snipproof server`` over standard input and output, in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, Union

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter
from tests.support.editor_site import apply

from snipproof.language_server.positions import Positions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
    from pathlib import Path

    from cattrs import Converter

_TIMEOUT = 60.0
_Handler = TypeVar("_Handler")


def run(session: Coroutine[Any, Any, None]) -> None:
    """Run one session of an editor."""
    asyncio.run(session)


def _converter() -> Converter:
    """Return pygls' converter, which takes a code action with a command for a command."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]

    def structure(value: Any, _: Any) -> Any:
        return converter.structure(value, types.CodeAction)

    converter.register_structure_hook(types.Command | types.CodeAction, structure)
    converter.register_structure_hook(Union[types.Command, types.CodeAction], structure)  # noqa: UP007 (as lsprotocol has it)
    return converter


class Editor:
    """The documents of one client, and what the server has published for them.

    :ivar shown: the diagnostics of every file, by its path below the root.
    :ivar log: the messages of the server's log; ``popups`` are those that a user would have to close.
    :ivar refreshed: how often lenses had to be requested again.
    """

    def __init__(self, root: Path, client: LanguageClient) -> None:
        self.root = root
        self.client = client
        self.shown: dict[str, list[types.Diagnostic]] = {}
        self.log: list[str] = []
        self.popups: list[str] = []
        self.refreshed = 0
        self.capabilities = types.ServerCapabilities()
        self.watchers: list[types.Registration] = []
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._checked: dict[str, int] = {}
        self._news = asyncio.Event()
        feature: Callable[[str], Callable[[_Handler], _Handler]] = client.feature

        @feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            path = self.path(params.uri)
            self.shown[path] = list(params.diagnostics)
            if params.version is not None:
                self._checked[path] = params.version
            self._news.set()

        @feature(types.WINDOW_LOG_MESSAGE)
        def log(params: types.LogMessageParams) -> None:
            self.log.append(params.message)
            self._news.set()

        @feature(types.WINDOW_SHOW_MESSAGE)
        def show(params: types.ShowMessageParams) -> None:
            self.popups.append(params.message)

        @feature(types.WORKSPACE_CODE_LENS_REFRESH)
        def refresh(_: None) -> None:
            self.refreshed += 1
            self._news.set()

        @feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.watchers.extend(params.registrations)

    @classmethod
    @asynccontextmanager
    async def start(
        cls, root: Path, *arguments: str, folders: Sequence[Path] | None = None, watches: bool = True
    ) -> AsyncIterator[Editor]:
        """Start a server, begin a session in ``root`` or in ``folders``, and end both.

        :param watches: whether this editor can report which files change on disk.
        """
        client = LanguageClient("tests", "1", converter_factory=_converter)
        editor = cls(root, client)
        await client.start_io(sys.executable, "-m", "snipproof", "server", *arguments)
        watched = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watches)
        workspace = types.WorkspaceClientCapabilities(
            did_change_watched_files=watched,
            workspace_folders=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True),
        )
        fixes = types.CodeActionClientCapabilities(disabled_support=True)
        document = types.TextDocumentClientCapabilities(code_action=fixes)
        # What Neovim prefers; the server may choose.
        encodings = [types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16]
        general = types.GeneralClientCapabilities(position_encodings=encodings)
        result = await client.initialize_async(
            types.InitializeParams(
                types.ClientCapabilities(workspace=workspace, text_document=document, general=general),
                root_uri=root.as_uri(),
                workspace_folders=[types.WorkspaceFolder(each.as_uri(), each.name) for each in folders or [root]],
            )
        )
        editor.capabilities = result.capabilities
        client.initialized(types.InitializedParams())
        try:
            yield editor
            await asyncio.wait_for(client.shutdown_async(None), _TIMEOUT)
        finally:
            client.exit(None)
            stopped: Coroutine[Any, Any, None] = client.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait_for(stopped, _TIMEOUT)

    def uri(self, path: str) -> str:
        """Return the name of a file in messages."""
        return (self.root / path).as_uri()

    def path(self, uri: str) -> str:
        """Return the path of a file below the root."""
        from pygls.uris import to_fs_path

        name = to_fs_path(uri) or uri
        return name.removeprefix(f"{self.root}/")

    async def open(self, path: str, text: str | None = None) -> list[types.Diagnostic]:
        """Open a Page or a Source, with another ``text`` if that is given, and return what is found in it."""
        self.show(path, text)
        return await self.checked(path)

    def show(self, path: str, text: str | None = None) -> None:
        """Open any file."""
        given = (self.root / path).read_bytes().decode() if text is None else text
        self._texts[path], self._versions[path] = given, 1
        self._checked.pop(path, None)
        item = types.TextDocumentItem(self.uri(path), "plaintext", 1, given)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    async def type(self, path: str, text: str) -> list[types.Diagnostic]:
        """Replace the text of an open document, and return what is found in it."""
        self.edit(path, text)
        return await self.checked(path)

    def edit(self, path: str, text: str) -> None:
        """Replace the text of an open document."""
        self._texts[path] = text
        self._versions[path] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[path], self.uri(path))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, path: str) -> None:
        """Write an open document to its file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(self._texts[path].encode())
        self.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(self.uri(path)))
        )

    def close(self, path: str) -> None:
        """Close a document, without saving it."""
        self._texts.pop(path)
        document = types.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def write(self, path: str, text: str | None, *, report: bool = True) -> None:
        """Change a file on disk as another program does, or remove it, and report that to the server."""
        file = self.root / path
        kind = types.FileChangeType.Changed if file.exists() else types.FileChangeType.Created
        if text is None:
            kind = types.FileChangeType.Deleted
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        if report:
            event = types.FileEvent(self.uri(path), kind)
            self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def at(self, path: str, cursor: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """Return a document, and the position in it where ``cursor``, a part of its text, has ``¦``."""
        text = self._texts[path]
        offset = text.index(cursor.replace("¦", "")) + cursor.index("¦")
        return types.TextDocumentIdentifier(self.uri(path)), Positions(text).position(offset)

    async def fixes(self, path: str, found: types.Diagnostic) -> dict[str, types.CodeAction]:
        """Return the quick fixes at a diagnostic of an open document, by title."""
        document = types.TextDocumentIdentifier(self.uri(path))
        context = types.CodeActionContext([found])
        params = types.CodeActionParams(document, found.range, context)
        answered = await self.client.text_document_code_action_async(params)
        return {each.title: each for each in answered or () if isinstance(each, types.CodeAction)}

    def apply(self, edit: types.WorkspaceEdit | None) -> None:
        """Apply an edit to documents: the open ones, whose version it has to name, and to the files of all others."""
        assert edit is not None
        for change in edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            path = self.path(change.text_document.uri)
            assert change.text_document.version == self._versions.get(path)
            edits = [each for each in change.edits if isinstance(each, types.TextEdit)]
            if path in self._texts:
                self.edit(path, apply(self._texts[path], edits))
            else:
                self.write(path, apply((self.root / path).read_bytes().decode(), edits))

    def text(self, path: str) -> str:
        """Return the text of an open document."""
        return self._texts[path]

    async def checked(self, path: str) -> list[types.Diagnostic]:
        """Return what is found in the current text of an open document."""
        await self.until(lambda: self._checked.get(path) == self._versions[path])
        return self.shown[path]

    async def rules(self, path: str, *expected: str) -> None:
        """Wait until a file has findings of exactly these rules."""
        await self.until(lambda: sorted(str(each.code) for each in self.shown.get(path, ())) == sorted(expected))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; what the server sends is looked at again each time."""

        async def wait() -> None:
            while not condition():
                self._news.clear()
                await self._news.wait()

        try:
            await asyncio.wait_for(wait(), _TIMEOUT)
        except TimeoutError:
            found = {path: [each.message for each in each_file] for path, each_file in self.shown.items()}
            raise AssertionError(f"not reached; shown: {found}; log: {self.log}") from None
