// What is wrong fails the build with the page, the line, the rule and a hint. `run.test.mjs` has a Snippet that failed.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Site} from './support.mjs';

const site = new Site('broken');

/** Build the fixture with these edits (file, from, to), which must fail with these messages. */
async function fails(edits, ...messages) {
  const before = new Map(edits.map(([name]) => [name, site.read(name)]));
  try {
    for (const edit of edits) site.edit(...edit);
    const {code, output} = await site.build();
    assert.equal(code, 1, output);
    for (const message of messages) assert.match(output, message);
    assert.doesNotMatch(output, /at \S*docusaurus-plugin-snipproof\/lib\/loader/);
  } finally {
    for (const [name, text] of before) site.write(name, text);
  }
}

test('missing, empty and run-to-the-end blocks, in pages, partials and translations', () =>
  fails(
    [
      ['code/boats.ts', '// START Row //', '// START Raw //'],
      ['code/boats.ts', '// END Tail // END Both', ''],
      ['_includes/shared.mdx', '/code/boats.py', '/code/boats.ts'],
      ['code/boats.go', '\t\tboat.Row(\t2)\n', ''],
    ],
    /blocks cannot be shown/,
    /docs\/intro\.mdx:\d+:1 SP201 .*START Row[^\n]*\n\s+did you mean/,
    /_includes\/shared\.mdx:6:1 SP201 /,
    /docs\/_includes\/near\.mdx:4:1 SP202 .*runs to the end of the file/,
    /docs\/intro\.mdx:\d+:1 SP203 /,
    /i18n\/ja\/docusaurus-plugin-content-docs\/current\/intro\.mdx:\d+:1 SP203 /,
  ));

test('a page that imports a Source outside of the root', () =>
  fails(
    [['docs/_includes/near.mdx', '/code/boats.ts', '../../../../outside.ts']],
    /1 block cannot be shown/,
    /docs\/_includes\/near\.mdx:2:1 SP101 the import .* does not resolve to a file below the root/,
  ));

test('a manifest that is stale: a marker broken after it was written, and a page', async () => {
  await site.extract();
  site.configure({plugin: {manifest: 'manifest.json', command: ['no-command-is-needed']}});
  await fails(
    [
      ['code/boats.py', '# START Sail', '# START Sale'],
      ['docs/parts.mdx', '<Near />', '<Near />\n\nMore.'],
      ['docs/_includes/near.mdx', 'import TSCode', '\nimport TSCode'],
    ],
    /_includes\/shared\.mdx:6:1 stale-manifest code\/boats\.py has changed since the manifest was written\n\s+write it again: snipproof extract --output manifest\.json/,
    /docs\/_includes\/near\.mdx:1:1 stale-manifest this page has changed since the manifest was written/,
  );
  site.configure({plugin: {}});
});

test('a Source that may not be shown as a whole', async () => {
  site.configure({plugin: {wholeFile: ['code/*.ts']}});
  await fails(
    [['_includes/shared.mdx', 'language="py"', 'language="py" wholeFile']],
    /_includes\/shared\.mdx:6:1 not-published code\/boats\.py may not be shown as a whole/,
  );
  site.configure({plugin: {}});
});

test('an unknown option, a missing command and wrong settings', async () => {
  site.configure({plugin: {wholeFiles: []}});
  await fails([], /docusaurus-plugin-snipproof: unknown option "wholeFiles"/);
  site.configure({plugin: {command: ['snipproof-is-not-here']}});
  await fails([], /docusaurus-plugin-snipproof: the command "snipproof-is-not-here" was not found/);
  site.configure({plugin: {}});
  await fails([['snipproof.toml', 'pages =', 'page =']], /docusaurus-plugin-snipproof: .*unknown/s);
});
