// js/ and modules → pkg/, exactly what is published.

import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { at, pkgDir } from './paths.mjs';
import { must } from './run.mjs';
import { filesBelow } from './stage.mjs';

/** The folders of the entries above the API. They import `sansocket`, so that it is there once. */
const above = ['websocket', 'adapters', 'server', 'client'];

const get = (name) => readFileSync(join(pkgDir, name), 'utf8');

/** Writes pkg/ around the modules that are in it already. Files are replaced one by one, and none of an earlier build is left over. */
export async function buildPackage() {
  const written = new Set(['README.md', 'codec.wasm', 'inspector.wasm']);
  const put = (name, content) => {
    written.add(name);
    mkdirSync(dirname(join(pkgDir, name)), { recursive: true });
    writeFileSync(join(pkgDir, name), content);
  };

  // Before tsc, which checks the declarations; js/ only declares these files.
  for (const [folder, module] of [
    ['wasm', 'codec.wasm'],
    ['inspect', 'inspector.wasm'],
  ]) {
    const base64 = readFileSync(join(pkgDir, module)).toString('base64');
    put(`${folder}/bytes.js`, `export const base64 =\n  "${base64}";\n`);
    put(`${folder}/bytes.d.ts`, readFileSync(`js/${folder}/bytes.d.ts`));
  }
  put('records.schema.json', readFileSync('js/inspect/records.schema.json'));

  await must('tsc', ['-b', 'js', '--force']);
  for (const source of filesBelow(['js'])) {
    if (!source.endsWith('.ts') || source.endsWith('.d.ts')) continue;
    const name = posix.relative('js', source).replace(/\.ts$/, '');
    if (name.startsWith('cli/')) continue;
    for (const ending of ['.js', '.d.ts']) written.add(name + ending);
    // The sources travel along, so that a debugger and "go to definition" find them.
    put(`src/${name}.ts`, readFileSync(source));
    for (const ending of ['.js.map', '.d.ts.map']) put(name + ending, get(name + ending).replaceAll('../js/', 'src/'));
  }

  for (const name of await bundleForRequire(['index', 'slim', 'inspect/index'])) written.add(name);
  for (const name of await translateForRequire(above)) written.add(name);
  const entries = ['index.d.ts', 'slim.d.ts', 'inspect/index.d.ts', ...above.map((folder) => `${folder}/index.d.ts`)];
  for (const name of declarationsBehind(...entries)) put(commonJs(name), commonJs(get(name)));
  put('cli/sansocket.js', await bundleCommand());
  chmodSync(join(pkgDir, 'cli/sansocket.js'), 0o755);

  for (const path of filesBelow(['pkg'])) {
    if (!written.has(posix.relative('pkg', path))) rmSync(path);
  }
}

/** One CommonJS file for each of these entries, for `require` on Node before 20.19 and for Jest. */
async function bundleForRequire(entries) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: entries.map((entry) => join(pkgDir, `${entry}.js`)),
    outdir: pkgDir,
    outbase: pkgDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    // Node finds the names of a CommonJS module's exports by their form; only for this platform does esbuild write it.
    platform: 'node',
    target: 'es2022',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  return entries.flatMap((entry) => [`${entry}.cjs`, `${entry}.cjs.map`]);
}

/** The command in one file. Nobody imports it: it goes without declarations, map and sources. */
async function bundleCommand() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [at('js', 'cli', 'sansocket.ts')],
    // The package's own entry, found by its place: some runtimes do not find a package from within by its name.
    plugins: [
      {
        name: 'own-entry',
        setup: ({ onResolve }) => onResolve({ filter: /^sansocket$/ }, () => ({ path: '../index.js', external: true })),
      },
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

/** A CommonJS file for each file of these folders: bundles would each have classes of their own. */
async function translateForRequire(folders) {
  const { build } = await import('esbuild');
  const names = filesBelow(folders.map((folder) => `js/${folder}`)).map((path) => posix.relative('js', path));
  const modules = names.filter((name) => name.endsWith('.ts')).map((name) => name.replace(/\.ts$/, ''));
  const besideEachOther = {
    name: 'beside-each-other',
    setup: ({ onResolve }) =>
      onResolve({ filter: /./ }, ({ path, kind }) =>
        kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.js$/, '$1.cjs'), external: true },
      ),
  };
  await build({
    entryPoints: modules.map((name) => join(pkgDir, `${name}.js`)),
    outdir: pkgDir,
    outbase: pkgDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    plugins: [besideEachOther],
    format: 'cjs',
    platform: 'node',
    target: 'es2022',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  return modules.flatMap((name) => [`${name}.cjs`, `${name}.cjs.map`]);
}

/** These declarations and all that they import. */
function declarationsBehind(...entries) {
  const found = new Set(entries);
  for (const name of found) {
    for (const [, , , path] of get(name).matchAll(relativeImport))
      found.add(posix.join(posix.dirname(name), `${path}.d.ts`));
  }
  return found;
}

const relativeImport = /(\bfrom |\bimport\()(['"])(\.[^'"]*)\.js\2/g;

/** A declaration's name or text, for the format in which it is a CommonJS module's. */
function commonJs(text) {
  return text.replace(/\.d\.ts$/, '.d.cts').replace(relativeImport, '$1$2$3.cjs$2');
}
