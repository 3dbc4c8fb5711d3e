// What a server and a client go through in a long life. Each scenario takes how much of it there is to be and `tell`, for its
// progress, and resolves to figures; what does not hold throws.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptKey, Connection, encodeFrame, recycle } from 'sansocket';
import { echoServer, held, inTime, memoryBytes, until, visitor } from './world.mjs';

const MiB = 1 << 20;

/** What memory may differ by, when it has come to a plateau: what engines keep is not to the byte. */
const PLATEAU = 4 * MiB;

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

const head = (...lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);

/** The request of a bare client, which offers compression. */
const requestTo = (port) =>
  head(
    'GET / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Extensions: permessage-deflate',
  );

/** The answer of a bare server. */
const answerTo = (request) =>
  head(
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(/^Sec-WebSocket-Key: (.*?)\r$/im.exec(request)[1])}`,
  );

/** Everything that a peer sends in its life behind its head, as bytes. */
function framesOf(masked) {
  const frame = (opcode, payload, fin = true) => encodeFrame({ opcode, payload, fin, masked });
  return [
    frame(1, 'whole'),
    frame(1, 'in ', false),
    frame(9, 'ping'),
    frame(0, 'parts'),
    frame(2, new Uint8Array(300)),
    frame(8, Uint8Array.of(0x03, 0xe8)),
  ];
}

const lifeOf = (port) => Buffer.concat([requestTo(port), ...framesOf(true)]);

/** How a peer may leave: `bytes` of its life are sent before. */
const departures = {
  reset: (socket) => socket.resetAndDestroy(),
  destroy: (socket) => socket.destroy(),
  'half-close': (socket) => socket.end(),
};

/** Peers that leave after each byte of their life, in every way: each connection ends, and nothing is left of it. */
export async function departuresAtEveryByte(rounds, tell) {
  const server = await echoServer({ handshakeTimeout: 2000, closeTimeout: 2000, perMessageDeflate: true });
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
  assertGivenBack(before, after);
  return { departures: count, ended: server.ended, ...growthOf([before, after]) };
}

/** The same of servers, where the client may have begun to close. */
export async function desertionsAtEveryByte(rounds, tell) {
  let turn;
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    const { way, bytes } = turn;
    socket.on('error', () => {});
    socket.once('data', async (request) => {
      const life = Buffer.concat([answerTo(request.toString()), ...framesOf(false)]);
      if (bytes > 0) await new Promise((resolve) => socket.write(life.subarray(0, bytes), resolve));
      departures[way](socket);
      socket.resume();
    });
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address();
  const length = answerTo(requestTo(port).toString()).length + Buffer.concat(framesOf(false)).length;
  const before = await held();
  const ended = {};
  const ways = Object.keys(departures);
  const all = rounds * ways.length * (length + 1) * 2;
  let count = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) {
      for (let bytes = 0; bytes <= length; bytes += 1) {
        for (const closes of [false, true]) {
          turn = { way, bytes };
          const socket = visitor(port, { closeTimeout: 2000 });
          if (closes) socket.onopen = () => socket.close(1000);
          const [{ wasClean, code }] = await inTime(once(socket, 'close'), `the end after ${bytes} bytes and ${way}`);
          const how = wasClean ? 'clean' : code;
          ended[how] = (ended[how] ?? 0) + 1;
          count += 1;
        }
      }
      tell(count, all);
    }
  }
  await new Promise((resolve) => listener.close(resolve));
  assert.ok(ended[1006] > 0 && ended.clean > 0, JSON.stringify(ended));
  // 1000: the Close has arrived, and then the connection was reset.
  assert.equal((ended[1000] ?? 0) + ended[1006] + ended.clean, count, JSON.stringify(ended));
  const after = await held();
  assertGivenBack(before, after);
  return { desertions: count, ended, ...growthOf([before, after]) };
}

/** Peers that vanish without a word: keep-alive finds out. */
export async function vanishing(count, tell) {
  const server = await echoServer({ pingInterval: 200, pongTimeout: 200 });
  const before = await held();
  const request = requestTo(server.port);
  const sockets = [];
  for (let i = 0; i < count; i += 1) {
    const socket = server.dial();
    // It reads, and never answers a Ping.
    socket.resume();
    socket.write(request);
    sockets.push(socket);
  }
  await until(() => Object.values(server.ended).reduce((sum, n) => sum + n, 0) === count, 'all were given up');
  tell(count, count);
  assert.deepEqual(server.ended, { 1006: count });
  for (const socket of sockets) socket.destroy();
  await server.close();
  const after = await held();
  assertGivenBack(before, after);
  return { vanished: count, ...growthOf([before, after]) };
}

/** A peer that never reads: what waits for it is bounded, told, and given back. */
export async function neverReading(megabytes, tell) {
  const server = await echoServer({ pingInterval: 1000, pongTimeout: 1000 });
  const before = await held();
  const socket = server.dial();
  socket.write(requestTo(server.port));
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
  assertGivenBack(before, after);
  return { 'MiB that nobody read': megabytes, 'most at once': most, ...growthOf([before, after]) };
}

/** A peer that reads slowly, a little at a time: it gets everything, and the server keeps what it was told to send and not more. */
export async function slowReading(megabytes, tell) {
  const server = await echoServer();
  const before = await held();
  const chunk = new Uint8Array(64 << 10).fill(7);
  const wanted = megabytes * 16;
  const reader = new Connection({ role: 'client' });
  const socket = server.dial();
  let received = 0;
  const [response] = await new Promise((resolve) => {
    once(socket, 'data').then(resolve);
    socket.write(requestTo(server.port));
  });
  assert.ok(response.toString('latin1').endsWith('\r\n\r\n'), 'nothing is sent yet');
  socket.on('data', (bytes) => {
    reader.receiveData(bytes);
    for (const { type, data } of reader.events()) {
      assert.ok(type === 'binary' && chunk.length === data.length && data.every((byte) => byte === 7));
      received += 1;
    }
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });

  const [peer] = server.peers;
  let [most, waits] = [0, 0];
  for (let i = 0; i < wanted; i += 1) {
    peer.send(chunk);
    most = Math.max(most, peer.bufferedAmount);
    for (; peer.bufferedAmount > MiB; waits += 1) await sleep(1);
    if (i % 160 === 0) tell(i, wanted);
  }
  const during = await held();
  await until(() => received === wanted, 'everything has arrived');
  tell(wanted, wanted);
  assert.ok(waits > wanted / 32, `the sender has waited ${waits} times only: the reader was not slow`);
  assert.ok(most <= MiB + chunk.length, `${most} bytes waited`);
  assert.ok(during.outside - before.outside <= PLATEAU, `${during.outside - before.outside} bytes are kept on the way`);
  socket.destroy();
  reader.free();
  await server.close();
  const after = await held();
  assertGivenBack(before, after);
  return { 'MiB read slowly': megabytes, messages: received, 'most that waited': most, ...growthOf([before, after]) };
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
  assertGivenBack(before, after);
  return { 'MiB behind a Close': (written * 64) / 1024, ...growthOf([before, after]) };
}

/** Memory grows in the middle of a batch: what was read before and what comes after is right all the same. */
export async function growingInABatch(count, tell) {
  recycle();
  new Connection({ role: 'client' }).free();
  const before = await held();
  const small = (i) => encodeFrame({ opcode: 2, payload: Uint8Array.of(i, i >> 8, i >> 16) });
  const sizes = 8;
  let grown = 0;
  for (let i = 0; i < count; i += 1) {
    const connection = new Connection({ role: 'client', maxMessageSize: 64 * MiB });
    // Not ASCII: it takes memory as bytes, and once more as UTF-16.
    const large = String.fromCodePoint(0x4e00 + i).repeat(((1 + (i % sizes)) * MiB) / 3);
    const parts = [];
    for (let j = 0; j < 500; j += 1) parts.push(small(j));
    parts.push(encodeFrame({ opcode: 1, payload: large }));
    for (let j = 500; j < 1000; j += 1) parts.push(small(j));
    const size = memoryBytes();
    connection.receiveData(Buffer.concat(parts));
    if (memoryBytes() > size) grown += 1;
    let number = 0;
    for (const { type, data } of connection.events()) {
      if (type === 'text') assert.ok(number === 500 && data === large);
      else {
        assert.deepEqual([...data], [number & 255, number >> 8, 0]);
        number += 1;
      }
    }
    assert.equal(number, 1000);
    connection.free();
    tell(i + 1, count);
  }
  const after = await held();
  assert.ok(grown > 0, 'memory has not grown in any batch');
  assert.equal(after.objects, before.objects, 'objects are left in WebAssembly');
  assert.ok(grown <= sizes, `memory has grown in ${grown} batches, for ${sizes} sizes`);
  return { batches: count, 'of them with memory that grew': grown, ...growthOf([before, after]) };
}

/** From the third sample on nothing grows any more. */
const assertPlateau = (samples) => assertGivenBack(samples[2], samples.at(-1));

/** What is held in the end is what was held before. */
function assertGivenBack(before, after) {
  assert.equal(after.objects, before.objects, 'objects are left in WebAssembly');
  for (const kind of ['wasm', 'heap', 'outside']) {
    assert.ok(after[kind] - before[kind] <= PLATEAU, `${kind} has grown from ${before[kind]} to ${after[kind]} bytes`);
  }
}

function growthOf(samples) {
  const [first, last] = [samples[Math.min(2, samples.length - 2)], samples.at(-1)];
  return {
    'WebAssembly memory': last.wasm,
    'heap grew by': last.heap - first.heap,
    'arrays grew by': last.outside - first.outside,
  };
}
