// Builds `lib/`: TypeScript to JavaScript, and the style sheets beside it.
import {spawnSync} from 'node:child_process';
import {cpSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
rmSync('lib', {recursive: true, force: true});
const {status} = spawnSync(process.execPath, [tsc], {stdio: 'inherit'});
if (status !== 0) process.exit(status ?? 1);
cpSync('src/theme', 'lib/theme', {recursive: true, filter: (path) => !/\.tsx?$/.test(path)});
