// What the tests of built sites share: a copy of the fixture, its build, and the blocks of a page.
//
// `snipproof` must be on the PATH, or SNIPPROOF name it. The Python beside it has pytest and snipproof's extra `weaviate`.

import {execFile, spawn} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const TESTS = dirname(fileURLToPath(import.meta.url));
const REPOSITORY = join(TESTS, '..', '..', '..');
const COMPONENT = join(REPOSITORY, 'docs', 'src', 'components');
// Sites are built in their own folders.
const SNIPPROOF = process.env.SNIPPROOF?.includes('/') ? resolve(process.env.SNIPPROOF) : (process.env.SNIPPROOF ?? 'snipproof');
const NEWEST = TESTS;
const OLDEST = join(TESTS, 'docusaurus-3.9');
const run = promisify(execFile);

export const isOldestInstalled = existsSync(join(OLDEST, 'node_modules', '@docusaurus', 'core'));

const ONLY = process.env.SNIPPROOF_TEST_BUNDLER;

/** Why tests of a bundler are skipped, else `false`. */
export const isSkipped = (bundler) => Boolean(ONLY) && bundler !== ONLY && `only ${ONLY}: npm test runs all`;

/** A copy of the fixture, in a folder from which Node.js finds the wanted Docusaurus. */
export class Site {
  /**
   * @param {string} name the folder's name, which must be the test's own
   * @param {{bundler?: 'webpack' | 'rspack', oldest?: boolean, plugin?: object | false, locales?: string[]}} variant
   */
  constructor(name, {bundler = 'rspack', oldest = false, plugin = {}, locales = ['en']} = {}) {
    this.packages = oldest ? OLDEST : join(NEWEST, '..');
    this.root = join(oldest ? OLDEST : NEWEST, '.sites', name);
    this.oldest = oldest;
    rmSync(this.root, {recursive: true, force: true});
    mkdirSync(this.root, {recursive: true});
    cpSync(join(TESTS, 'fixture'), this.root, {recursive: true});
    cpSync(COMPONENT, join(this.root, 'src', 'components'), {recursive: true});
    // Not `"type": "module"`: Docusaurus' generated files would become strict modules, which its bundlers cannot read.
    this.write('package.json', '{"private": true}\n');
    mkdirSync(this.path('node_modules'));
    symlinkSync(join(TESTS, '..'), this.path('node_modules/docusaurus-plugin-snipproof'));
    this.configure({bundler, plugin, locales});
  }

  configure(variant) {
    this.variant = {...this.variant, ...variant};
    const {bundler, plugin, locales} = this.variant;
    const flags = {v4: {removeLegacyPostBuildHeadAttribute: true}, [this.oldest ? 'experimental_faster' : 'faster']: true};
    const future = bundler === 'rspack' ? flags : {};
    const options = plugin && {command: [SNIPPROOF], ...plugin};
    this.write('variant.json', JSON.stringify({future, plugin: options, locales}));
  }

  path(name) {
    return join(this.root, name);
  }

  read(name) {
    return readFileSync(this.path(name), 'utf8');
  }

  write(name, text) {
    mkdirSync(dirname(this.path(name)), {recursive: true});
    writeFileSync(this.path(name), text);
  }

