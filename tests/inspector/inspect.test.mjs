// `sansocket/inspect`: captures in, records out, whatever carries the bytes.

import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeFrame } from 'sansocket';
import * as api from 'sansocket/inspect';
import {
  FilterError,
  Inspector,
  init,
  inspect,
  lint,
  openCapture,
  payloadBytes,
  rules,
  stats,
} from 'sansocket/inspect';

const folder = new URL('../captures/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));
const golden = (name) =>
  read(name)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const all = async (records) => {
  const found = [];
  for await (const record of records) found.push(record);
  return found;
};
const maskingKey = Uint8Array.of(1, 2, 3, 4);
const client = (opcode, payload, more) => encodeFrame({ opcode, payload, maskingKey, ...more });
const server = (opcode, payload, more) => encodeFrame({ opcode, payload, ...more });
const pieces = (bytes, size) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

test('the public names, imported and required', () => {
  const required = createRequire(import.meta.url)('sansocket/inspect');
  const names = Object.keys(api).sort();
  assert.deepEqual(names, [
    'Capture',
    'FilterError',
    'Inspection',
    'Inspector',
    'UsageError',
    'init',
    'inspect',
    'lint',
    'openCapture',
    'payloadBytes',
    'redact',
    'rules',
    'stats',
  ]);
  assert.deepEqual(Object.keys(required).sort(), names);
});

test('its errors are those of the package', async () => {
  assert.equal(api.UsageError, (await import('sansocket')).UsageError);
});

test('the records of every capture are those that were reviewed, twice in one process', async () => {
  await init();
  const names = readdirSync(folder).filter((name) => /\.(pcap|pcapng|har|netlog|jsonl)$/.test(name));
  assert.ok(names.length > 30);
  for (const name of names) {
    const expected = golden(name.endsWith('.pcap') ? name.replace('.pcap', '.ndjson') : `${name}.ndjson`);
    assert.deepEqual(await all(inspect(read(name))), expected, name);
  }
});

const clean = read('clean.pcap');
const file = fileURLToPath(new URL('clean.pcap', folder));
const sources = {
  'a Uint8Array': () => new Uint8Array(clean),
  'an ArrayBuffer': () => new Uint8Array(clean).buffer,
  'a view of a part': () => new DataView(Uint8Array.of(0, ...clean).buffer, 1),
  'a list of pieces': () => pieces(clean, 100),
  'a generator': () => pieces(clean, 7).values(),
  'an async generator': async function* () {
    yield* pieces(clean, 1000);
  },
  'a ReadableStream': () => new Blob([clean]).stream(),
  'a Blob': () => new Blob([clean]),
  'a stream of Node': () => createReadStream(file, { highWaterMark: 300 }),
};
for (const [name, source] of Object.entries(sources)) {
  test(`out of ${name}`, async () => {
    assert.deepEqual(await all(inspect(source())), golden('clean.ndjson'));
  });
}

test('text: what is a capture, and what writes bytes down', async () => {
  const har = await all(inspect(read('chrome.har').toString()));
  assert.deepEqual(har, golden('chrome.har.ndjson'));
  const [, frame] = await all(inspect('81 05 48 65 6c 6c 6f', { side: 'server' }));
  assert.deepEqual(frame.payload, { text: 'Hello' });
  assert.throws(() => inspect('81 05 4x'), {
    name: 'TypeError',
    message: '"source", line 1, column 8: expected a hex digit, found "x" (read as hex)',
  });
});

test('both sides of a connection', async () => {
  const found = await all(
    inspect({ client: client(1, 'ask'), server: [server(1, 'answer')] }, { records: ['frame', 'violation'] }),
  );
  assert.deepEqual(
    found.map(({ type, dir, payload, certainty }) => [type, dir, payload.text, certainty]),
    [
      ['frame', 'c2s', 'ask', 'exact'],
      ['frame', 's2c', 'answer', 'exact'],
    ],
  );
  const one = await all(inspect({ server: client(1, 'x') }, { records: ['violation'] }));
  assert.deepEqual(
    one.map(({ id }) => id),
    ['mask-present'],
  );
});

test('live: records come as soon as bytes do, from whichever side', async () => {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const records = inspect({ client: up, server: down }, { records: ['frame'] });
  for (const [stream, frame, text] of [
    [down, server(1, 'one'), 'one'],
    [up, client(1, 'two'), 'two'],
    [down, server(1, 'three'), 'three'],
  ]) {
    stream.write(frame);
    const { value } = await records.next();
    assert.equal(value.payload.text, text);
  }
  assert.equal(records.stats().frames, 3);
  up.end();
  down.end();
  assert.deepEqual(await records.next(), { value: undefined, done: true });
  assert.equal(records.stats().frames, 3);
});

test('leaving the loop cancels the source', async () => {
  for (const leave of [
    async (records) => {
      for await (const { type } of records) if (type === 'frame') break;
    },
    (records) => records.return(),
  ]) {
    let cancelled = false;
    const source = new ReadableStream({
      pull: (controller) => controller.enqueue(server(1, 'x')),
      cancel() {
        cancelled = true;
      },
    });
    const records = inspect(source);
    await leave(records);
    assert.ok(cancelled);
    assert.deepEqual(await records.next(), { value: undefined, done: true });
  }
});

test('a signal ends what waits, and cancels the source with its reason', async () => {
  const controller = new AbortController();
  let cancelled;
  const source = new ReadableStream({
    cancel(reason) {
      cancelled = reason;
    },
  });
  const next = inspect(source, { signal: controller.signal }).next();
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(next, reason);
  assert.equal(cancelled, reason);
  await assert.rejects(inspect(clean, { signal: AbortSignal.abort(reason) }).next(), reason);
  await assert.rejects(lint(clean, { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(stats(clean, { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(openCapture(clean, { signal: AbortSignal.abort(reason) }), reason);
});

test('a large piece is read as its records are asked for', async () => {
  const count = 200_000;
  const records = inspect(Buffer.concat(Array(count).fill(server(1, 'x'))), { records: ['frame'] });
  await records.next();
  assert.ok(records.stats().frames < count / 2, `${records.stats().frames} frames for the first record`);
  let seen = 1;
  for await (const _ of records) seen += 1;
  assert.equal(seen, count);
});

test('a source that fails fails the loop, after what it gave', async () => {
  const fault = new Error('the disk is gone');
  const source = (async function* () {
    yield server(1, 'Hello');
    throw fault;
  })();
  const records = inspect(source, { records: ['frame'] });
  assert.equal((await records.next()).value.payload.text, 'Hello');
  await assert.rejects(records.next(), fault);
  assert.equal(records.stats().frames, 1);
});

test('what is wrong with arguments is said at once, by their names', async () => {
  for (const [call, expected] of [
    [() => inspect(5), /^"source" expected Uint8Array, ArrayBuffer or a view, not detached, got 5$/],
    [() => inspect(null), /^"source" expected/],
    [() => inspect({ client: {} }), /^"client" expected/],
    [() => inspect(clean, 5), /^"options" expected object, got 5$/],
    [() => inspect(clean, { from: 'pcapgn' }), /^"from" is auto, pcap, .*, not "pcapgn"$/],
    [() => inspect(clean, { form: 'pcap' }), /^"form" is no option with a text$/],
    [() => inspect(clean, { records: ['frames'] }), /^"records" has capture, handshake, frame, .*, not "frames"$/],
    [() => inspect(clean, { maxPayload: '3' }), /^"maxPayload" expected number, got a string of length 1$/],
    [() => new Inspector().receiveData('text'), /^"bytes" expected/],
    [() => new Inspector().receiveData(clean, 'both'), /^"from" expected "client" or "server"/],
  ]) {
    assert.throws(call, { name: 'TypeError', code: 'invalid_argument', message: expected });
  }
  await assert.rejects(all(inspect([clean, 'text'])), { message: /^"source" expected/ });
  await assert.rejects(lint(clean, { allow: ['utf8'] }), {
    name: 'RangeError',
    message: '"allow" expected ids of rules, got "utf8"',
  });
});

test('what is wrong with a filter is said by its place', () => {
  for (const call of [(filter) => inspect(clean, { filter }), (filter) => new Inspector({ filter })]) {
    assert.throws(
      () => call('payload contains "é" and len > x'),
      (error) => {
        assert.ok(error instanceof FilterError && error instanceof SyntaxError);
        assert.equal(error.filter.slice(error.start, error.end), 'x');
        assert.match(error.message, /^the filter, at 31: a number was expected, /);
        return true;
      },
    );
  }
});

test('a filter, payloads and wire as asked for', async () => {
  const records = await all(
    inspect(clean, { filter: 'op == close', records: ['frame', 'message'], payload: 'none', wire: true }),
  );
  assert.deepEqual(
    records.map(({ n, payload }) => [n, payload]),
    [
      [11, undefined],
      [12, undefined],
    ],
  );
  assert.match(records[0].wire, /^88[0-9a-f]+$/);
});

test('"Infinity" is no limit', async () => {
  const text = 'Hello'.repeat(100);
  const bytes = server(1, text);
  const none = Number.POSITIVE_INFINITY;
  const options = { side: 'server', payload: 'preview', maxPayload: none, maxFrame: none, maxMessage: none };
  for (const filter of [undefined, '', 'op == text']) {
    const [, frame] = await all(inspect(bytes, { ...options, filter }));
    assert.deepEqual(frame.payload, { text });
  }
  const violations = await all(inspect(bytes, { side: 'server', maxFrame: 4, records: ['violation'] }));
  assert.deepEqual(
    violations.map(({ id }) => id),
    ['length-implausible'],
  );
});

test('lint', async () => {
  const viol = await lint(read('viol.pcap'));
  const expected = golden('viol.ndjson').filter(({ type }) => type === 'violation');
  assert.deepEqual([viol.ok, viol.level, viol.errors], [false, 'error', []]);
  assert.deepEqual(viol.violations, expected);
  assert.equal(viol.stats.errors, 22);
  const ids = [...new Set(expected.map(({ id }) => id))];
  const allowed = await lint(read('viol.pcap'), { allow: ids });
  assert.deepEqual([allowed.ok, allowed.level, allowed.violations], [true, undefined, []]);
  const gap = await lint(read('gap.pcap'));
  assert.deepEqual([gap.ok, gap.level], [true, 'warn']);
  const tls = await lint(Buffer.from('16030100c8010000c40303', 'hex'), { from: 'raw' });
  assert.equal(tls.ok, false);
  assert.match(tls.errors[0].text, /TLS/);
});

test('stats', async () => {
  const counted = await stats(read('pmd_mix.pcap'));
  assert.deepEqual([counted.frames, counted.messages, counted.conns.length], [14, 12, 1]);
  assert.equal(counted.conns[0].c2s.ops.text, 3);
});

test('an inspector, pushed', () => {
  const inspector = new Inspector({ records: ['frame', 'violation'] });
  assert.deepEqual([...inspector.records()], []);
  inspector.receiveData(client(1, 'Hel', { fin: false }), 'client');
  inspector.receiveData(server(9, 'x'), 'server');
  assert.deepEqual(
    [...inspector.records()].map(({ dir, opName }) => [dir, opName]),
    [
      ['c2s', 'text'],
      ['s2c', 'ping'],
    ],
  );
  assert.deepEqual([...inspector.records()], []);
  inspector.receiveData(client(0, 'lo').subarray(0, 5), 'client');
  inspector.receiveEof();
  assert.deepEqual(
    [...inspector.records()].map(({ id }) => id),
    ['truncated'],
  );
  assert.equal(inspector.stats().frames, 2);
  inspector.free();
  inspector.free();
  assert.throws(() => inspector.stats(), { name: 'UsageError', code: 'use_after_free' });
  assert.throws(() => inspector.records().next(), { code: 'use_after_free' });
  assert.equal(Inspector.prototype[Symbol.dispose], Inspector.prototype.free);
});

test('an inspector that is freed while its records are read', () => {
  const inspector = new Inspector({ records: ['frame'] });
  inspector.receiveData(Buffer.concat(Array(50_000).fill(server(1, 'x'))), 'server');
  let count = 0;
  for (const _ of inspector.records()) {
    count += 1;
    inspector.free();
  }
  assert.ok(count > 0 && count < 50_000);
});

test('payload as bytes', () => {
  assert.deepEqual(payloadBytes({ text: 'é' }), Uint8Array.of(0xc3, 0xa9));
  assert.deepEqual(payloadBytes({ base64: 'AP8=' }), Uint8Array.of(0, 255));
  assert.deepEqual(payloadBytes({ hex: '00ff' }), Uint8Array.of(0, 255));
  assert.deepEqual(payloadBytes(undefined), new Uint8Array());
});

test('the rules in words', () => {
  assert.equal(rules.length, 45);
  assert.equal(rules.find(({ id }) => id === 'utf8-invalid').close, 1007);
});
