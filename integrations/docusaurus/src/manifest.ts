// The manifest that `snipproof extract` writes: what each block shows, and the digests of the files it was made of.

import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';

export interface Software {
  name: string;
  version: string;
}

/** What a run report knows of a block; `snipproof extract --report` writes it. */
export interface Proven {
  state: 'proven' | 'partly' | 'failed' | 'unproven';
  /** Why it is not proven, in one line. */
  reason: string;
  date: string;
  servers: Software[];
  clients: Software[];
  /** What answered for each host of a model provider. After a `stand-in`, the state of code that ran is `partly`. */
  providers?: Record<string, 'stand-in' | 'replay' | 'record' | 'live'>;
  /** For a block of output: each Snippet whose output it is, and what the comparison found. */
  compared_with?: {snippet: string; origin: Output; outcome: string; language: string}[];
}

export type Output = 'stdout' | 'response' | 'requests' | 'error';

export interface Reference {
  page: string;
  line: number;
  column: number;
  import: string | null;
  source: string;
  region: string | null;
  start_marker: string | null;
  end_marker: string | null;
  include_start_marker: boolean;
  language: string;
  highlighter: string;
  text: string;
  shown: string;
  sha256: string;
  segments: [number, number][];
  live: boolean;
  /** For a block of output: what a run compares it with. */
  compared_with?: {snippet: string; output: Output}[];
  proven?: Proven | null;
}

export interface Finding {
  path: string;
  line: number;
  column: number;
  rule: string;
  message: string;
  hint: string;
}

export type AttributeKey = 'text' | 'start-marker' | 'end-marker' | 'language' | 'include-start-marker';

export interface Manifest {
  format_version: number;
  component: {name: string; attributes: Record<AttributeKey, string>};
  pages: Record<string, string>;
  sources: Record<string, string>;
  findings: Finding[];
  references: Reference[];
}

const MAX_BYTES = 512 * 1024 * 1024;

/** Return the Manifest of this JSON; `origin` is where it comes from, for messages. */
export function parseManifest(json: string, origin: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(json) as Manifest;
  } catch (error) {
    throw new Error(`${origin} is not a manifest: ${(error as Error).message}`);
  }
  if (manifest?.format_version !== 1) {
    throw new Error(
      `${origin} has format_version ${String(manifest?.format_version)}, expected 1\n` +
        '  install the versions of snipproof and docusaurus-plugin-snipproof that belong together',
    );
  }
  for (const key of ['component', 'pages', 'sources', 'findings', 'references'] as const) {
    if (!(key in manifest)) throw new Error(`${origin} has no "${key}"\n  write it again with a newer snipproof`);
  }
  return manifest;
}

export async function readManifest(path: string): Promise<Manifest> {
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the manifest: ${(error as Error).message}\n  write it: snipproof extract --output FILE`);
  }
  return parseManifest(json, path);
}

/** Run `snipproof extract` for the settings in `root` and return its Manifest. */
export async function extractManifest(command: readonly string[], root: string): Promise<Manifest> {
  const [program = '', ...first] = command;
  const json = await new Promise<string>((resolve, reject) => {
    execFile(program, [...first, 'extract', '--root', root], {maxBuffer: MAX_BYTES}, (error, stdout, stderr) => {
      // With exit code 1 a file cannot be read; the manifest is written and lists it.
      if (!error || (error.code === 1 && stdout)) resolve(stdout);
      else if (error.code === ('ENOENT' as never)) {
        const hint = 'pip install snipproof, set the option "command", or give a "manifest"';
        reject(new Error(`the command "${program}" was not found\n  ${hint}`));
      } else reject(new Error(stderr.trim() || error.message));
    });
  });
  return parseManifest(json, `the output of ${program}`);
}

/** The digest of a text as the manifest has it: without a byte order mark. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(withoutMark(bytes)).digest('hex');
}

export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
