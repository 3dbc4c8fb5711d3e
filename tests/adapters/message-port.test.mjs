import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { fromMessagePort } from 'sansocket/adapters';
import { echoChecks, pairChecks } from './checks.mjs';
import { declare } from './declare.mjs';

const over = (options) => () => {
  const { port1, port2 } = new MessageChannel();
  const release = () => {
    port1.close();
    port2.close();
  };
  return { near: fromMessagePort(port1, options), far: fromMessagePort(port2, options), release };
};

declare('message ports', pairChecks, over());
declare('message ports without credit', pairChecks, over({ credit: false }), { backpressure: false });

declare('a worker', echoChecks, async () => {
  const worker = new Worker(new URL('port-worker.mjs', import.meta.url));
  return { near: fromMessagePort(worker), release: () => worker.terminate() };
});

test('without credit, more than may wait is a loss at both ends', async () => {
  const { near, far, release } = over({ credit: false, maxPendingBytes: 1000 })();
  const writing = near.writable.getWriter().write(new Uint8Array(1001));
  const reading = near.readable.getReader().read();
  await writing;
  await assert.rejects(reading, /the peer has reset the connection: 1001 bytes wait to be read/);
  await assert.rejects(far.readable.getReader().read(), { name: 'RangeError' });
  release();
});

test('the buffer of the writer stays its own', async () => {
  const { near, far, release } = over()();
  const bytes = Uint8Array.of(1, 2, 3);
  const slice = Buffer.from('pooled');
  const writer = near.writable.getWriter();
  await writer.write(bytes);
  await writer.write(slice);
  await writer.close();
  assert.deepEqual(bytes, Uint8Array.of(1, 2, 3));
  assert.equal(String(slice), 'pooled');
  const chunks = await Array.fromAsync?.(far.readable);
  if (chunks !== undefined) assert.equal(Buffer.concat(chunks).length, 9);
  release();
});

for (const [name, writerOf] of [
  ['a stream', ({ writable }) => writable.getWriter()],
  ['a driver', (transport) => transport[Symbol.for('sansocket.wire')]()],
]) {
  test(`of memory that many share nothing goes over the port but what ${name} was given`, async () => {
    const { port1, port2 } = new MessageChannel();
    const received = once(port2, 'message');
    const shared = Buffer.alloc(100, 'secret');
    await writerOf(fromMessagePort(port1, { credit: false })).write(shared.subarray(6, 12));
    const [message] = await received;
    port1.close();
    assert.equal(message.byteLength, 6);
    assert.equal(String(Buffer.from(message)), 'secret');
    assert.equal(shared.length, 100);
  });
}

test('a port that closes without its end marker, and a worker that stops, are losses', async () => {
  const { port1, port2 } = new MessageChannel();
  const reading = fromMessagePort(port1).readable.getReader().read();
  port2.close();
  await assert.rejects(reading, /the port was closed before its end/);

  const worker = new Worker('', { eval: true });
  await assert.rejects(fromMessagePort(worker).readable.getReader().read(), /the worker has ended/);

  const failing = new Worker('throw new Error("out of paper")', { eval: true });
  await assert.rejects(fromMessagePort(failing).readable.getReader().read(), /out of paper/);
});

test('a writer without credit is told that its port is gone', async () => {
  const { port1, port2 } = new MessageChannel();
  const transport = fromMessagePort(port1);
  const writing = transport.writable.getWriter().write(Uint8Array.of(1));
  port2.close();
  await assert.rejects(writing, /the port was closed before its end/);
});

test('messages of somebody else are an error, and close the port', async () => {
  for (const message of ['text', 7, null, { type: 'greeting' }, new Uint16Array(1)]) {
    const { port1, port2 } = new MessageChannel();
    const closed = once(port2, 'close');
    port2.on('message', () => {});
    port2.postMessage(message);
    const { readable } = fromMessagePort(port1);
    await assert.rejects(readable.getReader().read(), { name: 'TypeError', message: /^the port expected bytes/ });
    await closed;
  }
});

/** A worker as a page has it, and as Node has it: with the messages that it was sent, and how many listen to it. */
const workers = {
  'the platform': () => {
    const listeners = new Set();
    class Worker extends EventTarget {
      sent = [];
      addEventListener(type, listener) {
        listeners.add(listener);
        super.addEventListener(type, listener);
      }
      removeEventListener(type, listener) {
        listeners.delete(listener);
        super.removeEventListener(type, listener);
      }
      get listening() {
        return listeners.size;
      }
      postMessage(message) {
        this.sent.push(message);
      }
      tell(data) {
        this.dispatchEvent(new MessageEvent('message', { data }));
      }
      fail(error) {
        this.dispatchEvent(Object.assign(new Event('error'), { error }));
      }
    }
    return new Worker();
  },
  Node: () => {
    class Worker extends EventEmitter {
      sent = [];
      get listening() {
        return this.eventNames().reduce((sum, name) => sum + this.listenerCount(name), 0);
      }
      postMessage(message) {
        this.sent.push(message);
      }
      tell(data) {
        this.emit('message', data);
      }
      fail(error) {
        this.emit('error', error);
      }
    }
    return new Worker();
  },
};

const endings = {
  async 'both directions have ended and it is closed'({ readable, writable, close }, worker) {
    worker.tell({ type: 'end' });
    for await (const _ of readable);
    await writable.close();
    close();
  },
  async 'it is closed before'({ readable, close }) {
    const reading = readable.getReader().read();
    close();
    await assert.rejects(reading, /the port was released before its end/);
  },
  'it is aborted': ({ writable }) => writable.abort(new Error('enough')),
  async 'it is cancelled while more waits than was read'({ readable }, worker) {
    worker.tell(new ArrayBuffer(200 << 10));
    worker.tell(new ArrayBuffer(200 << 10));
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel();
  },
  async 'the peer has aborted it'({ readable }, worker) {
    worker.tell({ type: 'abort', message: 'enough' });
    await assert.rejects(readable.getReader().read(), /the peer has reset the connection: enough/);
  },
  async 'the worker has failed'({ readable }, worker) {
    worker.fail(new Error('out of paper'));
    await assert.rejects(readable.getReader().read(), /out of paper/);
  },
};

for (const [platform, make] of Object.entries(workers)) {
  for (const [name, end] of Object.entries(endings)) {
    test(`a worker of ${platform} is let go of once ${name}`, async () => {
      const worker = make();
      const transport = fromMessagePort(worker);
      const { readable, writable } = transport;
      assert.ok(worker.listening > 0);
      await end({ readable, writable, close: () => transport.close() }, worker);
      assert.equal(worker.listening, 0);
      // What the next connection receives is nothing to grant credit for.
      worker.sent.length = 0;
      for (let i = 0; i < 4; i += 1) worker.tell(new ArrayBuffer(100 << 10));
      assert.deepEqual(worker.sent, []);
    });
  }
}

test('what has more than two ends, or is no port, is refused by name', () => {
  const channel = new BroadcastChannel('sansocket');
  try {
    assert.throws(() => fromMessagePort(channel), { name: 'TypeError', message: /got BroadcastChannel$/ });
  } finally {
    channel.close();
  }
  assert.throws(() => fromMessagePort({ postMessage() {} }, { credit: 'no' }), {
    name: 'TypeError',
    message: '"options.credit" expected a boolean, got string',
  });
  assert.throws(() => fromMessagePort({}), {
    name: 'TypeError',
    message: '"port" expected MessagePort or Worker, got an object without postMessage()',
  });
});