  edit(name, from, to) {
    const text = this.read(name);
    if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`);
    this.write(name, text.replace(from, to));
  }

  /** Write the manifest to `manifest.json`, changed by `change`, and return it. */
  async extract(change = (manifest) => manifest, ...options) {
    await run(SNIPPROOF, ['extract', '--root', this.root, '--output', this.path('manifest.json'), ...options]);
    const manifest = JSON.parse(this.read('manifest.json'));
    change(manifest);
    this.write('manifest.json', JSON.stringify(manifest));
    return manifest;
  }

  /** Build the site; return its exit code and what it prints. */
  build(...options) {
    return this.run('build', ...options);
  }

  /** Run a command of Docusaurus; return its exit code and what it prints. */
  async run(...command) {
    try {
      const {stdout, stderr} = await run(process.execPath, [this.#program, ...command], this.#process);
      return {code: 0, output: stdout + stderr};
    } catch (error) {
      return {code: error.code ?? error.signal, output: `${error.stdout}${error.stderr}`};
    }
  }

  /** Start the development server and return it when it has compiled the site. */
  async start() {
    const port = await freePort();
    const server = spawn(process.execPath, [this.#program, 'start', '--no-open', '--port', String(port)], this.#process);
    const started = new DevServer(server, port);
    await started.compiled(0);
    return started;
  }

  /** The built files with this extension, by path below `build`. */
  built(extension) {
    const build = this.path('build');
    const paths = readdirSync(build, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
    const files = paths.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).filter((path) => path.endsWith(extension));
    return new Map(files.map((path) => [relative(build, path), readFileSync(path, 'utf8')]));
  }

  get #program() {
    return join(this.packages, 'node_modules', '@docusaurus', 'core', 'bin', 'docusaurus.mjs');
  }

  get #process() {
    const env = {...process.env, CI: 'true', DOCUSAURUS_DISABLE_TELEMETRY: 'true', NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1', FORCE_COLOR: '0'};
    delete env.NODE_ENV;
    delete env.NODE_TEST_CONTEXT;
    return {cwd: this.root, env, maxBuffer: 1 << 26};
  }
}

/** Prove the Suites of a site with pytest, on an embedded server, and write a run report; return the exit code and the output. */
export async function prove(site, report) {
  site.write('pytest.ini', '[pytest]\n'); // not the settings of this repository
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:PYTEST|COV|COVERAGE|NODE_TEST)_/.test(name)));
  const python = SNIPPROOF.includes('/') ? join(dirname(SNIPPROOF), 'python') : 'python';
  const options = ['snippets', `--snippets-report=${report}`, '--snippets-weaviate=embedded', '-p', 'no:cacheprovider', '-p', 'no:randomly'];
  try {
    const {stdout, stderr} = await run(python, ['-m', 'pytest', ...options], {cwd: site.root, env});
    return {code: 0, output: stdout + stderr};
  } catch (error) {
    return {code: error.code ?? error.signal, output: `${error.stdout}${error.stderr}`};
  }
}

class DevServer {
  #server;
  #output = '';

  constructor(server, port) {
    this.#server = server;
    this.url = `http://localhost:${port}`;
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (this.#output += data));
  }

  get output() {
    return this.#output;
  }

  /** Wait until the site was compiled more than `times` times; return how often it was. */
  async compiled(times, seconds = 180) {
    const count = () => this.#output.split(/compiled (?:successfully|with)|Compiled (?:successfully|with)/).length - 1;
    await waitFor(() => count() > times || this.#server.exitCode !== null, seconds, () => this.#output);
    if (this.#server.exitCode !== null) throw new Error(this.#output);
    return count();
  }

  /** Return the script that holds a page's content, once `accept` accepts it. */
  async script(name, accept, seconds = 60) {
    let text = '';
    await waitFor(
      async () => {
        text = await fetch(`${this.url}/${name}`).then((response) => response.text(), () => '');
        return accept(text);
      },
      seconds,
      () => `${name}:\n${text.slice(0, 3000)}\n${this.#output}`,
    );
    return text;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#server.once('exit', resolve));
    this.#server.kill();
    await ended;
  }
}

export async function waitFor(condition, seconds, describe) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`nothing happened in ${seconds} s\n${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

const NAMED = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};

/** The text of every code block of a page, as a reader copies it. */
export function blocks(html) {
  return [...html.matchAll(/<pre\b[^>]*>(.*?)<\/pre>/gs)].map(([, inner]) =>
    inner
      .replace(/<br\s*\/?>/g, '\n')
      .replace(/<[^>]*>/g, '')
      .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
        hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : NAMED[name],
      )
      .replace(/\n$/, ''),
  );
}

/** The text of a part of a page, without styles and scripts. */
export const text = (html) =>
  html.replace(/<!--.*?-->/g, '').replace(/<style.*?<\/style>|<script.*?<\/script>/gs, '').replace(/<[^>]*>/g, '');

/** All that a page shows between header and footer, as HTML. */
export const content = (html) => html.match(/<main\b.*<\/main>/s)[0];

/** The code blocks of a page as HTML. */
export function preformatted(html) {
  return html.match(/<pre\b.*?<\/pre>/gs) ?? [];
}
