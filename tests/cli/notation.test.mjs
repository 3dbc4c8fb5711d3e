// Every way in which people write bytes down is understood, and what is no such way is pointed at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfText } from '../../pkg/inspect/notation.js';
import { decodeJson } from './run.mjs';

// Two frames with "Hello" and "websocket!".
const bytes = Buffer.from('\x81\x05Hello\x81\x0awebsocket!', 'latin1');
const hex = bytes.toString('hex');
const pairs = hex.match(/../g);

const xxd = [
  '00000000: 8105 4865 6c6c 6f81 0a77 6562 736f 636b  ..Hello..websock',
  '00000010: 6574 21                                  et!',
  '',
].join('\n');
const hexdump = [
  '00000000  81 05 48 65 6c 6c 6f 81  0a 77 65 62 73 6f 63 6b  |..Hello..websock|',
  '00000010  65 74 21                                          |et!|',
  '00000013',
  '',
].join('\n');

const notations = {
  'hex with spaces': pairs.join(' '),
  'hex without': hex,
  'hex in capitals': hex.toUpperCase(),
  'hex in groups': hex.match(/.{1,4}/g).join(' '),
  'hex in lines': hex.match(/.{1,8}/g).join('\n'),
  'hex in lines with CRLF': hex.match(/.{1,8}/g).join('\r\n'),
  'hex with tabs and blank lines': `\n\n\t${pairs.join('\t')}\n\n`,
  'hex with colons': pairs.join(':'),
  'hex with dashes': pairs.join('-'),
  'hex with commas': pairs.join(', '),
  'hex behind a byte order mark': `\ufeff${hex}`,
  '0x': pairs.map((pair) => `0x${pair}`).join(' '),
  '0X': pairs.map((pair) => `0X${pair.toUpperCase()}`).join(','),
  'one 0x for all': `0x${hex}`,
  'an array of 0x': `[${pairs.map((pair) => `0x${pair}`).join(', ')}]`,
  'a C array': `{\n  ${pairs.map((pair) => `0x${pair}`).join(',\n  ')}\n};`,
  '0x with one digit': pairs.map((pair) => `0x${Number.parseInt(pair, 16).toString(16)}`).join(' '),
  'a Buffer as Node prints it': `<Buffer ${pairs.join(' ')}>`,
  escapes: pairs.map((pair) => `\\x${pair}`).join(''),
  'escapes in quotes': `"${pairs.map((pair) => `\\x${pair}`).join('')}"`,
  'escapes among text': '\\x81\\x05Hello\\x81\\nwebsocket!',
  'a string of Python': "b'\\x81\\x05Hello\\x81\\nwebsocket!'",
  'strings of C': '"\\x81\\x05Hello"\n"\\x81\\x0awebsocket!";',
  'octal escapes, as strace prints them': '"\\201\\5Hello\\201\\nwebsocket!"',
  'escapes of JSON': '"\\u0081\\u0005Hello\\u0081\\u000awebsocket!"',
  'a byte string of Rust': 'b"\\x81\\x05Hello\\x81\\nwebsocket!"',
  'escapes of Rust in braces': '"\\u{81}\\u{5}Hello\\u{81}\\nwebsocket!"',
  'a template of JavaScript': '`\\x81\\x05Hello\\x81\\nwebsocket!`',
  'an assignment of Python': "data = b'\\x81\\x05Hello\\x81\\nwebsocket!'",
  printf: "printf '\\x81\\x05Hello\\x81\\nwebsocket!'",
  'a string of bash': "$'\\x81\\x05Hello\\x81\\nwebsocket!'",
  'a call with the encoding': "Buffer.from('\\x81\\x05Hello\\x81\\nwebsocket!', 'latin1');",
  'Buffer.from of hex': `Buffer.from('${hex}', 'hex')`,
  'bytes.fromhex': `bytes.fromhex("${pairs.join(' ')}")`,
  'a constant with hex': `const frame = "${hex}";`,
  atob: `atob("${bytes.toString('base64')}")`,
  'a C array with its declaration': `unsigned char frame[${bytes.length}] = {\n  ${pairs.map((pair) => `0x${pair}`).join(', ')}\n};\nunsigned int frame_len = ${bytes.length};`,
  'a C array of a packet analyser': `char peer0_0[] = { /* Packet 12 */\n${pairs.map((pair) => `0x${pair}`).join(', ')} };\n`,
  'a C array with characters': `{ 0x81, 5, ${[...'Hello'].map((c) => `'${c}'`).join(', ')}, 0x81, '\\n', ${[...'websocket!'].map((c) => `'${c}'`).join(', ')} }`,
  'decimals in brackets': `[${[...bytes].join(', ')}]`,
  'decimals with commas': [...bytes].join(','),
  'decimals with spaces, as Go prints them': `[${[...bytes].join(' ')}]`,
  'bytes of Python': `bytes([${[...bytes].join(', ')}])`,
  'an Uint8Array as Node prints it': `Uint8Array(${bytes.length}) [\n  ${[...bytes].join(', ')}\n]`,
  'an Uint8Array in JavaScript': `new Uint8Array([${[...bytes].join(', ')}])`,
  'an Uint8Array as JSON': JSON.stringify(new Uint8Array(bytes)),
  'a Buffer as JSON': JSON.stringify(bytes),
  'a slice of Go': `[]byte{${[...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`,
  'a vector of Rust': `let frame = vec![${[...bytes].map((byte) => `0x${byte.toString(16)}_u8`).join(', ')}];`,
  'an array of Rust': `[${[...bytes].map((byte) => `${byte}u8`).join(', ')}]`,
  'bytes of Java': `new byte[] { ${[...bytes].map((byte) => (byte > 127 ? `(byte) 0x${byte.toString(16)}` : byte)).join(', ')} }`,
  'signed bytes': `[${[...new Int8Array(bytes)].join(', ')}]`,
  '0x and decimals mixed': `[${[...bytes].map((byte, i) => (i % 2 ? byte : `0x${byte.toString(16)}`)).join(', ')}]`,
  'a list with comments': `[\n  0x81, 0x05, // the header\n  72, 101, 108, 108, 111, /* Hello */\n  0x81, 0x0a,\n  ${[...Buffer.from('websocket!')].join(', ')}\n]`,
  'hex with dots': pairs.join('.'),
  'hex with bars': pairs.join('|'),
  'hex with percent signs': pairs.map((pair) => `%${pair}`).join(''),
  'hex with underscores': pairs.join('_'),
  xxd: xxd,
  'xxd -g1': xxd.replaceAll(/(?<= )([0-9a-f]{2})([0-9a-f]{2})(?= )/g, '$1 $2'),
  'xxd -u': xxd.replaceAll(/[0-9a-f]{4}(?= )/g, (group) => group.toUpperCase()),
  'hexdump -C': hexdump,
  'od -A x -t x1z':
    '000000 81 05 48 65 6c 6c 6f 81 0a 77 65 62 73 6f 63 6b  >..Hello..websock<\n000010 65 74 21                                         >et!<\n000013\n',
  'od -t x1': '0000000 81 05 48 65 6c 6c 6f 81 0a 77 65 62 73 6f 63 6b\n0000020 65 74 21\n0000023\n',
  'tcpdump -X':
    '\t0x0000:  8105 4865 6c6c 6f81 0a77 6562 736f 636b  ..Hello..websock\n\t0x0010:  6574 21                                  et!\n',
  Wireshark:
    '0000   81 05 48 65 6c 6c 6f 81 0a 77 65 62 73 6f 63 6b   ..Hello..websock\n0010   65 74 21                                          et!\n',
  gdb: '0x7fffffffe0a0:\t0x81\t0x05\t0x48\t0x65\t0x6c\t0x6c\t0x6f\t0x81\n0x7fffffffe0a8:\t0x0a\t0x77\t0x65\t0x62\t0x73\t0x6f\t0x63\t0x6b\n0x7fffffffe0b0:\t0x65\t0x74\t0x21\n',
  base64: bytes.toString('base64'),
  'base64 without padding': bytes.toString('base64').replace(/=+$/, ''),
  'base64 in lines': `  ${bytes
    .toString('base64')
    .match(/.{1,8}/g)
    .join('\n  ')}\n`,
  base64url: bytes.toString('base64url'),
  'base64 in quotes': JSON.stringify(bytes.toString('base64')),
  'a data URL': `data:application/octet-stream;base64,${bytes.toString('base64')}`,
};

