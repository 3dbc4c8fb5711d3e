// Each runtime: how it is found, and how it runs the checks in a project that has nothing but the packed package.

import { execFile, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { serve } from '../../tools/lib/serve.mjs';
import { nodeProgram, runtime } from '../../tools/lib/steps.mjs';
import { launchers } from '../e2e/browsers.mjs';
import { install } from '../packaging/project.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const LONGEST = 180_000;

/** What the project has of tests/, at the same places. */
const files = [
  ...['checks.mjs', 'program.mjs', 'worker.mjs', 'page.html'].map((name) => `matrix/${name}`),
  ...['http.mjs', 'wire.mjs'].map((name) => `js/support/${name}`),
];

/** A project with the package as a user gets it, and the checks. */
export async function project() {
  const { folder, write } = await install();
  for (const name of files) write(name, readFileSync(here(`../${name}`)));
  const lines = ['hostile.jsonl', 'edges.jsonl'].flatMap((name) =>
    readFileSync(here(`../vectors/${name}`), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  write('matrix/vectors.mjs', `export default [\n${lines.join(',\n')},\n];\n`);
  return folder;
}

/** Each gives `{ version, results }`. */
export const runtimes = {
  'Node 20': program(() => [nodeProgram(20)]),
  'Node 22': program(() => [nodeProgram(22)]),
  'Node 24': program(() => [nodeProgram(24)]),
  Deno: program(() => [
    runtime('deno'),
    'run',
    '--allow-read',
    '--allow-env',
    '--node-modules-dir=manual',
    '--no-lock',
  ]),
  Bun: program(() => [runtime('bun')]),
  workerd: workerd([]),
  'workerd, with Node': workerd(['nodejs_compat']),
  Firefox: browser('firefox'),
  Chromium: browser('chromium'),
};

function program(commandOf) {
  return async (folder) => {
    const [command, ...args] = commandOf();
    const options = { cwd: folder, timeout: LONGEST, maxBuffer: 16 << 20 };
    const { stdout: version } = await promisify(execFile)(command, ['--version'], options);
    const { stdout } = await promisify(execFile)(command, [...args, 'matrix/program.mjs'], options);
    return { version: /\d+(\.\d+)+/.exec(version)[0], results: JSON.parse(stdout) };
  };
}

function browser(name) {
  return async (folder) => {
    const server = await serve({ '/': folder }, 0);
    const browser = await launchers[name]();
    try {
      const page = await browser.newPage();
      const faults = [];
      page.on('pageerror', (error) => faults.push(error.message));
      await page.goto(`http://127.0.0.1:${server.address().port}/matrix/page.html`);
      const results = await page
        .waitForFunction(() => globalThis.results, undefined, { timeout: LONGEST })
        .then((handle) => handle.jsonValue())
        .catch((error) => Promise.reject(new Error(`${error.message}\n${faults.join('\n')}`)));
      return { version: browser.version(), results };
    } finally {
      await browser.close();
      server.close();
    }
  };
}

/**
 * Bundled, as everything for it is. The WebAssembly is a module of its own. `flags`: those of compatibility, by which it gets more of what
 * Node has.
 */
function workerd(flags) {
  return async (folder) => {
    const program = createRequire(realpathSync(runtime('workerd')))('workerd').default;
    const { stdout: version } = await promisify(execFile)(program, ['--version']);
    await build({
      absWorkingDir: folder,
      entryPoints: ['matrix/worker.mjs'],
      outfile: join(folder, 'worker.js'),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      conditions: ['workerd', 'worker', 'browser', 'import'],
      plugins: [{ name: 'wasm-beside', setup: besideWorker }],
      logLevel: 'silent',
    });
    for (const name of wasmModules)
      copyFileSync(join(folder, 'node_modules', 'sansocket', 'pkg', name), join(folder, name));
    writeFileSync(join(folder, 'config.capnp'), configuration(flags));
    const child = spawn(program, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    try {
      const port = await listening(child);
      const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(LONGEST) });
      return { version: version.trim().replace('workerd ', ''), results: await response.json() };
    } finally {
      child.kill('SIGKILL');
    }
  };
}

const wasmModules = ['codec.wasm', 'inspector.wasm'];

/** Modules of WebAssembly stay imports, of files beside the bundle. */
const besideWorker = ({ onResolve }) =>
  onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));

const configuration = (flags) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ( name = "main", worker = (
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      ${wasmModules.map((name) => `(name = "${name}", wasm = embed "${name}")`).join(',\n      ')}
    ],
    compatibilityFlags = ${JSON.stringify(flags)},
    compatibilityDate = "2026-01-01" ) ) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
`;

function listening(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdio[3] }).on('line', (line) => {
      const { event, port } = JSON.parse(line);
      if (event === 'listen') resolve(port);
    });
    child.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
  });
}
