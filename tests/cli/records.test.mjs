// What the command wrote as NDJSON is input like any capture: its handshakes, messages and findings are there again.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { captureOf, fileOf, recordsOf, sansocket, scratch } from './run.mjs';

/** The file of what `--format ndjson` writes of a capture. */
async function recordsFile(name, ...flags) {
  const { stdout } = await sansocket(['-q', '--format', 'ndjson', ...flags, captureOf(name)]);
  return fileOf(stdout, `${name}${flags.join('')}.ndjson`);
}

/** What is read of a file as `-m` shows it, without the keys of masks, which are not in records, and without numbers of frames. */
async function messagesOf(file) {
  const { stdout } = await sansocket(['-q', '-m', file]);
  return stdout
    .replaceAll(/ key \w+|#\d+|frame \d+/g, '')
    .replaceAll(/ +/g, ' ')
    .split('\n');
}

test('messages are there again, whether they were written or their frames were', async () => {
  for (const name of ['frag_both.pcap', 'pmd_mix.pcap', 'chrome.har']) {
    const messages = await messagesOf(captureOf(name));
    assert.ok(messages.length > 4);
    for (const flags of [[], ['-m']]) assert.deepEqual(await messagesOf(await recordsFile(name, ...flags)), messages);
  }
});

test('findings are there again, with their places', async () => {
  for (const name of ['badaccept.pcap', 'viol.pcap', 'endings.pcap']) {
    const [first, second] = await Promise.all(
      [captureOf(name), await recordsFile(name)].map((file) => sansocket(['lint', '-q', '--format', 'ndjson', file])),
    );
    const found = ({ stdout }) => recordsOf(stdout).map(({ source: _source, ...rest }) => rest);
    assert.deepEqual([second.code, found(second)], [first.code, found(first)]);
  }
});

test('payloads are extracted, and an archive has the address', async () => {
  const file = await recordsFile('frag_both.pcap');
  const folder = join(scratch(), 'payloads');
  const { code } = await sansocket(['extract', '-q', '-d', folder, file]);
  assert.equal(code, 0);
  assert.equal(readdirSync(folder).length, 5);
  const archive = join(scratch(), 'again.har');
  await sansocket(['convert', '-q', file, '-o', archive]);
  const [entry] = JSON.parse(readFileSync(archive, 'utf8')).log.entries;
  assert.equal(entry.request.url, 'ws://10.0.0.2:8080/chat');
  assert.equal(entry._webSocketMessages.length, 4);
});
