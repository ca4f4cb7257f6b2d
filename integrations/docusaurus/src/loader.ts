// The bundler's loader: runs behind the compiler of pages, on every compiled page of the site.

import {createHash} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {basename, dirname, extname, join, resolve} from 'node:path';

import type {Output, Proven, Reference, Software} from './manifest.js';
import type {PageEntry, Pages, ReadSource} from './pages.js';
import {FAILED, formatted, NOT_IN_MANIFEST, NOT_PUBLISHED, report, UNPROVEN, type Problem} from './problems.js';
import {CompiledPage, keyOf, type Attributes, type Replacement} from './transform.js';

export interface LoaderOptions {
  pages: Pages;
  isServer: boolean;
}

/** What is used of the context that webpack and Rspack give to a loader. */
interface LoaderContext {
  resource: string;
  resourcePath: string;
  /** What `pitch` left for the loader. */
  data: {begin?: number};
  _compiler?: {watchMode?: boolean};
  async(): (error: Error | null, code?: string) => void;
  getOptions(): LoaderOptions;
  addDependency(path: string): void;
  addMissingDependency(path: string): void;
  getDependencies(): string[];
  emitFile(name: string, content: Uint8Array): void;
  emitWarning(warning: Error): void;
}


/**
 * Under `docusaurus start`, skip the compiler of a page if only its Sources have changed: many pages may show one Source.
 *
 * Bundlers call this before the loaders of the page, which do not run if it returns something.
 */
export function pitch(this: LoaderContext): void {
  if (!this._compiler?.watchMode) return;
  this.data.begin = Date.now();
  const known = this.getOptions().pages.compiled.get(this.resource);
  if (!known || ![...known.files].every(([path, stamp]) => stampOf(path) === stamp)) return;
  for (const path of known.files.keys()) this.addDependency(path);
  rewrite(this, known.code);
}

export default function snipproofLoader(this: LoaderContext, code: string): void {
  const {begin} = this.data;
  if (begin !== undefined) {
    const files = new Map(this.getDependencies().map((path) => [path, stampOf(path)]));
    const {compiled} = this.getOptions().pages;
    // A file that was written since then may have been read before or after.
    if ([...files.keys()].every((path) => changedAt(path) < begin - CLOCK_STEP)) compiled.set(this.resource, {code, files});
    else compiled.delete(this.resource);
  }
  rewrite(this, code);
}

// Milliseconds; the clock of a file system may lag behind.
const CLOCK_STEP = 50;

function changedAt(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? Infinity;
}

function stampOf(path: string): string | undefined {
  const found = statSync(path, {throwIfNoEntry: false});
  return found && `${found.mtimeMs} ${found.ctimeMs} ${found.size}`;
}

function rewrite(context: LoaderContext, code: string): void {
  const done = context.async();
  new PageBuild(context).rewritten(code).then(
    (result) => done(null, result),
    (error: Error) => {
      // The report is meant for writers; a stack of this loader would hide it.
      error.stack = error.message;
      done(error);
    },
  );
}

/** One run of the loader. */
class PageBuild {
  readonly #context: LoaderContext;
  readonly #pages: Pages;
  readonly #isServer: boolean;
  readonly #watches: boolean;
  readonly #sources = new Map<string, Promise<ReadSource | undefined>>();

  constructor(context: LoaderContext) {
    this.#context = context;
    const {pages, isServer} = context.getOptions();
    this.#pages = pages;
    this.#isServer = isServer;
    this.#watches = context._compiler?.watchMode ?? false;
  }

