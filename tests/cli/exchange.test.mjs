// The example that `npm start` runs: what it prints, and that it notices what goes wrong.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textOf } from './run.mjs';

const example = fileURLToPath(new URL('../../examples/exchange.mjs', import.meta.url));

async function run(path) {
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

test('it prints the whole exchange, within 100 columns and without colours in a pipe', async () => {
  const { code, stdout, stderr } = await run(example);
  assert.deepEqual([code, stderr], [0, '']);
  for (const line of stdout.split('\n')) assert.ok([...line].length <= 100, line);
  assert.equal(stdout.includes('\x1b'), false);
  assert.match(stdout, /> Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n/);
  assert.match(stdout, /✓ s3pPLMBiTxaQ9kYGzzhZRbK\+xOo= is the answer to dGhlIHNhbXBsZSBub25jZQ==\n/);
  assert.match(stdout, /✓ the server chose chat from chat, superchat\n/);
  const frames = [...stdout.matchAll(/^ {2}([<>]) +\d+ {2}(\w+)/gm)].map(([, arrow, name]) => arrow + name);
  assert.deepEqual(frames.sort(), [
    '<binary',
    '<close',
    '<ping',
    '<pong',
    '<text',
    '<text',
    '>binary',
    '>close',
    '>continuation',
    '>ping',
    '>pong',
    '>text',
    '>text',
  ]);
});

// A copy of it with one thing changed has to fail. It finds the package as any user's program does.
const folder = mkdtempSync(join(tmpdir(), 'sansocket-exchange-'));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'node_modules', 'sansocket'), 'junction');

const changes = {
  'a message that is changed on the way': ['connection.sendText(event.data)', "connection.sendText(event.data + '!')"],
  'a message that is not answered': ['connection.sendBinary(event.data);', ''],
  'an answer to another key': ["'s3pPLMBiTxaQ9kYGzzhZRbK+xOo='", "'s3pPLMBiTxaQ9kYGzzhZRbK+xOo!'"],
  'a refusal': ["origins: ['http://example.com']", "origins: ['http://example.org']"],
  'another subprotocol': ["protocols: ['chat'] }", "protocols: ['superchat'] }"],
};
for (const [name, [from, to]] of Object.entries(changes)) {
  test(`it fails on ${name}`, async () => {
    const source = readFileSync(example, 'utf8');
    const changed = source.replace(from, to).replace('5_000', '300');
    assert.notEqual(changed, source.replace('5_000', '300'), 'the change applies');
    const copy = join(folder, 'changed.mjs');
    writeFileSync(copy, changed);
    const { code, stderr } = await run(copy);
    assert.equal(code, 1);
    assert.match(stderr, /AssertionError|TypeError/);
  });
}
