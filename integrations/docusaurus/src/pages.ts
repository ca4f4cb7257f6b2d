// The manifest as the loader uses it: by page, checked against the files, and written as one small file per page.
//
// The bundlers keep compiled pages in caches that outlive a build. A page depends on its file here, so it is compiled
// again exactly when something about its blocks has changed, and never because another page has.

import {createHash} from 'node:crypto';
import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {realpathSync} from 'node:fs';
import {isAbsolute, join, relative, resolve, sep} from 'node:path';
import picomatch from 'picomatch';

import {digestOf, extractManifest, readManifest, withoutMark} from './manifest.js';
import type {Finding, Manifest, Reference} from './manifest.js';
import type {Options} from './options.js';
import {STALE, type Problem} from './problems.js';
import {keyOfReference, type CompiledPage} from './transform.js';

export interface PageEntry {
  digest: string;
  references: Reference[];
  /** The References of each block, by its key, in the order of the page. */
  byKey: Map<string, Reference[]>;
  findings: Finding[];
}

export interface ReadSource {
  bytes: Uint8Array;
  digest: string;
  /** Split at LF only, as the site's component does. */
  lines: string[];
}

/** A compiled page, and what its files were like: their times and sizes. */
export interface Compiled {
  code: string;
  files: Map<string, string | undefined>;
}

export interface Setup {
  options: Options;
  siteDir: string;
  /** The folder for the files of pages; not below node_modules, which bundlers take for immutable. */
  folder: string;
  version: string;
}

const EPOCH = 'epoch';

export class Pages {
  setup: Setup;
  /** In a build, the pages that one of its two bundlers has compiled, by their resource. */
  readonly parsed = new Map<string, {code: string; page: CompiledPage}>();
  /** The pages that `docusaurus start` has compiled, by their resource. */
  readonly compiled = new Map<string, Compiled>();
  #root: string;
  #manifest: Manifest | undefined;
  #pages = new Map<string, PageEntry>();
  #read = new Map<string, Promise<ReadSource | undefined>>();
  #refreshing: Promise<void> | undefined;
  #mayPublish: (source: string) => boolean = () => false;

  constructor(setup: Setup) {
    this.setup = setup;
    this.#root = '';
    this.configure(setup);
  }

  /** Take new options, for example after `docusaurus.config.js` was edited under `docusaurus start`. */
  configure(setup: Setup): void {
    this.setup = setup;
    const root = resolve(setup.siteDir, setup.options.root);
    try {
      this.#root = realpathSync(root);
    } catch {
      throw new Error(`option "root": there is no folder ${root}`);
    }
    const globs = setup.options.wholeFile;
    this.#mayPublish = globs.length > 0 ? picomatch(globs) : () => false;
  }

  get component(): Manifest['component'] {
    return this.#loaded.component;
  }

  get findings(): readonly Finding[] {
    return this.#loaded.findings;
  }

  get references(): readonly Reference[] {
    return this.#loaded.references;
  }

  get root(): string {
    return this.#root;
  }

  /** The given manifest, `undefined` if `snipproof extract` makes one. */
  get manifestFile(): string | undefined {
    const {siteDir, options} = this.setup;
    return options.manifest === undefined ? undefined : resolve(siteDir, options.manifest);
  }

  /** Read or make the manifest, and write the files of all pages that have changed. */
  async load(): Promise<void> {
    this.#read.clear();
    this.parsed.clear();
    this.#use(await this.#make());
    await this.#writeFiles();
  }

