// Programs of users, in a project that has nothing but the package.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { install } from './project.mjs';

/** Decodes the unmasked text frame of RFC 6455 §5.7. */
const decodeHello = `
  const [frame] = decodeFrames(Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f));
  console.log(frame.opcode, String.fromCharCode(...frame.payload));
`;
const hello = '1 Hello\n';

let project;
before(async () => {
  project = await install();
});

/** Writes a program and gives what it prints. */
async function output(name, code) {
  const { stdout } = await project.run('node', [project.write(name, code)]);
  return stdout;
}

test('import', async () => {
  assert.equal(await output('a.mjs', `import { decodeFrames } from 'sansocket'; ${decodeHello}`), hello);
});

test('import, with init() before', async () => {
  const code = `import { decodeFrames, init } from 'sansocket'; await init(); await init(); ${decodeHello}`;
  assert.equal(await output('b.mjs', code), hello);
});

test('require', async () => {
  assert.equal(await output('a.cjs', `const { decodeFrames } = require('sansocket'); ${decodeHello}`), hello);
});

for (const entry of ['sansocket', 'sansocket/slim', 'sansocket/inspect']) {
  test(`import and require of ${entry} give the same names`, async () => {
    const code = `
      import { createRequire } from 'node:module';
      import * as esm from '${entry}';
      const cjs = createRequire(import.meta.url)('${entry}');
      console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(cjs).sort()]));
    `;
    const [esm, cjs] = JSON.parse(await output('names.mjs', code));
    assert.deepEqual(esm, cjs);
    assert.ok(esm.length > 0);
  });
}

test('an import alone compiles nothing', async () => {
  const code = `
    WebAssembly.Module = WebAssembly.instantiate = WebAssembly.compile = () => { throw new Error('compiled'); };
    await import('sansocket');
    await import('sansocket/inspect');
    console.log('quiet');
  `;
  assert.equal(await output('quiet.mjs', code), 'quiet\n');
});

describe('slim', () => {
  const wasm = `readFileSync(fileURLToPath(import.meta.resolve('sansocket/codec.wasm')))`;
  const head = `
    import { readFileSync } from 'node:fs';
    import { fileURLToPath } from 'node:url';
    import { decodeFrames, init } from 'sansocket/slim';
  `;
  for (const [what, source] of [
    ['bytes', wasm],
    ['a module', `new WebAssembly.Module(${wasm})`],
    ['a response', `new Response(${wasm}, { headers: { 'content-type': 'application/wasm' } })`],
    ['a promise', `Promise.resolve(${wasm})`],
  ]) {
    test(`takes ${what}`, async () => {
      assert.equal(await output('slim.mjs', `${head} await init(${source}); ${decodeHello}`), hello);
    });
  }

  test('says what to do when it was not initialized', async () => {
    const code = `${head} try { ${decodeHello} } catch (error) { console.log(error.message); }`;
    assert.match(await output('uninitialized.mjs', code), /init\(\)/);
  });
});

test('the command line', async () => {
  project.write('hello.hex', '81 05 48 65 6c 6c 6f\n');
  const { stdout } = await project.run('npx', ['--no', 'sansocket', 'decode', 'hello.hex']);
  assert.match(stdout, /Hello/);
});

test('a path that is not exported stays closed', async () => {
  const code = `import('sansocket/pkg/connection.js').catch((error) => console.log(error.code));`;
  assert.equal(await output('deep.mjs', code), 'ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

/** Bundles a program as the named conditions have it, with a .wasm import giving the compiled module as those runtimes do. */
async function bundled(conditions, program) {
  const outfile = join(project.folder, 'bundle.mjs');
  const { metafile } = await build({
    entryPoints: [project.write('entry.mjs', program)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    metafile: true,
    conditions,
    logLevel: 'silent',
    plugins: [
      {
        name: 'wasm-module',
        setup({ onResolve, onLoad, resolve }) {
          onResolve({ filter: /\.wasm(\?module)?$/ }, async ({ path, resolveDir, kind, namespace }) => {
            if (namespace === 'wasm') return undefined;
            const found = await resolve(path.replace('?module', ''), { resolveDir, kind, namespace: 'wasm' });
            return found.errors.length > 0 ? found : { path: found.path, namespace: 'wasm' };
          });
          onLoad({ filter: /./, namespace: 'wasm' }, ({ path }) => ({
            contents: `const text = atob(${JSON.stringify(readFileSync(path).toString('base64'))});
              export default new WebAssembly.Module(Uint8Array.from(text, (c) => c.charCodeAt(0)));`,
          }));
        },
      },
    ],
  });
  const { stdout } = await project.run('node', [outfile]);
  const inputs = Object.entries(Object.values(metafile.outputs)[0].inputs);
  return { stdout, inputs: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([name]) => name) };
}

for (const [entry, program, printed, folder, module] of [
  ['sansocket', `import { decodeFrames } from 'sansocket'; ${decodeHello}`, hello, 'wasm', 'codec.wasm'],
  [
    'sansocket/inspect',
    `import { lint } from 'sansocket/inspect'; console.log((await lint('83 00', { side: 'server' })).violations[0].id);`,
    'opcode-reserved\n',
    'inspect',
    'inspector.wasm',
  ],
]) {
  describe(`${entry} bundled`, () => {
    test('for browsers: its module is inside, once, and no other', async () => {
      const { stdout, inputs } = await bundled([], program);
      assert.equal(stdout, printed);
      const inside = inputs.filter((name) => /bytes\.js$|\.wasm$/.test(name));
      assert.deepEqual(
        inside.map((name) => name.split('/').slice(-2).join('/')),
        [`${folder}/bytes.js`],
      );
    });

    for (const condition of ['workerd', 'edge-light']) {
      test(`for ${condition}, which also sets browser and import: the module is imported, not inside`, async () => {
        const { stdout, inputs } = await bundled([condition, 'worker', 'browser', 'import'], program);
        assert.equal(stdout, printed);
        assert.ok(!inputs.some((name) => name.endsWith('/bytes.js')));
        assert.equal(inputs.filter((name) => name.endsWith(module)).length, 1);
      });
    }
  });
}
