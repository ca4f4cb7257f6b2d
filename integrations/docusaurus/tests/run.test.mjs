// From a real run to the mark: pytest proves Sources on a real Weaviate, `snipproof extract --report` writes what was
// proven, and readers see it in both locales; what was not proven has no mark.

import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {test} from 'node:test';

import {prove, Site, text} from './support.mjs';

const CONNECT = `import weaviate
from weaviate.classes.config import DataType, Property

client = weaviate.connect_to_local(host="localhost", port=8080, grpc_port=50051)
boats = client.collections.create("Boat", properties=[Property(name="name", data_type=DataType.TEXT)])
boats.data.insert({"name": "Sea"})
`;
const SOURCES = {
  'one.py': `${CONNECT}# START Query
answer = client.graphql_raw_query("{ Get { Boat { name } } }")
print(len(answer.get["Boat"]), "boat")
# END Query
# START Expected Query results
# 1 boat
# END Expected Query results
"""
# START Expected response {from: response}
{"data": {"Get": {"Boat": [{"name": "Sea"}]}}}
# END Expected response
"""
# START Two parts
boat = 1
# END Two parts
if boat > 1:
    # START Two parts
    boat = 2
    # END Two parts
client.close()
`,
  'two.py': `${CONNECT}# START Query
found = client.graphql_raw_query("{ Get { Boat(limit: 1) { name } } }")
# END Query
# START Partly {unreached: only in a storm}
wind = 1
if wind > 1:
    wind = 2
# END Partly
# START Skipped {skip: it sells the boat}
boats.data.delete_many(None)
# END Skipped
client.close()
`,
  'three.py': `# START Failing
raise ValueError("there was a leak")
boat = 1
# END Failing
# START Blocked
print(boat)
# END Blocked
`,
  'four.py': `# START Wrong
print(3)
# END Wrong
# START Expected Wrong results
# 4
# END Expected Wrong results
`,
};
const SUITE = `flavour: py
language: python
sources: ["*.py"]
bindings:
  - find: host="localhost", port=8080, grpc_port=50051
    replace: host="{weaviate.host}", port={weaviate.port}, grpc_port={weaviate.grpc_port}
    optional: true
`;
// A component of the site's own around the usual one, with other names.
const COMPONENT = `import FilteredTextBlock from './FilteredTextBlock';

export default ({file, from, to, language, ...others}) => (
  <FilteredTextBlock text={file} startMarker={from} endMarker={to} language={language} {...others} />
);
`;
const block = (source, name, language = 'py') =>
  `<Sample file={${source}} from="# START ${name}" to="# END ${name}" language="${language}" title="${name}!" />\n`;
const TABS = ['one', 'two'].map((name) => `<TabItem value="${name}">\n\n${block(name, 'Query')}\n</TabItem>\n`).join('');
const PAGE = `---
title: Boats
slug: /
---

import Tabs from '@theme/Tabs';
import TabItem from '@theme/TabItem';
import Sample from '@site/src/components/Sample';
${['one', 'two', 'three', 'four'].map((name) => `import ${name} from '!!raw-loader!/snippets/${name}.py';\n`).join('')}
import other from '!!raw-loader!/code/boats.py';

<Tabs>
${TABS}</Tabs>

${block('one', 'Expected response', 'json')}
## Others

${block('one', 'Query')}
${block('one', 'Expected Query results', 'text')}
${block('one', 'Two parts')}
${block('two', 'Partly')}
${block('two', 'Skipped')}
${block('three', 'Failing')}
${block('three', 'Blocked')}
${block('four', 'Wrong')}
${block('four', 'Expected Wrong results', 'text')}
${block('other', 'Row')}
`;
const TRANSLATED = 'i18n/ja/docusaurus-plugin-content-docs/current';
const SETTINGS = `pages = ["docs", "i18n"]
suites = ["snippets/suite.yaml"]
component = "Sample"

[translations]
"${TRANSLATED}" = "docs"

[attributes]
text = "file"
start-marker = "from"
end-marker = "to"
`;

