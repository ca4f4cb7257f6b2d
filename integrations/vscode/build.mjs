// Builds `dist/`: the extension as one file, so that no `node_modules` is packaged, with the licences of what is in it;
// and for tests its part without VS Code.
import {readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {build} from 'esbuild';

rmSync('dist', {recursive: true, force: true});
const options = {bundle: true, platform: 'node', target: 'node20', external: ['vscode'], logLevel: 'warning'};
const extension = {entryPoints: ['src/extension.ts'], format: 'cjs', outfile: 'dist/extension.js', minify: true};
const {metafile} = await build({...options, ...extension, metafile: true});
await build({...options, entryPoints: ['src/client.ts'], format: 'esm', outfile: 'dist/client.mjs'});

const folders = Object.keys(metafile.inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
const notices = [...new Set(folders)].filter(Boolean).sort().map((folder) => {
  const {name, version, license} = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${folder} has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/LICENSES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
