// What is shown of frames, and what is said against them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { decodeJson, fileOf, sansocket } from './run.mjs';

const maskingKey = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const client = (opcode, payload, more) => encodeFrame({ opcode, payload, maskingKey, ...more });
const server = (opcode, payload, more) => encodeFrame({ opcode, payload, ...more });
const hex = (string) => Buffer.from(string.replaceAll(' ', ''), 'hex');

test('the examples of RFC 6455 §5.7, line by line', async () => {
  const stream = Buffer.concat([
    hex('81 05 48 65 6c 6c 6f'),
    hex('01 03 48 65 6c'),
    hex('89 05 48 65 6c 6c 6f'),
    hex('80 02 6c 6f'),
    server(2, new Uint8Array(256)),
    server(2, new Uint8Array(65536)),
    hex('88 05 03 e8 62 79 65'),
  ]);
  const { code, stdout, stderr } = await sansocket(['decode', fileOf(stream)]);
  const lines = stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim().slice(0, 48));
  assert.deepEqual(lines, [
    '#1 0 < text fin 5 B Hello',
    '#2 7 < text 3 B Hel',
    '#3 12 < ping fin 5 B Hello',
    '#4 19 < cont fin 2 B lo',
    '#5 23 < binary fin 256 B 00 00 00 00 00 00 00 00',
    '#6 283 < binary fin 65536 B 00 00 00 00 00 00 00',
    '#7 65829 < close fin 5 B 1000 Normal Closure bye',
    '',
  ]);
  assert.equal(
    stderr,
    `sansocket: ${fileOf('').replace(/input$/, 'input')}: 7 frames, 65836 bytes, received by a client, no violation\n`,
  );
  assert.equal(code, 0);
});

test('every field, as JSON', async () => {
  const { code, records, stderr } = await decodeJson(
    Buffer.concat([client(1, 'Hello'), client(2, 'x'.repeat(126), { fin: false })]),
  );
  assert.deepEqual(records[0], {
    v: 1,
    type: 'frame',
    n: 1,
    msg: 1,
    dir: 'c2s',
    fin: true,
    rsv: [0, 0, 0],
    op: 1,
    opName: 'text',
    masked: true,
    key: '37fa213d',
    lenForm: 7,
    hdrLen: 6,
    len: 5,
    off: { stream: 0 },
    payload: { text: 'Hello' },
    violations: [],
  });
  const { fin, lenForm, hdrLen, len, off, msg } = records[1];
  assert.deepEqual(
    { fin, lenForm, hdrLen, len, off, msg },
    { fin: false, lenForm: 16, hdrLen: 8, len: 126, off: { stream: 11 }, msg: 2 },
  );
  assert.deepEqual([code, stderr], [0, '']);
});

test('payload that is not text is base64, whole, however long', async () => {
  const payload = Buffer.alloc(100_000, 0xfe);
  const { records } = await decodeJson(server(2, payload));
  assert.deepEqual(records[0].payload, { base64: payload.toString('base64') });
});

test('a Close in words', async () => {
  const { records } = await decodeJson(server(8, Buffer.concat([hex('0fa1'), Buffer.from('bye')])));
  assert.deepEqual(records[0].close, { code: 4001, name: 'Private Use', reason: 'bye' });
});

test('a message that is not finished is mentioned, and is no fault of the bytes that are there', async () => {
  const { code, stderr } = await sansocket(['decode', fileOf(server(1, 'Hel', { fin: false }))]);
  assert.equal(code, 0);
  assert.match(stderr, /the last message is not finished/);
});

test('nothing at all is no frames', async () => {
  const { code, stdout, stderr } = await sansocket(['decode', '-'], { input: '' });
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /^sansocket: standard input: 0 frames, 0 bytes/);
});

const request = [
  'GET /chat HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: chat, superchat',
  'Sec-WebSocket-Version: 13',
];
const response = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'Sec-WebSocket-Protocol: chat',
];
const head = (lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);

test('the head of a request is a line of its own, with the answer that its key asks for', async () => {
  const stream = Buffer.concat([head(request), client(1, 'Hello')]);
  const { code, stdout } = await sansocket(['decode', fileOf(stream)]);
  const [first, second] = stdout.split('\n');
  assert.equal(
    first,
    `GET /chat HTTP/1.1  (${head(request).length} bytes, key dGhlIHNhbXBsZSBub25jZQ==, answer s3pPLMBiTxaQ9kYGzzhZRbK+xOo=)`,
  );
  assert.match(second, new RegExp(`#1 +${head(request).length}  >  text .* Hello$`));
  assert.equal(code, 0);
  const { records } = await decodeJson(stream);
  assert.deepEqual(
    { ...records[0], len: 0 },
    {
      v: 1,
      type: 'handshake',
      dir: 'c2s',
      startLine: 'GET /chat HTTP/1.1',
      uri: '/chat',
      key: 'dGhlIHNhbXBsZSBub25jZQ==',
      accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      protocols: ['chat', 'superchat'],
      extensions: '',
      len: 0,
      off: { stream: 0 },
      violations: [],
    },
  );
  assert.equal(records[1].off.stream, head(request).length);
});

