// Linear memory: it never shrinks, so it must not grow without need, and what is freed must be used again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Connection, encodeFrame, FrameDecoder, recycle } from 'sansocket';
import { deflated } from './support/deflate.mjs';
import { liveObjects, memory, memoryBytes } from './support/instance.mjs';
import { concat, frameFor } from './support/wire.mjs';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Bytes by which memory has grown over `work`. */
function growth(work) {
  const before = memoryBytes();
  work();
  return memoryBytes() - before;
}

/** Leaves no page that memory could grow by. What nobody writes to takes none of the machine's. */
function takeAllMemory() {
  for (let pages = 1 << 16; pages > 0; ) {
    try {
      memory().grow(pages);
    } catch {
      pages >>>= 1;
    }
  }
}

function receive(connection, bytes, size = 64 * KiB) {
  for (let at = 0; at < bytes.length; at += size) {
    connection.receiveData(bytes.subarray(at, at + size));
    for (const _ of connection.events());
  }
}

test('W09: after a large message small ones need no more memory', () => {
  recycle();
  const connection = new Connection({ role: 'client', maxMessageSize: Infinity });
  // Text: large binary payload does not get into the memory at all.
  const large = frameFor('client', 1, new Uint8Array(64 * MiB));
  receive(connection, large);
  assert.ok(memoryBytes() >= 64 * MiB);
  connection.free();
  const other = new Connection({ role: 'client' });
  const small = frameFor('client', 2, new Uint8Array(KiB));
  assert.ok(growth(() => receive(other, small)) <= 64 * KiB);
  const grown = growth(() => {
    for (let i = 0; i < 10_000; i += 1) receive(other, small);
  });
  assert.equal(grown, 0);
  other.free();
  assert.ok(growth(() => receive(new Connection({ role: 'client', maxMessageSize: Infinity }), large)) <= 64 * KiB);
});

test('W09: recycle lets go of the memory', () => {
  const grown = memoryBytes();
  recycle();
  new Connection({ role: 'client' }).free();
  assert.ok(memoryBytes() < 2 * MiB, `${memoryBytes()} bytes`);
  assert.ok(grown > memoryBytes());
});

test('a large message takes no more than twice its size at its peak', () => {
  recycle();
  const connection = new Connection({ role: 'server', maxMessageSize: Infinity });
  receive(connection, frameFor('server', 1, new Uint8Array(32 * MiB)));
  assert.ok(memoryBytes() < 2.2 * 32 * MiB, `${memoryBytes() / MiB} MiB`);
  connection.free();
});

test('a large binary message takes no memory of the module', () => {
  recycle();
  const connection = new Connection({ role: 'server', maxMessageSize: Infinity });
  receive(connection, frameFor('server', 2, new Uint8Array(32 * MiB)));
  assert.ok(memoryBytes() < 2 * MiB, `${memoryBytes() / MiB} MiB`);
  connection.free();
});

test('a large chunk of small messages goes through in slices', () => {
  recycle();
  const connection = new Connection({ role: 'server' });
  const one = frameFor('server', 2, new Uint8Array(100));
  const chunk = new Uint8Array(one.length * 200_000);
  for (let at = 0; at < chunk.length; at += one.length) chunk.set(one, at);
  connection.receiveData(chunk);
  assert.equal([...connection.events()].length, 200_000);
  assert.ok(memoryBytes() < 4 * MiB, `${memoryBytes() / MiB} MiB for a chunk of ${chunk.length / MiB}`);
  connection.free();
});

test('compressed input that was read into reserved memory goes through in slices as well', () => {
  const texts = Array.from({ length: 100 }, () => deflated(Buffer.from('é'.repeat(MiB / 2))));
  const stream = concat(...texts.map((payload) => frameFor('server', 1, payload, { rsv: 4 })));
  for (const transient of [false, true]) {
    recycle();
    const connection = new Connection({ role: 'server', perMessageDeflate: { clientNoContextTakeover: true } });
    connection.reserve(stream.length).set(stream);
    connection.commit(stream.length, { transient });
    const events = [...connection.events()];
    assert.deepEqual(
      events.map(({ data }) => data.length),
      Array(100).fill(MiB / 2),
    );
    // What fits a slice comes to 16 MiB at most, and takes twice that as UTF-16.
    assert.ok(memoryBytes() < 96 * MiB, `${memoryBytes() / MiB} MiB for ${stream.length} bytes`);
    connection.free();
  }
});

