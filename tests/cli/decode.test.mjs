// Frames and messages of captures, in every format.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { captureOf, decodeJson, fileOf, goldenOf, recordsOf, sansocket, scratch } from './run.mjs';

const maskingKey = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const client = (opcode, payload, more) => encodeFrame({ opcode, payload, maskingKey, ...more });
const server = (opcode, payload, more) => encodeFrame({ opcode, payload, ...more });
const hex = (string) => Buffer.from(string.replaceAll(' ', ''), 'hex');

// One of each kind: that the engine reads all of them so is tested where the engine is.
for (const [file, golden] of [
  ['clean.pcap', 'clean'],
  ['viol.pcap', 'viol'],
  ['clean_sections.pcapng', 'clean_sections.pcapng'],
  ['chrome.har', 'chrome.har'],
  ['chrome.netlog', 'chrome.netlog'],
  ['cdp.jsonl', 'cdp.jsonl'],
]) {
  test(`the records of ${file} are those that were reviewed`, async () => {
    const { stdout } = await sansocket(['decode', '--format', 'ndjson', captureOf(file)]);
    const named = recordsOf(stdout).map((record) => ('source' in record ? { ...record, source: null } : record));
    assert.deepEqual(named, goldenOf(golden));
  });
}

/** Rows as words, without what stands behind them. */
const words = (text) => text.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim().slice(0, 60).trim());

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
  const { code, stdout, stderr } = await sansocket(['--side', 'server', fileOf(stream)]);
  assert.deepEqual(words(stdout).slice(0, 7), [
    '#1 < text fin 5 B Hello',
    '#2 < text 3 B msg 2 Hel',
    '#3 < ping fin 5 B Hello',
    '#4 < cont fin 2 B msg 2 lo',
    `#5 < binary fin 256 B ${'00 '.repeat(13)}`.slice(0, 60).trim(),
    `#6 < binary fin 65536 B ${'00 '.repeat(13)}`.slice(0, 60).trim(),
    '#7 < close fin 5 B 1000 Normal Closure bye',
  ]);
  assert.match(stderr, /^sansocket: 7 frames, 4 messages, 1 connection, 65836 bytes/);
  assert.equal(code, 0);
});

test('violations are below their frame, which they then need not name', async () => {
  const { code, stdout } = await sansocket(['--side', 'server', fileOf(hex('83 00'))]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /#1 +< +0x3 +fin +0 B\n {7}! error opcode-reserved at byte 0 of the stream: the opcode is reserved.* \(RFC 6455 §5\.2, expect close 1002\)\n/,
  );
});

test('a handshake, compression and the end in words', async () => {
  const { stdout } = await sansocket([captureOf('pmd_mix.pcap')]);
  assert.match(stdout, /^== conn 1 {2}10\.0\.0\.1:50000 > 10\.0\.0\.2:8080 {2}GET \/chat {2}101 {2}deflate 15\/15\n/);
  assert.match(stdout, /text +fin z +31 B -> 29 B +key 071969ed +\{"id":1,"method":"subscribe"\}\n/);
  assert.match(
    stdout,
    /== conn 1 {2}closed by the client with 1000 Normal Closure; the server answered after [\d.]+ ms\n$/,
  );
});