test('the head of a response, behind interim ones', async () => {
  const stream = Buffer.concat([head(['HTTP/1.1 103 Early Hints', 'Link: </a>']), head(response), server(1, 'Hello')]);
  const { code, records } = await decodeJson(stream);
  assert.equal(code, 0);
  assert.deepEqual(
    records.map(({ type, status }) => [type, status]),
    [
      ['handshake', 103],
      ['handshake', 101],
      ['frame', undefined],
    ],
  );
  assert.deepEqual(
    [records[1].accept, records[1].protocols, records[2].dir],
    ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', ['chat'], 's2c'],
  );
});

test('a head in hex', async () => {
  const { records } = await decodeJson(Buffer.concat([head(request), client(1, 'Hello')]).toString('hex'));
  assert.deepEqual(
    records.map(({ type }) => type),
    ['handshake', 'frame'],
  );
});

test('a head that breaks a rule', async () => {
  const { code, records } = await decodeJson(head(request.map((line) => line.replace('Version: 13', 'Version: 8'))));
  assert.equal(code, 1);
  const [{ id, status, rfc, code: name }] = records[0].violations;
  assert.deepEqual(
    { id, status, rfc, name },
    { id: 'hs-version', status: 426, rfc: '6455#4.4', name: 'WS_ERR_BAD_VERSION' },
  );
  const bad = await decodeJson(head(response.map((line) => line.replace('Upgrade: websocket', 'Upgrade: h2c'))));
  assert.equal(bad.records[0].violations[0].id, 'hs-upgrade');
});

test('RSV1 is no fault where the handshake agreed on compression, and the payload is not taken for text', async () => {
  const compressed = hex('c1 07 f2 48 cd c9 c9 07 00');
  const agreed = head([...response, 'Sec-WebSocket-Extensions: permessage-deflate']);
  const { code, stdout } = await sansocket(['decode', fileOf(Buffer.concat([agreed, compressed, server(1, 'plain')]))]);
  assert.equal(code, 0);
  assert.match(stdout, /text +fin rsv1 +7 B +f2 48 cd c9 c9 07 00\n.* plain\n$/);
  assert.equal((await decodeJson(compressed)).records[0].violations[0].id, 'rsv-nonzero');
  const misplaced = [
    server(1, 'x', { rsv1: true, fin: false }),
    server(9, 'x', { rsv1: true }),
    server(0, 'x', { rsv1: true }),
  ];
  const { records } = await decodeJson(Buffer.concat([agreed, ...misplaced, server(1, hex('ff'))]));
  assert.deepEqual(
    records.flatMap(({ violations }) => violations.map(({ id }) => id)),
    ['rsv1-control', 'rsv1-continuation', 'utf8-invalid'],
  );
});

test('who receives is told, guessed from the handshake or from the first mask bit, and then held to', async () => {
  const masked = client(1, 'a');
  const plain = server(1, 'a');
  const ids = async (content, ...flags) =>
    (await decodeJson(content, ...flags)).records.flatMap(({ violations }) => violations.map(({ id }) => id));
  assert.deepEqual(await ids(Buffer.concat([masked, plain, masked])), ['mask-missing']);
  assert.deepEqual(await ids(Buffer.concat([plain, masked, plain])), ['mask-present']);
  assert.deepEqual(await ids(masked, '--role', 'client'), ['mask-present']);
  assert.deepEqual(await ids(plain, '--role', 'server'), ['mask-missing']);
  assert.deepEqual(await ids(Buffer.concat([head(request), plain])), ['mask-missing']);
});