for (const [name, text] of Object.entries(notations)) {
  test(`${name}`, () => {
    const { bytes: read, error } = bytesOfText(text);
    assert.equal(error, undefined);
    assert.equal(Buffer.from(read).toString('hex'), hex);
  });
}

for (const name of ['xxd', 'bytes of Python', 'base64', 'a string of Python']) {
  const text = notations[name];
  test(`the command reads ${name}`, async () => {
    const { code, frames, stderr } = await decodeJson(text);
    assert.deepEqual(
      frames.map(({ payload }) => payload?.text),
      ['Hello', 'websocket!'],
      stderr,
    );
    assert.equal(code, 0);
  });
}

// IPv4, 20 bytes, and TCP, 32 bytes with timestamps.
const packet = Buffer.concat([
  Buffer.from('45000047abcd4000400600007f0000017f000001', 'hex'),
  Buffer.from('1f90c350000000010000000280180200fe2800000101080a0000000100000002', 'hex'),
  bytes,
]);
const dumpOf = (content) =>
  content
    .toString('hex')
    .match(/.{1,32}/g)
    .map(
      (line, i) =>
        `\t0x${(i * 16).toString(16).padStart(4, '0')}:  ${line
          .match(/.{1,4}/g)
          .join(' ')
          .padEnd(39)}  ${'.'.repeat(line.length / 2)}`,
    )
    .join('\n');

