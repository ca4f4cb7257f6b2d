// Two builds of one Docusaurus site, with raw-loader and with docusaurus-plugin-snipproof, side by side.
//
//     snipproof extract --root SITE --output manifest.json
//     node bench/site_build.mjs RAW_BUILD BUILD SITE manifest.json
//
// Compares every <pre> of both builds, looks for what the manifest shows in the HTML of the second one, and prints how
// much JavaScript and how much text of Sources the pages with snippets carry. A page's script is the chunk that has the
// text of a whole Source in the first build. Text that no reader sees is a line of a Source which no block and no page
// shows; the second build may not have any. Needs `npm ci` in integrations/docusaurus.

import {readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, join, relative} from 'node:path';
import {gzipSync} from 'node:zlib';

const {parse} = createRequire(new URL('../integrations/docusaurus/package.json', import.meta.url))('acorn');
const [rawBuild, build, site, manifestFile] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));

const files = (folder, extension) =>
  new Map(
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
const pre = (html) => html.match(/<pre\b.*?<\/pre>/gs) ?? [];
const NAMED = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};
const text = (html) =>
  html
    .replace(/<br\s*\/?>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) =>
      hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : (NAMED[name] ?? all),
    );
const tidy = (shown) => shown.replace(/[ \t\r]+$/gm, '').trimEnd();
const kB = (bytes) => (bytes / 1000).toFixed(1);

// 1. What readers see.
const [rawPages, pages] = [files(rawBuild, '.html'), files(build, '.html')];
let [blocks, different] = [0, 0];
const onPages = new Map();
for (const [path, html] of rawPages) {
  const [before, after] = [pre(html), pre(pages.get(path) ?? '')];
  blocks += before.length;
  different += before.filter((block, index) => block !== after[index]).length + Math.max(0, after.length - before.length);
  for (const block of after) onPages.set(tidy(text(block)), path);
}
const live = manifest.references.filter((reference) => reference.live);
const missing = live.filter(({shown}) => tidy(shown) && !onPages.has(tidy(shown)));
console.log(`<pre>: ${blocks} in ${rawPages.size} pages, ${different} differ`);
console.log(`references: ${live.length} live, ${missing.length} without a <pre> that shows their text`);
for (const {page, line} of missing.slice(0, 10)) console.log(`  ${page}:${line}`);

// 2. What pages carry.
const sources = new Map(Object.keys(manifest.sources).map((path) => [readFileSync(join(site, path), 'utf8').replace(/^\ufeff/, ''), path]));
const strings = (script) => {
  const found = [];
  const visit = (node) => {
    if (node.type === 'Literal' && typeof node.value === 'string') found.push(node.value);
    if (node.type === 'TemplateElement') found.push(node.value.cooked ?? '');
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach((each) => each && typeof each.type === 'string' && visit(each));
      else if (value && typeof value.type === 'string') visit(value);
    }
  };
  visit(parse(script, {ecmaVersion: 'latest', sourceType: 'script'}));
  return found;
};
const byName = (scripts) => new Map([...scripts].map(([path, script]) => [basename(path).replace(/\.[0-9a-f]{8}\.js$/, ''), script]));
const [rawScripts, scripts] = [byName(files(rawBuild, '.js')), byName(files(build, '.js'))];
const shownLines = new Set();
for (const reference of manifest.references) {
  const lines = readFileSync(join(site, reference.source), 'utf8').split('\n');
  for (const [first, last] of reference.segments) for (const line of lines.slice(first - 1, last)) shownLines.add(line.trim());
}
for (const block of onPages.keys()) for (const line of block.split('\n')) shownLines.add(line.trim());
// Markers are attributes of blocks, so they stand on the pages themselves.
for (const each of manifest.references) for (const marker of [each.start_marker, each.end_marker]) shownLines.add(marker?.trim());
const hidden = new Set();
for (const source of sources.keys()) {
  for (const line of source.split('\n').map((each) => each.trim())) {
    if (line.length >= 24 && /[a-z]{3}/i.test(line) && /^[\w\s.,:;=()[\]/#-]+$/.test(line) && !shownLines.has(line)) hidden.add(line);
  }
}
const starts = new Set(manifest.references.map(({start_marker: start}) => `${start}\n`));
const isBlock = (string) => starts.has(string.slice(0, string.indexOf('\n') + 1));
const sum = {pages: 0, raw: 0, rawGz: 0, js: 0, jsGz: 0, rawText: 0, text: 0, hiddenRaw: 0, hidden: 0};
for (const [name, script] of rawScripts) {
  const whole = strings(script).filter((string) => sources.has(string));
  if (whole.length === 0) continue;
  const other = scripts.get(name);
  if (other === undefined) throw new Error(`${name}.js is missing in ${build}`);
  sum.pages += 1;
  sum.raw += script.length;
  sum.js += other.length;
  sum.rawGz += gzipSync(script, {level: 6}).length;
  sum.jsGz += gzipSync(other, {level: 6}).length;
  sum.rawText += whole.reduce((total, string) => total + string.length, 0);
  sum.text += strings(other).filter((string) => sources.has(string) || isBlock(string)).reduce((total, string) => total + string.length, 0);
}
const found = (all) => {
  const joined = [...all.values()].join('\n');
  return [...hidden].filter((line) => joined.includes(line));
};
console.log(`pages with whole Sources in their script: ${sum.pages}`);
console.log(`their JavaScript, kB: ${kB(sum.raw)} -> ${kB(sum.js)} (${(sum.js / sum.raw).toFixed(3)})`);
console.log(`gzip -6, kB: ${kB(sum.rawGz)} -> ${kB(sum.jsGz)} (${(sum.jsGz / sum.rawGz).toFixed(3)})`);
console.log(`text of Sources in it, kB: ${kB(sum.rawText)} -> ${kB(sum.text)} (${(sum.text / sum.rawText).toFixed(3)})`);
// A line may be a part of a longer one that readers see, or stand in the text of a page.
const elsewhere = [...shownLines, ...[...pages.values()].map(text)].join('\n');
const [rawHidden, left] = [found(rawScripts), found(scripts)].map((lines) => lines.filter((line) => !elsewhere.includes(line)));
console.log(`lines that no reader sees: ${hidden.size} looked for, in scripts ${rawHidden.length} -> ${left.length}`);
for (const line of left.slice(0, 10)) console.log(`  ${line}`);
const total = (all) => [...all.values()].reduce((bytes, script) => bytes + script.length, 0);
console.log(`all JavaScript, kB: ${kB(total(rawScripts))} -> ${kB(total(scripts))} (${(total(scripts) / total(rawScripts)).toFixed(3)})`);
