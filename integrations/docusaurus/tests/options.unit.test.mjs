import assert from 'node:assert/strict';
import {test} from 'node:test';

import {parseManifest} from '../lib/manifest.js';
import {validate} from '../lib/options.js';

test('defaults', () => {
  const {command, root, onBrokenBlock, onUnprovenBlock, onFailedBlock, wholeFile, manifest} = validate({});
  assert.deepEqual([command, root, onBrokenBlock, onUnprovenBlock, onFailedBlock, wholeFile, manifest], [['snipproof'], '.', 'throw', 'ignore', 'throw', [], undefined]);
});

test('a command may be one string', () => {
  assert.deepEqual(validate({command: 'uvx', manifest: undefined}).command, ['uvx']);
});

for (const [options, message] of [
  [{wholeFiles: []}, /unknown option "wholeFiles"; known: id, root/],
  [{onBrokenBlock: 'error'}, /"onBrokenBlock" must be one of ignore, warn, throw/],
  [{wholeFile: '*.py'}, /"wholeFile" must be a list of globs/],
  [{command: []}, /"command" must be a command/],
  [{manifest: ''}, /"manifest" must be a path/],
]) {
  test(`${JSON.stringify(options)} is an error`, () => assert.throws(() => validate(options), message));
}

test('a manifest of another format is refused', () => {
  assert.throws(() => parseManifest('{"format_version": 2}', 'm.json'), /m\.json has format_version 2, expected 1/);
  assert.throws(() => parseManifest('{"format_version": 1, "references": []}', 'm.json'), /has no "component"\n.*newer snipproof/);
  assert.throws(() => parseManifest('{"format_ver', 'm.json'), /m\.json is not a manifest/);
});
