// Builds the Sources of one Suite with the esbuild of its own lock file.
//
//     node bundle.mjs REQUEST.json RESULT.json
//
// The request is {"stage", "root", "folder", "tsconfig", "entries": [{"path", "probed", "bare"}]}: absolute folders, and
// for each Source its path below the stage (and the root) and its two texts there. The result maps each path to
// {"program": file, "imports": a module that imports its packages, "files": what else is in it}, or to {"errors":
// [{"path", "line", "column", "text"}], "probes": whether it can be built without its probes}.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const request = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { stage, root, folder, entries } = request;
const esbuild = createRequire(path.join(folder, 'package.json'))('esbuild');
const ownPath = new Map(entries.map((entry) => [entry.probed, entry.path]));
const EXTENSIONS = { esm: '.mjs', cjs: '.cjs' };
const result = {};

/** As in Node.js, a dynamic import of a file that is missing fails where it is evaluated, and there only. */
const missingFiles = {
  name: 'missing-files',
  setup(building) {
    building.onResolve({ filter: /^\.{0,2}\// }, async ({ path: file, pluginData, kind, ...where }) => {
      if (kind !== 'dynamic-import' || pluginData === missingFiles) return undefined;
      const found = await building.resolve(file, { ...where, kind, pluginData: missingFiles });
      return found.errors.length ? { path: file, external: true } : found;
    });
  },
};

/** Calls esbuild for some of the entries; `text` is "probed" or "bare". */
function build(some, { text = 'probed', bundle = true, format = 'esm' } = {}) {
  return esbuild.build({
    absWorkingDir: stage,
    entryPoints: some.map((entry) => ({ in: path.join(stage, entry[text]), out: entry.path })),
    outdir: stage, // next to the text, so that imports of packages and relative paths work
    outExtension: { '.js': EXTENSIONS[format] },
    bundle,
    format,
    ...(bundle ? { packages: 'external', keepNames: true, plugins: [missingFiles] } : {}),
    platform: 'node',
    target: `node${process.versions.node}`,
    // Prove the code as it is written: leave nothing out.
    treeShaking: false,
    ignoreAnnotations: true,
    ...(request.tsconfig ? {} : { tsconfigRaw: '{}' }),
    sourcemap: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
    logLimit: 0,
  });
}

/** Returns the errors of a failed build with their places in the docs. */
function describe(error, entry) {
  if (!Array.isArray(error.errors)) throw error;
  return error.errors.slice(0, 20).map(({ text, location }) => {
    const file = location && (ownPath.get(location.file) ?? location.file);
    if (!file || file.startsWith('..')) return { path: entry.path, line: 1, column: 1, text };
    const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
    return { path: file, line: location.line, column: before.length + 1, text };
  });
}

/** Writes programs with source maps that point to the docs sources and contain their text without probes. */
function write(outputs) {
  for (const { path: file, contents } of outputs) {
    if (!file.endsWith('.map')) {
      const link = `//# sourceMappingURL=${encodeURIComponent(path.basename(file))}.map\n`;
      fs.writeFileSync(file, Buffer.concat([contents, Buffer.from(link)]));
      continue;
    }
    const map = JSON.parse(Buffer.from(contents).toString());
    map.sources.forEach((source, index) => {
      const staged = path.relative(stage, path.resolve(path.dirname(file), source));
      const own = ownPath.get(staged) ?? staged;
      if (own !== staged) map.sourcesContent[index] = fs.readFileSync(path.join(stage, own), 'utf8');
      map.sources[index] = pathToFileURL(path.join(root, own)).href;
    });
    fs.writeFileSync(file, JSON.stringify(map));
  }
}

/** Tries to build one entry; puts its errors into the result. */
async function alone(entry) {
  try {
    await build([entry]);
  } catch (withProbes) {
    try {
      await build([entry], { text: 'bare' });
      result[entry.path] = { errors: describe(withProbes, entry), probes: true };
    } catch (withoutProbes) {
      result[entry.path] = { errors: describe(withoutProbes, entry), probes: false };
    }
  }
}

/** Returns the entries that can be built; puts the errors of the others into the result. */
async function sound() {
  try {
    return { good: entries, metafile: (await build(entries)).metafile };
  } catch {
    // One broken file must not hide the others: build each one alone to get its own errors.
    await Promise.all(entries.map(alone));
    const left = entries.filter((entry) => !(entry.path in result));
    return { good: left, metafile: left.length ? (await build(left)).metafile : undefined };
  }
}

/** Returns how to build a Source: from a single file only the types are removed, so that it runs as it is written. */
function kind(entry, metafile) {
  const output = Object.values(metafile.outputs).find((each) => each.entryPoint === entry.probed);
  const files = Object.keys(output.inputs);
  const format = metafile.inputs[entry.probed].format === 'cjs' ? 'cjs' : 'esm';
  const packages = output.imports.filter((each) => each.external && each.kind === 'import-statement');
  return { files, packages: packages.map((each) => each.path), options: { bundle: files.length > 1, format } };
}

const { good, metafile } = await sound();
const groups = new Map();
for (const entry of good) {
  const { files, packages, options } = kind(entry, metafile);
  const key = JSON.stringify(options);
  groups.set(key, [...(groups.get(key) ?? []), entry]);
  const place = path.join(stage, entry.path);
  const imports = `${place}.imports.mjs`;
  fs.writeFileSync(imports, packages.map((each) => `import ${JSON.stringify(each)};\n`).join(''));
  const program = place + EXTENSIONS[options.format];
  result[entry.path] = { program, imports, files: files.filter((file) => file !== entry.probed) };
}
await Promise.all([...groups].map(async ([key, some]) => write((await build(some, JSON.parse(key))).outputFiles)));
fs.writeFileSync(process.argv[3], JSON.stringify(result));
