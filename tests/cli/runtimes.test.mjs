// The command under Bun and Deno says what it says under Node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runtime } from '../../tools/lib/steps.mjs';
import { captureOf, fileOf, program } from './run.mjs';

const runtimes = {
  Bun: [runtime('bun')],
  Deno: [runtime('deno'), 'run', '--allow-read', '--allow-write', '--allow-env', '--no-lock'],
};

const viol = captureOf('viol.pcap');
const request = fileOf('GET / HTTP/1.0\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n', 'request.txt');
const runs = [
  { args: ['--format', 'ndjson', viol], code: 0 },
  { args: ['-x', captureOf('pmd_mix.pcap')], code: 0 },
  { args: ['lint', viol], code: 1 },
  { args: ['lint', '--format', 'sarif', captureOf('gap.pcap')], code: 0 },
  { args: ['stats', viol, captureOf('chrome.har')], code: 0 },
  { args: ['--format', 'ndjson', fileOf(gzipSync(readFileSync(viol)), 'viol.pcap.gz')], code: 0 },
  { args: ['--side', 'server', '-'], input: '81 05 48 65 6c 6c 6f', code: 0 },
  { args: ['convert', '--redact', viol, '-o', '-', '--format', 'x'], code: 2 },
  { args: ['nowhere.pcap'], code: 2 },
  { args: ['encode', '--text', 'Hello', '--mask', '37fa213d', '--deflate'], code: 0 },
  { args: ['handshake', 'dGhlIHNhbXBsZSBub25jZQ=='], code: 0 },
  { args: ['handshake', '--request', request], code: 1 },
  { args: ['explain', '1006', 'utf8-invalid'], code: 0 },
  { args: ['decode', '--help'], code: 0 },
  { args: ['completion', 'fish'], code: 0 },
];

const env = { ...process.env, NO_COLOR: '1' };
delete env.FORCE_COLOR;

/** What a run prints, and its exit code. */
function outcome([command, ...before], { args, input = '' }) {
  const { status, stdout, stderr } = spawnSync(command, [...before, program, ...args], { input, env, timeout: 60_000 });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const expected = runs.map((run) => outcome([process.execPath], run));

test('under Node each has its exit code, and something to say', () => {
  assert.deepEqual(
    expected.map(({ code }) => code),
    runs.map(({ code }) => code),
  );
  for (const { stdout, stderr } of expected) assert.notEqual(stdout + stderr, '');
});

for (const [name, command] of Object.entries(runtimes)) {
  for (const [at, run] of runs.entries()) {
    const said = run.args.map((arg) => arg.split('/').at(-1)).join(' ');
    test(`${name}: sansocket ${said}`, () => assert.deepEqual(outcome(command, run), expected[at]));
  }
}
