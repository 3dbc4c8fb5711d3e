// Frames as `sansocket encode` writes them, the examples of the RFCs first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrames, encodeFrame } from 'sansocket';
import { fileOf, sansocket } from './run.mjs';

async function encode(...args) {
  const { code, stdout, stderr } = await sansocket(['encode', ...args]);
  assert.deepEqual([code, stderr], [0, ''], args.join(' '));
  return stdout.trimEnd();
}

const framesOf = (hex) => [...decodeFrames(Buffer.from(hex.replaceAll(' ', ''), 'hex'))];

const written = [
  // RFC 6455 §5.7 and RFC 7692 §7.2.3.1
  [['--text', 'Hello', '--mask', 'none'], '81 05 48 65 6c 6c 6f'],
  [['--text', 'Hello', '--mask', '37fa213d'], '81 85 37 fa 21 3d 7f 9f 4d 51 58'],
  [['--text', 'Hello', '--mask', '37 FA 21 3D'], '81 85 37 fa 21 3d 7f 9f 4d 51 58'],
  [['--ping', '--text', 'Hello', '--mask', 'none'], '89 05 48 65 6c 6c 6f'],
  [['--text', 'Hello', '--mask', 'none', '--deflate'], 'c1 07 f2 48 cd c9 c9 07 00'],
  [['--close', '1000:bye', '--mask', 'none'], '88 05 03 e8 62 79 65'],
  [['--close', '1000', '--mask', 'none'], '88 02 03 e8'],
  [['--close', '', '--mask', 'none'], '88 00'],
  [['--close', '999:a:b', '--mask', 'none'], '88 05 03 e7 61 3a 62'],
  [['--pong', '--binary', '0x01, 0x02', '--mask', 'none'], '8a 02 01 02'],
  [['--binary', 'gQU=', '--mask', 'none'], '82 02 81 05'],
  [['--text', '', '--mask', 'none', '--fin', '0', '--rsv', '3'], '31 00'],
  [['--text', 'abcd', '--mask', 'none', '--frag', '2'], '01 02 61 62 80 02 63 64'],
  [['--text', 'a', '--mask', 'none', '--frag', '2', '--fin', '0'], '01 00 00 01 61'],
  [['--opcode', '0xb', '--mask', 'none'], '8b 00'],
  [['--opcode', '3', '--text', '-x', '--mask', 'none'], '83 02 2d 78'],
  [['--text', 'a', '--mask', 'none', '--length-form', '16'], '81 7e 00 01 61'],
  [['--text', 'a', '--mask', '00000000', '--length-form', '64'], '81 ff 00 00 00 00 00 00 00 01 00 00 00 00 61'],
];
for (const [args, hex] of written) {
  test(`encode ${args.join(' ')}`, async () => assert.equal(await encode(...args), hex));
}

test('a frame is masked by a fresh key unless it is told otherwise', async () => {
  const [one, other] = [framesOf(await encode('--text', 'Hello')), framesOf(await encode('--text', 'Hello'))];
  assert.equal(Buffer.from(one[0].payload).toString(), 'Hello');
  assert.notDeepEqual(one[0].maskingKey, other[0].maskingKey);
});

test('the payload of a file, and of standard input', async () => {
  const content = Buffer.from([0, 1, 0x1b, 0xff]);
  assert.equal(await encode('--file', fileOf(content), '--mask', 'none'), '82 04 00 01 1b ff');
  const piped = await sansocket(['encode', '--file', '-', '--opcode', '1', '--mask', 'none'], { input: 'hi' });
  assert.equal(piped.stdout, '81 02 68 69\n');
  const missing = await sansocket(['encode', '--file', `${fileOf('', 'x')}\x1b`]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /x\\x1b: no such file or directory/);
});

test('other ways to write bytes down', async () => {
  const args = ['--text', 'Hi', '--mask', 'none', '--format'];
  assert.equal(await encode(...args, 'base64'), 'gQJIaQ==');
  assert.equal(await encode(...args, 'js'), 'new Uint8Array([0x81, 0x02, 0x48, 0x69])');
  assert.equal(await encode(...args, 'c'), 'unsigned char frame[4] = { 0x81, 0x02, 0x48, 0x69 };');
  assert.equal(
    (await sansocket(['encode', ...args, 'raw'])).stdout,
    Buffer.from('8102 4869'.replace(' ', ''), 'hex').toString(),
  );
});

test('as much as is given: text is written in pieces, and raw bytes as they are', async () => {
  const payload = Buffer.alloc(3_000_000, 'ab\x01');
  const args = ['--file', fileOf(payload, 'much'), '--mask', 'none', '--format'];
  const bytes = Buffer.from(encodeFrame({ opcode: 2, payload }));
  const texts = await Promise.all(['hex', 'base64', 'js', 'c'].map((format) => encode(...args, format)));
  const list = Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
  const expected = [
    bytes.toString('hex').replaceAll(/..(?=.)/g, '$& '),
    bytes.toString('base64'),
    `new Uint8Array([${list}])`,
    `unsigned char frame[${bytes.length}] = { ${list} };`,
  ];
  assert.deepEqual(
    texts.map((text, i) => text === expected[i]),
    [true, true, true, true],
  );
  // Less than what one list of all bytes would take.
  const nodeArgs = ['--max-old-space-size=64'];
  const large = fileOf(Buffer.alloc(20_000_000, 7), 'large');
  for (const format of ['raw', 'hex']) {
    const { code, stderr } = await sansocket(['encode', '--file', large, '--format', format], { nodeArgs });
    assert.deepEqual([code, stderr], [0, '']);
  }
});

const refused = [
  [[], /nothing to send/],
  [['--ping', '--close', '1000'], /--ping and --close: a frame is one of them/],
  [['--text', 'a', '--binary', '00'], /one of --text, --binary and --file/],
  [['--close', '1000', '--text', 'a'], /the payload of a Close is in --close CODE:REASON/],
  [['--close', 'bye'], /--close is CODE or CODE:REASON/],
  [['--close', '65536'], /up to 65535/],
  [['--opcode', '16'], /--opcode is 0 to 15/],
  [['--mask', '37fa', '--ping'], /--mask is a key of 8 hex digits/],
  [['--binary', '81 0g'], /--binary: character 5: expected a hex digit, found "g" \(read as hex\)/],
  [['--length-form', '7', '--text', 'x'.repeat(126)], /--length-form 7 is too short for a payload of 126 bytes/],
  [['--rsv', '8', '--ping'], /--rsv is a whole number from 0 to 7, not "8"/],
  [['--frag', '0', '--ping'], /--frag is a whole number from 1/],
  [['Hello'], /"Hello" is no flag; --text "Hello" sends it/],
];
for (const [args, message] of refused) {
  test(`refused: encode ${args.join(' ').slice(0, 60)}`, async () => {
    const { code, stdout, stderr } = await sansocket(['encode', ...args]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
  });
}
