// `--redact`: the structure of a capture, and nothing that somebody said.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceptKey, encodeFrame } from 'sansocket';
import { redact } from 'sansocket/inspect';
import { captureOf, fileOf, recordsOf, sansocket, scratch } from './run.mjs';

const SECRET = /secret|geheim/i;
const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const request = [
  'GET /chat?token=secret HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${key}`,
  'Sec-WebSocket-Version: 13',
  'Cookie: session=secret',
  'Authorization: Bearer secret',
  'X-Auth-Token: secret',
  'Referer: https://example.com/?token=secret',
  'X-Original-URL: /chat?token=secret',
  'X-Forwarded-Access-Token: secret',
  'X-Amz-Security-Token: secret',
  'Origin: https://secret:secret@example.com',
  'Sec-WebSocket-Token: secret',
  ' folded: secret',
  'no name: secret',
  '\r\n',
].join('\r\n');
const response = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  'Set-Cookie: session=secret',
  'Location: https://example.com/#secret',
  'Server: nginx',
  '\r\n',
].join('\r\n');
const close = Buffer.concat([Buffer.of(0x0f, 0xa1), Buffer.from('secret ü')]);
const masked = (opcode, payload, more) => encodeFrame({ opcode, payload, masked: true, ...more });
const client = fileOf(
  Buffer.concat([
    Buffer.from(request),
    masked(1, 'a secret, geheim, ü'),
    masked(2, Buffer.concat([Buffer.of(0xff), Buffer.from('secret')])),
    masked(9, 'secret'),
    masked(3, 'secret'),
    masked(8, close),
  ]),
  'client',
);
const server = fileOf(Buffer.concat([Buffer.from(response), encodeFrame({ opcode: 10, payload: 'secret' })]), 'server');
const sides = ['--client', client, '--server', server];

test('nothing that was said is in any format', async () => {
  for (const format of ['pretty', 'ndjson', 'json', 'csv', 'fields', 'har']) {
    const args = ['--format', format, '--har-frames', '-x', ...sides];
    const open = await sansocket(args);
    assert.match(open.stdout, SECRET, `${format}: without --redact it is there`);
    const { code, stdout } = await sansocket(['--redact', ...args]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, SECRET, format);
    const encoded = stdout.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? [];
    for (const text of encoded) {
      assert.doesNotMatch(Buffer.from(text, 'base64').toString('latin1'), SECRET);
      assert.doesNotMatch(Buffer.from(text, 'hex').toString('latin1'), SECRET);
    }
  }
});

test('every frame, length, flag, code and violation stays', async () => {
  const args = ['--format', 'ndjson', '-x', ...sides];
  const [whole, less] = await Promise.all([sansocket(args), sansocket(['--redact', ...args])]);
  const structure = (text) =>
    recordsOf(text).map(({ payload, wire, request, response, uri, origin, reason, close, ...rest }) => ({
      ...rest,
      wire: wire?.length,
      close: close?.code,
    }));
  assert.deepEqual(structure(less.stdout), structure(whole.stdout));
  const frames = recordsOf(less.stdout).filter(({ type }) => type === 'frame');
  assert.equal(frames.length, 6);
  assert.deepEqual(
    frames.map(({ payload }) => payload),
    [
      { text: 'x'.repeat(20) },
      { text: 'x'.repeat(7) },
      { text: 'x'.repeat(6) },
      { text: 'x'.repeat(6) },
      { hex: `0fa1${'78'.repeat(9)}` },
      { text: 'x'.repeat(6) },
    ],
  );
  assert.equal(frames[4].close.reason, 'x'.repeat(9));
  const [handshake] = recordsOf(less.stdout)
    .filter(({ type }) => type === 'handshake')
    .slice(-1);
  assert.deepEqual([handshake.uri, handshake.key, handshake.acceptOk], ['/chat?redacted', key, true]);
  assert.equal(handshake.origin, 'https://example.com');
});

