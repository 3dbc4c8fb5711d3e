// What a server and a client go through in a long life. Each scenario takes how much of it there is to be and `tell`, for its
// progress, and resolves to figures; what does not hold throws.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, encodeFrame } from 'sansocket';
import { echoServer, held, inTime, memoryBytes, until } from './world.mjs';

const MiB = 1 << 20;

/** What memory may differ by, when it has come to a plateau: what engines keep is not to the byte. */
const PLATEAU = 8 * MiB;

/** Connections opened, used once and closed: nothing is left of them. */
export async function connections(count, tell) {
  const server = await echoServer();
  const visit = async (number) => {
    const socket = await server.open();
    const reply = once(socket, 'message');
    socket.send(`message ${number}`);
    const [{ data }] = await inTime(reply, 'an answer');
    assert.equal(data, `message ${number}`);
    const closed = once(socket, 'close');
    socket.close(1000);
    const [{ wasClean }] = await inTime(closed, 'the end');
    assert.ok(wasClean);
  };
  const samples = [];
  const round = Math.ceil(count / 10);
  for (let done = 0; done < count; ) {
    const end = Math.min(count, done + round);
    for (; done < end; done += 50) {
      const batch = Array.from({ length: Math.min(50, end - done) }, (_, index) => visit(done + index));
      await Promise.all(batch);
    }
    done = end;
    await until(() => server.peers.size === 0, 'the server has seen all ends');
    samples.push(await held());
    tell(done, count);
  }
  await server.close();
  assert.deepEqual(server.ended, { clean: count });
  assertPlateau(samples);
  return { connections: count, ...growthOf(samples) };
}

/** Messages there and back over one connection: none is lost, none changed, none out of order. */
export async function messages(count, tell) {
  const server = await echoServer();
  const socket = await server.open();
  const sizes = [0, 1, 20, 125, 126, 1000];
  const filler = 'abcdefghij'.repeat(100);
  const messageOf = (number) => `${number} ${filler.slice(0, sizes[number % sizes.length])}`;
  const samples = [];
  const round = Math.ceil(count / 10);
  let sent = 0;
  let received = 0;
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    if (data !== messageOf(received)) throw new Error(`message ${received} is ${data.slice(0, 40)}`);
    received += 1;
    if (sent - received < 500) wake();
  };
  while (received < count) {
    // So many are on their way at once.
    while (sent < count && sent - received < 1000) {
      socket.send(messageOf(sent));
      sent += 1;
    }
    await inTime(
      new Promise((resolve) => {
        wake = resolve;
        if (received === count) resolve();
      }),
      `an answer to message ${received}`,
    );
    if (received >= round * (samples.length + 1) || received === count) {
      samples.push(await held());
      tell(received, count);
    }
  }
  socket.close(1000);
  await server.close();
  assert.deepEqual(server.ended, { clean: 1 });
  assertPlateau(samples);
  return { messages: received, ...growthOf(samples) };
}

/** Everything that a client sends in its life, as bytes. */
function lifeOf(port) {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const fields = [`Host: 127.0.0.1:${port}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  const head = `GET / HTTP/1.1\r\n${fields.join('\r\n')}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
  const frame = (opcode, payload, fin = true) => encodeFrame({ opcode, payload, fin, masked: true });
  return Buffer.concat([
    Buffer.from(head),
    frame(1, 'whole'),
    frame(1, 'in ', false),
    frame(9, 'ping'),
    frame(0, 'parts'),
    frame(2, new Uint8Array(300)),
    frame(8, Uint8Array.of(0x03, 0xe8)),
  ]);
}

/** How a peer may leave: `bytes` of its life are sent before. */
const departures = {
  reset: (socket) => socket.resetAndDestroy(),
  destroy: (socket) => socket.destroy(),
  'half-close': (socket) => socket.end(),
};

/** Peers that leave after each byte of their life, in every way: each connection ends, and nothing is left of it. */
export async function departuresAtEveryByte(rounds, tell) {
  const server = await echoServer({ handshakeTimeout: 2000, closeTimeout: 2000 });
  const life = lifeOf(server.port);
  const before = await held();
  const leave = async (way, bytes) => {
    const socket = server.dial();
    await once(socket, 'connect');
    socket.resume();
    if (bytes > 0) await new Promise((resolve) => socket.write(life.subarray(0, bytes), resolve));
    const closed = once(socket, 'close');
    departures[way](socket);
    await inTime(closed, `the end after ${bytes} bytes and ${way}`);
  };
  let count = 0;
  const all = rounds * Object.keys(departures).length * (life.length + 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const way of Object.keys(departures)) {
      for (let bytes = 0; bytes <= life.length; bytes += 32) {
        const batch = Array.from({ length: Math.min(32, life.length + 1 - bytes) }, (_, i) => leave(way, bytes + i));
        await Promise.all(batch);
        count += batch.length;
      }
      tell(count, all);
    }
  }
  await server.close();
  const after = await held();
  assert.equal(after.objects, before.objects, 'objects are left in WebAssembly');
  return { departures: count, ended: server.ended, ...growthOf([before, after]) };
}

/** Peers that vanish without a word: keep-alive finds out. */
export async function vanishing(count, tell) {
  const server = await echoServer({ pingInterval: 200, pongTimeout: 200 });
  const before = await held();
  const request = lifeOf(server.port);
  const head = request.subarray(0, request.indexOf('\r\n\r\n') + 4);
  const sockets = [];
  for (let i = 0; i < count; i += 1) {
    const socket = server.dial();
    // It reads, and never answers a Ping.
    socket.resume();
    socket.write(head);
    sockets.push(socket);
  }
  await until(() => Object.values(server.ended).reduce((sum, n) => sum + n, 0) === count, 'all were given up');
  tell(count, count);
  assert.deepEqual(server.ended, { 1006: count });
  for (const socket of sockets) socket.destroy();
  await server.close();
  const after = await held();
  assert.equal(after.objects, before.objects, 'objects are left in WebAssembly');
  return { vanished: count, ...growthOf([before, after]) };
}