test('the headers of a packet are left out, and that is said', () => {
  const ethernet = Buffer.concat([Buffer.from('0200000000010200000000020800', 'hex'), packet]);
  const line = '12:34:56.789012 IP 127.0.0.1.8080 > 127.0.0.1.50000: Flags [P.], seq 1:20, ack 1, win 512, length 19\n';
  for (const [text, headers] of [
    [line + dumpOf(packet), 52],
    [dumpOf(ethernet), 66],
    [packet.toString('hex'), 52],
    [`${bytes.toString('hex')}`, 0],
  ]) {
    const read = bytesOfText(text);
    assert.deepEqual([read.error, read.headers, Buffer.from(read.bytes).toString('hex')], [undefined, headers, hex]);
  }
});

test('lines that a dump leaves out are put back', () => {
  const zeros = `00000000  82 7e 00 3c 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000040\n`;
  const { bytes: read, error } = bytesOfText(zeros);
  assert.equal(error, undefined);
  assert.deepEqual(Buffer.from(read), Buffer.concat([Buffer.of(0x82, 0x7e, 0, 0x3c), Buffer.alloc(60)]));
});

test('pairs of digits are hex, since they could be, but not with one or three digits beside them', () => {
  const read = (text) => [bytesOfText(text).notation, [...bytesOfText(text).bytes]];
  assert.deepEqual(read('[81, 10, 48]'), ['hex', [0x81, 0x10, 0x48]]);
  assert.deepEqual(read('81-10-48'), ['hex', [0x81, 0x10, 0x48]]);
  assert.deepEqual(read('0b1010'), ['hex', [0x0b, 0x10, 0x10]]);
  assert.deepEqual(read('12:34:56'), ['hex', [0x12, 0x34, 0x56]]);
  assert.deepEqual(read('[81, 10, 4]'), ['numbers', [81, 10, 4]]);
  assert.deepEqual(read('bytes([81, 10])'), ['numbers', [81, 10]]);
  assert.deepEqual(read('0x81, 10, 48'), ['numbers', [0x81, 10, 48]]);
});

test('a notation that is told decides', () => {
  // Reads as hex and as base64.
  assert.equal(bytesOfText('aa04').notation, 'hex');
  assert.deepEqual([...bytesOfText('aa04', 'base64').bytes], [...Buffer.from('aa04', 'base64')]);
  assert.notEqual(bytesOfText(pairs.join(' '), 'base64').error, undefined);
});

