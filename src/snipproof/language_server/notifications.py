"""What the client reports: documents that are opened, edited, saved or closed, files and folders that change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from snipproof.language_server.editor_server import SnipproofServer


def _initialized(ls: SnipproofServer, _: types.InitializedParams) -> None:
    folders = [to_fs_path(folder.uri) for folder in ls.workspace.folders.values()] or [ls.workspace.root_path]
    for name in folders:
        if name:
            ls.add_folder(Path(name))
    ls.look_at_disk(files=not _watch_files(ls))


def _opened(ls: SnipproofServer, params: types.DidOpenTextDocumentParams) -> None:
    ls.opened(params.text_document.uri, params.text_document.text)


def _changed(ls: SnipproofServer, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    ls.changed(uri, ls.workspace.get_text_document(uri).source)


def _saved(ls: SnipproofServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.saved(params.text_document.uri)


def _closed(ls: SnipproofServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.closed(params.text_document.uri)


def _files_changed(ls: SnipproofServer, params: types.DidChangeWatchedFilesParams) -> None:
    changes = [(to_fs_path(each.uri), each.type is types.FileChangeType.Changed) for each in params.changes]
    ls.files_changed((Path(name), is_edit) for name, is_edit in changes if name)


def _folders_changed(ls: SnipproofServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        ls.remove_folder(Path(to_fs_path(folder.uri) or ""))
    for folder in params.event.added:
        ls.add_folder(Path(to_fs_path(folder.uri) or ""))


NOTIFICATIONS: Mapping[str, Callable[[SnipproofServer, Any], None]] = {
    types.INITIALIZED: _initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _files_changed,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders_changed,
}


def _watch_files(server: SnipproofServer) -> bool:
    """Let the client report files that change on disk, if it can; return whether it does."""
    of_workspace = server.client_capabilities.workspace
    watched = of_workspace.did_change_watched_files if of_workspace else None
    if not (watched and watched.dynamic_registration):
        return False
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
    registration = types.Registration("watched-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    server.client_register_capability(types.RegistrationParams([registration]))
    return True
