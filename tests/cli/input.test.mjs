// Where captures come from: gzip, zip, text, pipes; and what cannot be read.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeFrame } from 'sansocket';
import { captureOf, decodeJson, fileOf, goldenOf, missingFile, recordsOf, sansocket } from './run.mjs';
import { zipOf } from './zip.mjs';

const hello = Buffer.from('\x81\x05Hello', 'latin1');
const clean = readFileSync(captureOf('clean.pcap'));
const frameCount = (name) => goldenOf(name).filter(({ type }) => type === 'frame').length;

test('gzip is unwrapped, also twice', async () => {
  for (const content of [gzipSync(clean), gzipSync(gzipSync(clean))]) {
    const { code, frames } = await decodeJson(content);
    assert.deepEqual([code, frames.length], [0, frameCount('clean')]);
  }
});

test('gzip that is cut: what came out is read, and it is said', async () => {
  const big = Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => encodeFrame({ opcode: 2, payload: Buffer.from(`${i} ${Math.sin(i)}`) })),
  );
  const packed = gzipSync(big);
  const { code, frames, stderr } = await decodeJson(packed.subarray(0, packed.length - 2000));
  assert.equal(code, 2);
  assert.match(stderr, /the gzip data is cut/);
  assert.ok(frames.length > 100, `${frames.length} frames`);
});

const message = (data) => JSON.stringify({ type: 'send', time: 1767225600000, opcode: 1, data });
const har = (messages) =>
  JSON.stringify({
    log: {
      version: '1.2',
      entries: [
        {
          _resourceType: 'websocket',
          startedDateTime: '2026-01-01T00:00:00.000Z',
          request: { method: 'GET', url: 'ws://h/', headers: [] },
          response: { status: 101, headers: [], content: { _file: 'abc.jsonl' } },
          ...(messages && { _webSocketMessages: messages.map((text) => JSON.parse(message(text))) }),
        },
      ],
    },
  });

const archives = {
  'with the messages in the HAR': zipOf({ 'har.har': har(['one', 'two']) }),
  'with the messages attached': zipOf({ 'abc.jsonl': `${message('one')}\n${message('two')}\n`, 'har.har': har() }),
  'that only stores': zipOf({ 'har.har': har(['one', 'two']) }, 0),
};
for (const [name, archive] of Object.entries(archives)) {
  test(`an archive of Playwright ${name}`, async () => {
    const { code, frames, stderr } = await decodeJson(archive);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      frames.map(({ payload }) => payload.text),
      ['one', 'two'],
    );
  });
}

const zip = zipOf({ 'har.har': har(['one']) });
const badArchives = {
  cut: [zip.subarray(0, zip.length - 30), /no directory|is cut|damaged/],
  'without a HAR': [zipOf({ 'a.txt': 'x' }), /holds no \.har file/],
  'whose directory points outside': [Buffer.from(zip).fill(0xff, zip.length - 6, zip.length - 2), /damaged/],
  'that says it is small but is not': [
    (() => {
      const bomb = zipOf({ 'har.har': ' '.repeat(1_000_000) });
      for (const mark of ['PK\x03\x04', 'PK\x01\x02'])
        bomb.writeUInt32LE(10, bomb.indexOf(mark) + (mark.endsWith('\x04') ? 22 : 24));
      return bomb;
    })(),
    /cannot be unpacked/,
  ],
};
for (const [name, [archive, expected]] of Object.entries(badArchives)) {
  test(`an archive ${name}`, async () => {
    const { code, stderr } = await sansocket([fileOf(archive)]);
    assert.equal(code, 2);
    assert.match(stderr, expected);
  });
}

test('base64 of a whole capture is that capture', async () => {
  const { frames } = await decodeJson(clean.toString('base64'));
  assert.equal(frames.length, frameCount('clean'));
});

test('what text was read as is said, unless nobody wants to know', async () => {
  assert.match(
    (await sansocket(['-'], { input: hello.toString('hex') })).stderr,
    /standard input: read as hex, 7 bytes\n/,
  );
  assert.equal((await sansocket(['-q', '-'], { input: hello.toString('hex') })).stderr, '');
});

test('--verbose: what each input is, and how much of it there was', async () => {
  const har = captureOf('chrome.har');
  const { stderr } = await sansocket(['stats', '--verbose', captureOf('clean.pcap'), har]);
  const said = stderr
    .match(/^.*: read as .*$/gm)
    .join('\n')
    .replaceAll(/in [\d.]+ s$/gm, 'in TIME');
  assert.equal(
    `${said}\n`,
    `sansocket: ${captureOf('clean.pcap')}: read as pcap, 2151 bytes, 19 packets in TIME\n` +
      `sansocket: ${har}: read as har with messages, ${readFileSync(har).length} bytes in TIME\n`,
  );
  const { stdout } = await sansocket(['lint', '--verbose', '--format', 'ndjson', captureOf('viol.pcap')]);
  assert.ok(recordsOf(stdout).every(({ type }) => type === 'violation'));
});

