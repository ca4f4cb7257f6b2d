// The part of the extension that needs no VS Code, and the server as it starts it.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import Module, {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, beforeEach, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {StreamMessageReader, StreamMessageWriter, createProtocolConnection} from 'vscode-languageserver-protocol/node';
import {hasSettings, requiresWatcher, serverExecutable, watcherExecutable} from '../dist/client.mjs';

const {contributes, activationEvents} = JSON.parse(readFileSync('package.json', 'utf8'));
const DEFAULT = contributes.configuration.properties['snipproof.command'].default;
const folders = [];
let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snipproof-vscode-'));
  folders.push(folder);
});
after(() => folders.forEach((each) => rmSync(each, {recursive: true})));

function write(name, text) {
  mkdirSync(join(folder, name, '..'), {recursive: true});
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('a folder with settings is one of snipproof', () => {
  assert.equal(hasSettings(folder), false);
  const project = write('pyproject.toml', '[tool.ruff]\n# [tool.snipproof]\n[tool.snipproofed]\n');
  assert.equal(hasSettings(folder), false);
  for (const table of ['[tool.snipproof]', '[tool.snipproof.weaviate]']) {
    writeFileSync(project, `[tool.ruff]\n${table}\n`);
    assert.equal(hasSettings(folder), true);
  }
  rmSync(project);
  write('snipproof.toml', '');
  assert.equal(hasSettings(folder), true);
  assert.deepEqual(activationEvents, ['workspaceContains:snipproof.toml', 'workspaceContains:pyproject.toml']);
});

test('the program is that of the setting, or of the virtual environment of the folder', () => {
  const options = {cwd: folder};
  assert.deepEqual(serverExecutable(DEFAULT, folder), {command: 'snipproof', args: ['server'], options});
  const local = write('.venv/bin/snipproof', '');
  assert.deepEqual(serverExecutable(DEFAULT, folder), {command: local, args: ['server'], options});
  const wrapped = ['uv', 'run', 'snipproof', 'server'];
  assert.deepEqual(serverExecutable(wrapped, folder), {command: 'uv', args: wrapped.slice(1), options});
  assert.equal(serverExecutable(['/opt/snipproof', 'server'], folder).command, '/opt/snipproof');
  assert.deepEqual(watcherExecutable(wrapped, folder), {command: 'uv', args: ['run', 'snipproof', 'watch'], options});
  assert.deepEqual(watcherExecutable(DEFAULT, folder), {command: local, args: ['watch'], options});
});

test('the extension starts nothing without a folder, and a watcher in one terminal', async () => {
  // Enough of VS Code for the classes that the client library derives from.
  const anything = () => new Proxy(class {}, {get: (target, key) => (key in target ? target[key] : anything())});
  const registered = {};
  const [errors, terminals] = [[], []];
  const vscode = {
    __proto__: anything(),
    commands: {registerCommand: (name, run) => (registered[name] = run)},
    window: {
      terminals,
      showErrorMessage: (message) => errors.push(message),
      createTerminal: (options) => terminals[terminals.push({...options, shown: 0, show() { this.shown += 1; }}) - 1],
    },
    workspace: {
      onDidChangeConfiguration: () => ({}),
      onDidChangeWorkspaceFolders: () => ({}),
      getConfiguration: () => ({get: () => DEFAULT}),
      workspaceFolders: undefined,
    },
  };
  const load = Module._load;
  Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
  try {
    const {activate, deactivate} = createRequire(import.meta.url)('../dist/extension.js');
    const context = {subscriptions: []};
    await activate(context);
    assert.equal(context.subscriptions.length, 4);
    assert.deepEqual(Object.keys(registered), contributes.commands.map(({command}) => command));
    registered['snipproof.watch']();
    assert.deepEqual(errors, ['snipproof: no folder of this workspace has settings of snipproof']);
    write('snipproof.toml', '');
    vscode.workspace.workspaceFolders = [{uri: {scheme: 'file', fsPath: tmpdir()}}, {uri: {scheme: 'file', fsPath: folder}}];
    registered['snipproof.watch']();
    registered['snipproof.watch']();
    assert.deepEqual(terminals.map(({name, shellPath, shellArgs, cwd, shown}) => [name, shellPath, shellArgs, cwd, shown]), [
      ['snipproof watch', 'snipproof', ['watch'], folder, 2],
    ]);
    await deactivate();
  } finally {
    Module._load = load;
  }
});

test('the server reports a broken marker, that it is corrected, and what a command requires', {timeout: 60_000}, async () => {
  const tag = (start) => `<FilteredTextBlock text={Code} startMarker="# START ${start}" endMarker="# END a" language="py" />`;
  const page = (start) => `import Code from '!!raw-loader!/code/a.py';\n\n${tag(start)}\n`;
  write('snipproof.toml', 'pages = ["docs"]\n');
  write('code/a.py', '# START a\nprint(1)\n# END a\n');
  const file = write('docs/p.mdx', page('strat'));
  const program = write('.venv/bin/snipproof', `#!/bin/sh\nexec "${process.env.SNIPPROOF ?? 'snipproof'}" "$@"\n`);
  chmodSync(program, 0o755);

  const {command, args, options} = serverExecutable(DEFAULT, folder);
  const server = spawn(command, args, options);
  const exited = once(server, 'exit');
  server.stderr.pipe(process.stderr);
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const reports = [];
  let arrived = () => undefined;
  const uri = pathToFileURL(file).href;
  connection.onNotification('textDocument/publishDiagnostics', (report) => {
    if (report.uri === uri) reports.push(report.diagnostics.map(({code}) => code));
    arrived();
  });
  const reported = async (codes) => {
    while (JSON.stringify(reports.at(-1)) !== JSON.stringify(codes)) await new Promise((resolve) => (arrived = resolve));
  };
  connection.listen();

  const root = pathToFileURL(folder).href;
  const workspaceFolders = [{uri: root, name: 'docs'}];
  const {capabilities} = await connection.sendRequest('initialize', {processId: process.pid, rootUri: root, workspaceFolders, capabilities: {}});
  assert.ok(capabilities.textDocumentSync);
  await connection.sendNotification('initialized', {});
  const document = {uri, languageId: 'mdx', version: 1, text: page('strat')};
  await connection.sendNotification('textDocument/didOpen', {textDocument: document});
  await reported(['SP201']);
  await connection.sendNotification('textDocument/didChange', {textDocument: {uri, version: 2}, contentChanges: [{text: page('a')}]});
  await reported([]);
  const run = {command: 'snipproof.run', arguments: [['code/a.py::a']]};
  await assert.rejects(connection.sendRequest('workspace/executeCommand', run), ({message}) => requiresWatcher(message));
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  assert.deepEqual(await exited, [0, null]);
  connection.dispose();
});
