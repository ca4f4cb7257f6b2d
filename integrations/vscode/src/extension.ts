/** Runs `snipproof server` for the first folder of the workspace that has settings of snipproof. */
import {commands, window, workspace, type ExtensionContext} from 'vscode';
import {LanguageClient} from 'vscode-languageclient/node';
import {DOCUMENTS, hasSettings, serverExecutable} from './client';

let client: LanguageClient | undefined;
let served: string | undefined;
// One change at a time: a client that is starting cannot be stopped.
let changes: Promise<void> = Promise.resolve();

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand('snipproof.restart', restart),
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
  const command = workspace.getConfiguration('snipproof').get<string[]>('command', []);
  client = new LanguageClient('snipproof', serverExecutable(command, folder), {documentSelector: DOCUMENTS});
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = 'Install it (pip install "snipproof[editor]"), or set snipproof.command; then run "snipproof: Restart".';
    void window.showErrorMessage(`snipproof: the language server failed to start: ${reason}. ${hint}`);
  }
}

function folderToServe(): string | undefined {
  const folders = (workspace.workspaceFolders ?? []).filter(({uri}) => uri.scheme === 'file');
  return folders.map(({uri}) => uri.fsPath).find(hasSettings);
}
