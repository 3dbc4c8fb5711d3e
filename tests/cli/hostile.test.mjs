// Nothing from outside drives the terminal: not payload, header, reason, file name or argument.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { bytesOfText } from '../../pkg/inspect/notation.js';
import { visibleJson } from '../../pkg/inspect/visible.js';
import { fileOf, missingFile, recordsOf, sansocket, scratch } from './run.mjs';

/** All that a terminal acts upon, or that turns text around: C0, DEL, C1, and the formatting characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const attacks = {
  'OSC 52, which writes the clipboard': '\x1b]52;c;cm0gLXJm\x07',
  'OSC 8, a link': '\x1b]8;;https://example.com\x1b\\text\x1b]8;;\x1b\\',
  'CSI 2J, which clears': '\x1b[2J\x1b[H',
  'CSI 6n, which is answered into the input': '\x1b[6n',
  'CSI of one character': '\u009b2J',
  'every C0 and DEL': `${String.fromCharCode(...Array(32).keys())}\x7f`,
  'every C1': String.fromCharCode(...Array.from({ length: 32 }, (_, i) => 0x80 + i)),
  'carriage return over a line': 'harmless\rmalicious',
  'bidi overrides and isolates': '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
  'invisible characters': '\u200b\u200c\u200d\u2060\ufeff\u00ad\u{e0041}',
  'line and paragraph separators': '\u2028\u2029',
};

function assertHarmless(text, but = '\n') {
  const found = UNSAFE.exec(text.replaceAll(but, ''));
  assert.equal(found, null, `U+${found?.[0].codePointAt(0).toString(16)} in ${JSON.stringify(text)}`);
}

const close = (reason) => Buffer.concat([Buffer.of(0x03, 0xe8), Buffer.from(reason)]).subarray(0, 124);
const head = (line) =>
  Buffer.from(
    `GET /${line} HTTP/1.1\r\nHost: ${line}\r\nSec-WebSocket-Key: ${line}\r\nSec-WebSocket-Protocol: ${line}\r\n\r\n`,
  );

/** Every kind of frame that shows text, with an attack in it. */
const framesWith = (attack) => [
  encodeFrame({ opcode: 1, payload: attack }),
  encodeFrame({ opcode: 2, payload: attack }),
  encodeFrame({ opcode: 9, payload: attack.slice(0, 30) }),
  // Not UTF-8 as a whole.
  encodeFrame({ opcode: 1, payload: Buffer.concat([Buffer.from(attack), Buffer.of(0xff)]) }),
  encodeFrame({ opcode: 1, payload: Buffer.from(attack, 'latin1') }),
  encodeFrame({ opcode: 11, payload: attack }),
  encodeFrame({ opcode: 8, payload: close(attack) }),
];
const everyFrame = Object.values(attacks).flatMap(framesWith);
// A line break is the end of a header field, and not part of one.
const everyHead = head(
  Object.values(attacks)
    .join('')
    .replaceAll(/[\r\n]/g, ''),
);
const streams = { frames: Buffer.concat(everyFrame), head: everyHead };
const inputs = Object.entries(streams).map(([name, stream]) => fileOf(stream, name));

for (const args of [
  ['decode'],
  ['decode', '--format', 'ndjson'],
  ['decode', '--format', 'json', '-m'],
  ['decode', '--format', 'csv'],
  ['decode', '--format', 'fields', '-e', 'payload', '-e', 'close.reason'],
  ['decode', '--follow'],
  ['decode', '-x'],
  ['decode', '--redact', '--format', 'ndjson'],
  ['decode', '--format', 'har'],
  ['lint'],
  ['lint', '--format', 'github'],
  ['lint', '--format', 'sarif'],
  ['stats'],
  ['stats', '--format', 'json'],
]) {
  test(`I07: nothing gets through: ${args.join(' ')}`, async () => {
    const { stdout, stderr } = await sansocket([...args, '--side', 'server', ...inputs]);
    assert.notEqual(stdout, '');
    assertHarmless(stdout, /\r?\n|\t/g);
    assertHarmless(stderr);
    if (args.join(' ') === 'decode --format ndjson') assert.ok(recordsOf(stdout).length > everyFrame.length);
  });
}