test('of heads stay the names of fields, and the values that make the handshake', async () => {
  const { stdout } = await sansocket(['--redact', '--format', 'ndjson', '-x', ...sides]);
  const handshake = recordsOf(stdout).findLast(({ type }) => type === 'handshake');
  assert.deepEqual(handshake.request.split('\r\n'), [
    'GET /chat?redacted HTTP/1.1',
    'Host: server.example.com',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    'Cookie: redacted',
    'Authorization: redacted',
    'X-Auth-Token: redacted',
    'Referer: redacted',
    'X-Original-URL: redacted',
    'X-Forwarded-Access-Token: redacted',
    'X-Amz-Security-Token: redacted',
    'Origin: https://example.com',
    'Sec-WebSocket-Token: redacted',
    'folded: redacted',
    'redacted: redacted',
    '',
    '',
  ]);
  assert.deepEqual(handshake.response.split('\r\n'), [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    'Set-Cookie: redacted',
    'Location: redacted',
    'Server: nginx',
    '',
    '',
  ]);
});

test('what is wrong with a head stays wrong', async () => {
  for (const name of ['hs_faults', 'badaccept']) {
    const out = join(scratch(), `${name}.pcapng`);
    assert.equal((await sansocket(['convert', '--redact', captureOf(`${name}.pcap`), '-o', out])).code, 0);
    const [before, after] = await Promise.all(
      [captureOf(`${name}.pcap`), out].map((file) => sansocket(['lint', '--format', 'ndjson', file])),
    );
    const found = (text) => recordsOf(text).map(({ id, dir, text: words }) => [id, dir, words]);
    assert.deepEqual(found(after.stdout), found(before.stdout));
  }
});

for (const [address, expected] of [
  ['wss://user:secret@example.com/chat?token=secret', 'wss://example.com/chat?redacted'],
  ['wss://secret@example.com:8443/@room/a@b#secret', 'wss://example.com:8443/@room/a@b#redacted'],
  ['//secret:secret@example.com', '//example.com'],
  ['secret:secret@example.com:443', 'example.com:443'],
  ['wss://example.com/chat?a=secret b=secret', 'wss://example.com/chat?redacted'],
  ['/@room/chat', '/@room/chat'],
]) {
  test(`of an address stays ${expected}`, async () => {
    const record = { type: 'handshake', uri: address, host: null, origin: null };
    assert.equal(redact(record).uri, expected);
  });
}

test('of archives nothing of the address stays but where it leads, and no reason why it failed', async () => {
  const entry = {
    _resourceType: 'websocket',
    request: { url: 'wss://user:secret@example.com/chat?token=secret' },
    _webSocketMessages: [
      { type: 'send', opcode: 1, data: 'secret' },
      { type: 'error', data: 'no route to wss://example.com/?token=secret' },
    ],
  };
  const file = fileOf(JSON.stringify({ log: { entries: [entry] } }), 'archive.har');
  const { stdout } = await sansocket(['-q', '--redact', '--format', 'ndjson', file]);
  assert.match(stdout, /"uri":"wss:\/\/example\.com\/chat\?redacted"/);
  assert.match(stdout, /"text":"the connection failed"/);
  assert.doesNotMatch(stdout, SECRET);
});

test('bytes of frames are filler under their own masks: what is written can be read again', async () => {
  for (const name of ['viol', 'frag_both']) {
    const out = join(scratch(), `${name}.pcapng`);
    assert.equal((await sansocket(['convert', '--redact', captureOf(`${name}.pcap`), '-o', out])).code, 0);
    const [before, after] = await Promise.all(
      [captureOf(`${name}.pcap`), out].map((file) => sansocket(['--format', 'ndjson', file])),
    );
    const frames = (text) =>
      recordsOf(text)
        .filter(({ type }) => type === 'frame')
        .map(({ dir, op, fin, rsv, masked, key, lenForm, len, close }) => ({
          ...{ dir, op, fin, rsv, masked, key, lenForm, len },
          code: close?.code,
        }));
    assert.deepEqual(frames(after.stdout), frames(before.stdout));
    for (const { payload } of recordsOf(after.stdout).filter(({ type, op }) => type === 'frame' && op !== 8)) {
      assert.match(payload?.text ?? '', /^x*$/);
    }
    assert.ok(!readFileSync(out).includes('cli'));
  }
});
