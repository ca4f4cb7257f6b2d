// `docusaurus start`: an edited Source reaches the browser, and what is wrong shows in its place.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {isSkipped, Site} from './support.mjs';

for (const bundler of ['rspack', 'webpack']) {
  test(`${bundler}: edits of Sources, pages and partials`, {skip: isSkipped(bundler)}, async () => {
    const site = new Site(`start-${bundler}`, {bundler});
    const server = await site.start();
    try {
      const page = site.read('.docusaurus/registry.js').match(/"([^"]+)": \[\(\) => import\([^"]*"[^"]+"[^"]*"@site\/docs\/parts\.mdx"/)[1];
      const script = (accept) => server.script(`${page}.js`, accept);
      const first = await script((text) => text.includes('knots=5'));
      assert.doesNotMatch(first, /hidden-python-line/);

      const begin = performance.now();
      site.edit('code/boats.py', 'knots=5', 'knots=7');
      await script((text) => text.includes('knots=7') && !text.includes('knots=5'));
      console.log(`${bundler}: a Source reaches the browser in ${((performance.now() - begin) / 1000).toFixed(1)} s`);

      site.edit('code/boats.ts', '// START Tail', '// START Tale');
      await script((text) => /docs\/_includes\/near\.mdx:4:1 SP201 .*START Tail/.test(text) && !text.includes('boat.tail()'));
      site.edit('docs/_includes/near.mdx', '// START Tail', '// START Tale');
      await script((text) => text.includes('boat.tail()') && !text.includes('SP201'));
      site.edit('docs/_includes/near.mdx', '/code/boats.ts', '/code/ships.ts');
      await script((text) => /docs\/_includes\/near\.mdx:2:1 SP101 /.test(text));
      site.write('code/ships.ts', site.read('code/boats.ts').replace('boat.tail', 'boat.tide'));
      await script((text) => text.includes('boat.tide()') && !text.includes('SP101'));
    } finally {
      await server.stop();
    }
  });
}
