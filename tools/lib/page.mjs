// www/ and pkg/ → www/dist/: static files that any host serves, from any path.

import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, pkgDir } from './paths.mjs';

export const pageDir = at('www', 'dist');

/** Browsers that have all that the page uses: `light-dark()`, `CompressionStream('deflate-raw')`, Trusted Types or none. */
const target = ['es2023', 'chrome123', 'firefox128', 'safari17.5'];

/**
 * Writes www/dist/ anew. Resolves to the names of its files: those that a visitor loads before the first capture is decoded,
 * and those that come after it.
 */
export async function buildPage() {
  const { build } = await import('esbuild');
  mkdirSync(pageDir, { recursive: true });
  for (const name of readdirSync(pageDir)) rmSync(join(pageDir, name), { recursive: true });
  const settings = {
    bundle: true,
    minify: true,
    outdir: pageDir,
    target,
    logLevel: 'warning',
    legalComments: 'none',
  };
  const { metafile } = await build({
    ...settings,
    entryPoints: { main: at('www', 'src', 'main.tsx') },
    format: 'esm',
    splitting: true,
    metafile: true,
    absWorkingDir: pageDir,
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  // The page makes a blob of it: a script that imports nothing.
  const worker = at('www', 'src', 'inspect', 'engine', 'worker.ts');
  await build({ ...settings, entryPoints: { worker }, format: 'iife' });
  await build({ ...settings, entryPoints: { main: at('www', 'src', 'style', 'index.css') } });
  copyFileSync(join(pkgDir, 'inspector.wasm'), join(pageDir, 'inspector.wasm'));
  copyFileSync(at('www', 'index.html'), join(pageDir, 'index.html'));
  const scripts = scriptsBehind('main.js', metafile.outputs);
  const first = ['index.html', ...scripts, 'worker.js', 'main.css', 'inspector.wasm'];
  return { first, later: readdirSync(pageDir).filter((name) => !first.includes(name)) };
}

/** A script and those that it imports before it runs. */
function scriptsBehind(name, outputs) {
  const found = new Set([name]);
  for (const each of found) {
    for (const { path, kind } of outputs[each].imports) if (kind === 'import-statement') found.add(path);
  }
  return [...found];
}
