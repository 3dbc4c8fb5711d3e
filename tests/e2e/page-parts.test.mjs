// Parts of the page that need no browser: links, decoders, the mapping of the scroll bar, cells of CSV, captures made here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';
import { at } from '../../tools/lib/paths.mjs';

const parts = {
  link: 'inspect/link.ts',
  msgpack: 'inspect/payload/msgpack.ts',
  cbor: 'inspect/payload/cbor.ts',
  mqtt: 'inspect/payload/mqtt.ts',
  socketIo: 'inspect/payload/socket-io.ts',
  decode: 'inspect/payload/decode.ts',
  scroll: 'inspect/scroll-map.ts',
  find: 'inspect/find-bar.tsx',
  csv: '../../pkg/inspect/csv.js',
  outline: 'inspect/outline.ts',
  matching: 'inspect/matching.ts',
  matches: 'inspect/use-matches.ts',
  switches: 'inspect/switches.ts',
  sampleLink: 'inspect/sample-link.ts',
  belonging: '../../pkg/inspect/belonging.js',
};
const { outputFiles } = await build({
  stdin: {
    contents: Object.entries(parts)
      .map(([name, path]) => `export * as ${name} from './${path}';`)
      .join('\n'),
    resolveDir: at('www', 'src'),
  },
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const {
  link,
  msgpack,
  cbor,
  mqtt,
  socketIo,
  decode,
  scroll,
  find,
  csv,
  outline,
  matching,
  matches,
  switches,
  sampleLink,
  belonging,
} = await import(`data:text/javascript;base64,${source}`);

const bytes = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Decoded data as JSON has it, with bytes as hex, and notes as keys. */
function plain(value) {
  if (value instanceof Uint8Array) return `h'${Buffer.from(value).toString('hex')}'`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    const entries = value.entries.map(([key, child]) => [String(plain(key)), plain(child)]);
    return Object.fromEntries(value.note === undefined ? entries : [['note', value.note], ...entries]);
  }
  return value;
}

test('links: there and back, stored and compressed', async () => {
  for (const content of [new Uint8Array(0), bytes('810548656c6c6f'), new Uint8Array(100_000).fill(7)]) {
    for (const head of [{}, { n: 12, layer: 'message', filter: 'op == text and /ß/', side: 'client' }]) {
      const text = await link.encodeLink(head, content);
      assert.match(text, /^1\.[d0]\.[\w-]*$/);
      const read = await link.decodeLink(text);
      assert.deepEqual(read.bytes, content);
      assert.deepEqual(JSON.parse(JSON.stringify(read.head)), head);
    }
  }
  // What was given out once is read for ever.
  const kept = await link.decodeLink('1.0.AAJ7fYEFSGVsbG8');
  assert.deepEqual(kept.bytes, bytes('810548656c6c6f'));
});

test('links: whatever somebody makes up', async () => {
  for (const text of [
    '',
    '1',
    '1.d.',
    '1.0.A',
    '1.0.AAJ7',
    '1.0.__8',
    '2.0.AAJ7fYEF',
    '1.d.AAJ7fYEF',
    '1.0.AARbMV0x"',
  ]) {
    assert.equal(await link.decodeLink(text), undefined, text);
  }
  const wrong = await link.encodeLink({ n: -1, layer: 3, filter: {}, side: 'mallory' }, bytes('8100'));
  assert.deepEqual(JSON.parse(JSON.stringify((await link.decodeLink(wrong)).head)), {});
});

test('CBOR: RFC 8949, appendix A', () => {
  for (const [hex, value] of [
    ['00', 0],
    ['1903e8', 1000],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['3903e7', -1000],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['fa47c35000', 100000],
    ['fb3ff199999999999a', 1.1],
    ['f5', true],
    ['f6', null],
    ['4401020304', "h'01020304'"],
    ['6449455446', 'IETF'],
    ['83010203', [1, 2, 3]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['c11a514b67b0', { note: 'tag 1', value: 1363896240 }],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['7f657374726561646d696e67ff', { note: 'in parts', 0: 'strea', 1: 'ming' }],
  ]) {
    assert.deepEqual(plain(cbor.decodeCbor(bytes(hex))), value, hex);
  }
  for (const hex of ['', '1c', 'ff', '8201', '5b7fffffffffffffff', '0000', 'bf01ff', '81'.repeat(100)]) {
    assert.throws(() => cbor.decodeCbor(bytes(hex)), /^Error: byte \d+|^TypeError/, hex);
  }
});

test('MessagePack: every type, and what is none', () => {
  for (const [hex, value] of [
    ['7f', 127],
    ['ff', -1],
    ['c0', null],
    ['c2', false],
    ['cc80', 128],
    ['d1ff00', -256],
    ['cb3ff8000000000000', 1.5],
    ['a5 68656c6c6f', 'hello'],
    [`b0 ${'61'.repeat(16)}`, 'a'.repeat(16)],
    ['c403 010203', "h'010203'"],
    ['93 010203', [1, 2, 3]],
    ['82a26964 07 a56e616d6573 91a161', { id: 7, names: ['a'] }],
    ['d6ff 00000001', { note: 'extension -1', data: "h'00000001'" }],
    ['cfffffffffffffffff', 18446744073709551615n],
  ]) {
    assert.deepEqual(plain(msgpack.decodeMessagePack(bytes(hex))), value, hex);
  }
  for (const hex of ['', 'c1', '92 01', 'dd ffffffff', 'd9 ff 61', '01 01', '91'.repeat(100)]) {
    assert.throws(() => msgpack.decodeMessagePack(bytes(hex)), /^Error: byte \d+/, hex);
  }
});

test('MQTT and Socket.IO', () => {
  assert.deepEqual(plain(mqtt.decodeMqtt(bytes('300a 0003 612f62 68656c6c6f'))), {
    packet: 'PUBLISH',
    topic: 'a/b',
    qos: 0,
    retain: false,
    rest: "h'68656c6c6f'",
  });
  assert.equal(plain(mqtt.decodeMqtt(bytes('c000 d000')))[1].packet, 'PINGRESP');
  for (const hex of ['', '00', '30', '30ffffffff', '3005 0003']) assert.throws(() => mqtt.decodeMqtt(bytes(hex)));
  assert.deepEqual(plain(socketIo.decodeSocketIo('42/admin,12["join",{"a":1}]')), {
    'engine.io': 'message',
    'socket.io': 'EVENT',
    namespace: '/admin',
    id: 12,
    data: ['join', { a: 1 }],
  });
  for (const text of ['', '7', '4', '42', 'hello', '42{"a"', '1234', '2024-01-01']) {
    const value = socketIo.decodeSocketIo(text);
    assert.ok(value === undefined || text === '42', text);
  }
});

test('what a payload may be: the likeliest first, nothing that does not fit', () => {
  const names = (payload) =>
    decode
      .readingsOf(typeof payload === 'string' ? new TextEncoder().encode(payload) : payload)
      .map(({ name }) => name);
  assert.deepEqual(names('{"a":[1]}'), ['JSON']);
  assert.deepEqual(names('42["a"]'), ['Socket.IO']);
  assert.deepEqual(names('hello'), []);
  assert.deepEqual(names(bytes('82a2696407a56e616d657391a161')), ['MessagePack']);
  assert.deepEqual(names(bytes('a26161016162820203')), ['CBOR']);
  assert.deepEqual(names(bytes('100c00044d5154540402003c0000')), ['MQTT']);
  assert.deepEqual(names(bytes('ffffff')), []);
  // A string of bytes in CBOR, which says too little.
  assert.deepEqual(names(bytes('43ff0203')), []);
  assert.deepEqual(names(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), []);
});

test('the bar: exact below the bound, and every row within reach beyond it', () => {
  const small = scroll.scrollMap(1000, 400);
  assert.deepEqual([small.space, small.exact, small.most, small.topOf(123)], [22_000, true, 21_600, 123]);
  const large = scroll.scrollMap(1_000_000, 400);
  assert.equal(large.space, scroll.MAX_SPACE);
  assert.equal(large.exact, false);
  assert.equal(large.topOf(0), 0);
  assert.equal(Math.round(large.topOf(large.space - 400)), large.most);
  assert.ok(Math.abs(large.topOf(large.barOf(11_000_007)) - 11_000_007) < 0.001);
  assert.deepEqual(scroll.scrollMap(3, 400).most, 0);
});

test('cells of CSV start no formula, and keep what they hold', () => {
  for (const [cell, written] of [
    ['plain', 'plain'],
    ['a,"b"\n', '"a,""b""\n"'],
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-12.5', '-12.5'],
    ['-12+A1', "'-12+A1"],
  ]) {
    assert.equal(csv.csvCell(cell), written);
  }
});

test('the outline: messages that are opened and gaps between frames, there and back', () => {
  const gap = { before: 5, conn: 1, dir: 's2c', at: 9, bytes: 7, resyncedAt: 16 };
  const last = { ...gap, before: 8 };
  const described = (made) =>
    Array.from({ length: made.count }, (_, index) => {
      const entry = made.at(index);
      return entry.kind === 'gap' ? `gap<${entry.gap.before}` : `${entry.level === 2 ? '+' : ''}${entry.n}`;
    });
  const opened = new Map([[2, [2, 4]]]);
  const all = new outline.Outline({ total: 7, numbers: undefined, gaps: [gap, last], opened: new Map() });
  assert.deepEqual(described(all), ['1', '2', '3', '4', 'gap<5', '5', '6', '7', 'gap<8']);
  const some = new outline.Outline({ total: 7, numbers: Uint32Array.of(1, 2, 5, 7), gaps: [gap], opened });
  assert.deepEqual(described(some), ['1', '2', '+2', '+4', 'gap<5', '5', '7']);
  assert.deepEqual(
    [1, 2, 3, 5, 6, 7, 99].map((n) => described(some)[some.indexOf(n)]),
    ['1', '2', '5', '5', '7', '7', '7'],
  );
  assert.deepEqual(
    [1, 2, 3, 4, 5, 8].map((n) => some.rowOf(n)),
    [0, 1, undefined, 3, 5, undefined],
  );
  // What is not in the list is not opened in it.
  const others = new outline.Outline({ total: 7, numbers: Uint32Array.of(1, 3), gaps: [], opened });
  assert.deepEqual(described(others), ['1', '3']);
  const none = new outline.Outline({ total: 0, numbers: undefined, gaps: [], opened });
  assert.equal(none.count, 0);
  assert.equal(none.rowOf(1), undefined);
});

test('found text is no expression', () => {
  assert.equal(find.findExpression('say "hi" \\ and more'), '"say \\"hi\\" \\\\ and more"');
  assert.equal(find.findExpression('/or(der)?/i'), '/or(der)?/i');
});

test('places in a list of numbers', () => {
  const numbers = Uint32Array.of(2, 5, 9);
  assert.deepEqual(
    [1, 2, 3, 9, 10].map((number) => matching.placeOf(numbers, number)),
    [0, 0, 1, 2, 3],
  );
});

test('one expression for all that is chosen', () => {
  const wanted = { expression: '', switches: switches.noSwitches, conn: undefined, range: undefined };
  assert.equal(matches.wholeExpression(wanted), '');
  assert.equal(matches.wholeExpression({ ...wanted, expression: ' op == text ' }), 'op == text');
  assert.equal(matches.wholeExpression({ ...wanted, conn: 2 }), 'conn == 2');
  assert.equal(
    matches.wholeExpression({
      expression: 'fin == 0 or len > 9',
      switches: { ...switches.noSwitches, opcode: 'text', direction: 'c2s' },
      conn: 2,
      range: [0, 1],
    }),
    '(fin == 0 or len > 9) and op == text and dir == c2s and conn == 2 and t >= 0.000000 and t <= 1.000000',
  );
});

test('links to samples: there and back, and whatever somebody makes up', () => {
  const { encodeSampleLink, decodeSampleLink } = sampleLink;
  assert.equal(encodeSampleLink('rfc', { n: 1, layer: 'wire' }), 'sample=rfc');
  const head = { n: 7, layer: 'message', filter: 'op == text and /a&b=c+ß%/' };
  assert.deepEqual(decodeSampleLink(encodeSampleLink('gap', head)), { sample: 'gap', head });
  for (const text of ['', 'sample', 'sample=', 'sample=none', 'f=x', 'sample=__proto__']) {
    assert.equal(decodeSampleLink(text), undefined, text);
  }
  for (const n of ['', '0', '-1', '1.5', 'x', '1e99']) {
    assert.equal(decodeSampleLink(`sample=rfc&n=${n}`).head.n, undefined, n);
  }
});

test('of what is told of connections, what belongs to frames that are written', () => {
  const kept = new belonging.Belonging();
  const take = (record) => kept.take(record, Object.values(record).join(' '));
  for (const [record, written] of [
    [{ type: 'capture' }, ['capture']],
    [{ type: 'handshake', conn: 1 }, []],
    [{ type: 'handshake', conn: 2 }, []],
    [{ type: 'gap', conn: 2 }, []],
    [{ type: 'error', conn: null }, ['error ']],
    [{ type: 'frame', conn: 2 }, ['handshake 2', 'gap 2', 'frame 2']],
    [{ type: 'frame', conn: 2 }, ['frame 2']],
    [{ type: 'message', conn: 3 }, ['message 3']],
    [{ type: 'close', conn: 1 }, []],
    [{ type: 'close', conn: 2 }, ['close 2']],
    [{ type: 'summary', connections: 3 }, ['summary 3']],
  ])
    assert.deepEqual(take(record), written);
});
