// www/ and pkg/ → www/dist/: static files that any host serves, from any path.

import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, pkgDir } from './paths.mjs';

export const pageDir = at('www', 'dist');

/** What the browser loads before it can show anything. */
export const pageFiles = ['index.html', 'main.js', 'main.css', 'codec.wasm'];

/** Browsers that have all that the page uses: `light-dark()`, `CompressionStream('deflate-raw')`, Trusted Types or none. */
const target = ['es2023', 'chrome123', 'firefox128', 'safari17.5'];

/** Writes www/dist/ anew. */
export async function buildPage() {
  const { build } = await import('esbuild');
  mkdirSync(pageDir, { recursive: true });
  for (const name of readdirSync(pageDir)) rmSync(join(pageDir, name), { recursive: true });
  const settings = {
    bundle: true,
    minify: true,
    sourcemap: false,
    target,
    logLevel: 'warning',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
  };
  await build({
    ...settings,
    entryPoints: { main: at('www', 'src', 'main.tsx') },
    outdir: pageDir,
    format: 'esm',
    plugins: [withoutModuleInside],
  });
  await build({ ...settings, entryPoints: { main: at('www', 'src', 'style', 'index.css') }, outdir: pageDir });
  copyFileSync(join(pkgDir, 'codec.wasm'), join(pageDir, 'codec.wasm'));
  copyFileSync(at('www', 'index.html'), join(pageDir, 'index.html'));
  const missing = pageFiles.filter((name) => !existsSync(join(pageDir, name)));
  if (missing.length > 0) throw new Error(`www/dist/ lacks ${missing.join(', ')}`);
}

/** The page loads codec.wasm as a file of its own, which is a quarter smaller than base64 in a script. */
const withoutModuleInside = {
  name: 'without-module-inside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/index\.js$/ }, ({ importer }) =>
      /[\\/]pkg[\\/]inspect[\\/]/.test(importer) ? { path: join(pkgDir, 'slim.js') } : undefined,
    ),
};