test('a head as JSON', async () => {
  const host = Object.values(attacks)
    .join('')
    .replaceAll(/[\0\r\n]/g, '');
  const request = fileOf(`GET / HTTP/1.1\r\nHost: x${host}x\r\n\r\n`, 'request');
  const { code, stdout } = await sansocket(['handshake', '--format', 'json', '--request', request]);
  assert.equal(code, 1);
  assertHarmless(stdout);
  assert.equal(JSON.parse(stdout).handshake.host, `x${host}x`);
});

test('the index of what was extracted', async () => {
  const name = Object.values(attacks).join('').replaceAll(/[\0/]/g, '').slice(0, 60);
  const folder = join(scratch(), 'extracted');
  const { code } = await sansocket(['extract', '-d', folder, fileOf(streams.frames, name)]);
  assert.equal(code, 0);
  assertHarmless(readFileSync(join(folder, 'index.ndjson'), 'utf8'));
});

test('JSON is written so that it is read as the same, beyond the BMP too', () => {
  const value = { text: Object.values(attacks).join('') };
  for (const indent of [undefined, 2]) {
    const text = visibleJson(value, indent);
    assertHarmless(text);
    assert.deepEqual(JSON.parse(text), value);
  }
  assert.equal(visibleJson('\x7f\u009b\u2028\u{e0041}é😀'), '"\\u007f\\u009b\\u2028\\udb40\\udc41é😀"');
});

test('all of them in a file name, an argument, and a notation', async () => {
  const all = Object.values(attacks).join('');
  // No file name holds NUL or a slash, and none is this long: the name is in what is said about it.
  const usable = all.replaceAll(/[\0/]/g, '');
  for (const args of [
    [missingFile(usable)],
    [`--${usable}`],
    ['--format', usable, 'x'],
    ['--format', 'ndjson', missingFile(usable)],
    ['-e', usable, fileOf('')],
    ['--deflate', usable, fileOf('')],
    ['-o', missingFile(`${usable}/x`), fileOf('')],
  ]) {
    const { code, stdout, stderr } = await sansocket(['decode', ...args]);
    assert.equal(code, 2);
    assertHarmless(stdout);
    assertHarmless(stderr);
  }
  assertHarmless((await sansocket([usable])).stderr);
  for (const attack of Object.values(attacks)) assertHarmless(bytesOfText(`81 ${attack}`).error?.message ?? '');
  assertHarmless((await sansocket(['decode', '--from', 'hex', '-'], { input: all })).stderr);
  // Words are a filter.
  for (const flag of ['--filter', '-g']) {
    const { stdout, stderr } = await sansocket([flag, usable, fileOf('')]);
    assertHarmless(stdout + stderr);
  }
  for (const command of ['lint', 'stats', 'convert', 'extract', 'explain', 'handshake', 'completion', 'help']) {
    const { stdout, stderr } = await sansocket([command, missingFile(usable), `--${usable}`]);
    assertHarmless(stdout + stderr);
  }
});

test('I07: what is escaped can be read', async () => {
  const stream = encodeFrame({ opcode: 1, payload: '\x1b[2J\u009b\u202e\r\n\t\u{e0041}é😀' });
  const { stdout } = await sansocket(['decode', fileOf(stream)]);
  assert.match(stdout, / \\x1b\[2J\\x9b\\u202e\\r\\n\\t\\u\{e0041\}é😀\n/);
});

test('I07: what is escaped in JSON is not changed', async () => {
  const payload = Object.values(attacks).join('');
  const { stdout } = await sansocket(['decode', '--format', 'ndjson', fileOf(encodeFrame({ opcode: 1, payload }))]);
  assert.equal(recordsOf(stdout).find(({ type }) => type === 'frame').payload.text, payload);
});

test('a byte order mark at the beginning of a payload is not lost', async () => {
  const { stdout } = await sansocket([
    'decode',
    '--format',
    'ndjson',
    fileOf(encodeFrame({ opcode: 1, payload: '\ufeffx' })),
  ]);
  assert.equal(recordsOf(stdout).find(({ type }) => type === 'frame').payload.text, '\ufeffx');
});
