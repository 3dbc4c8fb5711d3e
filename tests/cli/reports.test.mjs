// What is wrong with captures, for CI; captures in numbers; payloads as files.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceptKey, encodeFrame } from 'sansocket';
import { catalogue } from '../../pkg/inspect/catalogue.js';
import { engineOf } from '../../pkg/inspect/module.js';
import { captureOf, fileOf, goldenOf, missingFile, recordsOf, sansocket, scratch } from './run.mjs';

const server = (opcode, payload, more) => encodeFrame({ opcode, payload, ...more });

test('the catalogue in words has the rules of the engine', () => {
  const facts = (rules) =>
    rules.map(({ id, level, rfc, close, status }) => [id, level, rfc ?? null, close ?? null, status ?? null]);
  assert.deepEqual(
    facts(catalogue),
    facts(engineOf(readFileSync(new URL('../../pkg/inspector.wasm', import.meta.url))).catalogue()),
  );
});

test('lint reports every violation of a capture, and fails', async () => {
  const { code, stdout, stderr } = await sansocket(['lint', captureOf('viol.pcap')]);
  assert.equal(code, 1);
  const found = [...stdout.matchAll(/^ {2}! (error|warn|note) (\S+) (?:in #(\d+)|of conn)/gm)].map(([, , id, n]) => [
    id,
    Number(n),
  ]);
  const golden = goldenOf('viol').filter(({ type }) => type === 'violation');
  assert.deepEqual(
    found,
    golden.map(({ id, n }) => [id, n]),
  );
  assert.match(stderr, /^sansocket: 22 frames, 22 errors, \d+ warnings?, 0 notes\n$/);
});

const levels = [
  [['clean.pcap'], 0],
  [['--fail-on', 'note', 'clean.pcap'], 0],
  [['gap.pcap'], 0],
  [['--fail-on', 'warn', 'gap.pcap'], 1],
  [['--fail-on', 'warn', '--allow', 'tcp-gap,resynced', '--allow', 'truncated', 'gap.pcap'], 0],
  [['clean.pcap', 'viol.pcap'], 1],
];
for (const [args, code] of levels) {
  test(`exit code ${code}: lint ${args.join(' ')}`, async () => {
    const real = args.map((arg) => (arg.endsWith('.pcap') ? captureOf(arg) : arg));
    assert.equal((await sansocket(['lint', ...real])).code, code);
  });
}

test('an id that is allowed has to exist', async () => {
  const { code, stderr } = await sansocket(['lint', '--allow', 'utf8-invald', captureOf('clean.pcap')]);
  assert.equal(code, 2);
  assert.match(stderr, /--allow: there is no violation "utf8-invald"; did you mean utf8-invalid\?/);
});

test('lint as NDJSON and JSON', async () => {
  const lines = recordsOf((await sansocket(['lint', '--format', 'ndjson', captureOf('viol.pcap')])).stdout);
  assert.ok(lines.length > 20 && lines.every(({ type }) => type === 'violation'));
  assert.deepEqual(JSON.parse((await sansocket(['lint', '--format', 'json', captureOf('viol.pcap')])).stdout), lines);
  assert.deepEqual(JSON.parse((await sansocket(['lint', '--format', 'json', captureOf('clean.pcap')])).stdout), []);
});

test('annotations of GitHub, whose properties nothing breaks out of', async () => {
  const path = fileOf(Buffer.from(server(3, '')), 'a,b:c%.bin');
  const { stdout } = await sansocket(['lint', '--format', 'github', '--side', 'server', path]);
  const [, properties] =
    /^::error (.*?)::the opcode is reserved.* \(frame 1, byte 0, RFC 6455 §5\.2\)\n/.exec(stdout) ?? [];
  assert.match(properties ?? stdout, /^file=.*a%2Cb%3Ac%25\.bin,title=opcode-reserved$/);
});

// What SARIF 2.1.0 requires of these objects, and what GitHub requires beyond.
function assertSarif(log) {
  assert.equal(log.version, '2.1.0');
  assert.equal(log.$schema, 'https://json.schemastore.org/sarif-2.1.0.json');
  assert.equal(log.runs.length, 1);
  const [{ tool, results }] = log.runs;
  assert.equal(typeof tool.driver.name, 'string');
  const known = new Set();
  for (const { id, shortDescription, fullDescription, help, helpUri, defaultConfiguration } of tool.driver.rules) {
    assert.ok(!known.has(id));
    known.add(id);
    for (const message of [shortDescription, fullDescription, help]) assert.ok(message.text.length > 0);
    if (helpUri !== undefined) assert.ok(URL.canParse(helpUri));
    assert.ok(['none', 'note', 'warning', 'error'].includes(defaultConfiguration.level));
  }
  for (const { ruleId, ruleIndex, level, message, locations } of results) {
    assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
    assert.ok(['none', 'note', 'warning', 'error'].includes(level));
    assert.ok(message.text.length > 0);
    assert.equal(locations.length, 1);
    const { uri } = locations[0].physicalLocation.artifactLocation;
    assert.doesNotMatch(uri, /[\s"<>\\^`{|}]/);
  }
  return results;
}

test('SARIF', async () => {
  const path = fileOf(readFileSync(captureOf('viol.pcap')), 'with space.pcap');
  const { code, stdout } = await sansocket(['lint', '--format', 'sarif', path]);
  assert.equal(code, 1);
  const results = assertSarif(JSON.parse(stdout));
  assert.equal(results.length, goldenOf('viol').filter(({ type }) => type === 'violation').length);
  assert.deepEqual(
    assertSarif(JSON.parse((await sansocket(['lint', '--format', 'sarif', captureOf('clean.pcap')])).stdout)),
    [],
  );
});

test('stats in words and as JSON', async () => {
  const { code, stdout } = await sansocket(['stats', captureOf('pmd_mix.pcap')]);
  assert.equal(code, 0);
  assert.match(stdout, /14 frames, 12 messages, 1 connection, 1962 bytes, no violation, 19 packets\n/);
  assert.match(stdout, /permessage-deflate: client window 2\^15, takeover; server window 2\^15, takeover\n/);
  assert.match(
    stdout,
    /client > server {2}7 frames, 6 messages, .*deflate \d+ -> \d+ B \(1\.89:1\).*text 3 binary 3 close 1\n/,
  );
  assert.match(stdout, /closed by the client with 1000 Normal Closure/);
  const [counted] = recordsOf((await sansocket(['stats', '--format', 'json', captureOf('viol.pcap')])).stdout);
  assert.deepEqual([counted.v, counted.frames, counted.errors], [1, 22, 22]);
});

test('extract: a file for each message, and an index', async () => {
  const folder = join(scratch(), 'payloads');
  const stream = Buffer.concat([
    server(1, '{"a":1}'),
    server(1, '{no'),
    server(2, Buffer.of(0, 255)),
    server(1, '', { fin: false }),
    server(0, '\x1b[2J'),
  ]);
  const { code } = await sansocket(['extract', fileOf(stream), '-d', folder]);
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(folder).sort(), [
    '000001-s2c.json',
    '000002-s2c.txt',
    '000003-s2c.bin',
    '000004-s2c.txt',
    'index.ndjson',
  ]);
  assert.equal(readFileSync(join(folder, '000004-s2c.txt'), 'utf8'), '\x1b[2J');
  assert.deepEqual(readFileSync(join(folder, '000003-s2c.bin')), Buffer.of(0, 255));
  const index = recordsOf(readFileSync(join(folder, 'index.ndjson'), 'utf8'));
  assert.deepEqual(
    index.map(({ file, len, payload }) => [file, len, payload]),
    [
      ['000001-s2c.json', 7, undefined],
      ['000002-s2c.txt', 3, undefined],
      ['000003-s2c.bin', 2, undefined],
      ['000004-s2c.txt', 4, undefined],
    ],
  );
  const again = await sansocket(['extract', fileOf(stream), '-d', folder]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already: give an empty directory/);
  assert.match((await sansocket(['extract', fileOf(stream)])).stderr, /-d DIR/);
});

test('extract that could read nothing makes nothing: it can be tried again', async () => {
  const folder = join(scratch(), 'again');
  const failed = await sansocket(['extract', missingFile('nowhere'), '-d', folder]);
  assert.equal(failed.code, 2);
  assert.match(failed.stderr, /nowhere: no such file or directory\nsansocket: 0 files\n$/);
  assert.equal((await sansocket(['extract', '-Y', 'op == 3', captureOf('clean.pcap'), '-d', folder])).code, 0);
  assert.deepEqual(readdirSync(folder), ['index.ndjson']);
});

test('extract selects messages as a whole', async () => {
  const folder = join(scratch(), 'binary');
  const { code } = await sansocket(['extract', '-Y', 'op == binary', captureOf('frag_both.pcap'), '-d', folder]);
  assert.equal(code, 0);
  const [first, second] = recordsOf(readFileSync(join(folder, 'index.ndjson'), 'utf8'));
  assert.deepEqual([first.frames, second.frames], [[2, 6], [9]]);
  assert.equal(readFileSync(join(folder, first.file), 'utf8'), 'server');
});

test('HAR in the dialect of Chrome', async () => {
  const out = join(scratch(), 'out.har');
  assert.equal((await sansocket(['convert', captureOf('pmd_mix.pcap'), '-o', out])).code, 0);
  const { log } = JSON.parse(readFileSync(out, 'utf8'));
  assert.deepEqual([log.version, log.creator.name, log.entries.length], ['1.2', 'sansocket', 1]);
  const [entry] = log.entries;
  assert.equal(entry._resourceType, 'websocket');
  assert.equal(entry.request.url, 'ws://10.0.0.2:8080/chat');
  assert.equal(entry.response.status, 101);
  assert.ok(entry.response.headers.some(({ name }) => name === 'Sec-WebSocket-Accept'));
  assert.deepEqual(entry._webSocketMessages.slice(0, 2), [
    { type: 'send', time: 1767225600.0006, opcode: 1, data: '{"id":1,"method":"subscribe"}' },
    { type: 'receive', time: 1767225600.0007, opcode: 1, data: '{"id":1,"plain":true}' },
  ]);
  assert.deepEqual(entry._webSocketMessages[3].data, Buffer.from('plain').toString('base64'));
  assert.equal(entry._webSocketFrames, undefined);
  const withFrames = join(scratch(), 'frames.har');
  await sansocket(['convert', '--har-frames', captureOf('pmd_mix.pcap'), '-o', withFrames]);
  assert.equal(JSON.parse(readFileSync(withFrames, 'utf8')).log.entries[0]._webSocketFrames.length, 14);
});

test('a message that is not whole is marked in an archive', async () => {
  const large = (letter) => server(1, letter.repeat(3 << 19));
  const stream = Buffer.concat([server(1, 'hi'), large('a'), large('b').subarray(0, 20)]);
  const file = fileOf(stream);
  const archived = async (...flags) => {
    const { code, stdout } = await sansocket(['-q', '--format', 'har', '--side', 'server', ...flags, file]);
    assert.equal(code, 0);
    const messages = JSON.parse(stdout).log.entries[0]._webSocketMessages;
    return messages.map(({ data, _cut }) => [data.length, _cut]);
  };
  // The third one is cut in the capture.
  const [first, third] = [
    [2, undefined],
    [10, true],
  ];
  assert.deepEqual(await archived(), [first, [3 << 19, undefined], third]);
  assert.deepEqual(await archived('--max-message', '1'), [first, [1 << 20, true], third]);
  assert.deepEqual(await archived('--max-payload', '5'), [first, [5, true], [5, true]]);
});

test('an archive written anew has the address that it had', async () => {
  const { stdout } = await sansocket(['-q', '--format', 'har', captureOf('chrome.har')]);
  assert.equal(JSON.parse(stdout).log.entries[0].request.url, 'http://a.example/chat');
});

/** The TCP payloads of each direction in a pcapng, with every length and checksum held to what it has to be. */
function streamsOf(bytes) {
  const streams = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  for (let at = 0; at < bytes.length; ) {
    const [type, length] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    assert.equal(length % 4, 0);
    assert.equal(bytes.readUInt32LE(at + length - 4), length);
    if (type === 6) {
      const captured = bytes.readUInt32LE(at + 20);
      const packet = bytes.subarray(at + 28, at + 28 + captured);
      const ip = packet.subarray(14);
      assert.equal(sumOf([ip.subarray(0, 20)]), 0xffff);
      assert.equal(ip.readUInt16BE(2), ip.length);
      const tcp = ip.subarray(20);
      const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.from([0, 6, tcp.length >> 8, tcp.length & 255])]);
      assert.equal(sumOf([pseudo, tcp]), 0xffff);
      const side = tcp.readUInt16BE(2) === 8080 ? 'client' : 'server';
      streams[side] = Buffer.concat([streams[side], tcp.subarray(20)]);
    }
    at += length;
  }
  return streams;
}

