// Captures of real connections, by the command: the messages are those that the peers say they sent.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { expanded } from '../captures/real/converse.mjs';
import { captureOf, recordsOf, sansocket } from './run.mjs';

const fileOf = (name) => captureOf(`real/${name}`);
const truthOf = (name) => JSON.parse(readFileSync(fileOf(`${name}.truth.json`), 'utf8')).connections;
const names = readdirSync(fileOf('')).filter((name) => /\.(pcap|pcapng|har|zip|netlog)$/.test(name));

/** Nothing of these can be decoded: a handshake is missing, messages, or the key. */
const closed = ['ws_late.pcap', 'firefox.har', 'wss.pcapng'];

for (const name of names.filter((name) => !closed.includes(name))) {
  test(`${name}: the messages that were sent`, async () => {
    const { code, stdout } = await sansocket(['decode', '--messages', '--format', 'ndjson', fileOf(name)]);
    assert.equal(code, 0);
    const records = recordsOf(stdout);
    for (const { path, c2s, s2c } of truthOf(name)) {
      const handshake = records.find(({ type, uri }) => type === 'handshake' && uri.endsWith(path));
      const messages = records.filter(({ type, conn }) => type === 'message' && conn === handshake.conn);
      for (const [direction, sent] of Object.entries({ c2s, s2c })) {
        const seen = messages.filter(({ dir }) => dir === direction).map(({ payload }) => payload);
        assert.deepEqual(seen, payloadsOf(sent, /\.har/.test(name)), `${path} ${direction}`);
      }
    }
  });
}

/** Messages as payloads of records. Playwright leaves empty ones out of an archive. */
function payloadsOf(sent, isArchive) {
  const payloads = sent.flatMap(({ text, base64 }) => {
    if (base64 !== undefined) return [{ base64 }];
    return text === undefined ? [] : [{ text: expanded(text) }];
  });
  return payloads.filter(({ text }) => !isArchive || text !== '');
}

test('nothing is wrong in what real peers say, unless they leave without a word', async () => {
  const clean = names.filter((name) => !['ws_abrupt.pcap', 'firefox.har', 'wss.pcapng'].includes(name));
  const good = await sansocket(['lint', '--fail-on', 'warn', ...clean.map(fileOf)]);
  assert.equal(good.code, 0, good.stdout);
  const abrupt = await sansocket(['lint', '--fail-on', 'warn', fileOf('ws_abrupt.pcap')]);
  assert.equal(abrupt.code, 1);
  assert.deepEqual(abrupt.stdout.match(/warn [a-z-]+/g), ['warn no-close-frame', 'warn no-close-frame']);
});

test('what cannot be decoded is said', async () => {
  const tls = await sansocket(['decode', fileOf('wss.pcapng')]);
  assert.match(tls.stderr, /these bytes are TLS, not WebSocket/);
  const archive = await sansocket(['decode', fileOf('firefox.har')]);
  assert.match(archive.stderr, /1 WebSocket entry, no messages; Firefox does not export them/);
});
