/** Runs `snipproof server` for the first folder of the workspace that has settings of snipproof. */
import {commands, window, workspace, type ExtensionContext} from 'vscode';
import {ExecuteCommandRequest, LanguageClient} from 'vscode-languageclient/node';
import {DOCUMENTS, hasSettings, requiresWatcher, serverExecutable, watcherExecutable} from './client';

let client: LanguageClient | undefined;
let served: string | undefined;
// One change at a time: a client that is starting cannot be stopped.
let changes: Promise<void> = Promise.resolve();

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand('snipproof.restart', restart),
    commands.registerCommand('snipproof.watch', watch),
    workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('snipproof.command') && restart()),
    workspace.onDidChangeWorkspaceFolders(() => folderToServe() === served || restart()),
  );
  await restart();
}

export function deactivate(): Promise<void> {
  return (changes = changes.then(stop));
}

function restart(): Promise<void> {
  return (changes = changes.then(stop).then(start));
}

async function stop(): Promise<void> {
  const stopped = client;
  client = served = undefined;
  if (!stopped?.isRunning()) return;
  try {
    await stopped.stop();
  } catch (error) {
    stopped.error('the server failed to end', error, false);
  }
}

async function start(): Promise<void> {
  const folder = folderToServe();
  if (folder === undefined) return;
  served = folder;
  client = new LanguageClient('snipproof', serverExecutable(command(), folder), {
    documentSelector: DOCUMENTS,
    middleware: {executeCommand: execute},
  });
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = 'Install it (pip install "snipproof[editor]"), or set snipproof.command; then run "snipproof: Restart".';
    void window.showErrorMessage(`snipproof: the language server failed to start: ${reason}. ${hint}`);
  }
}

/** Run or update Snippets; the client library would show a failure twice, with the name of the request. */
async function execute(name: string, given: unknown[]): Promise<unknown> {
  try {
    return await client?.sendRequest(ExecuteCommandRequest.type, {command: name, arguments: given as never[]});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offered = requiresWatcher(message) ? ['Start it'] : [];
    if (await window.showErrorMessage(`snipproof: ${message}`, ...offered)) watch();
    return undefined;
  }
}

/** Show the watcher in a terminal. */
function watch(): void {
  const folder = folderToServe();
  if (folder === undefined) {
    void window.showErrorMessage('snipproof: no folder of this workspace has settings of snipproof');
    return;
  }
  const {command: shellPath, args: shellArgs, options} = watcherExecutable(command(), folder);
  const name = 'snipproof watch';
  const running = window.terminals.find((each) => each.name === name && each.exitStatus === undefined);
  (running ?? window.createTerminal({name, shellPath, shellArgs, ...options})).show(true);
}

function command(): string[] {
  return workspace.getConfiguration('snipproof').get<string[]>('command', []);
}

function folderToServe(): string | undefined {
  const folders = (workspace.workspaceFolders ?? []).filter(({uri}) => uri.scheme === 'file');
  return folders.map(({uri}) => uri.fsPath).find(hasSettings);
}
