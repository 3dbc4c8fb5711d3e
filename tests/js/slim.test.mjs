// `sansocket/slim` and `init`: the module comes from outside, in one of many forms.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs a program in a process of its own, since a module is loaded once; gives what it returns. */
function run(body, type = 'module', ...flags) {
  const header =
    type === 'module'
      ? `import { readFileSync } from 'node:fs';
         import * as slim from 'sansocket/slim';
         const bytes = readFileSync(new URL(import.meta.resolve('sansocket/codec.wasm')));`
      : `const { readFileSync } = require('node:fs');
         const slim = require('sansocket/slim');
         const bytes = readFileSync(require.resolve('sansocket/codec.wasm'));`;
  const program = `${header}
    const works = () => {
      const connection = new slim.Connection({ role: 'server' });
      connection.sendText('works');
      return connection.dataToSend()[0].length === 7;
    };
    const failure = async (call) => {
      try { await call(); } catch ({ name, code, message }) { return { name, code, message }; }
    };
    const program = async () => { ${body} };
    program().then((result) => console.log(JSON.stringify(result)));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, `--input-type=${type}`, '--eval', program],
    {
      cwd: here,
      encoding: 'utf8',
    },
  );
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return JSON.parse(stdout);
}

test('before init everything that needs the module says so', () => {
  const failures = run(`
    return Promise.all([
      () => new slim.Connection({ role: 'client' }),
      () => new slim.FrameDecoder(),
      () => [...slim.decodeFrames(new Uint8Array())],
      () => slim.encodeFrame({ opcode: 1 }),
      () => new slim.FrameDecoderStream(),
      () => slim.acceptKey('key'),
      () => new slim.ClientHandshake({ host: 'example.com' }),
      () => new slim.ServerHandshake({ origins: 'any' }),
    ].map(failure));`);
  for (const { name, code, message } of failures) {
    assert.deepEqual([name, code], ['UsageError', 'not_initialized']);
    assert.match(message, /init/);
  }
});

test('what needs no module works before init', () => {
  assert.equal(
    run(`
      new slim.FrameEncoder({ role: 'client' });
      slim.recycle();
      return [slim.Opcode.Text, slim.CloseCode.Normal, typeof slim.version].join();`),
    '1,1000,string',
  );
});

const sources = {
  'a module': 'new WebAssembly.Module(bytes)',
  'a promise of a module': 'WebAssembly.compile(bytes)',
  bytes: 'bytes',
  'an ArrayBuffer': 'new Uint8Array(bytes).buffer',
  'a view': 'new DataView(new Uint8Array(bytes).buffer)',
  'a response': `new Response(bytes, { headers: { 'content-type': 'application/wasm' } })`,
  'a response of another type': 'new Response(bytes)',
  'a promise of a response': 'Promise.resolve(new Response(bytes))',
};

test('init takes a module, its bytes, a response, or a promise of one', () => {
  for (const [name, source] of Object.entries(sources)) {
    assert.equal(run(`await slim.init(${source}); return works();`), true, name);
  }
});

test('init in CommonJS', () => {
  assert.equal(run('await slim.init(bytes); return works();', 'commonjs'), true);
});

test('a second init does nothing, at once or later, whatever it is given', () => {
  assert.equal(
    run(`
      await Promise.all([slim.init(bytes), slim.init(bytes), slim.init(new Response(bytes))]);
      const connection = new slim.Connection({ role: 'server' });
      await slim.init(bytes);
      await slim.init('ignored');
      await slim.init(Promise.reject(new Error('ignored')));
      await slim.init({ then: (_, reject) => reject(new Error('ignored')) });
      await new Promise((resolve) => setTimeout(resolve));
      connection.sendText('still the same');
      return connection.dataToSend().length === 1 && works();`),
    true,
  );
});

test('what is no module is refused, and a later init can succeed', () => {
  const { failures, later } = run(`
    const wrong = [
      undefined, null, 5, 'codec.wasm', {}, [1, 2],
      new Response('not found', { status: 404 }),
      new Uint8Array(),
      new Uint8Array([0, 0x61, 0x73, 0x6d, 9, 9, 9, 9]),
      { then: (_, reject) => reject(new TypeError('the network is down')) },
    ];
    const failures = [];
    for (const source of wrong) failures.push(await failure(() => slim.init(source)));
    await slim.init(bytes);
    return { failures, later: works() };`);
  assert.equal(later, true);
  for (const [i, { name, code, message }] of failures.entries()) {
    if (i < 7) {
      assert.deepEqual([name, code], ['TypeError', 'invalid_argument'], message);
      assert.match(message, /^"source" /);
    }
  }
  assert.match(failures[6].message, /404/);
  assert.equal(failures[7].name, 'CompileError');
  assert.equal(failures[8].name, 'CompileError');
  assert.equal(failures[9].message, 'the network is down');
});

test('the whole package: init is there, need not be called, and may be called again', () => {
  for (const before of ['', 'await whole.init();', 'await Promise.all([whole.init(), whole.init()]);']) {
    assert.equal(
      run(`
        const whole = await import('sansocket');
        ${before}
        whole.encodeFrame({ opcode: 1 });
        await whole.init();
        return whole.encodeFrame({ opcode: 1 }).length;`),
      2,
    );
  }
});

test('importing compiles nothing', () => {
  assert.equal(
    run(`
      const seen = [];
      for (const name of ['Module', 'Instance']) {
        const Real = WebAssembly[name];
        WebAssembly[name] = class extends Real {
          constructor(...args) { super(...args); seen.push(name); }
        };
      }
      const whole = await import('sansocket');
      const before = seen.length;
      whole.encodeFrame({ opcode: 1 });
      whole.encodeFrame({ opcode: 1 });
      return before + ' ' + seen;`),
    '0 Module,Instance',
  );
});

test('a Content Security Policy that forbids WebAssembly is named', () => {
  // What V8, Firefox and WebKit say then.
  const messages = [
    'WebAssembly.Module(): Wasm code generation disallowed by embedder',
    'call to WebAssembly.Module() blocked by CSP',
    "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
    'violates the following Content Security Policy directive',
  ];
  const failures = run(`
    const { CompileError } = WebAssembly;
    const whole = await import('sansocket');
    const failures = [];
    for (const message of ${JSON.stringify(messages)}) {
      WebAssembly.Module = function Module() { throw new CompileError(message); };
      WebAssembly.compile = async () => { throw new CompileError(message); };
      for (const call of [() => whole.encodeFrame({ opcode: 1 }), () => whole.init(), () => slim.init(bytes)]) {
        failures.push(await failure(call));
      }
    }
    return failures;`);
  assert.equal(failures.length, 3 * messages.length);
  for (const { name, code, message } of failures) {
    assert.deepEqual([name, code], ['UsageError', 'csp_blocked']);
    assert.match(message, /wasm-unsafe-eval/);
  }
});

/** Runs with flags of V8: the first use of the package, and both ways of `init`. */
const failuresWith = (flag) =>
  run(
    `
    const whole = await import('sansocket');
    const failures = [];
    for (const call of [() => whole.encodeFrame({ opcode: 1 }), () => whole.init(), () => slim.init(bytes)]) {
      failures.push(await failure(call));
    }
    return failures;`,
    'module',
    flag,
  );

test('an engine without WebAssembly, or without its SIMD, is named', () => {
  const engines = { '--no-expose-wasm': /lacks WebAssembly:/ };
  // On other processors every engine that has WebAssembly has this too.
  if (process.arch === 'x64') engines['--no-enable-sse4-1'] = /lacks the SIMD instructions of WebAssembly:/;
  for (const [flag, expected] of Object.entries(engines)) {
    const failures = failuresWith(flag);
    assert.equal(failures.length, 3);
    for (const { name, code, message } of failures) {
      assert.deepEqual([name, code], ['UsageError', 'unsupported_engine']);
      assert.match(message, expected);
    }
  }
});

test('a broken module is named by the engine, not taken for an old engine', () => {
  const { name, code } = run(`return await failure(() => slim.init(new Uint8Array([0, 97, 115, 109, 1, 0, 0])));`);
  assert.deepEqual([name, code], ['CompileError', undefined]);
});

test('an object of one copy of the package is no object of another', () => {
  const messages = run(
    `
    await slim.init(bytes);
    const esm = await import('sansocket');
    const { createRequire } = await import('node:module');
    const cjs = createRequire(import.meta.url)('sansocket');
    const copies = [esm, cjs];
    const failures = [];
    for (const [one, other] of [[esm, cjs], [cjs, esm]]) {
      const connection = new one.Connection({ role: 'server' });
      failures.push(await failure(() => other.Connection.prototype.sendText.call(connection, 'x')));
      failures.push(await failure(() => other.Connection.prototype.free.call(connection)));
      const foreign = new other.PreparedMessage('x');
      failures.push(await failure(() => connection.sendPrepared(foreign)));
      connection.sendText('unharmed');
      if (connection.dataToSend()[0].length !== 10) failures.push('harmed');
      if (connection instanceof other.Connection) failures.push('taken for its own');
    }
    return failures;`,
  );
  assert.deepEqual(
    messages.map(({ name }) => name),
    Array(6).fill('TypeError'),
  );
});