/** A peer that never reads: what waits for it is bounded, told, and given back. */
export async function neverReading(megabytes, tell) {
  const server = await echoServer({ pingInterval: 1000, pongTimeout: 1000 });
  const before = await held();
  const socket = server.dial();
  const request = lifeOf(server.port);
  socket.write(request.subarray(0, request.indexOf('\r\n\r\n') + 4));
  socket.pause();
  await until(() => server.peers.size === 1, 'a connection');
  const [peer] = server.peers;
  await until(() => peer.readyState === 1, 'an open one');
  const chunk = new Uint8Array(MiB);
  let most = 0;
  for (let i = 0; i < megabytes; i += 1) {
    peer.send(chunk);
    most = Math.max(most, peer.bufferedAmount);
    await sleep(0);
  }
  assert.ok(most >= (megabytes - 16) * MiB, `what waits is told: ${most} of ${megabytes} MiB`);
  tell(megabytes, megabytes);
  await until(() => server.peers.size === 0, 'it was given up');
  socket.destroy();
  await server.close();
  const after = await held();
  assert.equal(after.objects, before.objects, 'objects are left in WebAssembly');
  return { 'MiB that nobody read': megabytes, 'most at once': most, ...growthOf([before, after]) };
}

/** A peer that reads slowly, a little at a time: it gets everything, and the server keeps no more than what is on the way. */
export async function slowReading(megabytes, tell) {
  const server = await echoServer();
  const socket = await server.open({ limits: { maxMessageSize: 8 * MiB } });
  const [peer] = server.peers;
  const chunk = new Uint8Array(64 << 10).fill(7);
  const wanted = megabytes * 16;
  let received = 0;
  socket.onmessage = ({ data }) => {
    assert.equal(data.byteLength, chunk.length);
    received += 1;
    // The event loop is held up, and with it the reader.
    if (received % 16 === 0) {
      const until_ = performance.now() + 2;
      while (performance.now() < until_);
    }
  };
  for (let i = 0; i < wanted; i += 1) {
    peer.send(chunk);
    while (peer.bufferedAmount > MiB) await sleep(1);
    if (i % 160 === 0) tell(i, wanted);
  }
  await until(() => received === wanted, 'everything has arrived');
  tell(wanted, wanted);
  socket.close(1000);
  await server.close();
  return { 'MiB read slowly': megabytes, messages: received };
}

/** Whatever is behind a Close is thrown away, however much it is. */
export async function afterClose(megabytes, tell) {
  const server = await echoServer({ closeTimeout: 1000 });
  const before = await held();
  const socket = server.dial();
  socket.resume();
  socket.write(lifeOf(server.port));
  const garbage = Buffer.alloc(64 << 10, 0xff);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Who goes on beyond the time limit of the server is reset.
  socket.on('error', () => {});
  let written = 0;
  while (written < megabytes * 16 && !socket.destroyed) {
    written += 1;
    if (!socket.write(garbage)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  tell(written, megabytes * 16);
  socket.end();
  await inTime(closed, 'the end');
  await server.close();
  const after = await held();
  assert.deepEqual(server.ended, { clean: 1 });
  assert.equal(after.objects, before.objects);
  assert.ok(after.wasm - before.wasm <= PLATEAU, `${after.wasm - before.wasm} bytes of WebAssembly memory`);
  return { 'MiB behind a Close': (written * 64) / 1024, ...growthOf([before, after]) };
}

/** Memory grows in the middle of a batch: what was read before and what comes after is right all the same. */
export async function growingInABatch(count, tell) {
  const before = memoryBytes();
  const small = (i) => encodeFrame({ opcode: 2, payload: Uint8Array.of(i, i >> 8, i >> 16) });
  for (let i = 0; i < count; i += 1) {
    const connection = new Connection({ role: 'client', maxMessageSize: 64 * MiB });
    const large = new Uint8Array((1 + (i % 8)) * MiB).fill(i);
    const parts = [];
    for (let j = 0; j < 500; j += 1) parts.push(small(j));
    parts.push(encodeFrame({ opcode: 2, payload: large }));
    for (let j = 500; j < 1000; j += 1) parts.push(small(j));
    connection.receiveData(Buffer.concat(parts));
    let number = 0;
    for (const { type, data } of connection.events()) {
      assert.equal(type, 'binary');
      if (data.length > 3) assert.ok(data.length === large.length && data.every((byte) => byte === (i & 255)));
      else {
        assert.deepEqual([...data], [number & 255, number >> 8, 0]);
        number += 1;
      }
    }
    assert.equal(number, 1000);
    connection.free();
    tell(i + 1, count);
  }
  return { batches: count, 'WebAssembly memory grew by': memoryBytes() - before };
}

/** From the third sample on nothing grows any more. */
function assertPlateau(samples) {
  if (samples.length < 4) return;
  const [first, last] = [samples[2], samples.at(-1)];
  assert.equal(last.objects, first.objects, 'objects are left in WebAssembly');
  for (const kind of ['wasm', 'heap']) {
    assert.ok(last[kind] - first[kind] <= PLATEAU, `${kind} has grown from ${first[kind]} to ${last[kind]} bytes`);
  }
}

const growthOf = (samples) => ({
  'WebAssembly memory': samples.at(-1).wasm,
  'heap grew by': samples.at(-1).heap - samples[Math.min(2, samples.length - 2)]?.heap || 0,
});
