// The options of the plugin, validated: an unknown or misspelled one is an error.

export type Reaction = 'ignore' | 'warn' | 'throw';

/** Where readers find lines of a Source: a prefix of its path, or a function. */
export type SourceUrl = string | ((source: string, first: number, last: number) => string);

export interface Options {
  id: string;
  /** The folder of snipproof's settings, relative to the site's folder. */
  root: string;
  /** A manifest that `snipproof extract` wrote, relative to the site's folder; without it, `command` makes one. */
  manifest?: string;
  /** The command of snipproof and its first arguments. */
  command: string[];
  /** What happens if a block is missing, empty or runs to the end of its file. */
  onBrokenBlock: Reaction;
  /** What happens if readers see a block that was not proven, or only partly. */
  onUnprovenBlock: Reaction;
  /** What happens if readers see a block that failed. */
  onFailedBlock: Reaction;
  sourceUrl?: SourceUrl;
  /** Globs of the Sources that readers may see as a whole. */
  wholeFile: string[];
}

const REACTIONS: readonly string[] = ['ignore', 'warn', 'throw'];

const isString = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every(isString);
const isReaction = (value: unknown): boolean => REACTIONS.includes(value as string);

const KINDS: Record<keyof Options, [(value: unknown) => boolean, string]> = {
  id: [isString, 'a string'],
  root: [isString, 'a path'],
  manifest: [isString, 'a path'],
  command: [(value) => isString(value) || (isStrings(value) && (value as string[]).length > 0), 'a command'],
  onBrokenBlock: [isReaction, `one of ${REACTIONS.join(', ')}`],
  onUnprovenBlock: [isReaction, `one of ${REACTIONS.join(', ')}`],
  onFailedBlock: [isReaction, `one of ${REACTIONS.join(', ')}`],
  sourceUrl: [(value) => isString(value) || typeof value === 'function', 'a URL or a function'],
  wholeFile: [isStrings, 'a list of globs'],
};

/** Return the options with their defaults; throw an Error that names the first one that is wrong. */
export function validate(given: Record<string, unknown>): Options {
  for (const [name, value] of Object.entries(given)) {
    const kind = KINDS[name as keyof Options];
    if (!kind) throw new Error(`unknown option "${name}"; known: ${Object.keys(KINDS).join(', ')}`);
    if (value !== undefined && !kind[0](value)) throw new Error(`option "${name}" must be ${kind[1]}`);
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (typeof set.command === 'string') set.command = [set.command];
  return {
    id: 'default',
    root: '.',
    command: ['snipproof'],
    onBrokenBlock: 'throw',
    onUnprovenBlock: 'ignore',
    onFailedBlock: 'throw',
    wholeFile: [],
    ...set,
  };
}
