"""The language server: the protocol around :class:`.workspace.Workspace`.

Texts are synchronized as a whole: pages are small, and so no column of an edit can be counted in two ways.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from snipproof import __version__
from snipproof.errors import SnipproofError
from snipproof.language_server.diagnostics import SOURCE, Checked, diagnostic
from snipproof.language_server.disk_changes import DiskChanges
from snipproof.language_server.positions import Positions
from snipproof.language_server.utf16_protocol import Utf16Protocol
from snipproof.language_server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from snipproof.config import Settings

    Diagnostics = Sequence[types.Diagnostic]

_PAUSE = 0.1
"""The seconds without a keystroke after which an edited document is checked."""
_AT_ONCE = 20
"""How many files are checked before messages of the client are answered."""
_REST = 1.0
"""The seconds after a keystroke in which only the edited document is checked."""
_LOOK = 0.5
"""The seconds between two looks at the report of the last run."""
_LOOK_AT_FILES = 2.0
"""The seconds between two looks at all files, if the client does not report what changes."""
_PLACE = re.compile(r"(?P<path>[^:\n]+):(?P<line>\d+):(?P<column>\d+) (?P<message>.*)", re.DOTALL)


class SnipproofServer(LanguageServer):
    """The server of one client.

    :param settings_of: returns the settings of a folder that the client has opened.
    """

    def __init__(self, settings_of: Callable[[Path], Settings]) -> None:
        super().__init__("snipproof", __version__, types.TextDocumentSyncKind.Full, protocol_cls=Utf16Protocol)
        self._settings_of = settings_of
        self._folders: dict[Path, Workspace | None] = {}
        self._uris: dict[Path, str] = {}
        self._published: dict[str, Diagnostics] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._typed = 0.0

    @property
    def workspaces(self) -> list[Workspace]:
        """The docs trees that could be read."""
        return [workspace for workspace in self._folders.values() if workspace is not None]

    def add_folder(self, folder: Path) -> None:
        """Read the docs tree of a folder; what keeps it from being read is logged."""
        self._folders[folder] = None
        self._load(folder)

    def remove_folder(self, folder: Path) -> None:
        """Forget the docs tree of a folder, with everything that was published for it."""
        self._folders.pop(folder, None)
        for uri in [uri for uri in self._published if Path(to_fs_path(uri) or "").is_relative_to(folder)]:
            self._publish(uri, [])

    def log(self, message: str, level: types.MessageType = types.MessageType.Info) -> None:
        """Write to the client's log of this server."""
        self.window_log_message(types.LogMessageParams(level, f"snipproof: {message}"))

    def place_of(self, uri: str) -> tuple[Workspace, str] | None:
        """Return the workspace and the path of a document, ``None`` if it belongs to no docs tree."""
        name = to_fs_path(uri) if uri.startswith("file:") else None
        # The innermost folder counts.
        for workspace in sorted(self.workspaces, key=lambda each: -len(each.root.parts)) if name else ():
            if (path := workspace.path_of(Path(name or ""))) is not None:
                return workspace, path
        return None

    def uri_of(self, workspace: Workspace, path: str) -> str:
        """Return the name of a file of a workspace, as the client writes it."""
        return self._uri(workspace.root / path)

    def version_of(self, uri: str) -> int | None:
        """Return the version of a document, ``None`` if it is not open."""
        document = self.workspace.text_documents.get(unquote(uri))
        return document.version if document else None

    def opened(self, uri: str, text: str) -> None:
        """Check a document that the client has opened."""
        if place := self.place_of(uri):
            workspace, path = place
            self._uris[workspace.root / path] = uri
            workspace.open(path, text)
            self._later(uri, 0, lambda: self._check_document(workspace, path))

    def changed(self, uri: str, text: str) -> None:
        """Check a document that was edited, after a pause."""
        if place := self.place_of(uri):
            workspace, path = place
            self._typed = time.monotonic()
            workspace.change(path, text)
            self._later(uri, _PAUSE, lambda: self._check_document(workspace, path))

    def saved(self, uri: str) -> None:
        """Check everything, a saved document first."""
        if place := self.place_of(uri):
            workspace, path = place
            workspace.save(path)
            if workspace.is_setting(path):
                self._load_soon(workspace)
                return
            self._later(uri, 0, lambda: self._check_document(workspace, path))
            self._check_all_later(workspace)

    def closed(self, uri: str) -> None:
        """Check everything, with the file instead of the document, or with a document that is the same file."""
        if place := self.place_of(uri):
            workspace, path = place
            if uri in self._tasks:
                self._tasks.pop(uri).cancel()
            workspace.close(path)
            for other, document in self.workspace.text_documents.items():
                if other != unquote(uri) and self.place_of(document.uri) == place:
                    self.opened(document.uri, document.source)
            self._check_all_later(workspace)

    def files_changed(self, files: Iterable[tuple[Path, bool]]) -> None:
        """Read again what has changed on disk; each file comes with whether it only has another content now."""
        changes = list(files)
        for folder, workspace in self._folders.items():
            if workspace is None:
                if any(file.is_relative_to(folder) for file, _ in changes):
                    self._load(folder)
                continue
            paths = ((workspace.path_of(file), is_edit) for file, is_edit in changes)
            inside = {path: is_edit for path, is_edit in paths if path and workspace.depends_on(path, is_edit=is_edit)}
            if not all(is_edit and workspace.reread(path) for path, is_edit in inside.items()):
                self._load_soon(workspace)
            elif inside:
                self._check_all_later(workspace)

    def ran(self, workspace: Workspace) -> None:
        """Publish what the last run has found, and let the client request lenses again."""
        self._check_all_later(workspace)
        of_workspace = self.client_capabilities.workspace
        if of_workspace and of_workspace.code_lens and of_workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    def look_at_disk(self, *, files: bool) -> None:
        """Look from now on, until the session ends, whether a run has written its report.

        :param files: whether to look for other changes of files, too: the client does not report them.
        """
        self._later("runs", _LOOK, self._look_for_runs)
        if files:
            self._later("files", 0, self._look_for_changes)

    async def _look_for_runs(self) -> None:
        while True:
            for workspace in self.workspaces:
                if workspace.last_run.read_again():
                    self.ran(workspace)
            await asyncio.sleep(_LOOK)

    async def _look_for_changes(self) -> None:
        changes = DiskChanges()
        while True:
            files = [file for workspace in self.workspaces for file in workspace.files_on_disk]
            self.files_changed(changes.look(files))
            await asyncio.sleep(_LOOK_AT_FILES)

    def _load_soon(self, workspace: Workspace) -> None:
        folder = next(folder for folder, known in self._folders.items() if known is workspace)
        self._later(f"load {folder}", _PAUSE, partial(self._load_later, folder))

    async def _load_later(self, folder: Path) -> None:
        self._load(folder)

    def _load(self, folder: Path) -> None:
        known = self._folders[folder]
        gc.disable()  # all that is read stays, and searching that for cycles takes time
        try:
            settings = self._settings_of(folder)
            if known is None:
                known = self._folders[folder] = Workspace(settings)
                for uri, document in self.workspace.text_documents.items():
                    self.opened(uri, document.source)
            else:
                known.reload(settings)
        except SnipproofError as error:
            self._report(folder, error)
            return
        finally:
            gc.freeze()
            gc.enable()
        self._check_all_later(known)

    def _report(self, folder: Path, error: SnipproofError) -> None:
        """Log an error of the settings, and publish it where it has a place."""
        self.log(f"{folder} cannot be checked: {error}", types.MessageType.Warning)
        place = _PLACE.match(str(error))
        if place and (folder / place["path"]).is_file():
            at = types.Position(int(place["line"]) - 1, int(place["column"]) - 1)
            here = types.Range(at, types.Position(at.line + 1, 0))
            severity = types.DiagnosticSeverity.Error
            found = types.Diagnostic(here, place["message"], severity=severity, source=SOURCE)
            self._publish(self._uri(folder / place["path"]), [found])

    def _check_all_later(self, workspace: Workspace) -> None:
        self._later(f"check {workspace.root}", _PAUSE, lambda: self._check_all(workspace))

    async def _check_document(self, workspace: Workspace, path: str) -> None:
        if path in workspace.open_paths and path in workspace.paths:
            found = _diagnostics(workspace, path, workspace.findings_while_typing(path))
            self._publish(self._uri(workspace.root / path), found, always=True)

    async def _check_all(self, workspace: Workspace) -> None:
        """Check every file, the open ones first. Of others, only what the baseline does not list is published."""
        seen: set[str] = set()
        paths = sorted(workspace.paths, key=lambda path: path not in workspace.open_paths)
        more: dict[str, list[types.Diagnostic]] = {}
        for begin in range(0, len(paths), _AT_ONCE):
            some = paths[begin : begin + _AT_ONCE]
            for path, checked in workspace.findings(some).items():
                is_open = path in workspace.open_paths
                found = _diagnostics(workspace, path, [each for each in checked if is_open or not each.listed])
                if path not in some:
                    more.setdefault(path, []).extend(found)
                else:
                    self._publish(self._uri(workspace.root / path), found)
            seen.update(some)
            while True:
                await asyncio.sleep(max(0, self._typed + _REST - time.monotonic()))
                if time.monotonic() >= self._typed + _REST:
                    break
        for finding in workspace.stale_in_baseline():
            more.setdefault(finding.path, []).extend(_diagnostics(workspace, finding.path, [Checked(finding)]))
        for path, found in more.items():
            self._publish(self._uri(workspace.root / path), found)
        current = {self._uri(workspace.root / path) for path in {*seen, *more}}
        for uri in [uri for uri in self._published if uri not in current]:
            place = self.place_of(uri)
            if place is not None and place[0] is workspace:
                self._publish(uri, [])

    def _uri(self, file: Path) -> str:
        """Return the name of a file, as the client writes it."""
        return self._uris.get(file) or from_fs_path(str(file)) or file.as_uri()

    def _publish(self, uri: str, found: Diagnostics, *, always: bool = False) -> None:
        """Publish what is found in one file; unless ``always``, only if the client shows something else."""
        if always or self._published.get(uri, []) != found:
            self._published[uri] = found
            params = types.PublishDiagnosticsParams(uri, list(found), self.version_of(uri))
            self.text_document_publish_diagnostics(params)
        if not found:
            self._published.pop(uri, None)

    def _later(self, name: str, delay: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` after ``delay`` seconds, instead of what waits or runs under the same name."""
        if name in self._tasks:
            self._tasks[name].cancel()

        async def run() -> None:
            await asyncio.sleep(delay)
            try:
                await work()
            except SnipproofError as error:
                self.log(str(error), types.MessageType.Error)

        self._tasks[name] = asyncio.ensure_future(run())


def _diagnostics(workspace: Workspace, path: str, found: Iterable[Checked]) -> list[types.Diagnostic]:
    """Return the diagnostics of Findings, and those of what the last run found, in a file."""
    failures = workspace.failures(path)
    found = list(found)
    positions = Positions(workspace.text(path) if found else "")
    return [*(diagnostic(checked, positions) for checked in found), *(each.diagnostic for each in failures)]
