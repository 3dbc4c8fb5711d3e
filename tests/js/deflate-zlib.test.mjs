// Node's zlib as the other end: it inflates what is compressed here, with exactly the window and the takeover that were
// agreed, and what it compresses is inflated here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants } from 'node:zlib';
import { Connection } from 'sansocket';
import { bothWays, wordy, ZlibCompressor, ZlibInflater } from './support/deflate.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { concat, frameFor, frames, utf8 } from './support/wire.mjs';

/** Bytes as they may be sent: words, noise, runs, and nothing. */
function content(random, windowBits) {
  const length = random.pick([0, 1, 20, 200, 1000, (1 << windowBits) + random.below(3000)]);
  switch (random.below(5)) {
    case 0:
      return random.bytes(length);
    case 1:
      return new Uint8Array(length).fill(random.next());
    default:
      return utf8(wordy(random, length));
  }
}

for (const noContextTakeover of [false, true]) {
  const takeover = noContextTakeover ? 'without' : 'with';

  test(`what is compressed here ${takeover} takeover, zlib inflates`, async () => {
    for (let windowBits = 8; windowBits <= 15; windowBits += 1) {
      for (let level = 0; level <= 9; level += 1) {
        const random = new Seeded(10 * windowBits + level);
        const memLevel = 1 + random.below(9);
        const role = random.pick(['client', 'server']);
        const perMessageDeflate = bothWays({ windowBits, noContextTakeover, level, memLevel, threshold: 0 });
        const connection = new Connection({ role, perMessageDeflate });
        const zlib = new ZlibInflater({ windowBits, noContextTakeover });
        for (let i = 0; i < 25; i += 1) {
          const parts = Array.from({ length: 1 + random.below(3) }, () => content(random, windowBits));
          const compress = random.chance(80);
          for (const [j, part] of parts.entries()) {
            const fin = j === parts.length - 1;
            if (j === 0) connection.sendBinary(part, { fin, compress });
            else connection.sendContinuation(part, { fin });
          }
          const sent = frames(outputOf(connection));
          assert.deepEqual(
            sent.map(({ rsv, fin }) => [rsv, fin]),
            parts.map((_, j) => [compress && j === 0 ? 4 : 0, j === parts.length - 1]),
          );
          const payload = concat(...sent.map(({ payload }) => payload));
          const received = compress ? await zlib.inflate(payload) : payload;
          const context = `window ${windowBits}, level ${level}, memLevel ${memLevel}, message ${i}`;
          assert.deepEqual(received, concat(...parts), context);
        }
        zlib.close();
        connection.free();
      }
    }
  });

  test(`what zlib compresses ${takeover} takeover is inflated here`, async () => {
    const flushes = [
      constants.Z_NO_FLUSH,
      constants.Z_PARTIAL_FLUSH,
      constants.Z_SYNC_FLUSH,
      constants.Z_FULL_FLUSH,
      constants.Z_BLOCK,
    ];
    for (let seed = 1; seed <= 120; seed += 1) {
      const random = new Seeded(seed);
      // Node's zlib takes 8 for 9 when it compresses raw.
      const windowBits = 9 + random.below(7);
      const settings = { level: random.below(10), memLevel: 1 + random.below(9), strategy: random.below(5) };
      const zlib = new ZlibCompressor({ windowBits, noContextTakeover, ...settings });
      const role = random.pick(['client', 'server']);
      const deliver = random.pick(['messages', 'messages', 'fragments', 'payload']);
      const perMessageDeflate = bothWays({ windowBits, noContextTakeover });
      const connection = new Connection({ role, deliver, perMessageDeflate });
      for (let i = 0; i < 15; i += 1) {
        const parts = Array.from({ length: 1 + random.below(3) }, () => content(random, windowBits));
        const payload = await zlib.compress(parts, () => random.pick(flushes));
        const half = random.below(payload.length + 1);
        connection.receiveData(frameFor(role, 2, payload.subarray(0, half), { rsv: 4, fin: false }));
        if (random.chance(30)) connection.receiveData(frameFor(role, 10, 'pong'));
        const rest = frameFor(role, 0, payload.subarray(half));
        const middle = random.below(rest.length);
        connection.receiveData(rest.subarray(0, middle));
        connection.receiveData(rest.subarray(middle));
        if (random.chance(30)) connection.receiveData(frameFor(role, 9, 'plain'));
        const events = eventsOf(connection).filter(({ type }) => type !== 'pong' && type !== 'ping');
        assert.ok(
          events.every(({ data }) => data),
          `seed ${seed}, message ${i}: ${JSON.stringify(events.at(-1))}`,
        );
        const received = concat(...events.map(({ data }) => data));
        assert.deepEqual(received, concat(...parts), `seed ${seed}, message ${i}, ${JSON.stringify(settings)}`);
        connection.dataToSend();
      }
      zlib.close();
      connection.free();
    }
  });
}

test('thousands of messages of one connection', async () => {
  const random = new Seeded(99);
  const connection = new Connection({ role: 'server', perMessageDeflate: true });
  const [inflater, compressor] = [new ZlibInflater(), new ZlibCompressor({ level: 6 })];
  for (let i = 0; i < 3000; i += 1) {
    const message = wordy(random, random.below(300));
    connection.receiveData(frameFor('server', 2, await compressor.compress([utf8(message)]), { rsv: 4 }));
    const [{ type, data }] = eventsOf(connection);
    assert.deepEqual([type, data], ['binary', utf8(message)], `message ${i} received`);
    connection.sendBinary(data);
    const [{ payload }] = frames(outputOf(connection));
    assert.deepEqual(await inflater.inflate(payload), data, `message ${i} sent`);
  }
  for (const zlib of [inflater, compressor]) zlib.close();
});
