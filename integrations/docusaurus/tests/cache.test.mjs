// A warm persistent cache of the bundler never shows old text, an old mark or an old error.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {blocks, isSkipped, Site} from './support.mjs';

const PROVEN = {state: 'proven', reason: '', date: '2026-11-28T10:00:00Z', servers: [{name: 'Weaviate', version: '1.39.0'}], clients: [{name: 'weaviate-client', version: '4.23.1'}]};

for (const bundler of ['rspack', 'webpack']) {
  test(`${bundler}: a Source, a partial's Source and a manifest that change under a warm cache`, {skip: isSkipped(bundler)}, async () => {
    const site = new Site(`cache-${bundler}`, {bundler});
    const build = async () => {
      const {code, output} = await site.build();
      assert.equal(code, 0, output);
      return [site.built('.html'), [...site.built('.js').values()].join('\n')];
    };
    await build();
    site.edit('code/boats.py', 'boat.sail(knots=5)', 'boat.sail(knots=6)');
    let [html, scripts] = await build();
    for (const page of ['index.html', 'parts/index.html', 'blog/2026/11/28/boats/index.html']) {
      assert.ok(blocks(html.get(page)).some((text) => text.includes('knots=6')), page);
    }
    assert.doesNotMatch(scripts, /knots=5/);

    // The same again with a manifest that is given: first it, then only its entry of one block.
    await site.extract();
    site.configure({plugin: {manifest: 'manifest.json', sourceUrl: 'https://example.org/', wholeFile: ['code/*.ts']}});
    await build();
    const setProven = (proven) => site.extract(({references}) => references.forEach((each) => Object.assign(each, each.region === 'Sail' && {proven})));
    await setProven(PROVEN);
    [html, scripts] = await build();
    assert.match(html.get('parts/index.html'), /Weaviate 1\.39\.0/);
    await setProven({...PROVEN, servers: [{name: 'Weaviate', version: '1.40.0'}]});
    [html, scripts] = await build();
    assert.match(html.get('parts/index.html'), /Weaviate 1\.40\.0/);
    assert.ok(site.built('.ts').size > 0, 'files of pages that were not compiled again are there too');
    assert.doesNotMatch(scripts, /1\.39\.0/);
    await setProven({...PROVEN, state: 'failed', reason: 'failed'});
    assert.equal((await site.build()).code, 1);
    await setProven(undefined);
    [html, scripts] = await build();
    assert.doesNotMatch(html.get('parts/index.html') + scripts, /1\.40\.0/);

    site.edit('code/boats.py', '# START Sail', '# START Sale');
    const {code, output} = await site.build();
    assert.equal(code, 1, output);
    assert.match(output, /stale-manifest/);
  });
}