test('what a run proved has a mark in the words of the locale, and nothing else has', async () => {
  const plugin = {manifest: 'manifest.json', sourceUrl: 'https://example.org/blob/main', onFailedBlock: 'warn'};
  const site = new Site('run', {locales: ['en', 'ja'], plugin});
  for (const folder of ['docs', 'blog', 'i18n', '_includes']) rmSync(site.path(folder), {recursive: true});
  for (const folder of ['docs', TRANSLATED]) site.write(`${folder}/boats.mdx`, PAGE);
  for (const [name, source] of Object.entries(SOURCES)) site.write(`snippets/${name}`, source);
  site.write('snippets/suite.yaml', SUITE);
  site.write('snipproof.toml', SETTINGS);
  site.write('src/components/Sample.jsx', COMPONENT);
  const run = await prove(site, 'report.json');
  assert.equal(run.code, 1, run.output);
  const {references} = await site.extract(undefined, '--report', site.path('report.json'));
  const states = Object.fromEntries(references.map(({source, region, proven}) => [`${source}::${region}`, proven.state]));
  assert.deepEqual(states, {
    'snippets/one.py::Query': 'proven',
    'snippets/two.py::Query': 'proven',
    'snippets/one.py::Expected response': 'proven',
    'snippets/one.py::Expected Query results': 'proven',
    'snippets/one.py::Two parts': 'failed',
    'snippets/two.py::Partly': 'partly',
    'snippets/two.py::Skipped': 'unproven',
    'snippets/three.py::Failing': 'failed',
    'snippets/three.py::Blocked': 'failed',
    'snippets/four.py::Wrong': 'failed',
    'snippets/four.py::Expected Wrong results': 'failed',
    'code/boats.py::Row': 'unproven',
  });

  const {code, output} = await site.build();
  assert.equal(code, 0, output);
  assert.match(output, /docs\/boats\.mdx:\d+:1 failed this block is not proven: ValueError: there was a leak/);
  const {version, name} = references[0].proven.servers[0];
  assert.match(version, /^\d+\.\d+\.\d+/);
  for (const {region} of references) assert.ok(text(site.built('.html').get('index.html')).includes(`${region}!`), region);
  const marks = (html) => html.split('<pre').slice(1).map((each) => text(each.slice(each.indexOf('</pre>'))).match(/(?:Proven|Compared) with .*? on \w+ \d+, \d+|\d+\/\d+\/\d+ に .*?済み/)?.[0]);
  const day = (locale) => new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeZone: 'UTC'}).format(new Date(references[0].proven.date));
  const none = Array.from({length: 8});
  const [english, japanese] = ['index.html', 'ja/index.html'].map((path) => site.built('.html').get(path));
  const proven = `Proven with ${name} ${version} on ${day('en')}`;
  const compared = (what) => `Compared with the real ${what} in Python, with ${name} ${version} on ${day('en')}`;
  assert.deepEqual(marks(english), [proven, proven, compared('response'), proven, compared('output'), ...none]);
  const [code_, response, stdout] = ['で動作確認済み', '（Python）の実際の応答と照合済み', '（Python）の実際の出力と照合済み'].map((words, index) => `${day('ja')} に ${name} ${version}${index ? '' : ' '}${words}`);
  assert.deepEqual(marks(japanese), [code_, code_, response, code_, stdout, ...none]);
  assert.match(english, /href="?https:\/\/example\.org\/blob\/main\/snippets\/two\.py#L8-L8"?[ >]/);

  site.configure({plugin: {...plugin, onFailedBlock: undefined}, locales: ['en']});
  const failed = await site.build();
  assert.equal(failed.code, 1, failed.output);
  assert.match(failed.output, /docs\/boats\.mdx:\d+:1 failed this block is not proven: ValueError: there was a leak/);
});