test('messages instead of frames, with control frames between them or not', async () => {
  const { stdout } = await sansocket(['-m', captureOf('frag_both.pcap')]);
  const rows = words(stdout).filter((line) => /^(msg|#)/.test(line));
  assert.deepEqual(rows.map((row) => row.split(' ').slice(0, 2).join(' ')).slice(0, 6), [
    '#4 0.000800s',
    '#5 0.000900s',
    'msg 2',
    'msg 1',
    'msg 3',
    'msg 4',
  ]);
  const { stdout: lines } = await sansocket(['-m', '--format', 'ndjson', captureOf('frag_both.pcap')]);
  const types = recordsOf(lines).map(({ type, op }) => (type === 'frame' ? op : type));
  assert.equal(types.filter((type) => type === 'message').length, 4);
  assert.ok(types.every((type) => typeof type === 'string' || type >= 8));
});

test('a conversation', async () => {
  const { stdout } = await sansocket(['--follow', captureOf('pmd_mix.pcap')]);
  assert.deepEqual(stdout.split('\n').slice(0, 3), [
    '> {"id":1,"method":"subscribe"}',
    '< {"id":1,"plain":true}',
    '< {"id":1,"result":"subscribed"}',
  ]);
  assert.match(stdout, /> \(close 1000\)\n< \(close 1000\)\n$/);
});

test('-c stops after so many rows, in each format', async () => {
  for (const format of ['pretty', 'ndjson', 'csv', 'fields', 'hex']) {
    const { code, stdout } = await sansocket(['-c', '2', '--format', format, captureOf('clean.pcap')]);
    assert.equal(code, 0);
    const rows = { pretty: /^ +#/gm, ndjson: /"type":"frame"/g, csv: /^1,/gm, fields: /^1\t/gm, hex: /^[0-9a-f]+$/gm };
    assert.equal(stdout.match(rows[format])?.length, 2, `${format}: ${stdout}`);
  }
});

const times = {
  r: /#1 +0\.000500s /,
  a: /#1 +00:00:00\.000600 /,
  ad: /#1 +2026-01-01 00:00:00\.000600 /,
  e: /#1 +1767225600\.000600 /,
  iso: /#1 +2026-01-01T00:00:00\.000600Z /,
  none: /#1 +> /,
};
for (const [format, expected] of Object.entries(times)) {
  test(`-t ${format}`, async () =>
    assert.match((await sansocket(['-t', format, captureOf('clean.pcap')])).stdout, expected));
}

test('-t d is relative to the row before', async () => {
  assert.match(
    (await sansocket(['-t', 'd', captureOf('clean.pcap')])).stdout,
    /#1 +\+0\.000000s [^#]+#2 +\+0\.000100s /,
  );
});

test('-x: a dump of each layer', async () => {
  const wire = (await sansocket(['-x', captureOf('pmd_mix.pcap')])).stdout;
  assert.match(
    wire,
    /00000000 {2}c1 9f 07 19 69 ed ad 4f {2}a3 a1 56 ab 5b 39 56 d3 {3}\|\.\.\.\.i\.\.O\.\.V\.\[9V\.\|\n/,
  );
  const unmasked = (await sansocket(['-x', '--layer', 'unmasked', fileOf(client(1, 'Hello'))])).stdout;
  assert.match(unmasked, /00000000 {2}48 65 6c 6c 6f +\|Hello\|\n/);
  const inflated = (await sansocket(['-x', '--layer', 'inflated', captureOf('pmd_mix.pcap')])).stdout;
  assert.match(inflated, /\|\{"id":1,"method"\|\n/);
});

test('JSON is an array of the same records', async () => {
  const [lines, array, none] = await Promise.all([
    sansocket(['--format', 'ndjson', captureOf('clean.pcap')]),
    sansocket(['--format', 'json', captureOf('clean.pcap')]),
    sansocket(['--format', 'json', '-q', '-'], { input: '' }),
  ]);
  assert.deepEqual(JSON.parse(array.stdout), recordsOf(lines.stdout));
  assert.ok(Array.isArray(JSON.parse(none.stdout)));
});

test('CSV: one row a frame, quoted, and nothing that a spreadsheet computes', async () => {
  const stream = Buffer.concat([server(1, '=1+1'), server(1, 'a "b", c\r\nd'), server(1, ' x'), server(1, '-5')]);
  const { stdout } = await sansocket(['--format', 'csv', '-e', 'n', '-e', 'payload', fileOf(stream)]);
  assert.equal(stdout, `n,payload\r\n1,'=1+1\r\n2,"a ""b"", c\\r\\nd"\r\n3," x"\r\n4,-5\r\n`);
});

test('fields, by their names here and in tshark', async () => {
  const args = ['-e', 'n', '-e', 'websocket.opcode', '-e', 'dir', '-e', 'len', '-e', 'close.code', '-e', 'rsv1'];
  const { stdout } = await sansocket([
    ...args,
    '-E',
    'separator=,',
    '-E',
    'header=y',
    '-E',
    'quote=d',
    '-c',
    '2',
    captureOf('pmd_mix.pcap'),
  ]);
  assert.equal(
    stdout,
    'n,websocket.opcode,dir,len,close.code,rsv1\n"1","1","c2s","31","","1"\n"2","1","s2c","21","","0"\n',
  );
  const close = await sansocket([...args, captureOf('clean.pcap')]);
  assert.match(close.stdout, /^11\t8\tc2s\t5\t1000\t0$/m);
  const wrong = await sansocket(['-e', 'opcde', captureOf('clean.pcap')]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /there is no field "opcde"; did you mean opcode\?/);
});

test('names that every object has are no columns, extensions or separators', async () => {
  const { code, stderr } = await sansocket(['-e', 'constructor', captureOf('clean.pcap')]);
  assert.equal(code, 2);
  assert.match(stderr, /there is no field "constructor"/);
  const { stdout } = await sansocket([
    '-c',
    '1',
    '-e',
    'n',
    '-e',
    'op',
    '-E',
    'separator=toString',
    captureOf('clean.pcap'),
  ]);
  assert.equal(stdout, '1toStringtext\n');
  const out = join(scratch(), 'x.constructor');
  assert.equal((await sansocket(['-q', captureOf('clean.pcap'), '-o', out])).code, 0);
  assert.match(readFileSync(out, 'utf8'), /^== conn 1 /);
});

test('-0 ends rows by NUL', async () => {
  const { stdout } = await sansocket(['-0', '-e', 'payload', fileOf(Buffer.concat([server(1, 'a'), server(1, 'b')]))]);
  assert.equal(stdout, 'a\0b\0');
});

test('frames in hex are read again, and raw bytes are those that were captured', async () => {
  const stream = Buffer.concat([client(1, 'Hello'), client(2, new Uint8Array(200), { headerLength: 14 })]);
  const lines = (await sansocket(['--format', 'hex', fileOf(stream)])).stdout;
  assert.equal(lines, `${Buffer.from(client(1, 'Hello')).toString('hex')}\n${stream.subarray(11).toString('hex')}\n`);
  const { frames } = await decodeJson(lines);
  assert.deepEqual(
    frames.map(({ len, lenForm }) => [len, lenForm]),
    [
      [5, 7],
      [200, 64],
    ],
  );
  const out = join(scratch(), 'raw.bin');
  assert.equal((await sansocket(['convert', fileOf(stream), '-o', out])).code, 0);
  assert.deepEqual(readFileSync(out), stream);
  const both = await sansocket(['convert', captureOf('clean.pcap'), '-o', join(scratch(), 'both.bin')]);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /raw bytes are those of one direction/);
});

test('payload: as much as was asked for, and what is cut is said', async () => {
  const stream = fileOf(server(1, 'x'.repeat(1000)));
  const payloadOf = async (...flags) =>
    recordsOf((await sansocket(['--format', 'ndjson', ...flags, stream])).stdout).find(({ type }) => type === 'frame')
      .payload;
  assert.equal((await payloadOf()).text.length, 1000);
  assert.deepEqual(await payloadOf('--payload', 'preview'), { text: 'x'.repeat(256), cut: true });
  assert.deepEqual(await payloadOf('--max-payload', '3'), { text: 'xxx', cut: true });
  assert.equal(await payloadOf('--payload', 'none'), undefined);
  assert.match((await sansocket([stream])).stdout, /1000 B +x{256}…\n/);
  const binary = fileOf(server(2, hex('00 ff')));
  const [frame] = recordsOf((await sansocket(['--format', 'ndjson', '--bytes', 'hex', binary])).stdout).filter(
    ({ type }) => type === 'frame',
  );
  assert.deepEqual(frame.payload, { hex: '00ff' });
});

test('two files are two captures; --client and --server are one connection', async () => {
  const [one, other] = [fileOf(client(1, 'ask'), 'one'), fileOf(server(1, 'answer'), 'other')];
  const two = recordsOf((await sansocket(['--format', 'ndjson', one, other])).stdout);
  assert.deepEqual(
    two.filter(({ type }) => type === 'capture').map(({ source }) => source),
    [one, other],
  );
  const both = recordsOf((await sansocket(['--format', 'ndjson', '--client', one, '--server', other])).stdout);
  assert.deepEqual(
    both.filter(({ type }) => type === 'frame').map(({ dir, conn }) => [dir, conn]),
    [
      ['c2s', 1],
      ['s2c', 1],
    ],
  );
});

test('who sent raw bytes: told, or guessed from the mask bit, which is marked', async () => {
  const told = await decodeJson(server(1, 'a'), '--side', 'client');
  assert.deepEqual(told.frames[0].violations, ['mask-missing']);
  const guessed = await decodeJson(client(1, 'a'));
  assert.deepEqual([guessed.frames[0].dir, guessed.frames[0].certainty], ['c2s', 'guessed']);
});

test('--deflate', async () => {
  const compressed = hex('c1 07 f2 48 cd c9 c9 07 00');
  const off = await decodeJson(compressed, '--side', 'server', '--deflate', 'off');
  assert.deepEqual(off.frames[0].violations, ['rsv-nonzero']);
  const assumed = await decodeJson(compressed, '--side', 'server', '--deflate', 'assume:server_max_window_bits=10');
  assert.deepEqual([assumed.frames[0].payload, assumed.frames[0].violations], [{ text: 'Hello' }, []]);
  const wrong = await decodeJson(compressed, '--deflate', 'maybe');
  assert.match(wrong.stderr, /--deflate is auto, off, assume/);
});

const strict = [
  [server(1, 'fine'), 0],
  [server(3, ''), 1],
  [hex('81 05 48'), 3],
  [Buffer.concat([server(3, ''), hex('81 05 48')]), 3],
];
for (const [stream, code] of strict) {
  test(`--strict: exit code ${code} for ${Buffer.from(stream).toString('hex')}`, async () => {
    const args = ['--side', 'server', fileOf(stream)];
    assert.equal((await sansocket(args)).code, 0);
    assert.equal((await sansocket(['--strict', ...args])).code, code);
  });
}

test('colours only where they are asked for', async () => {
  const file = fileOf(server(1, 'Hello'));
  for (const [flags, env, coloured] of [
    [[], {}, false],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '0' }, false],
    [['--color', 'never'], { FORCE_COLOR: '1' }, false],
    [['--color', 'always'], { NO_COLOR: '1' }, true],
  ]) {
    const { stdout } = await sansocket(['decode', ...flags, file], { env });
    assert.equal(stdout.includes('\x1b['), coloured, `${flags} ${JSON.stringify(env)}`);
  }
});

test('output into a file, in the format of its name, but never over the input', async () => {
  const input = fileOf(server(1, 'Hello'), 'over.ndjson');
  const out = join(scratch(), 'out.csv');
  const { stdout } = await sansocket(['-q', fileOf(server(1, 'Hello')), '-o', out]);
  assert.equal(stdout, '');
  assert.match(readFileSync(out, 'utf8'), /^conn,n,/);
  const over = await sansocket([input, '-o', input]);
  assert.equal(over.code, 2);
  assert.match(over.stderr, /is the input as well/);
  const nowhere = await sansocket([input, '-o', join(scratch(), 'no', 'folder.csv')]);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /cannot be written: ENOENT/);
});

// Frames of the capture `clean` that are selected.
const selections = [
  [
    ['-Y', 'dir == s2c and op == text'],
    [2, 5],
  ],
  [['--filter', 'len > 100'], [10]],
  [
    ['-Y', 'websocket.opcode == 8'],
    [11, 12],
  ],
  [
    ['--control', 'only'],
    [3, 4, 7, 9, 11, 12],
  ],
  [
    ['--control', 'hide'],
    [1, 2, 5, 6, 8, 10],
  ],
  [
    ['--control', 'hide', '-Y', 'op == text', '--conn', '1'],
    [1, 2, 5],
  ],
  [['--conn', '2'], []],
  [
    ['-g', 'H.l'],
    [1, 5],
  ],
  [
    ['-g', 'h.l', '-i'],
    [1, 5],
  ],
  [['-g', 'H.l', '-F'], []],
  [
    ['-g', 'there', '-v'],
    [1, 2, 5, 6, 7, 8, 9, 10, 11, 12],
  ],
  [
    ['-g', 'are you', '-F', '--conn', '1'],
    [3, 4],
  ],
];
for (const [flags, expected] of selections) {
  test(`selected: ${flags.join(' ')}`, async () => {
    const { code, stdout, stderr } = await sansocket([
      '-q',
      '--format',
      'fields',
      '-e',
      'n',
      ...flags,
      captureOf('clean.pcap'),
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout.split('\n').filter(Boolean).map(Number), expected);
  });
}

// Messages of the capture `frag_both` that are selected: by what they are as a whole, in whichever frames they came.
const selectedMessages = [
  [
    ['-Y', 'op == text'],
    [1, 3],
  ],
  [['-Y', 'len == 11'], [1]],
  [['-Y', 'op == cont'], []],
  [
    ['-g', 'client|server'],
    [2, 1],
  ],
  [
    ['--control', 'hide', '-v', '-g', 'client'],
    [2, 3, 4],
  ],
];
for (const [flags, expected] of selectedMessages) {
  test(`selected of messages: ${flags.join(' ')}`, async () => {
    const { code, stdout } = await sansocket([
      ...['-q', '-m', '--exit-status', '-e', 'msg', '-e', 'op'],
      ...flags,
      captureOf('frag_both.pcap'),
    ]);
    const numbers = stdout.split('\n').flatMap((row) => /^\d+/.exec(row) ?? []);
    assert.deepEqual([numbers.map(Number), code], [expected, expected.length > 0 ? 0 : 1]);
  });
}

test('a conversation is selected by messages, and so is an archive', async () => {
  const args = ['-q', '--exit-status', '-g', 'client text', captureOf('frag_both.pcap')];
  assert.equal((await sansocket(['--follow', ...args])).stdout, '> client text\n');
  const har = await sansocket(['--format', 'har', '-c', '1', ...args]);
  assert.equal(har.code, 0);
  const [{ _webSocketMessages: messages }] = JSON.parse(har.stdout).log.entries;
  assert.deepEqual(
    messages.map(({ data }) => data),
    ['client text'],
  );
});

test('what is wrong with a message is said with it, whichever frame it is in', async () => {
  const stream = Buffer.concat([server(1, 'ab', { fin: false }), server(0, Buffer.of(0xff)), server(1, 'c')]);
  const { stdout } = await sansocket([
    '-q',
    '-m',
    '-Y',
    'op == text and violation',
    '--side',
    'server',
    fileOf(stream),
  ]);
  assert.match(stdout, /^ {7}! error utf8-invalid in #2 .*\n msg 1 .*\n$/);
  const none = await sansocket(['-q', '-m', '-Y', 'op == cont', '--side', 'server', fileOf(stream)]);
  assert.deepEqual([none.code, none.stdout], [0, '']);
});

test('a pattern has slashes as they are, or escaped, also after a backslash that is escaped', async () => {
  const payloads = ['a/b', '\\/c', 'd'];
  const file = fileOf(Buffer.concat(payloads.map((payload) => server(1, payload))), 'slashes');
  for (const [pattern, expected] of [
    ['/b', '1\n'],
    ['\\/b', '1\n'],
    ['\\\\/', '2\n'],
    ['\\\\\\/c', '2\n'],
    ['[/]', '1\n2\n'],
  ]) {
    const { stdout, stderr } = await sansocket(['-q', '--side', 'server', '-g', pattern, '-e', 'n', file]);
    assert.deepEqual([stdout, stderr], [expected, ''], pattern);
  }
});

test('-F takes every character as it is', async () => {
  const payloads = ['a/b', 'a\\', 'a.b', '[x', '(', 'x\ny', '\\/z'];
  const file = fileOf(Buffer.concat(payloads.map((payload) => server(1, payload))), 'characters');
  for (const [at, payload] of payloads.entries()) {
    const { stdout } = await sansocket(['-q', '--side', 'server', '-F', '-g', payload, '-e', 'n', file]);
    assert.equal(stdout, `${at + 1}\n`, payload);
  }
});

test('what tshark calls -r and -w, and the words for what is the default', async () => {
  const out = join(scratch(), 'written.csv');
  const { code, stdout } = await sansocket(['-q', '-r', captureOf('clean.pcap'), '-w', out]);
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(readFileSync(out, 'utf8'), /^conn,n,/);
  const plain = await sansocket([captureOf('clean.pcap')]);
  assert.deepEqual(await sansocket(['--frames', '--keep-going', '--unbuffered', captureOf('clean.pcap')]), plain);
  const [d, dd] = await Promise.all(['d', 'dd'].map((time) => sansocket(['-t', time, captureOf('clean.pcap')])));
  assert.deepEqual(dd, d);
});

test('--exit-status: whether anything matched', async () => {
  const args = ['-q', '--exit-status', captureOf('clean.pcap')];
  assert.equal((await sansocket([...args, '-Y', 'len > 100'])).code, 0);
  assert.equal((await sansocket([...args, '-Y', 'len > 1000'])).code, 1);
});

test('a filter that is wrong is pointed at', async () => {
  const { code, stdout, stderr } = await sansocket(['-Y', 'op == text and dir = x', captureOf('clean.pcap')]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^sansocket: the filter: .*\n {2}op == text and dir = x\n {2,}\^\nTry /);
});
