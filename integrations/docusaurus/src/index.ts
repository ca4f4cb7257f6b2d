// docusaurus-plugin-snipproof: readers get exactly the lines that were proven, and nothing else of a Source.

import type {LoadContext, Plugin, SwizzleConfig} from '@docusaurus/types';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {validate, type Options} from './options.js';
import {Pages} from './pages.js';
import {report} from './problems.js';

export type {Options, Reaction, SourceUrl} from './options.js';

const NAME = 'docusaurus-plugin-snipproof';
const LIB = dirname(fileURLToPath(import.meta.url));
const PACKAGE = dirname(LIB);

// The bundler of `docusaurus start` outlives a reload of the site, and so does what its loader was given.
const KNOWN = Symbol.for(NAME);
const known = ((globalThis as Record<symbol, unknown>)[KNOWN] ??= new Map<string, Pages>()) as Map<string, Pages>;

export default async function snipproofPlugin(context: LoadContext, options: Options): Promise<Plugin<undefined>> {
  const {version} = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {version: string};
  const folder = join(context.generatedFilesDir, NAME, options.id);
  const setup = {options, siteDir: context.siteDir, folder, version};
  const pages = known.get(folder) ?? new Pages(setup);
  known.set(folder, pages);
  pages.configure(setup);
  const isBuild = process.env.NODE_ENV === 'production';
  // The manifest is made while the other plugins load; what goes wrong is thrown by `loadContent`.
  let first: Promise<void> | undefined = pages.load();
  first.catch(() => {});

  return {
    name: NAME,

    async loadContent() {
      const loading = first ?? pages.load();
      first = undefined;
      try {
        await loading;
      } catch (error) {
        throw failure((error as Error).message);
      }
      if (!isBuild) return undefined;
      // All at once, before the bundler starts: it would report them page by page.
      const problems = await pages.stale();
      if (options.onBrokenBlock === 'throw') problems.push(...pages.findings);
      if (problems.length > 0) {
        const blocks = problems.length === 1 ? '1 block cannot be shown' : `${problems.length} blocks cannot be shown`;
        throw failure(`${blocks}\n\n${report(problems)}`);
      }
      return undefined;
    },

    getPathsToWatch() {
      const {manifestFile, root} = pages;
      return manifestFile === undefined ? ['snipproof.toml', 'pyproject.toml'].map((name) => join(root, name)) : [manifestFile];
    },

    getThemePath() {
      return '../lib/theme';
    },

    getTypeScriptThemePath() {
      return '../src/theme';
    },

    async getDefaultCodeTranslationMessages() {
      const {currentLocale} = context.i18n;
      for (const locale of [currentLocale, currentLocale.split('-')[0]!, 'en']) {
        const path = join(PACKAGE, 'translations', `${locale}.json`);
        if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      }
      return {};
    },

    configureWebpack(_config, isServer) {
      const loader = join(LIB, 'loader.js');
      return {
        module: {
          rules: [
            {
              // Not `test`: Docusaurus takes every rule with a `test` for Markdown for one that compiles it.
              resource: /\.mdx?$/i,
              enforce: 'post',
              use: [{loader, options: {pages, isServer}}],
            },
          ],
        },
      };
    },
  };
}

export function validateOptions({options}: {options: Record<string, unknown>}): Options {
  try {
    return validate(options);
  } catch (error) {
    throw failure((error as Error).message);
  }
}

export function getSwizzleConfig(): SwizzleConfig {
  const actions = {eject: 'safe', wrap: 'safe'} as const;
  return {
    components: {
      SnipproofBlock: {actions, description: 'A block and what stands below it, where there is a mark or a file'},
      SnipproofMark: {actions, description: 'The words "Proven with …", linked to the lines of the Source'},
      SnipproofFile: {actions, description: 'The whole file of a block, loaded on a click, and its download'},
      SnipproofError: {actions, description: 'What is wrong with a block, under docusaurus start'},
    },
  };
}

/** An error for the writer: a stack of this plugin below the message would only hide it. */
function failure(message: string): Error {
  const error = new Error(`${NAME}: ${message}`);
  error.stack = error.message;
  return error;
}