const faults = {
  'a letter that is no digit': ['81 05 48 6g', 1, 11, /hex digit, found "g"/, '810548'],
  'on a later line': ['81 05\n 48 zz 00', 2, 5, /found "z"/, '810548'],
  'half a byte': ['81 05 4', 1, 7, /half a byte/, '8105'],
  'half a byte in the middle': ['81 054 48', 1, 6, /half a byte/, '8105'],
  '0x without digits': ['0x81 0x', 1, 8, /found the end/, '81'],
  'hex with a typing error is not base64': ['8105486z', 1, 8, /hex digit, found "z"/, '810548'],
  'a control character': ['81 05 \x1b[2J', 1, 7, /found "\\x1b"/, '8105'],
  'a line missing from a dump': [
    '00000000: 8105 4865\n00000008: 6c6c',
    2,
    1,
    /offset 00000008 does not follow: 4 bytes/,
    '81054865',
  ],
  'a dump that goes back': ['00000010: 8105 4865\n00000000: 6c6c', 2, 1, /does not follow/, '81054865'],
  'a dump of words': ['0000000 0581 6548 6c6c 006f\n0000007\n', 1, 1, /xxd or hexdump -C/, ''],
  'a dump of octal words': ['0000000 002601 062510\n', 1, 1, /16-bit words/, ''],
  'a dump of too much': ['00000000: 8105\n*\nffffff00: 00\n', 3, 1, /"\*" stands for/, '8105'],
  'base64 that ends early': ['gQVIZWxsb', 1, 10, /one digit of a group/, '810548656c6c'],
  'base64 with something behind its end': ['gQVIZQ==gQ', 1, 9, /expected base64/, '810548'],
  prose: ['Hello, world', 1, 6, /expected base64/, '1de965'.slice(0, 6)],
  'an escape that is none': ['"\\x81\\x05\\q"', 1, 11, /no escape \\q/, '8105'],
  'a number that is no byte': ['bytes([129, 5, 256])', 1, 16, /256 is no byte: that is 0 to 255/, '8105'],
  'a list with a letter': ['x = [\n  0x81, 5,\n  zz\n]', 3, 3, /expected a number from 0 to 255, found "z"/, '8105'],
  'a second list': ['char a[] = { 0x81 , 5 };\nchar b[] = { 0x82, 6 };', 2, 12, /a second list begins here/, '8105'],
  'a buffer that Node cut': ['<Buffer 81 05 48 ... 10 more bytes>', 1, 22, /Node left out 10 bytes/, '810548'],
  'octal that is no byte': ['"\\201\\5\\777"', 1, 9, /\\777 is more than one byte/, '8105'],
  'a character that is no byte': ['"\\x81\\x05\\u20ac"', 1, 12, /beyond U\+00FF is no byte/, '8105'],
  'hex in code': ['Buffer.from("8105zz", "hex")', 1, 18, /expected a hex digit, found "z"/, '8105'],
  'a string that does not end': ['"\\x81\\x05He', 1, 12, /expected "/, '81054865'],
};

for (const [name, [text, line, column, message, before]] of Object.entries(faults)) {
  test(`I09: pointed at: ${name}`, () => {
    const { bytes: read, error } = bytesOfText(text);
    assert.match(error.message, message);
    assert.deepEqual([error.line, error.column], [line, column]);
    assert.equal(Buffer.from(read).toString('hex'), before);
  });
}

test('I09: a line of 100 MiB is read to its fault', () => {
  const { bytes: read, error } = bytesOfText(`${'81'.repeat(50 << 20)}g`);
  assert.equal(read.length, 50 << 20);
  assert.deepEqual([error.line, error.column], [1, (100 << 20) + 1]);
});

test('I09: the time is linear in the length of the text, on whatever it stumbles', () => {
  const texts = {
    numbers: (n) => '129,'.repeat(n / 4),
    comments: (n) => `[129, ${'/*'.repeat(n / 2)}`,
    brackets: (n) => '[{('.repeat(n / 3),
    code: (n) => 'x='.repeat(n / 2),
    digits: (n) => '81'.repeat(n / 2),
    spaces: (n) => ' '.repeat(n),
    'spaces in a dump': (n) => `00000000: 81${' '.repeat(n)}|`,
    'lines of a dump': (n) =>
      Array.from({ length: n / 64 }, (_, i) => `${(i * 16).toString(16).padStart(8, '0')}: ${'81'.repeat(16)}`).join(
        '\n',
      ),
    escapes: (n) => '\\x81a'.repeat(n / 5),
    base64: (n) => `gQ${'A'.repeat(n)}`,
    quotes: (n) => '"'.repeat(n),
  };
  // Of the processor, not of the clock: other programs run too.
  const milliseconds = (text) => {
    const times = Array.from({ length: 3 }, () => {
      const begin = process.cpuUsage();
      bytesOfText(text);
      const { user, system } = process.cpuUsage(begin);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  };
  for (const [name, make] of Object.entries(texts)) {
    const ratio = (milliseconds(make(1 << 21)) + 5) / (milliseconds(make(1 << 19)) + 5);
    assert.ok(ratio < 10, `four times as many ${name} took ${ratio.toFixed(1)} times as long`);
  }
});