function sumOf(parts) {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

test('pcapng: packets with the very bytes of the capture', async () => {
  const out = join(scratch(), 'out.pcapng');
  assert.equal((await sansocket(['convert', captureOf('big.pcap'), '-o', out])).code, 0);
  const { client, server: answer } = streamsOf(readFileSync(out));
  const frames = recordsOf(
    (await sansocket(['--format', 'hex', captureOf('big.pcap')])).stdout.replaceAll(
      /^(.*)$/gm,
      (line) => line && JSON.stringify(line),
    ),
  );
  assert.match(client.toString('latin1'), /^GET \/chat HTTP\/1\.1\r\n/);
  assert.match(answer.toString('latin1'), /^HTTP\/1\.1 101 /);
  const after = Buffer.concat([
    client.subarray(client.indexOf('\r\n\r\n') + 4),
    answer.subarray(answer.indexOf('\r\n\r\n') + 4),
  ]);
  assert.equal(after.length, frames.join('').length / 2);
  for (const frame of frames) assert.ok(after.includes(Buffer.from(frame, 'hex')));
});

test('pcapng of both directions: opened once, with each head once, and read as the same', async () => {
  const [whole, out] = ['whole', 'sides'].map((name) => join(scratch(), `${name}.pcapng`));
  await sansocket(['convert', captureOf('clean.pcap'), '-o', whole]);
  const { client, server: answer } = streamsOf(readFileSync(whole));
  const sides = ['--client', fileOf(client, 'c.bin'), '--server', fileOf(answer, 's.bin')];
  assert.equal((await sansocket(['convert', ...sides, '-o', out])).code, 0);
  const streams = streamsOf(readFileSync(out));
  assert.deepEqual([streams.client.equals(client), streams.server.equals(answer)], [true, true]);
  const [before, after] = await Promise.all(
    [whole, out].map(async (file) => recordsOf((await sansocket(['--format', 'ndjson', file])).stdout)),
  );
  assert.equal(after.filter(({ type }) => type === 'handshake').length, 1);
  for (const sender of ['c2s', 's2c']) {
    const frames = (records) =>
      records
        .filter(({ type, dir }) => type === 'frame' && dir === sender)
        .map(({ op, key, payload }) => [op, key, payload]);
    assert.deepEqual(frames(after), frames(before));
  }
});

const UPGRADE = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

test('pcapng of both directions: however much the client sent, it can be read again', async () => {
  const long = (masked) =>
    Array.from({ length: 30 }, () => encodeFrame({ opcode: 2, payload: new Uint8Array(1 << 16), masked }));
  const sides = [
    [
      '--client',
      fileOf(
        Buffer.concat([
          Buffer.from(
            `GET / HTTP/1.1\r\nHost: x\r\n${UPGRADE}Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
          ),
          ...long(true),
        ]),
        'long.c.bin',
      ),
    ],
    [
      '--server',
      fileOf(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 101 OK\r\n${UPGRADE}Sec-WebSocket-Accept: ${acceptKey(KEY)}\r\n\r\n`),
          server(1, 'ok'),
        ]),
        'long.s.bin',
      ),
    ],
  ].flat();
  const out = join(scratch(), 'long.pcapng');
  assert.equal((await sansocket(['convert', ...sides, '-o', out])).code, 0);
  const { code, stdout } = await sansocket(['lint', '--fail-on', 'note', out]);
  assert.deepEqual([code, stdout], [0, '']);
  const [{ conns }] = recordsOf((await sansocket(['stats', '--format', 'json', out])).stdout);
  assert.deepEqual([conns.length, conns[0].handshake.acceptOk, conns[0].s2c.ops], [1, true, { text: 1 }]);
});

for (const [args, message] of [
  [['convert', captureOf('clean.pcap')], /-o FILE says what to write/],
  [['convert', captureOf('clean.pcap'), '-o', 'x.docx'], /what format is "x\.docx"\?/],
]) {
  test(`refused: ${args.slice(2).join(' ') || 'no output'}`, async () => {
    const { code, stderr } = await sansocket(args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}
