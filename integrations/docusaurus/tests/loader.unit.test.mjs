// The loader with a manifest in a folder, without a bundler: what it refuses, what it depends on, and what it adds.

import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, test} from 'node:test';

import loader, {pitch} from '../lib/loader.js';
import {validate} from '../lib/options.js';
import {Pages} from '../lib/pages.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'snipproof-loader-')));
after(() => rmSync(folder, {recursive: true}));

const SOURCE = 'hidden()\n# START a\nrow()\n# END a\n';
const PAGE = `import Py from '!!raw-loader!/a.py';\n\n<Block text={Py} startMarker="# START a" endMarker="# END a" language="py" />\n`;
const COMPILED = `import {jsx as _jsx} from "react/jsx-runtime";
import Py from '!!raw-loader!/a.py';
import Block from '@site/Block';
export default () => _jsx(Block, {text: Py, startMarker: "# START a", endMarker: "# END a", language: "py"});
`;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const REFERENCE = {
  page: 'docs/p.mdx', line: 3, column: 1, import: '!!raw-loader!/a.py', source: 'a.py', region: 'a', start_marker: '# START a',
  end_marker: '# END a', include_start_marker: false, language: 'py', highlighter: 'py', text: 'row()', shown: 'row()',
  sha256: sha256('row()'), segments: [[3, 3]], live: true,
};
const PROVEN = {state: 'proven', reason: '', date: '2026-11-28T10:00:00Z', servers: [{name: 'Weaviate', version: '1.39.0'}], clients: [{name: 'weaviate-client', version: '4.23.1'}]};
let number = 0;

/** A folder with the page, the Source and the manifest. */
async function site({options = {}, reference = {}, findings = [], source = SOURCE} = {}) {
  const root = join(folder, `site-${(number += 1)}`);
  for (const [name, text] of [['docs/p.mdx', PAGE], ['a.py', source]]) {
    mkdirSync(dirname(join(root, name)), {recursive: true});
    writeFileSync(join(root, name), text);
  }
  const manifest = {
    format_version: 1,
    component: {
      name: 'Block',
      attributes: {text: 'text', 'start-marker': 'startMarker', 'end-marker': 'endMarker', language: 'language', 'include-start-marker': 'includeStartMarker'},
    },
    pages: {'docs/p.mdx': sha256(PAGE)},
    sources: {'a.py': sha256(SOURCE.replace(/^\ufeff/, ''))},
    findings,
    references: [{...REFERENCE, ...reference}],
  };
  writeFileSync(join(root, 'manifest.json'), JSON.stringify(manifest));
  const setup = {options: validate({manifest: 'manifest.json', ...options}), siteDir: root, folder: join(root, 'pages'), version: '1'};
  const pages = new Pages(setup);
  await pages.load();
  return {root, pages, setup, manifest};
}

/** Run the loader; return the module and what the bundler was given. */
async function load({root, pages}, {code = COMPILED, page = 'docs/p.mdx', watchMode = false, isServer = false} = {}) {
  const seen = {dependencies: [], missing: [], files: new Map(), warnings: [], wasCompiled: true};
  const result = await new Promise((resolve, reject) => {
    const context = {
        resource: join(root, page),
        resourcePath: join(root, page),
        data: {},
        getDependencies: () => [join(root, page)],
        _compiler: {watchMode},
        async: () => {
          seen.isAsync = true;
          return (error, text) => (error ? reject(error) : resolve(text));
        },
        getOptions: () => ({pages, isServer}),
        addDependency: (path) => seen.dependencies.push(path),
        addMissingDependency: (path) => seen.missing.push(path),
        emitFile: (name, content) => seen.files.set(name, Buffer.from(content).toString()),
        emitWarning: (warning) => seen.warnings.push(warning.message),
    };
    pitch.call(context);
    seen.wasCompiled = !seen.isAsync;
    if (seen.wasCompiled) loader.call(context, code);
  });
  return {result, ...seen};
}

test('the block has its line, the hidden ones are gone, and the page depends on its files', async () => {
  const made = await site();
  const {result, dependencies} = await load(made);
  assert.match(result, /text: "# START a\\nrow\(\)"/);
  assert.doesNotMatch(result, /hidden|raw-loader|snipproof/);
  assert.deepEqual(dependencies, [made.pages.fileOf('docs/p.mdx'), join(made.root, 'a.py')]);
});

test('a byte order mark is not text', async () => {
  const {result} = await load(await site({source: `\ufeff${SOURCE}`}));
  assert.match(result, /row\(\)/);
});

test('a page without blocks is left as it is', async () => {
  const made = await site();
  const code = "import Py from '!!raw-loader!/a.py'; export default () => Py + 'Block';";
  assert.equal((await load(made, {code})).result, code);
});