// Each frame of a client, and what is wrong with it.
const faulty = [
  [client(1, 'fine')],
  [hex('81 01 61'), 'mask-missing', 1, '6455#5.1', 1002],
  [client(1, 'x', { rsv2: true }), 'rsv-nonzero', 1, '6455#5.2', 1002],
  [client(1, 'x', { rsv1: true }), 'rsv-nonzero', 1, '6455#5.2', 1002],
  [client(3, 'x'), 'opcode-reserved', 1, '6455#5.2', 1002],
  [client(11, 'x'), 'opcode-reserved', 1, '6455#5.2', 1002],
  [client(9, 'x'.repeat(126)), 'control-too-long', 1, '6455#5.5', 1002],
  [client(9, 'x', { fin: false }), 'control-fragmented', 1, '6455#5.5', 1002],
  [client(2, 'x', { headerLength: 8 }), 'length-nonminimal', 3, '6455#5.2', 1002],
  [client(2, 'x', { headerLength: 14 }), 'length-nonminimal', 9, '6455#5.2', 1002],
  [client(1, hex('61 ff 62')), 'utf8-invalid', 7, '6455#8.1', 1007],
  [client(0, 'x'), 'continuation-orphan', 1, '6455#5.4', 1002],
  [client(1, 'open', { fin: false })],
  [client(1, 'x', { fin: false }), 'message-interrupted', 1, '6455#5.4', 1002],
  // The interrupting message has begun: it is gone on with, and ended.
  [client(9, 'fine')],
  [client(0, 'x', { fin: false })],
  [client(0, 'x')],
  [client(0, 'x'), 'continuation-orphan', 1, '6455#5.4', 1002],
  [client(2, 'fine')],
];
const closings = [
  [client(8, 'x'), 'close-body-1', 1, '6455#5.5.1', 1002],
  [client(8, hex('03ed')), 'close-code-forbidden', 7, '6455#7.4.1', 1002],
  [client(8, hex('03e7')), 'close-code-forbidden', 7, '6455#7.4.1', 1002],
  [client(8, hex('0fa1 c3')), 'close-reason-utf8', 8, '6455#5.5.1', 1007],
];

test('one fault is one finding, and the frames after it are judged too', async () => {
  const { code, records } = await decodeJson(Buffer.concat(faulty.map(([bytes]) => bytes)), '--role', 'server');
  assert.equal(code, 1);
  assert.equal(records.length, faulty.length);
  for (const [i, [bytes, id, at, rfc, close]] of faulty.entries()) {
    const { violations, off, n, hdrLen, len } = records[i];
    assert.deepEqual([n, hdrLen + len], [i + 1, bytes.length]);
    assert.deepEqual(
      violations.map((violation) => [violation.id, violation.at - off.stream, violation.rfc, violation.close]),
      id === undefined ? [] : [[id, at, rfc, close]],
      `frame ${i + 1}`,
    );
    for (const { level, code: name, text } of violations) {
      assert.equal(level, 'error');
      assert.match(name, /^WS_ERR_[A-Z0-9_]+$/);
      assert.match(text, /^[^()]+$/);
    }
  }
});

for (const [bytes, id, at, rfc, close] of closings) {
  test(`a Close: ${id}`, async () => {
    const { code, records } = await decodeJson(bytes);
    assert.equal(code, 1);
    assert.deepEqual(
      records[0].violations.map((violation) => [violation.id, violation.at, violation.rfc, violation.close]),
      [[id, at, rfc, close]],
    );
  });
}

test('data after a Close is one; what else comes then is not judged', async () => {
  const stream = Buffer.concat([client(8, ''), client(9, 'x'), client(1, 'x'), client(3, 'x')]);
  const { records } = await decodeJson(stream);
  assert.deepEqual(
    records.map(({ violations }) => violations.map(({ id }) => id)),
    [[], [], ['data-after-close'], []],
  );
  assert.equal('close' in records[2].violations[0], false);
});

test('a length that cannot be read ends the frames, but is understood', async () => {
  const stream = Buffer.concat([server(1, 'fine'), hex('82 7f 80 00 00 00 00 00 00 05'), server(1, 'lost')]);
  const { code, records } = await decodeJson(stream);
  assert.equal(code, 1);
  assert.deepEqual(
    records.map(({ type }) => type),
    ['frame', 'broken'],
  );
  const { len, op, off, violations } = records[1];
  assert.deepEqual([len, op, off.stream], ['9223372036854775813', 2, 6]);
  assert.deepEqual(
    violations.map(({ id, at }) => [id, at]),
    [['length-msb', 15]],
  );
});

test('violations as text, below their frame', async () => {
  const { code, stdout, stderr } = await sansocket(['decode', fileOf(hex('83 00'))]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /0x3 +fin +0 B\n {6}! error opcode-reserved at byte 1: the opcode is reserved \(RFC 6455 §5\.2, close 1002, WS_ERR_INVALID_OPCODE\)\n$/,
  );
  assert.match(stderr, /1 frame, 2 bytes, received by a client, 1 violation\n$/);
});

test('colours only where they are asked for', async () => {
  const file = fileOf(server(1, 'Hello'));
  for (const [flags, env, coloured] of [
    [[], {}, false],
    [['--color', 'never'], { FORCE_COLOR: '1' }, false],
    [['--color', 'always'], { NO_COLOR: '1' }, true],
  ]) {
    const { stdout } = await sansocket(['decode', ...flags, file], { env });
    assert.equal(stdout.includes('\x1b['), coloured, `${flags} ${JSON.stringify(env)}`);
  }
});
