// The mark below a proven block, and the whole file; `run.test.mjs` has marks of a real run, in both locales.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {blocks, isOldestInstalled, isSkipped, Site, text} from './support.mjs';

const PROVEN = {state: 'proven', reason: '', date: '2026-11-28T10:00:00Z', servers: [{name: 'Weaviate', version: '1.39.0'}], clients: [{name: 'weaviate-client', version: '4.23.1'}]};
const COMPARED = ['Python', 'Go', 'Java'].map((language) => ({snippet: 'x', origin: 'response', outcome: 'matched', language}));

const RUN = {...PROVEN, state: 'partly', reason: 'it was run with a stand-in: a.test', providers: {'a.test': 'stand-in', 'b.test': 'replay'}};

async function marksAndFiles(name, variant) {
  const plugin = {manifest: 'manifest.json', sourceUrl: 'https://example.org/blob/main/', wholeFile: ['code/*.ts']};
  const site = new Site(name, {...variant, plugin});
  await site.extract(({references}) => {
    for (const reference of references) {
      if (reference.source === 'code/boats.py') reference.proven = PROVEN;
      if (reference.source === 'code/boats.go') reference.proven = RUN;
      if (reference.region?.startsWith('Expected')) reference.proven = {...PROVEN, compared_with: COMPARED};
    }
  });
  const {code, output} = await site.build();
  assert.equal(code, 0, output);
  const html = site.built('.html');
  const english = html.get('index.html');
  assert.equal(text(english).split('Proven with Weaviate 1.39.0 and weaviate-client 4.23.1 on Nov 28, 2026').length - 1, 3);
  assert.match(text(english), /Compared with the real response in Python, Go, and Java, with Weaviate 1\.39\.0 and weaviate-client 4\.23\.1 on Nov 28, 2026/);
  assert.match(text(english), /Run with Weaviate 1\.39\.0 and weaviate-client 4\.23\.1 on Nov 28, 2026, with a stand-in for a\.test/);
  assert.match(english, /<a href="?https:\/\/example\.org\/blob\/main\/code\/boats\.py#L4-L10"? /);
  assert.equal(english.match(/class="?theme-snipproof-foot/g).length, 5 + 3);
  assert.match(english, /<time datetime="?2026-11-28T10:00:00Z"?>/i);
  assert.match(text(html.get('parts/index.html')), /Proven with Weaviate/);

  // Without JavaScript, a reader can download the file; the page's own scripts do not have it.
  const [, url] = english.match(/<a href="?\/(assets\/snipproof\/[0-9a-f]{8}\/boats\.ts)"? download="?boats\.ts"?/);
  assert.equal(site.read(`build/${url}`), site.read('code/boats.ts'));
  assert.equal([...site.built('.py').keys()].length, 0);
  for (const [path, script] of site.built('.js')) assert.doesNotMatch(script, /hidden-/, path);
  assert.ok(blocks(english).includes('boat.row(2);'));

  // A site may replace the words, and translate them.
  site.write('src/theme/SnipproofMark/index.js', "export default ({proven}) => <b>Run by {proven.client}</b>;\n");
  const again = await site.build();
  assert.equal(again.code, 0, again.output);
  assert.match(text(site.built('.html').get('index.html')), /Run by weaviate-client 4\.23\.1/);
  site.configure({locales: ['en', 'ja']});
  await site.run('write-translations', '--locale', 'ja');
  assert.match(JSON.parse(site.read('i18n/ja/code.json'))['snipproof.file.show'].message, /ファイル全体を表示/);
}

const TITLE = 'marks, links, what output was compared with, and whole files';
test(TITLE, () => marksAndFiles('proof', {}));
test(`${TITLE}, webpack`, {skip: isSkipped('webpack')}, () => marksAndFiles('proof-webpack', {bundler: 'webpack'}));
test(`${TITLE}, the oldest Docusaurus`, {skip: isSkipped('all') || (!isOldestInstalled && 'npm ci --prefix tests/docusaurus-3.9')}, () =>
  marksAndFiles('proof-oldest', {oldest: true}));