  /**
   * Make the manifest again, after a Source or a page has changed; only for one that `snipproof extract` makes.
   *
   * No files are written: the bundler is at work, and would start over. The next `load` writes all of them.
   */
  async refresh(): Promise<void> {
    this.#refreshing ??= (async () => {
      try {
        this.#use(await this.#make());
        await writeFile(join(this.setup.folder, EPOCH), String((await this.#epoch()) + 1));
      } finally {
        this.#refreshing = undefined;
      }
    })();
    await this.#refreshing;
  }

  get isGiven(): boolean {
    return this.setup.options.manifest !== undefined;
  }

  /** The name of a page in the manifest, `undefined` if the file is outside of the root. */
  nameOf(file: string): string | undefined {
    const path = relative(this.#root, file);
    return path.startsWith('..') || isAbsolute(path) ? undefined : path.split(sep).join('/');
  }

  entry(page: string): PageEntry | undefined {
    return this.#pages.get(page);
  }

  mayPublish(source: string): boolean {
    return this.#mayPublish(source);
  }

  /** Where a page's own file is, whether it has one or not. */
  fileOf(page: string): string {
    return join(this.setup.folder, `${createHash('sha256').update(page).digest('hex').slice(0, 24)}.json`);
  }

  pathOf(source: string): string {
    return join(this.#root, ...source.split('/'));
  }

  /** Return a Source as it was when this build began, `undefined` if it cannot be read. */
  readOnce(source: string): Promise<ReadSource | undefined> {
    let reading = this.#read.get(source);
    if (!reading) this.#read.set(source, (reading = this.read(source)));
    return reading;
  }

  /** Return a Source as it is now, `undefined` if it cannot be read. */
  async read(source: string): Promise<ReadSource | undefined> {
    try {
      const bytes = withoutMark(await readFile(this.pathOf(source)));
      return {bytes, digest: digestOf(bytes), lines: new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes).split('\n')};
    } catch {
      return undefined;
    }
  }

  /** Whether this is the text of the Source from which the manifest was made. */
  isCurrent(source: string, read: ReadSource | undefined): boolean {
    return read !== undefined && read.digest === this.#loaded.sources[source];
  }

  /** Return a problem for each page, and each block of a Source, that has changed since the manifest was written. */
  async stale(): Promise<Problem[]> {
    const manifest = this.#loaded;
    const stale = async (digests: Record<string, string>) => {
      const read = await Promise.all(Object.keys(digests).map(async (path) => [path, await this.readOnce(path)] as const));
      return new Set(read.filter(([path, text]) => text?.digest !== digests[path]).map(([path]) => path));
    };
    const [pages, sources] = await Promise.all([stale(manifest.pages), stale(manifest.sources)]);
    const problems = [...pages].map((page) => this.staleProblem(page, 1, 1, 'this page'));
    for (const {page, line, column, source, live} of manifest.references) {
      if (live && sources.has(source) && !pages.has(page)) problems.push(this.staleProblem(page, line, column, source));
    }
    return problems;
  }

  staleProblem(path: string, line: number, column: number, what: string): Problem {
    const file = this.setup.options.manifest;
    const hint = file === undefined ? 'build the site again' : `write it again: snipproof extract --output ${file}`;
    return {path, line, column, rule: STALE, message: `${what} has changed since the manifest was written`, hint};
  }

  get #loaded(): Manifest {
    if (!this.#manifest) throw new Error('the manifest is not loaded yet');
    return this.#manifest;
  }

  async #make(): Promise<Manifest> {
    const file = this.manifestFile;
    return file === undefined ? extractManifest(this.setup.options.command, this.#root) : readManifest(file);
  }

  #use(manifest: Manifest): void {
    const pages = new Map<string, PageEntry>();
    for (const [page, digest] of Object.entries(manifest.pages)) {
      pages.set(page, {digest, references: [], byKey: new Map(), findings: []});
    }
    for (const reference of manifest.references) {
      const entry = pages.get(reference.page);
      if (!entry) throw new Error(`the manifest lists no page ${reference.page}`);
      entry.references.push(reference);
      const key = keyOfReference(reference);
      const same = entry.byKey.get(key);
      if (same) same.push(reference);
      else entry.byKey.set(key, [reference]);
    }
    for (const finding of manifest.findings) pages.get(finding.path)?.findings.push(finding);
    this.#manifest = manifest;
    this.#pages = pages;
  }

  async #epoch(): Promise<number> {
    try {
      return Number(await readFile(join(this.setup.folder, EPOCH), 'utf8')) || 0;
    } catch {
      return 0;
    }
  }

  async #writeFiles(): Promise<void> {
    const {folder, options, version} = this.setup;
    await mkdir(folder, {recursive: true});
    const head = {version, epoch: await this.#epoch(), options, component: this.component};
    const wanted = new Map<string, string>();
    for (const [page, {digest, references, findings}] of this.#pages) {
      const sources = Object.fromEntries(references.map(({source}) => [source, this.#loaded.sources[source]]));
      const blocks = references.map(({text: _text, shown: _shown, ...rest}) => rest);
      const asText = (_key: string, value: unknown) => (typeof value === 'function' ? String(value) : value);
      wanted.set(this.fileOf(page), JSON.stringify({...head, page, digest, sources, findings, references: blocks}, asText));
    }
    const obsolete = (await readdir(folder)).map((name) => join(folder, name)).filter((path) => path.endsWith('.json') && !wanted.has(path));
    await Promise.all(obsolete.map((path) => rm(path, {force: true})));
    await Promise.all([...wanted].map(([path, text]) => writeIfChanged(path, text)));
  }
}

async function writeIfChanged(path: string, text: string): Promise<void> {
  const written = await readFile(path, 'utf8').catch(() => undefined);
  if (written !== text) await writeFile(path, text);
}
