// The least text of a block makes the site's component show exactly the lines of the manifest.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';

import {leastText, select} from '../lib/select.js';

const component = readFileSync(new URL('../../../docs/src/components/filterText.js', import.meta.url), 'utf8');
const {filterText} = await import(`data:text/javascript,${encodeURIComponent(component)}`);

const WORDS = ['# START a', '# END a', '# START-ANY', '# END-ANY', '# START ab', 'row()', '  sail()', '', '# START a # END a', 'undefined', '\tx\r'];

function* sources(seed, count) {
  let state = seed;
  const next = (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % limit;
  };
  for (let index = 0; index < count; index += 1) {
    yield Array.from({length: next(12)}, () => WORDS[next(WORDS.length)]);
  }
}

const PAIRS = [['# START a', '# END a'], ['undefined', 'undefined'], ['START', 'END'], ['', '# END a'], ['row', 'sail'], ['# START\na', '#']];

test('the component shows the same of the least text as of the whole file', () => {
  let shown = 0;
  for (const lines of sources(7, 3000)) {
    for (const [start, end] of PAIRS) {
      for (const includeStart of [false, true]) {
        const kept = select(lines, {start, end, includeStart}).map((index) => lines[index]);
        const options = {startMarker: start, endMarker: end, language: 'java', includeStartMarker: includeStart};
        const text = leastText(kept, {start, end, includeStart});
        assert.notEqual(text, undefined);
        assert.equal(filterText(text, options), filterText(lines.join('\n'), options));
        shown += kept.length;
      }
    }
  }
  assert.ok(shown > 10_000);
});

test('a text has no line that readers do not see but the start marker', () => {
  assert.equal(leastText(['row()'], {start: '# START a', end: '# END a', includeStart: false}), '# START a\nrow()');
  assert.equal(leastText(['# START a', 'row()'], {start: '# START a', end: '# END a', includeStart: true}), '# START a\nrow()');
  assert.equal(leastText([], {start: '# START a', end: '# END a', includeStart: false}), '');
});

test('lines that the component cannot show are refused', () => {
  assert.equal(leastText(['# END a'], {start: '# START a', end: '# END a', includeStart: false}), undefined);
});