test('a text is handed out also where there is no memory to turn it into UTF-16', () => {
  recycle();
  const text = 'é'.repeat(MiB);
  const message = frameFor('client', 1, text);
  const connection = new Connection({ role: 'client', maxMessageSize: Infinity });
  connection.receiveData(message.subarray(0, -1));
  takeAllMemory();
  assert.ok(connection.bytesHeld >= MiB, 'the views of memory are those of all of it');
  connection.receiveData(message.subarray(-1));
  const [event] = connection.events();
  assert.ok(event.type === 'text' && event.data === text);
  connection.free();
  recycle();
});

test('W11: a million connections made and freed leave nothing', () => {
  recycle();
  new Connection({ role: 'client' }).free();
  const grown = growth(() => {
    for (let i = 0; i < 1_000_000; i += 1) new Connection({ role: 'client' }).free();
  });
  assert.equal(grown, 0);
  assert.equal(liveObjects(), 0);
});

test('W11: so do decoders, and connections that were used', () => {
  const cycle = (i) => {
    const connection = new Connection({ role: 'client' });
    connection.sendText('hello');
    if (i % 2) connection.dataToSend();
    connection.reserve(1000);
    connection.receiveData(frameFor('client', 1, 'half', { fin: false }));
    connection.free();
    const decoder = new FrameDecoder();
    decoder.decode(Uint8Array.of(0x82, 126, 1));
    decoder.free();
    encodeFrame({ opcode: 2, payload: 'x' });
  };
  for (let i = 0; i < 100; i += 1) cycle(i);
  const grown = growth(() => {
    for (let i = 0; i < 20_000; i += 1) cycle(i);
  });
  assert.equal(grown, 0);
  assert.equal(liveObjects(), 0);
});

test('an idle connection takes at most a kilobyte', () => {
  recycle();
  new Connection({ role: 'client' });
  const connections = [];
  const grown = growth(() => {
    for (let i = 0; i < 10_000; i += 1) connections.push(new Connection({ role: i % 2 ? 'client' : 'server' }));
  });
  assert.ok(grown / 10_000 <= KiB, `${grown / 10_000} bytes each`);
  for (const connection of connections) connection.free();
});

test('a refused send leaves no large argument behind', () => {
  recycle();
  const connection = new Connection({ role: 'server', maxBufferedBytes: 100 });
  const cycle = () => {
    assert.throws(() => connection.sendBinary(new Uint8Array(8 * MiB)), { code: 'buffer_full' });
    assert.throws(() => connection.sendPing(new Uint8Array(8 * MiB)), { code: 'control_too_long' });
  };
  cycle();
  // There is room for something else of that size only if the argument was let go.
  const other = new Connection({ role: 'server' });
  assert.ok(growth(() => other.reserve(8 * MiB)) < MiB);
});

test('W11: what was dropped without free is freed when it is collected', () => {
  const script = `
    import { instances, liveObjects } from './support/instance.mjs';
    import { Connection, FrameDecoder, ServerHandshake } from 'sansocket';
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const kept = new Connection({ role: 'server' });
    (() => {
      for (let i = 0; i < 1000; i += 1) {
        new Connection({ role: 'client' }).sendText('x');
        new FrameDecoder();
        new ServerHandshake({ origins: 'any' });
        new Connection({ role: 'client' }).free();
      }
    })();
    const before = liveObjects();
    for (let i = 0; i < 100 && liveObjects() > 1; i += 1) { gc(); await pause(); }
    console.log(JSON.stringify([before, liveObjects(), kept.state]));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), [3001, 1, 'open']);
});
