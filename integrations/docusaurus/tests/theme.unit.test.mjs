// What can be seen from the source of the theme: its words in each locale, and style sheets for both directions.

import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {test} from 'node:test';

const PACKAGE = new URL('../', import.meta.url);
const read = (name) => readFileSync(new URL(name, PACKAGE), 'utf8');
const THEME = readdirSync(new URL('src/theme', PACKAGE), {recursive: true}).map((name) => `src/theme/${name}`);
const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('every text of the theme is translated, with the same values in it', () => {
  const code = THEME.filter((name) => name.endsWith('.tsx')).map(read).join('\n');
  const elements = [...code.matchAll(/<Translate\s+id="([^"]+)"[^>]*>\s*(?:\{'([^']+)'\}|([^<{]+?))\s*<\/Translate>/g)];
  const calls = [...code.matchAll(/translate\(\{\s*id: '([^']+)',\s*message: '([^']+)'/g)];
  const texts = Object.fromEntries([...elements, ...calls].map(([, id, quoted, plain]) => [id, quoted ?? plain]));
  assert.equal(Object.keys(texts).length, [...code.matchAll(/\bid(?:=|: )["']snipproof\./g)].length);
  const english = JSON.parse(read('translations/en.json'));
  assert.deepEqual(english, texts);
  for (const name of readdirSync(new URL('translations', PACKAGE))) {
    const translated = JSON.parse(read(`translations/${name}`));
    assert.deepEqual(Object.keys(translated), Object.keys(english), name);
    for (const [id, text] of Object.entries(translated)) assert.deepEqual(placeholders(text), placeholders(english[id]), `${name} ${id}`);
  }
});

test('each file that package.json exports is there, the types of the theme with all its components too', () => {
  const {exports} = JSON.parse(read('package.json'));
  const files = Object.values(exports).flatMap((each) => (typeof each === 'string' ? each : Object.values(each)));
  for (const file of files) assert.ok(existsSync(new URL(file, PACKAGE)), file);
  const declared = [...read(exports['./theme'].types).matchAll(/declare module '@theme\/(\w+)'/g)].map(([, name]) => name);
  assert.deepEqual(declared.sort(), readdirSync(new URL('src/theme', PACKAGE)).sort());
});

test('style sheets know no left and right, which differ between scripts', () => {
  const sheets = THEME.filter((name) => name.endsWith('.css'));
  assert.ok(sheets.length >= 4);
  for (const name of sheets) assert.doesNotMatch(read(name), /(?<![\w-])(?:[\w-]+-)?(?:left|right)(?=:)|:\s*(?:left|right)\b/, name);
});
