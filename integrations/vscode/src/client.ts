/** How the language server is started, and for which documents; nothing here needs VS Code. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** The languages of pages, of Sources and of their settings, as VS Code names them. */
const LANGUAGES = [
  'markdown',
  'mdx',
  'python',
  'typescript',
  'javascript',
  'go',
  'java',
  'csharp',
  'shellscript',
  'json',
  'yaml',
  'toml',
];

/** The documents that the server gets: it ignores those that belong to no docs tree. */
export const DOCUMENTS = [
  ...LANGUAGES.map((language) => ({scheme: 'file', language})),
  {scheme: 'file', pattern: '**/*.mdx'}, // MDX has no language in VS Code without another extension
];

/** Whether snipproof has settings in `folder`. */
export function hasSettings(folder: string): boolean {
  if (existsSync(join(folder, 'snipproof.toml'))) return true;
  const project = join(folder, 'pyproject.toml');
  return existsSync(project) && /^\s*\[tool\.snipproof[\].]/m.test(readFileSync(project, 'utf8'));
}

export interface Executable {
  command: string;
  args: string[];
  options: {cwd: string};
}

/** How to run the server of `folder`; it talks on its standard input and output. */
export function serverExecutable(command: readonly string[], folder: string): Executable {
  const [program = 'snipproof', ...args] = command;
  const local = join(folder, '.venv', 'bin', program);
  return {command: !/[\\/]/.test(program) && existsSync(local) ? local : program, args, options: {cwd: folder}};
}

/** How to run the watcher of `folder`: by the same program. */
export function watcherExecutable(command: readonly string[], folder: string): Executable {
  return serverExecutable(
    command.map((argument) => (argument === 'server' ? 'watch' : argument)),
    folder,
  );
}

/** Whether a command failed because it requires a watcher. */
export function requiresWatcher(message: string): boolean {
  return message.includes('no watcher runs');
}
