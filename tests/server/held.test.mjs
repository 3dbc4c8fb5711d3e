// What a connection that is open holds: not the request that it came from, which is larger than all the rest.

import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTask } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { acceptUpgrade, acceptUpgradeStream } from 'sansocket/server';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const fields = {
  Host: 'server.example',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const silent = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });

/** Opens a connection; gives it, and a reference to its request that does not hold it. */
async function opened(accept, isOpen) {
  const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders: Object.entries(fields).flat() };
  const socket = accept(request, silent(), new Uint8Array(), { origins: 'any' });
  await isOpen(socket);
  return { socket, request: new WeakRef(request) };
}

for (const [name, accept, isOpen] of [
  ['acceptUpgrade', acceptUpgrade, (socket) => new Promise((resolve) => socket.addEventListener('open', resolve))],
  ['acceptUpgradeStream', acceptUpgradeStream, (socket) => socket.opened],
]) {
  test(`${name} lets go of the request`, async () => {
    const { socket, request } = await opened(accept, isOpen);
    for (let i = 0; i < 20 && request.deref() !== undefined; i += 1) {
      await nextTask();
      gc();
    }
    assert.equal(request.deref(), undefined);
    assert.equal(socket.url, 'ws://server.example/');
  });
}
