"""What the client requests, and the commands: each request is answered by one function of this layer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from snipproof.errors import SnipproofError
from snipproof.language_server import code_actions, completion, hover, lenses, navigation, rename, symbols
from snipproof.language_server.commands import COMMANDS, UPDATE, CommandResult, execute, in_thread, snippets_of
from snipproof.language_server.rename_check import RenameError

if TYPE_CHECKING:
    from snipproof.language_server.editor_server import SnipproofServer
    from snipproof.language_server.positions import FilePlace
    from snipproof.language_server.workspace import Workspace

_TRIGGERS = ('"', "'", "`", "{", "/", "#", ",", ":")


class RefusedRequest(JsonRpcException):
    """A request that cannot be answered, with the reason that the client shows to its user."""

    CODE = types.LSPErrorCodes.RequestFailed


class Opened(NamedTuple):
    """The document that a request is about, and what all answers are made of."""

    server: SnipproofServer
    workspace: Workspace
    path: str

    @property
    def text(self) -> str:
        """The text on the screen."""
        return self.workspace.text(self.path)

    def location(self, place: FilePlace) -> types.Location:
        """Return a place as the protocol has it."""
        return types.Location(self.server.uri_of(self.workspace, place.path), place.range)

    def edit(self, edits: Mapping[str, Iterable[types.TextEdit]]) -> types.WorkspaceEdit:
        """Return the edits of files by path, for the versions of open documents that they were made for."""
        by_uri = {self.server.uri_of(self.workspace, path): list(of_file) for path, of_file in edits.items()}
        of_workspace = self.server.client_capabilities.workspace
        supported = of_workspace.workspace_edit if of_workspace else None
        if not (supported and supported.document_changes):
            return types.WorkspaceEdit(changes=by_uri)
        changes = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, self.server.version_of(uri)), of_file
            )
            for uri, of_file in by_uri.items()
        ]
        return types.WorkspaceEdit(document_changes=changes)


def _complete(at: Opened, params: types.CompletionParams) -> list[types.CompletionItem]:
    return completion.completions(at.workspace.site, at.path, at.text, params.position)


def _hover(at: Opened, params: types.HoverParams) -> types.Hover | None:
    return hover.hover(at.workspace.site, at.path, at.text, params.position, at.workspace.last_run.outcomes)


def _definition(at: Opened, params: types.DefinitionParams) -> list[types.Location]:
    return [*map(at.location, navigation.definition(at.workspace.site, at.path, at.text, params.position))]


def _references(at: Opened, params: types.ReferenceParams) -> list[types.Location]:
    declaration = params.context.include_declaration
    site = at.workspace.site
    found = navigation.references(site, at.path, at.text, params.position, declaration=declaration)
    return [*map(at.location, found)]


def _prepare_rename(at: Opened, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    found = rename.prepare_rename(at.workspace.site, at.path, at.text, params.position)
    return types.PrepareRenamePlaceholder(*found) if found else None


def _rename(at: Opened, params: types.RenameParams) -> types.WorkspaceEdit:
    renaming = rename.rename(at.workspace.site, at.path, at.text, params.position, params.new_name)
    changed = [path for path in renaming.edits if at.workspace.is_changed_on_disk(path)]
    if changed:
        at.server.files_changed([(at.workspace.root / path, True) for path in changed])
        raise RenameError(f"{', '.join(changed)}: changed on disk since it was read", "rename it again")
    return at.edit(renaming.edits)


def _outline(at: Opened, _: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    return symbols.document_symbols(at.workspace.site, at.path, at.text)


def _folding(at: Opened, _: types.FoldingRangeParams) -> list[types.FoldingRange]:
    return symbols.folding_ranges(at.workspace.site, at.path, at.text)


def _lenses(at: Opened, _: types.CodeLensParams) -> list[types.CodeLens]:
    return lenses.code_lenses(at.workspace.site, at.path, at.text, at.workspace.last_run.outcomes)


def _code_actions(at: Opened, params: types.CodeActionParams) -> list[types.CodeAction]:
    wanted = params.context.only
    if wanted is not None and not any(types.CodeActionKind.QuickFix.startswith(kind) for kind in wanted):
        return []
    of_document = at.server.client_capabilities.text_document
    supported = of_document.code_action if of_document else None
    found = []
    fixes = code_actions.fixes(at.workspace, at.path, params.range)
    if at.path not in at.workspace.paths and at.path != at.workspace.baseline_path:
        fixes = code_actions.settings_fixes(at.workspace, at.path, params.context.diagnostics)
    for fix in fixes:
        if fix.refused and not (supported and supported.disabled_support):
            continue
        action = types.CodeAction(fix.title, types.CodeActionKind.QuickFix, [fix.diagnostic], fix.preferred)
        if fix.refused:
            action.disabled = types.CodeActionDisabled(fix.refused)
        elif fix.updates:
            action.command = types.Command(fix.title, UPDATE, arguments=[list(fix.updates)])
        else:
            action.edit = at.edit({fix.path: fix.edits})
        found.append(action)
    return found


_OF_DOCUMENTS: Mapping[str, tuple[Callable[[Opened, Any], Any], Any]] = {
    types.TEXT_DOCUMENT_COMPLETION: (_complete, types.CompletionOptions(trigger_characters=_TRIGGERS)),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_DEFINITION: (_definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (_references, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (_prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (_rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (_outline, None),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (_folding, None),
    types.TEXT_DOCUMENT_CODE_LENS: (_lenses, types.CodeLensOptions(resolve_provider=False)),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _code_actions,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    ),
}


def _workspace_symbols(ls: SnipproofServer, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    found = []
    for workspace in ls.workspaces:
        for region in symbols.workspace_symbols(workspace.site, params.query):
            location = Opened(ls, workspace, "").location(region.place)
            kind = types.SymbolKind.Function if region.is_snippet else types.SymbolKind.String
            found.append(types.WorkspaceSymbol(location, region.name, kind, container_name=region.place.path))
    return found


async def _execute(ls: SnipproofServer, command: str, arguments: Iterable[Any]) -> dict[str, Any]:
    """Execute a command in a thread, while other requests are answered."""
    try:
        snippets = snippets_of(command, list(arguments))
        workspace = _workspace_of(ls, snippets)
        loop = asyncio.get_running_loop()

        def report(line: str) -> None:
            loop.call_soon_threadsafe(lambda: ls.log(line))

        result = await in_thread(partial(execute, workspace.root, command, snippets, report=report))
    except SnipproofError as error:
        raise _failed(error) from None
    ls.files_changed((workspace.root / path, True) for path in result.written)
    if workspace.last_run.read_again():
        ls.ran(workspace)
    return _shown(ls, result)


def _workspace_of(ls: SnipproofServer, snippets: Iterable[str]) -> Workspace:
    """Return the workspace of Snippets.

    :raises SnipproofError: none has their Sources, or one of them has changes that are not saved.
    """
    paths = {snippet.partition("::")[0] for snippet in snippets}
    workspace = next((each for each in ls.workspaces if paths <= each.site.sources.keys()), None)
    if workspace is None:
        raise SnipproofError(f"not a Source: {', '.join(sorted(paths))}")
    shown = [each["id"].partition("::")[0] for each in workspace.last_run.outcomes.compared_with(snippets)]
    unsaved = sorted(path for path in {*paths, *shown} if path in workspace.open_paths and not workspace.is_saved(path))
    if unsaved:
        raise SnipproofError(f"{', '.join(unsaved)}: not saved, and the watcher runs what is saved", "save it first")
    return workspace


def _shown(ls: SnipproofServer, result: CommandResult) -> dict[str, Any]:
    kind = types.MessageType.Warning if result.failed and not result.written else types.MessageType.Info
    ls.window_show_message(types.ShowMessageParams(kind, f"snipproof: {result}"))
    return {"passed": result.passed, "failed": result.failed, "written": list(result.written)}


def _failed(error: SnipproofError) -> RefusedRequest:
    hint = f" ({error.hint})" if error.hint else ""
    return RefusedRequest(f"{error.message}{hint}")


def _answer(function: Callable[[Opened, Any], Any], ls: SnipproofServer, params: Any) -> Any:
    place = ls.place_of(params.text_document.uri)
    if place is None:
        return None
    try:
        return function(Opened(ls, *place), params)
    except SnipproofError as error:
        raise _failed(error) from None


def register(server: SnipproofServer) -> None:
    """Let ``server`` answer all requests and execute all commands."""
    for method, (function, options) in _OF_DOCUMENTS.items():
        server.feature(method, options)(_with_server(partial(_answer, function)))
    server.feature(types.WORKSPACE_SYMBOL)(_workspace_symbols)
    for command in COMMANDS:
        server.command(command)(_command(command))


def _with_server(answer: Callable[[SnipproofServer, Any], Any]) -> Callable[[SnipproofServer, Any], Any]:
    # pygls gives the server to functions whose first parameter is `ls`.
    def answered(ls: SnipproofServer, params: Any) -> Any:
        return answer(ls, params)

    return answered


def _command(command: str) -> Callable[..., Any]:
    # pygls looks at the types of the parameters when a command is executed.
    async def executed(ls: Any, *arguments: Any) -> dict[str, Any]:
        return await _execute(ls, command, arguments)

    return executed
