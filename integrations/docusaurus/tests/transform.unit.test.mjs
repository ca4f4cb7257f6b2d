// Compiled pages as MDX writes them, in both of its modes.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {CompiledPage} from '../lib/transform.js';

const COMPONENT = {
  name: 'Block',
  attributes: {
    text: 'text',
    'start-marker': 'startMarker',
    'end-marker': 'endMarker',
    language: 'language',
    'include-start-marker': 'includeStartMarker',
  },
};
const HEAD = `import {jsx as _jsx} from "react/jsx-runtime";
import Py from '!!raw-loader!/a.py';
import Ts, {more} from "raw-loader?esModule=false!./a.ts";
import Block from '@site/Block';
`;
const page = (body) => new CompiledPage(HEAD + body, COMPONENT);

test('the attributes of a block, however they are written', () => {
  const {blocks} = page('_jsx(Block, {text: Py, startMarker: "a", "endMarker": `b`, language: \'py\', includeStartMarker: "true", wholeFile: true})');
  assert.deepEqual(blocks, [
    {import: '!!raw-loader!/a.py', start: 'a', end: 'b', language: 'py', includeStart: true, wholeFile: true},
  ]);
});

test('what is not known before the page runs counts as missing', () => {
  const {blocks} = page('_jsx(Block, {...props, text: other, startMarker: start, endMarker: `${b}`})');
  assert.deepEqual(blocks, [
    {import: null, start: null, end: null, language: '', includeStart: false, wholeFile: undefined},
  ]);
});

test('what spread attributes may replace is not known', () => {
  const {blocks} = page('_jsx(Block, {text: Py, startMarker: "a", ...props, endMarker: "b"})');
  assert.deepEqual(blocks, [
    {import: null, start: null, end: 'b', language: '', includeStart: false, wholeFile: undefined},
  ]);
});

test('blocks are found in the order of the page, in other elements and in development mode', () => {
  const {blocks} = page(
    '_jsxs(Tabs, {children: [_jsx(Block, {text: Py, startMarker: "1"}), _jsxDEV(Block, {text: Ts, startMarker: "2"}, undefined, false, {lineNumber: 3}, this)]})',
  );
  assert.deepEqual(blocks.map(({start}) => start), ['1', '2']);
});

test('the text takes the place of the import, and nothing else changes', () => {
  const body = 'export const x = _jsx(Block, {text: Py, startMarker: "# A", endMarker: "# B", title: "Py"});';
  const compiled = page(body);
  const rewritten = compiled.rewritten([{kept: ['sail("`${1}")', '\u2028']}], '');
  assert.equal(compiled.rewritten([{kept: ['x']}], ''), compiled.rewritten([{kept: ['x']}], ''));
  assert.equal(
    rewritten,
    HEAD.replace("import Py from '!!raw-loader!/a.py';", '') + body.replace('text: Py', 'text: "# A\\nsail(\\"`${1}\\")\\n\u2028"'),
  );
});

test('an import that something else uses too stays', () => {
  const rewritten = page('_jsx(Block, {text: Py, startMarker: "a"}); _jsx(CodeBlock, {children: Py});').rewritten([{kept: ['x']}], '');
  assert.match(rewritten, /import Py from/);
  assert.match(rewritten, /text: "a\\nx"/);
  assert.match(rewritten, /children: Py/);
});

test('an import of several names stays; a property of the name of an import does not count as its use', () => {
  const rewritten = page('_jsx(Block, {text: Ts, startMarker: "a"}); ({Py: other.Py});').rewritten([{kept: ['x']}], '');
  assert.match(rewritten, /import Ts, \{more\}/);
  assert.doesNotMatch(rewritten, /import Py/);
});

test('messages take the place of a block, and something may stand around one', () => {
  const rewritten = page('f(_jsx(Block, {text: Py, startMarker: "a"}), _jsx(Block, {text: Py, startMarker: "b"}))').rewritten(
    [{messages: ['m']}, {kept: ['x'], around: 'href: "/", '}],
    'const y = 1;\n',
  );
  assert.ok(rewritten.startsWith('const y = 1;\nimport'));
  assert.match(rewritten, /f\(_snipproofJsx\(SnipproofError, \{"messages":\["m"\]\}\), _snipproofJsx\(SnipproofBlock, \{href: "\/", children: _jsx\(Block, \{text: "b\\nx", startMarker: "b"\}\)\}\)\)/);
  assert.match(rewritten, /import SnipproofBlock from "@theme\/SnipproofBlock"/);
  assert.match(rewritten, /import SnipproofError from "@theme\/SnipproofError"/);
});
