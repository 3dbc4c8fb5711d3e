// What cannot be read: what was decoded so far, where it broke, and exit code 2.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { decodeJson, fileOf, missingFile, sansocket } from './run.mjs';

const hello = Buffer.from('\x81\x05Hello', 'latin1');

const cuts = [
  [1, /frame 2 at byte 7 is cut: 1 of 2 bytes of its header are there/],
  [3, /frame 2 at byte 7 is cut: 3 of 8 bytes of its header are there/],
  [7, /frame 2 at byte 7 is cut: 7 of 8 bytes of its header are there/],
  [8, /frame 2 at byte 7 is cut: 0 of 300 bytes of its payload are there/],
  [307, /frame 2 at byte 7 is cut: 299 of 300 bytes of its payload are there/],
];
const long = encodeFrame({ opcode: 2, payload: new Uint8Array(300), masked: true });

for (const [length, message] of cuts) {
  test(`a frame that is cut after ${length} bytes`, async () => {
    const stream = Buffer.concat([hello, long.subarray(0, length)]);
    const { code, stdout, stderr } = await sansocket(['decode', '--role', 'server', fileOf(stream)]);
    assert.match(stdout, /^ +#1 .* Hello\n/);
    assert.match(stdout, new RegExp(`#2 .*\\(${length} bytes of it are there\\)\n$`));
    assert.match(stderr, message);
    assert.equal(code, 2);
    const { records, code: again } = await decodeJson(stream);
    assert.deepEqual(
      records.map(({ type }) => type),
      ['frame', 'broken', 'error'],
    );
    assert.match(records[2].text, message);
    assert.equal(again, 2);
  });
}

test('a cut frame is judged by its header', async () => {
  const { code, records } = await decodeJson(Buffer.of(0x83, 0x05));
  assert.equal(code, 2);
  assert.deepEqual(
    records[0].violations.map(({ id }) => id),
    ['opcode-reserved'],
  );
});

test('a cut frame is judged by what is there of its payload', async () => {
  const { code, records } = await decodeJson(Buffer.of(0x81, 0x05, 0x61, 0xff));
  assert.equal(code, 2);
  assert.deepEqual(
    records[0].violations.map(({ id, at }) => [id, at]),
    [['utf8-invalid', 3]],
  );
});

test('a length that cannot be read is told behind a Close as well', async () => {
  const { code, records } = await decodeJson(Buffer.from('8800827f8000000000000000', 'hex'));
  assert.equal(code, 1);
  assert.deepEqual(
    records[1].violations.map(({ id }) => id),
    ['data-after-close'],
  );
  const control = await decodeJson(Buffer.from('8800897f8000000000000000', 'hex'));
  assert.deepEqual(
    control.records[1].violations.map(({ id, at }) => [id, at]),
    [['length-msb', 11]],
  );
});

test('a frame beyond --max-frame', async () => {
  const stream = Buffer.concat([hello, encodeFrame({ opcode: 2, payload: new Uint8Array((1 << 20) + 1) })]);
  const { code, stdout, stderr } = await sansocket(['decode', '--max-frame', '1', fileOf(stream)]);
  assert.match(stdout, /#1 .* Hello\n.*#2 .* 1048577 B/);
  assert.match(stderr, /frame 2 at byte 7 declares 1048577 bytes, more than the 1048576 that are read of one frame/);
  assert.equal(code, 2);
  assert.equal((await sansocket(['decode', '--max-frame', '2', fileOf(stream)])).code, 0);
});

test('a frame that declares more than there can be', async () => {
  const { code, records, stderr } = await decodeJson(Buffer.from('827f7fffffffffffffff00', 'hex'));
  assert.equal(code, 2);
  assert.deepEqual([records[0].len, records[0].violations], ['9223372036854775807', []]);
  assert.match(stderr, /declares 9223372036854775807 bytes/);
});

const foreign = {
  TLS: ['16030100c8', /these bytes are TLS/],
  'TLS data': ['1703030020', /these bytes are TLS/],
  pcap: ['d4c3b2a10200', /packet capture/],
  pcapng: ['0a0d0d0a1c00', /packet capture/],
  'HTTP/2': [Buffer.from('PRI * HTTP/2.0\r\n').toString('hex'), /HTTP\/2/],
  gzip: ['1f8b080000', /gzip/],
};
for (const [name, [bytes, message]] of Object.entries(foreign)) {
  test(`${name} is not taken for frames`, async () => {
    const { code, stdout, stderr } = await sansocket(['decode', '--format', 'bin', fileOf(Buffer.from(bytes, 'hex'))]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
  });
}

const heads = {
  'that is cut': ['GET / HTTP/1.1\r\nHost: x\r\n', /handshake is cut: no empty line in its 25 bytes/],
  'that never ends': [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, /handshake has more than 16384 bytes/],
  'of a refusal': [
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
    /the server refused the handshake, so no frames follow/,
  ],
};
for (const [name, [content, message]] of Object.entries(heads)) {
  test(`a head ${name}`, async () => {
    const { code, stderr, stdout } = await sansocket(['decode', fileOf(content)]);
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.doesNotMatch(stdout, /#1/);
  });
}

test('files that cannot be read', async () => {
  const missing = await sansocket(['decode', missingFile('nowhere')]);
  assert.deepEqual([missing.code, missing.stdout], [2, '']);
  assert.match(missing.stderr, /^sansocket: .*nowhere: no such file or directory\n$/);
  const folder = await sansocket(['decode', '--json', tmpdir()]);
  assert.equal(folder.code, 2);
  assert.match(JSON.parse(folder.stdout).text, /directory/);
});

const misuses = [
  [['decode', 'a', 'b'], /one FILE at a time/],
  [['decode', '--jsn', 'a'], /there is no flag --jsn; did you mean --json/],
  [['decode', '-x', 'a'], /-x/],
  [['decode', '--format', 'octal', 'a'], /--format is one of bin, hex, base64, not "octal"/],
  [['decode', '--role', 'proxy', 'a'], /--role is one of client, server/],
  [['decode', '--color', 'red', 'a'], /--color is one of auto, always, never/],
  [['decode', '--max-frame', '0', 'a'], /--max-frame is a whole number/],
];
for (const [args, message] of misuses) {
  test(`misused: sansocket ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await sansocket(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.match(stderr, /Try "sansocket decode --help"\.\n$/);
  });
}
