// The command as a process: pipes that end early, input that is slow, input that is large.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encodeFrame } from 'sansocket';
import { captureOf, fileOf, goldenOf, sansocket, start, textOf } from './run.mjs';

const hello = Buffer.from('\x81\x05Hello', 'latin1');

test('frames are shown as they become complete', { timeout: 60_000 }, async () => {
  const child = start(['--side', 'server', '-']);
  child.stdout.setEncoding('utf8');
  for (let n = 1; n <= 3; n++) {
    child.stdin.write(hello);
    let text = '';
    while (!text.includes('Hello\n')) text += (await once(child.stdout, 'data'))[0];
    assert.match(text, new RegExp(`#${n} .* Hello\n$`));
  }
  child.stdin.end();
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
});

test('a capture through a pipe is shown as its packets come', { timeout: 60_000 }, async () => {
  const capture = readFileSync(captureOf('clean.pcap'));
  const child = start(['-', '-q']);
  child.stdout.setEncoding('utf8');
  // All but the last packets, then the rest: 70 bytes of headers are before the frame.
  const cut = goldenOf('clean').find(({ n }) => n === 11).off.file - 70;
  child.stdin.write(capture.subarray(0, cut));
  let text = '';
  while (!text.includes('#10 ')) text += (await once(child.stdout, 'data'))[0];
  assert.doesNotMatch(text, /Normal Closure/);
  child.stdin.end(capture.subarray(cut));
  for await (const more of child.stdout) text += more;
  assert.match(text, /closed by the client with 1000 Normal Closure/);
});

test('Ctrl-C ends the input: what was read is finished, and the exit code says so', {
  timeout: 60_000,
  skip: process.platform === 'win32',
}, async () => {
  const child = start(['--format', 'json', '--side', 'server', '-']);
  child.stdout.setEncoding('utf8');
  child.stdin.write(hello);
  let text = '';
  while (!text.includes('Hello')) text += (await once(child.stdout, 'data'))[0];
  child.kill('SIGINT');
  for await (const more of child.stdout) text += more;
  if (child.exitCode === null) await once(child, 'close');
  assert.equal(child.exitCode, 130);
  assert.equal(JSON.parse(text).filter(({ type }) => type === 'frame').length, 1);
});

test('input byte by byte is the same input', { timeout: 120_000 }, async () => {
  const stream = readFileSync(captureOf('frag_both.pcap'));
  const whole = await sansocket(['--format', 'ndjson', '-'], { input: stream });
  const child = start(['--format', 'ndjson', '-']);
  const output = textOf(child.stdout);
  for (const byte of stream) {
    child.stdin.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  child.stdin.end();
  assert.equal(await output, whole.stdout);
  assert.ok(whole.stdout.split('\n').length > 10);
});

test('a reader that has seen enough ends it well', { timeout: 60_000 }, async () => {
  for (const format of ['ndjson', 'pretty']) {
    const child = start(['-q', '--format', format, fileOf(Buffer.concat(Array(50_000).fill(hello)))]);
    const stderr = textOf(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code, signal] = await once(child, 'close');
    assert.deepEqual([code, signal, await stderr], [0, null, '']);
  }
});

test('-c ends without waiting for who writes into the pipe', { timeout: 60_000 }, async () => {
  const capture = readFileSync(captureOf('clean.pcap'));
  for (const bytes of [capture, gzipSync(capture)]) {
    const child = start(['-q', '-c', '2', '-']);
    child.stdin.on('error', () => {});
    child.stdin.write(bytes);
    const [stdout, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
    assert.deepEqual([code, stdout.match(/^ +#/gm).length], [0, 2]);
  }
});

// What is long here: a clock that goes on by a second whenever it is read, and a terminal to tell it on.
const slowTerminal = pathToFileURL(
  fileOf(
    `let now = 0;
     performance.now = () => (now += 1000);
     process.stderr.isTTY = true;
     process.stderr.columns = 60;`,
    'slow.mjs',
  ),
).href;

test('long inputs: a line on the terminal tells how far they are read, and is gone at the end', async () => {
  const file = fileOf(Buffer.concat(Array(400_000).fill(hello)), 'long');
  const nodeArgs = ['--import', slowTerminal];
  const { stderr } = await sansocket(['stats', '--side', 'server', file], { nodeArgs });
  const lines = stderr.split('\r\x1b[K').slice(1);
  assert.equal(lines.pop(), '', 'nothing is left on the line');
  assert.ok(lines.length >= 2);
  for (const line of lines) assert.ok(line.length < 60 && line.startsWith('/'), line);
  const short = await sansocket(['stats', '--side', 'server', '-q', '-'], { nodeArgs, input: Buffer.alloc(0) });
  assert.equal(short.stderr, '');
  for (const args of [['--no-progress'], []]) {
    const env = args.length > 0 ? { nodeArgs } : {};
    assert.equal((await sansocket(['stats', '--side', 'server', ...args, file], env)).stderr, '');
  }
});

// Prints the most memory that the process held, in KiB.
const memoryProbe = pathToFileURL(
  fileOf(
    `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'));`,
    'probe.mjs',
  ),
).href;

async function peakOf(args) {
  const child = start(args, { nodeArgs: ['--import', memoryProbe] });
  let bytes = 0;
  child.stdout.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const stderr = textOf(child.stderr);
  const [code] = await once(child, 'close');
  return { code, bytes, peak: Number(/^peak (\d+)$/m.exec(await stderr)[1]) };
}

/** Writes a file of so many times the same bytes. */
function largeFile(name, piece, times) {
  const path = fileOf('', name);
  const file = openSync(path, 'w');
  for (let i = 0; i < times; i++) writeSync(file, piece);
  closeSync(file);
  return path;
}

test('the memory does not grow with the file', async () => {
  const piece = Buffer.concat(
    Array.from({ length: 50 }, () => encodeFrame({ opcode: 2, payload: new Uint8Array(20_000), masked: true })),
  );
  const small = await peakOf(['decode', largeFile('small', piece, 2)]);
  const large = await peakOf(['decode', largeFile('large', piece, 51)]);
  assert.equal(large.code, 0);
  assert.ok(large.bytes > 25 * small.bytes - 100, 'every frame is shown');
  const grown = (large.peak - small.peak) / 1024;
  console.log(`peak: ${Math.round(small.peak / 1024)} MiB for 2 MB, ${Math.round(large.peak / 1024)} MiB for 51 MB`);
  assert.ok(grown < 40, `${grown.toFixed(0)} MiB more for 49 MB more`);
});

test('nor with the number of frames in it', async () => {
  const piece = Buffer.concat(Array(32_768).fill(encodeFrame({ opcode: 2, payload: '', masked: true })));
  const small = await peakOf(['decode', '--format', 'ndjson', largeFile('few', piece, 1)]);
  const large = await peakOf(['decode', '--format', 'ndjson', largeFile('many', piece, 8)]);
  assert.deepEqual([small.code, large.code], [0, 0]);
  const grown = (large.peak - small.peak) / 1024;
  assert.ok(grown < 40, `${grown.toFixed(0)} MiB more for 230 000 frames more`);
});
