// What is wrong with one block, and how it is reported.

import type {Finding} from './manifest.js';

/** One problem of a block: a Finding of `snipproof check`, or one of this plugin, whose rule is a name. */
export type Problem = Finding;

export const STALE = 'stale-manifest';
export const NOT_IN_MANIFEST = 'not-in-manifest';
export const NOT_PUBLISHED = 'not-published';
export const FAILED = 'failed';
export const UNPROVEN = 'unproven';

/** Return `path:line:col RULE message`, and the hint in the next line. */
export function formatted({path, line, column, rule, message, hint}: Problem): string {
  return `${path}:${line}:${column} ${rule} ${message}${hint ? `\n  ${hint}` : ''}`;
}

/** Return the report of several problems, sorted by place. */
export function report(problems: readonly Problem[]): string {
  const sorted = [...problems].sort(
    (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
  return sorted.map(formatted).join('\n');
}
