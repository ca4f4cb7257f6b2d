// The built site: the same blocks as without the plugin, byte for byte, and nothing that no reader sees.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {blocks, content, isOldestInstalled, isSkipped, preformatted, Site} from './support.mjs';

const PAGES = {
  'index.html': 'docs/intro.mdx',
  'ja/index.html': 'i18n/ja/docusaurus-plugin-content-docs/current/intro.mdx',
  'blog/2026/11/28/boats/index.html': 'blog/2026-11-28-boats.mdx',
};

/** Build without and with the plugin, and compare. */
async function compare(name, variant) {
  const raw = new Site(`${name}-raw`, {...variant, plugin: false});
  const site = new Site(name, variant);
  const results = [await raw.build(), await site.build()];
  for (const {code, output} of results) assert.equal(code, 0, output);
  const pages = [raw, site].map((each) => each.built('.html'));
  assert.deepEqual([...pages[1].keys()].sort(), [...pages[0].keys()].sort());
  let compared = 0;
  for (const [path, html] of pages[0]) {
    const built = pages[1].get(path);
    assert.deepEqual(preformatted(built), preformatted(html), path);
    assert.equal(content(built), content(html), `${path}: titles and whatever else stands around blocks`);
    compared += preformatted(html).length;
  }
  assert.ok(compared >= 15, `${compared} blocks`);
  const hidden = [...raw.built('.js').values()].join('').match(/hidden-[a-z]+-line/g);
  assert.ok(hidden.length >= 4, 'without the plugin, readers get all lines');
  const scripts = [...site.built('.js')];
  for (const [path, script] of scripts) assert.doesNotMatch(script, /hidden-|Snipproof/, path);
  return site;
}

test('Rspack, both locales: each block is equal, and its text is that of the manifest', async () => {
  const site = await compare('rspack', {bundler: 'rspack', locales: ['en', 'ja']});
  const html = site.built('.html');
  const {references} = await site.extract();
  for (const [path, page] of Object.entries(PAGES)) {
    const shown = references.filter((reference) => reference.page === page).map((reference) => reference.shown);
    // HTML has no carriage return: parsers read it as a line end.
    const read = (text) => text.replaceAll('\r', '\n').trimEnd();
    const built = blocks(html.get(path)).map(read);
    assert.ok(shown.length > 0);
    for (const text of shown) assert.ok(built.includes(read(text)), `${path}: ${text}`);
  }
});

test('webpack', {skip: isSkipped('webpack')}, () => compare('webpack', {bundler: 'webpack'}));

for (const bundler of ['rspack', 'webpack']) {
  test(`the oldest Docusaurus, ${bundler}`, {skip: isSkipped('all') || (!isOldestInstalled && 'npm ci --prefix tests/docusaurus-3.9')}, () =>
    compare(`oldest-${bundler}`, {bundler, oldest: true}));
}