  async rewritten(code: string): Promise<string> {
    const {component} = this.#pages;
    if (!code.includes(component.name)) return code;
    const compiled = this.#parsed(code);
    if (compiled.blocks.length === 0) return code;
    const page = this.#pages.nameOf(this.#context.resourcePath);
    if (page === undefined) throw new Error(report([this.#outside(compiled.blocks[0]!)]));
    this.#dependOn(page, compiled.blocks);
    let blocks = await this.#resolve(page, compiled.blocks);
    if (this.#watches && !this.#pages.isGiven && blocks.some((block) => block.problems.length > 0)) {
      // The page or one of its Sources was edited; a file may have been read while it was written.
      for (let attempt = 0; attempt < 2 && blocks.some((block) => block.problems.length > 0); attempt += 1) {
        await this.#pages.refresh();
        this.#sources.clear();
        blocks = await this.#resolve(page, compiled.blocks);
      }
    }
    return this.#render(compiled, blocks);
  }

  /** Return the page of a module; the builds of client and server mostly have the same. */
  #parsed(code: string): CompiledPage {
    const {parsed, component} = this.#pages;
    const {resource} = this.#context;
    const known = parsed.get(resource);
    if (known?.code === code) return known.page;
    const page = new CompiledPage(code, component);
    if (!this.#watches) parsed.set(resource, {code, page});
    return page;
  }

  #outside(block: Attributes): Problem {
    const path = this.#context.resourcePath;
    const hint = 'move the page below the folder of the settings, or set the option "root"';
    return {...placeOf(path, path, block), rule: NOT_IN_MANIFEST, message: `this page is outside of ${this.#pages.root}`, hint};
  }

  #dependOn(page: string, blocks: readonly Attributes[]): void {
    const entry = this.#pages.entry(page);
    // Also if there is none yet: a cached page must notice when it gets one.
    if (entry) this.#context.addDependency(this.#pages.fileOf(page));
    else this.#context.addMissingDependency(this.#pages.fileOf(page));
    for (const source of new Set(entry?.references.map((reference) => reference.source))) {
      this.#context.addDependency(this.#pages.pathOf(source));
    }
    for (const block of blocks) {
      const path = block.import?.split('!').at(-1)?.split('?')[0];
      // Only where the manifest lists no Source: the file may be missing, and be created later.
      if (!path || entry?.byKey.has(keyOf(block))) continue;
      const below = path.startsWith('@site/') ? path.slice('@site/'.length) : path.slice(1);
      const isRelative = path.startsWith('.');
      this.#context.addMissingDependency(isRelative ? resolve(dirname(this.#context.resourcePath), path) : join(this.#pages.setup.siteDir, below));
    }
  }

  async #resolve(page: string, blocks: readonly Attributes[]): Promise<Block[]> {
    const entry = this.#pages.entry(page);
    const seen = new Map<string, number>();
    const resolved: Block[] = [];
    for (const attributes of blocks) {
      const key = keyOf(attributes);
      const found = entry?.byKey.get(key);
      const index = seen.get(key) ?? 0;
      seen.set(key, index + 1);
      const reference = found?.[Math.min(index, found.length - 1)];
      resolved.push(reference ? await this.#found(reference, attributes, entry!) : this.#notFound(page, attributes, entry));
    }
    return resolved;
  }

  async #found(reference: Reference, attributes: Attributes, entry: PageEntry): Promise<Block> {
    const {page, line, column, source, segments, live} = reference;
    const at = (rule: string, message: string, hint: string): Problem => ({path: page, line, column, rule, message, hint});
    const read = await this.#read(source);
    if (!this.#pages.isCurrent(source, read)) {
      return {attributes, reference, problems: [this.#pages.staleProblem(page, line, column, source)]};
    }
    const kept = segments.flatMap(([first, last]) => read!.lines.slice(first - 1, last));
    const block: Block = {attributes, reference, kept, bytes: read!.bytes, problems: []};
    block.broken = entry.findings.filter((finding) => finding.line === line && finding.column === column);
    if (attributes.wholeFile && !this.#pages.mayPublish(source)) {
      const hint = 'add it to the option "wholeFile", or remove the attribute';
      block.problems.push(at(NOT_PUBLISHED, `${source} may not be shown as a whole`, hint));
    }
    const proof = proofOf(reference.proven);
    if (live && proof === 'failed') {
      const hint = 'run `pytest` for its Source and correct what it reports';
      block.failed = at(FAILED, `this block is not proven: ${reference.proven!.reason}`, hint);
    }
    if (live && proof === 'unproven') {
      const why = [reference.proven?.state === 'partly' ? 'only partly proven' : 'not proven', reference.proven?.reason].filter(Boolean).join(': ');
      block.unproven = at(UNPROVEN, `this block is ${why}`, 'prove it with `pytest`, or relax the option "onUnprovenBlock"');
    }
    return block;
  }

  /** Read a Source once for a page, so that all of its blocks show the same file. */
  #read(source: string): Promise<ReadSource | undefined> {
    let reading = this.#sources.get(source);
    if (!reading) this.#sources.set(source, (reading = this.#watches ? this.#pages.read(source) : this.#pages.readOnce(source)));
    return reading;
  }

  #notFound(page: string, attributes: Attributes, entry: PageEntry | undefined): Block {
    const place = placeOf(page, this.#context.resourcePath, attributes);
    const placed = new Set(entry?.references.map(({line, column}) => `${line}:${column}`));
    const others = (entry?.findings ?? []).filter(({line, column}) => !placed.has(`${line}:${column}`));
    if (others.length > 0) return {attributes, problems: others};
    const hint = entry
      ? this.#pages.staleProblem(page, 1, 1, '').hint
      : 'add the folder of the page to `pages` in the settings of snipproof';
    const message = entry ? 'this block is not in the manifest' : 'this page is not in the manifest';
    return {attributes, problems: [{...place, rule: NOT_IN_MANIFEST, message, hint}]};
  }

  #render(compiled: CompiledPage, blocks: readonly Block[]): string {
    const {onBrokenBlock, onFailedBlock, onUnprovenBlock} = this.#pages.setup.options;
    const thrown: Problem[] = [];
    const proofs: string[] = [];
    const replacements = blocks.map((block): Replacement => {
      const problems = [...block.problems];
      const react = (reaction: string, found: readonly Problem[]) => {
        if (reaction === 'throw') problems.push(...found);
        // The server's build compiles the same pages.
        else if (reaction === 'warn' && !this.#isServer) for (const each of found) this.#warn(each);
      };
      react(onBrokenBlock, block.broken ?? []);
      if (block.failed) react(onFailedBlock, [block.failed]);
      if (block.unproven) react(onUnprovenBlock, [block.unproven]);
      if (problems.length > 0) {
        thrown.push(...problems);
        return {messages: problems.map(formatted)};
      }
      return {kept: block.kept!, around: this.#around(block, proofs)};
    });
    if (thrown.length > 0 && !this.#watches) throw new Error(report(unique(thrown)));
    return compiled.rewritten(replacements, proofs.length > 0 ? `const _snipproofProven = [${proofs.join(', ')}];\n` : '');
  }

  #warn(problem: Problem): void {
    const warning = new Error(formatted(problem));
    warning.stack = warning.message;
    this.#context.emitWarning(warning);
  }

  /** Return the props of what stands around a block, as source text; `undefined` if there is nothing to show. */
  #around({attributes, reference, bytes}: Block, proofs: string[]): string | undefined {
    const {source, segments, highlighter} = reference!;
    let props = '';
    const mark = markOf(reference!);
    if (mark) {
      const row = JSON.stringify(mark.proven);
      if (!proofs.includes(row)) proofs.push(row);
      props += `proven: _snipproofProven[${proofs.indexOf(row)}], `;
      const href = this.#href(source, segments);
      if (href) props += `href: ${JSON.stringify(href)}, `;
      if (mark.compared) props += `compared: ${JSON.stringify(mark.compared)}, `;
    }
    if (this.#pages.mayPublish(source) && attributes.wholeFile !== false) {
      const digest = createHash('sha256').update(bytes!).digest('hex').slice(0, 8);
      const name = `assets/snipproof/${digest}/${basename(source)}`;
      if (!this.#isServer) this.#context.emitFile(name, bytes!);
      const lines = segments.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
      // The language of output is not that of the file around it; highlighters know languages by their extensions too.
      const language = (mark?.compared || reference!.compared_with) && extname(source) ? extname(source).slice(1) : highlighter;
      const row = JSON.stringify({source, language, lines});
      props += `file: {url: __webpack_public_path__ + ${JSON.stringify(name)}, ${row.slice(1)}, `;
    }
    return props || undefined;
  }

  #href(source: string, segments: Reference['segments']): string | undefined {
    const {sourceUrl} = this.#pages.setup.options;
    const [first, last] = [segments[0]?.[0], segments.at(-1)?.[1]];
    if (!sourceUrl || first === undefined || last === undefined) return undefined;
    if (typeof sourceUrl === 'function') return sourceUrl(source, first, last);
    return `${sourceUrl.replace(/\/?$/, '/')}${source.split('/').map(encodeURIComponent).join('/')}#L${first}-L${last}`;
  }
}

interface Block {
  attributes: Attributes;
  reference?: Reference;
  kept?: readonly string[];
  bytes?: Uint8Array;
  /** What keeps the block from being shown, whatever the options are. */
  problems: Problem[];
  broken?: readonly Problem[];
  failed?: Problem;
  unproven?: Problem;
}

interface Mark {
  proven: {servers: string[]; client: string | undefined; date: string; standIns?: string[]; recordings?: string[]};
  compared?: {output: Output; languages: string[]}[];
}

function proofOf(proven: Proven | null | undefined): 'proven' | 'failed' | 'unproven' {
  return proven?.state === 'proven' || proven?.state === 'failed' ? proven.state : 'unproven';
}

/** Return what the mark of a block shows, `undefined` if it has none. */
function markOf({proven, compared_with: isOutput}: Reference): Mark | undefined {
  if (!proven) return undefined;
  const answered = Object.entries(proven.providers ?? {});
  const hosts = (how: string) => answered.filter(([, each]) => each === how).map(([host]) => host);
  const standIns = hosts('stand-in');
  const recordings = hosts('replay');
  // Code that ran with a stand-in has a mark that names it. What such code printed proves nothing.
  const isRun = proven.state === 'partly' && standIns.length > 0 && !isOutput && !proven.compared_with;
  if (proofOf(proven) !== 'proven' && !isRun) return undefined;
  const servers = proven.servers.map(nameOf);
  // Output may be compared with many clients: their names would hide the rest.
  const [client, ...others] = proven.clients.map(nameOf);
  if (servers.length === 0 && client === undefined) return undefined;
  const mark: Mark = {proven: {servers, client: others.length > 0 ? undefined : client, date: proven.date}};
  if (standIns.length > 0) mark.proven.standIns = standIns;
  if (recordings.length > 0) mark.proven.recordings = recordings;
  if (!isOutput && !proven.compared_with) return mark;
  // Only what the run really compared.
  const found = proven.compared_with ?? [];
  if (found.length === 0 || found.some(({outcome}) => outcome !== 'matched')) return undefined;
  const outputs = [...new Set(found.map(({origin}) => origin))];
  const languages = (output: Output) => [...new Set(found.filter(({origin}) => origin === output).map(({language}) => language))];
  return {...mark, compared: outputs.map((output) => ({output, languages: languages(output)}))};
}

function nameOf({name, version}: Software): string {
  return `${name} ${version}`;
}

/** The place of a block that the manifest does not list: the tag around its start marker. */
function placeOf(path: string, file: string, {start}: Attributes): {path: string; line: number; column: number} {
  const lines = readFileSync(file, 'utf8').split('\n');
  let line = start === null ? 0 : lines.findIndex((text) => text.includes(start));
  while (line > 0 && !lines[line]!.includes('<')) line -= 1;
  return {path, line: Math.max(line, 0) + 1, column: Math.max(lines[Math.max(line, 0)]?.indexOf('<') ?? 0, 0) + 1};
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatted(problem), problem])).values()];
}
