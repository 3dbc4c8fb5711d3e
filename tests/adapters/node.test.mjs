// Node's streams: the real ones, and what a duplex may do at worst.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import { test } from 'node:test';
import { fromNodeDuplex } from 'sansocket/adapters';
import { pairChecks } from './checks.mjs';
import { declare } from './declare.mjs';
import { overHttp2, overTls, tcp, unix } from './node-ends.mjs';

const over = (connect) => async () => {
  const [near, far, release] = await connect();
  return { near: fromNodeDuplex(near), far: fromNodeDuplex(far), release };
};

declare('TCP', pairChecks, over(tcp));
// Neither can be reset: their peer sees an end, and writes that fail.
declare('Unix socket', pairChecks, over(unix), { reset: false });
declare('TLS', pairChecks, over(overTls), { reset: false });
declare('HTTP/2 stream', pairChecks, over(overHttp2));

const readAll = async (readable) => {
  const chunks = [];
  for await (const chunk of readable) chunks.push(chunk);
  return String(Buffer.concat(chunks));
};

/** A duplex whose two sides the test has in its hands. */
function loose() {
  const written = [];
  const duplex = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push({ chunk, done });
    },
  });
  return { duplex, written };
}

test('the head of an upgrade comes first, and the socket has no time limit', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upgrade = once(server, 'upgrade');
  const client = request({ port: server.address().port, headers: { connection: 'upgrade', upgrade: 'x' } });
  client.on('error', () => {});
  client.flushHeaders();
  const [socket] = await once(client, 'socket');
  await once(socket, 'connect');
  // In one segment with the request, or soon after: the head and the socket share it as they like.
  socket.write('first ');
  const [, serverSocket, head] = await upgrade;
  serverSocket.setTimeout(12_345);
  const transport = fromNodeDuplex(serverSocket, { head: Buffer.concat([Buffer.from('head '), head]) });
  assert.equal(serverSocket.timeout, 0);
  socket.end('second');
  assert.equal(await readAll(transport.readable), 'head first second');
  await transport.writable.close();
  transport.close();
  client.destroy();
  server.close();
});

test('a close without an end is a loss', async () => {
  const { duplex } = loose();
  const transport = fromNodeDuplex(duplex);
  const reading = transport.readable.getReader().read();
  duplex.destroy();
  await assert.rejects(reading, /the stream was closed before its end/);
  await assert.rejects(transport.writable.getWriter().write(new Uint8Array(1)), /closed before its end/);
});

test('an error is the loss that reader and waiting writer are told, and is never unhandled', async () => {
  const { duplex } = loose();
  const transport = fromNodeDuplex(duplex);
  const reading = transport.readable.getReader().read();
  const writing = transport.writable.getWriter().write(new Uint8Array(100_000));
  const reason = new Error('cable cut');
  duplex.destroy(reason);
  await Promise.all([assert.rejects(reading, reason), assert.rejects(writing, reason)]);
});

test('a writer waits for drain', async () => {
  const { duplex, written } = loose();
  const writer = fromNodeDuplex(duplex).writable.getWriter();
  let accepted = false;
  const writing = writer.write(new Uint8Array(100_000)).then(() => {
    accepted = true;
  });
  await new Promise(setImmediate);
  assert.equal(accepted, false);
  written[0].done();
  await writing;
  duplex.destroy();
});

test('what is written together goes out together, and is waited for once', async () => {
  const written = [];
  const duplex = new Duplex({
    read() {},
    writev(chunks, done) {
      written.push({ bytes: chunks.map(({ chunk }) => chunk), done });
    },
  });
  const wire = fromNodeDuplex(duplex)[Symbol.for('sansocket.wire')]();
  const pieces = [new Uint8Array(100_000), new Uint8Array(1), new Uint8Array(100_000)];
  let accepted = false;
  const writing = wire.writeAll(pieces).then(() => {
    accepted = true;
  });
  await new Promise(setImmediate);
  assert.deepEqual([written.length, written[0].bytes.length, accepted], [1, 3, false]);
  written[0].done();
  await writing;
  assert.equal(wire.writeAll([Uint8Array.of(1), Uint8Array.of(2)]), undefined, 'there is room');
  duplex.destroy();
});

test('a stream that is gone or ended when it is given', async () => {
  const { duplex: destroyed } = loose();
  destroyed.destroy();
  await assert.rejects(fromNodeDuplex(destroyed).readable.getReader().read(), /closed before its end/);

  const { duplex: broken } = loose();
  const reason = new Error('cable cut');
  broken.on('error', () => {});
  broken.destroy(reason);
  await assert.rejects(fromNodeDuplex(broken).readable.getReader().read(), reason);

  const { duplex: ended } = loose();
  ended.push(null);
  ended.resume();
  await once(ended, 'end');
  assert.equal((await fromNodeDuplex(ended).readable.getReader().read()).done, true);
});

test('slices of pooled memory are copied, whole buffers are not', async () => {
  const { duplex } = loose();
  const transport = fromNodeDuplex(duplex);
  const pool = new Uint8Array(1000).fill(7);
  const whole = new Uint8Array(10).fill(8);
  duplex.push(Buffer.from(pool.buffer, 100, 10));
  const reader = transport.readable.getReader();
  const slice = (await reader.read()).value;
  pool.fill(9);
  assert.deepEqual(slice, new Uint8Array(10).fill(7));
  duplex.push(Buffer.from(whole.buffer));
  assert.equal((await reader.read()).value.buffer, whole.buffer);
  duplex.destroy();
});

test('text is refused', async () => {
  const { duplex } = loose();
  duplex.setEncoding('utf8');
  const reading = fromNodeDuplex(duplex).readable.getReader().read();
  duplex.push('Hello');
  await assert.rejects(reading, { name: 'TypeError', message: 'a chunk of "duplex" expected bytes, got string' });
  assert.equal(duplex.destroyed, true);
});

test('what is no duplex is refused by name', () => {
  for (const [value, message] of [
    [undefined, '"duplex" expected a Duplex of Node, got undefined'],
    [null, '"duplex" expected a Duplex of Node, got null'],
    [{}, '"duplex" expected a Duplex of Node, got an object without on()'],
    [Readable.from(['not to write']), /^"duplex" expected a Duplex of Node, got an object without write\(\)$/],
  ]) {
    assert.throws(() => fromNodeDuplex(value), { name: 'TypeError', message });
  }
});