test('a Source that has changed is refused with page, line and hint', async () => {
  const made = await site();
  writeFileSync(join(made.root, 'a.py'), SOURCE.replace('# START a', '# START b'));
  await assert.rejects(load(made), (error) => {
    assert.equal(error.message, 'docs/p.mdx:3:1 stale-manifest a.py has changed since the manifest was written\n  write it again: snipproof extract --output manifest.json');
    assert.equal(error.stack, error.message);
    return true;
  });
  const {result} = await load(made, {watchMode: true});
  assert.match(result, /_snipproofJsx\(SnipproofError, \{"messages":\["docs\/p\.mdx:3:1 stale-manifest/);
  assert.doesNotMatch(result, /raw-loader/);
  assert.deepEqual((await made.pages.stale()).map(({path, line, rule}) => [path, line, rule]), [['docs/p.mdx', 3, 'stale-manifest']]);
});

test('a page that has changed is stale as a whole', async () => {
  const made = await site();
  await made.pages.load();
  writeFileSync(join(made.root, 'docs/p.mdx'), `${PAGE}More.\n`);
  assert.deepEqual((await made.pages.stale()).map(({path, line, message}) => [path, line, message]), [
    ['docs/p.mdx', 1, 'this page has changed since the manifest was written'],
  ]);
});

test('a block with other markers is not in the manifest', async () => {
  const made = await site();
  writeFileSync(join(made.root, 'docs/p.mdx'), PAGE.replace('# START a', '# START b'));
  const code = COMPILED.replace('# START a', '# START b');
  await assert.rejects(load(made, {code}), /^Error: docs\/p\.mdx:3:1 not-in-manifest this block is not in the manifest\n {2}write it again/);
});

test('a page that imports another file under the same name is not in the manifest', async () => {
  await assert.rejects(load(await site(), {code: COMPILED.replace('/a.py', '/b.py')}), /not-in-manifest/);
});

test('a page that is not in the manifest is refused, and compiled again once it is', async () => {
  const made = await site();
  writeFileSync(join(made.root, 'docs/q.mdx'), PAGE);
  await assert.rejects(load(made, {page: 'docs/q.mdx'}), /docs\/q\.mdx:3:1 not-in-manifest this page is not in the manifest\n {2}add the folder of the page to `pages`/);
  const {missing} = await load(made, {page: 'docs/q.mdx', watchMode: true});
  assert.ok(missing.includes(made.pages.fileOf('docs/q.mdx')));
});

test('a file that is missing is watched for where the site looks for it', async () => {
  const {root, setup} = await site();
  const siteDir = join(root, 'docs');
  const pages = new Pages({...setup, siteDir, options: validate({root: '..', manifest: '../manifest.json'})});
  await pages.load();
  for (const [path, file] of [['@site/../b.py', 'b.py'], ['/b.py', 'docs/b.py'], ['./b.py', 'docs/b.py'], ['../b.py', 'b.py']]) {
    const {missing} = await load({root, pages}, {code: COMPILED.replace('/a.py', path), watchMode: true});
    assert.deepEqual(missing, [join(root, file)], path);
  }
});

test('a page outside of the root is refused', async () => {
  const made = await site({options: {root: '.'}});
  writeFileSync(join(folder, 'outside.mdx'), PAGE);
  await assert.rejects(load(made, {page: '../outside.mdx'}), /outside\.mdx:3:1 not-in-manifest this page is outside of .*\n {2}move the page/);
});

const FINDING = {path: 'docs/p.mdx', line: 3, column: 1, rule: 'SP202', severity: 'error', message: 'it runs to the end', hint: 'close it'};

test('a finding of check is reported as check does, or warned of once', async () => {
  await assert.rejects(load(await site({findings: [FINDING]})), {message: 'docs/p.mdx:3:1 SP202 it runs to the end\n  close it'});
  const warned = await site({findings: [FINDING], options: {onBrokenBlock: 'warn'}});
  assert.deepEqual((await load(warned)).warnings, ['docs/p.mdx:3:1 SP202 it runs to the end\n  close it']);
  assert.deepEqual((await load(warned, {isServer: true})).warnings, []);
  assert.match((await load(await site({findings: [FINDING], options: {onBrokenBlock: 'ignore'}}))).result, /row\(\)/);
});

test('the finding about an import is reported for its blocks', async () => {
  const finding = {...FINDING, line: 1, rule: 'SP101', message: 'the import was not found', hint: ''};
  const made = await site({findings: [finding]});
  await assert.rejects(load(made, {code: COMPILED.replace('/a.py', '/gone.py')}), {message: 'docs/p.mdx:1:1 SP101 the import was not found'});
});

test('a proven block has a mark with what proved it, and a link to its lines', async () => {
  const made = await site({reference: {proven: PROVEN}, options: {sourceUrl: 'https://example.org/blob/main'}});
  const {result} = await load(made);
  assert.ok(result.startsWith('const _snipproofProven = [{"servers":["Weaviate 1.39.0"],"client":"weaviate-client 4.23.1","date":"2026-11-28T10:00:00Z"}];\n'));
  assert.match(result, /SnipproofBlock, \{proven: _snipproofProven\[0\], href: "https:\/\/example\.org\/blob\/main\/a\.py#L3-L3", children: _jsx\(Block/);
});

test('one of many clients is not named, and the link may come from a function', async () => {
  const proven = {...PROVEN, clients: [...PROVEN.clients, {name: 'another-client', version: '1.0.0'}]};
  const sourceUrl = (source, first, last) => `/${source}?${first}-${last}`;
  const {result} = await load(await site({reference: {proven}, options: {sourceUrl}}));
  assert.match(result, /"servers":\["Weaviate 1\.39\.0"\],"date"/);
  assert.match(result, /href: "\/a\.py\?3-3"/);
});

const row = (language, origin = 'response', outcome = 'matched') => ({snippet: `${language}::a`, origin, outcome, language});

test('the mark of code names stand-ins and recordings of model providers', async () => {
  const markOf = async (proven) => (await load(await site({reference: {proven: {...PROVEN, ...proven}}}))).result;
  const providers = {'a.test': 'stand-in', 'b.test': 'replay', 'c.test': 'live'};
  assert.match(await markOf({state: 'partly', providers}), /"standIns":\["a\.test"\],"recordings":\["b\.test"\]/);
  const replayed = await markOf({providers: {'b.test': 'replay'}});
  assert.match(replayed, /"recordings":\["b\.test"\]/);
  assert.doesNotMatch(replayed, /standIns/);
  assert.doesNotMatch(await markOf({state: 'partly', providers: {'b.test': 'replay'}}), /Snipproof/);
  // What code printed with a stand-in proves nothing.
  assert.doesNotMatch(await markOf({state: 'partly', providers, compared_with: [row('Go')]}), /Snipproof/);
  assert.doesNotMatch(await markOf({state: 'unproven', providers}), /Snipproof/);
});

test('a block of output names what it was compared with', async () => {
  const compared = [row('Python', 'stdout'), row('Go'), row('Go'), row('Java')];
  const {result} = await load(await site({reference: {proven: {...PROVEN, compared_with: compared}}}));
  assert.match(result, /compared: \[{"output":"stdout","languages":\["Python"\]},{"output":"response","languages":\["Go","Java"\]}\], children/);
});

for (const [name, compared_with] of Object.entries({
  'the report did not compare': undefined,
  'the report compared with nothing': [],
  'was not compared with all': [row('Go'), row('Java', 'response', 'excused')],
})) {
  test(`output that ${name} has no mark, whatever its state is`, async () => {
    const reference = {proven: {...PROVEN, compared_with}, compared_with: [{snippet: 'b', output: 'response'}]};
    assert.doesNotMatch((await load(await site({reference}))).result, /Snipproof/);
  });
}

test('all servers are named, and a mark that could name nothing is not there', async () => {
  const servers = ['1.39.0', '1.40.0'].map((version) => ({name: 'Weaviate', version}));
  assert.match((await load(await site({reference: {proven: {...PROVEN, servers}}}))).result, /"servers":\["Weaviate 1\.39\.0","Weaviate 1\.40\.0"\]/);
  assert.doesNotMatch((await load(await site({reference: {proven: {...PROVEN, servers: [], clients: []}}}))).result, /Snipproof/);
});

test('the whole file of output is highlighted in its own language', async () => {
  const compared_with = [{snippet: 'b', output: 'response'}];
  const {result} = await load(await site({reference: {compared_with, highlighter: 'json'}, options: {wholeFile: ['*.py']}}));
  assert.match(result, /"language":"py"/);
});

for (const [name, proven] of Object.entries({
  unknown: undefined,
  missing: {...PROVEN, state: 'unproven', reason: 'nobody ran it'},
  incomplete: {...PROVEN, state: 'partly', reason: 'lines that cannot run'},
})) {
  test(`a block whose proof is ${name} has no mark, or fails the build`, async () => {
    assert.doesNotMatch((await load(await site({reference: {proven}}))).result, /Snipproof/);
    const strict = await site({reference: {proven}, options: {onUnprovenBlock: 'throw'}});
    await assert.rejects(load(strict), /^Error: docs\/p\.mdx:3:1 unproven this block is (?:not|only partly) proven/);
    assert.match((await load(await site({reference: {proven, live: false}, options: {onUnprovenBlock: 'throw'}}))).result, /row\(\)/);
  });
}

for (const reason of ['failed', 'blocked', 'not executed']) {
  test(`a block that ${reason} fails the build, and has no mark if it may not`, async () => {
    const reference = {proven: {...PROVEN, state: 'failed', reason}};
    const message = `docs/p.mdx:3:1 failed this block is not proven: ${reason}`;
    await assert.rejects(load(await site({reference})), (error) => error.message.startsWith(message));
    const {result, warnings} = await load(await site({reference, options: {onFailedBlock: 'warn'}}));
    assert.doesNotMatch(result, /Snipproof/);
    assert.equal(warnings.length, 1);
  });
}

test('the whole file of an allowed Source is a file of its own', async () => {
  const made = await site({options: {wholeFile: ['*.py']}});
  const {result, files} = await load(made);
  const [[name, text]] = [...files];
  assert.equal(text, SOURCE);
  assert.match(name, /^assets\/snipproof\/[0-9a-f]{8}\/a\.py$/);
  assert.ok(result.includes(`file: {url: __webpack_public_path__ + "${name}", "source":"a.py","language":"py","lines":"3"}`));
  assert.doesNotMatch(result, /hidden\(\)/);
  assert.equal((await load(made, {isServer: true})).files.size, 0);
});

test('a block may do without its whole file, and may not have one that is not allowed', async () => {
  const withAttribute = (value) => COMPILED.replace('language: "py"', `language: "py", wholeFile: ${value}`);
  const allowed = await site({options: {wholeFile: ['*.py']}});
  assert.equal((await load(allowed, {code: withAttribute(false)})).files.size, 0);
  const other = await site({options: {wholeFile: ['b/*.py']}});
  assert.equal((await load(other)).files.size, 0);
  await assert.rejects(load(other, {code: withAttribute(true)}), {
    message: 'docs/p.mdx:3:1 not-published a.py may not be shown as a whole\n  add it to the option "wholeFile", or remove the attribute',
  });
});

test('under docusaurus start, a page is compiled once while only its Sources change', async () => {
  const made = await site();
  const page = join(made.root, 'docs/p.mdx');
  const load_ = async () => load(made, {watchMode: true});
  const soon = Date.now() / 1000 + 600; // however slow this machine is
  utimesSync(page, soon, soon);
  assert.ok((await load_()).wasCompiled, 'the page was just written, and may be read before or after');
  assert.ok((await load_()).wasCompiled);
  utimesSync(page, 1, 1);
  assert.ok((await load_()).wasCompiled);
  const {wasCompiled, result, dependencies} = await load_();
  assert.ok(!wasCompiled);
  assert.match(result, /row\(\)/);
  assert.ok(dependencies.includes(page));
  writeFileSync(join(made.root, 'a.py'), '');
  const edited = await load_();
  assert.ok(!edited.wasCompiled);
  assert.match(edited.result, /stale-manifest/);
  utimesSync(page, 2, 2);
  assert.ok((await load_()).wasCompiled);
  assert.ok((await load(made, {watchMode: false}).catch(() => ({wasCompiled: true}))).wasCompiled);
});

test('the file of a page is written only if it has changed', async () => {
  const {pages, setup} = await site();
  const file = pages.fileOf('docs/p.mdx');
  utimesSync(file, 1, 1);
  await new Pages(setup).load();
  assert.equal(statSync(file).mtimeMs, 1000);
  await new Pages({...setup, options: {...setup.options, wholeFile: ['*.py']}}).load();
  assert.notEqual(statSync(file).mtimeMs, 1000);
  utimesSync(file, 1, 1);
  // Pages were compiled with a manifest that no file has: all of them are compiled again next time.
  await pages.refresh();
  assert.equal(statSync(file).mtimeMs, 1000);
  await new Pages(setup).load();
  assert.notEqual(statSync(file).mtimeMs, 1000);
});

test('the file of a page without blocks goes away', async () => {
  const {root, setup, manifest} = await site();
  writeFileSync(join(root, 'manifest.json'), JSON.stringify({...manifest, pages: {}, references: []}));
  await new Pages(setup).load();
  assert.deepEqual(readdirSync(setup.folder).filter((name) => name.endsWith('.json')), []);
});

test('a missing manifest and a missing command are errors with a hint', async () => {
  const {root, setup} = await site();
  rmSync(join(root, 'manifest.json'));
  await assert.rejects(new Pages(setup).load(), /cannot read the manifest: .*\n {2}write it: snipproof extract --output/);
  const options = validate({command: 'snipproof-that-is-not-there'});
  await assert.rejects(new Pages({...setup, options}).load(), /"snipproof-that-is-not-there" was not found\n {2}pip install snipproof/);
  assert.throws(() => new Pages({...setup, options: validate({root: 'nowhere'})}), /option "root": there is no folder/);
});
