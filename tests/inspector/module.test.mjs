// The module of the inspector: its calls give what the crate gives, which tests/captures has.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { frame, keys, Op } from '../captures/lib.mjs';
import { Instance } from './support/instance.mjs';

const folder = new URL('../captures/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));
const names = readdirSync(folder).filter((name) => /\.(pcap|pcapng|har|netlog|jsonl)$/.test(name));

test('the records of every capture, one after the other in one instance, in chunks', () => {
  assert.ok(names.length > 30);
  const instance = new Instance();
  for (const name of names) {
    const golden = read(name.endsWith('.pcap') ? name.replace('.pcap', '.ndjson') : `${name}.ndjson`).toString();
    assert.equal(instance.read(read(name), { chunk: 4096 }), golden, name);
    assert.equal(instance.read(read(name), { chunk: 77 }), golden, name);
  }
});

test('the records of every real capture', () => {
  const isCapture = /\.(pcap|pcapng|har|netlog)$/;
  const real = readdirSync(new URL('real/', folder)).filter((name) => isCapture.test(name));
  assert.ok(real.length > 20);
  const instance = new Instance();
  for (const name of real) {
    const options = { payload: 'preview' };
    assert.equal(
      instance.read(read(`real/${name}`), { options, chunk: 4096 }),
      read(`real/${name}.ndjson`).toString(),
      name,
    );
  }
});

test('options and filters that are wrong are refused with a reason', () => {
  const instance = new Instance();
  assert.equal(instance.call('open', '{"from":"x"}'), 1);
  assert.match(instance.output.toString(), /"from" is auto, pcap/);
  assert.equal(instance.call('open', '{"filter":"len > x"}'), 1);
  assert.match(instance.output.toString(), /the filter, bytes 6–7: a number was expected/);
  assert.equal(instance.call('open', '{}'), 0);
  assert.equal(instance.call('filter', 'op == '), 1);
  assert.deepEqual(JSON.parse(instance.output), { at: 6, end: 6, text: 'a value was expected' });
});

test('both sides of a connection as raw bytes', () => {
  const instance = new Instance();
  instance.call('open', '{"records":["frame"]}');
  instance.call('feed', frame(Op.text, 'from the client', { key: keys()() }), 1);
  instance.call('feed', frame(Op.text, 'from the server'), 2);
  instance.call('finish');
  const frames = instance
    .text('take', 1 << 20)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    frames.map(({ dir, payload, violations }) => [dir, payload.text, violations]),
    [
      ['c2s', 'from the client', []],
      ['s2c', 'from the server', []],
    ],
  );
});

test('rows, detail, layers, filter, timeline, connections and statistics of an index', () => {
  const instance = new Instance();
  assert.equal(instance.read(read('viol.pcap'), { options: { index: true, records: [] } }), '');
  assert.equal(instance.call('frames'), 22);
  const rows = instance.json('rows', new Uint8Array(new Uint32Array([1, 22, 99]).buffer));
  assert.deepEqual(
    rows.map((row) => row?.violations),
    [['mask-missing'], ['length-msb', 'data-after-close'], undefined],
  );
  assert.equal(rows[0].preview, 'unmasked client');
  const detail = instance.json('detail', 10);
  assert.deepEqual(detail.fields.map(({ name }) => name).slice(0, 6), [
    'FIN',
    'RSV1',
    'RSV2',
    'RSV3',
    'Opcode',
    'MASK',
  ]);
  assert.equal(detail.violations.find(({ id }) => id === 'utf8-invalid').payloadAt, 3);
  instance.call('layer', 10, 0);
  assert.equal(instance.output.toString('hex'), '818537fa213d5634 9bc255'.replace(' ', ''));
  instance.call('layer', 10, 1);
  assert.equal(instance.output.toString('hex'), '61cebaff62');
  instance.call('filter', 'violation == close-code-forbidden');
  assert.equal(instance.call('match', 1, 100), 3);
  assert.deepEqual([...instance.output], [0, 0b1000_0000, 0b0000_0011]);
  instance.call('timeline', 0, 1, 4);
  const words = new Uint32Array(Uint8Array.from(instance.output).buffer);
  assert.deepEqual([words.length, words[0] + words[3]], [32, 22]);
  const [connection] = instance.json('connections');
  assert.equal(connection.handshake.uri, '/chat');
  assert.equal(connection.close.code, 1012);
  assert.equal(instance.json('stats').rules['close-code-forbidden'], 3);
});

test('the catalogue', () => {
  const rules = new Instance().json('catalogue');
  assert.equal(rules.length, 45);
  assert.deepEqual(
    rules.find(({ id }) => id === 'utf8-invalid'),
    {
      id: 'utf8-invalid',
      level: 'error',
      rfc: '6455#8.1',
      close: 1007,
      status: null,
      text: 'the text is not UTF-8',
    },
  );
});

test('calls before a capture do no harm', () => {
  const instance = new Instance();
  assert.equal(instance.call('feed', Buffer.from('x'), 0), 0);
  assert.deepEqual([instance.call('finish'), instance.call('take', 9), instance.call('frames')], [0, 0, 0]);
  assert.deepEqual([instance.call('detail', 1), instance.call('match', 1, 1), instance.call('stats')], [0, 0, 0]);
});