test('without FILE what comes through a pipe is read', async () => {
  const { code, stdout } = await sansocket(['--side', 'server'], { input: hello });
  assert.equal(code, 0);
  assert.match(stdout, / Hello\n/);
});

test('text that stops to make sense: what came before is shown, and the place is said', async () => {
  const { code, stdout, stderr } = await sansocket([fileOf('81 02 68 69\n81 05 xx')]);
  assert.equal(code, 2);
  assert.match(stdout, / hi\n/);
  assert.match(stderr, /input: line 2, column 7: expected a hex digit, found "x" \(read as hex\)\n/);
});

test('--from decides', async () => {
  const raw = await decodeJson('\x31\x00', '--from', 'raw');
  assert.deepEqual([raw.frames[0].op, raw.frames[0].rsv], [1, [0, 1, 1]]);
  const base64 = await decodeJson('iQA=', '--from', 'base64', '--side', 'server');
  assert.equal(base64.frames[0].op, 9);
  assert.equal((await decodeJson(clean, '--from', 'pcap')).frames.length, frameCount('clean'));
});

test('files that cannot be read', async () => {
  const missing = await sansocket([missingFile('nowhere.pcap')]);
  assert.deepEqual([missing.code, missing.stdout], [2, '']);
  assert.match(missing.stderr, /^sansocket: .*nowhere\.pcap: no such file or directory\n/);
  const folder = await sansocket([tmpdir()]);
  assert.equal(folder.code, 2);
  assert.match(folder.stderr, /directory/);
  const both = await sansocket(['--format', 'ndjson', missingFile('nowhere'), captureOf('clean.pcap')]);
  assert.equal(both.code, 2);
  assert.equal(recordsOf(both.stdout).filter(({ type }) => type === 'frame').length, frameCount('clean'));
});

test('a name that cannot be looked up is told as one that is not there, and the others are read', async () => {
  for (const [name, why] of [
    [`${captureOf('clean.pcap')}/inside`, /inside: (?:not a directory|no such file or directory)\n/],
    [captureOf('x'.repeat(300)), /name too long|no such file/],
  ]) {
    const { code, stdout, stderr } = await sansocket(['-q', name, captureOf('clean.pcap')]);
    assert.equal(code, 2);
    assert.match(stderr, why);
    assert.equal(stdout.match(/^ +#/gm).length, 12);
  }
});

test('a byte order mark before JSON is passed over (RFC 8259 §8.1)', async () => {
  for (const name of ['handmade.har', 'chrome.netlog', 'clean.ndjson', 'archive.jsonl']) {
    const [plain, marked] = await Promise.all(
      [readFileSync(captureOf(name)), Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), readFileSync(captureOf(name))])].map(
        (bytes, i) => sansocket([fileOf(bytes, `${i}-${name}`)]),
      ),
    );
    assert.ok(plain.stdout.length > 0);
    assert.deepEqual([marked.code, marked.stdout], [plain.code, plain.stdout], name);
  }
});

const foreign = {
  TLS: ['16030100c8010000c40303', /TLS/],
  'TLS data': ['17030300200000000000', /TLS/],
  'HTTP/2': [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').toString('hex'), /HTTP\/2|RFC 8441/],
};
for (const [name, [bytes, expected]] of Object.entries(foreign)) {
  test(`${name} is not taken for frames`, async () => {
    const { code, stdout, stderr } = await sansocket(['--from', 'raw', fileOf(Buffer.from(bytes, 'hex'))]);
    assert.equal(code, 2);
    assert.doesNotMatch(stdout, /#1/);
    assert.match(stderr, expected);
  });
}

const misuses = [
  [['--from', 'octal', 'a'], /--from is one of .*, not "octal"/],
  [['--client', 'a', 'b'], /--client and --server stand for FILE/],
  [['-', '-'], /standard input can be read once/],
  [['-v', 'a'], /-F, -i and -v say how -g PATTERN matches/],
  [['-o', 'a', '-w', 'b', 'c'], /-o and -w are the same/],
  [['-E', 'x=y', 'a'], /-E is separator=TEXT/],
  [['-t', 'x', 'a'], /-t is one of r, a, ad/],
  [['-c', '0', 'a'], /-c is a whole number/],
  [['--deflate', 'assume:nonsense=1', captureOf('clean.pcap')], /parameters of permessage-deflate/],
  [['--strict', '--keep-going', 'a'], /exclude each other/],
  [['--quiet', '--verbose', 'a'], /exclude each other/],
];
for (const [args, message] of misuses) {
  test(`misused: sansocket ${args.slice(0, 2).join(' ')}`, async () => {
    const { code, stdout, stderr } = await sansocket(args, { input: '' });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.match(stderr, /Try "sansocket decode --help"\.\n$/);
  });
}
