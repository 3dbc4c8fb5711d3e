// What a client of another implementation, ws, sees of a server of peer.mjs, and what that server sees of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { PIECE, PIECES } from './peer.mjs';

const accepted = { origin: 'https://app.example', headers: { authorization: 'secret' } };

async function opened(port, more = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/room`, ['superchat', 'chat'], { ...accepted, ...more });
  socket.binaryType = 'arraybuffer';
  const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')]);
  return { socket, response };
}

/** The status and the body of a refusal. */
async function refused(port, more) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/room`, ['chat'], { ...accepted, ...more });
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const piece of response) body += piece;
  socket.on('error', () => {});
  socket.terminate();
  return [response.statusCode, body];
}

/** Each gets the port, and `next()` for the next fact that the server tells. */
export const visits = {
  async 'messages of all sizes there and back, compressed'({ port, next }) {
    const { socket, response } = await opened(port);
    assert.equal(socket.protocol, 'chat');
    assert.match(socket.extensions, /^permessage-deflate/);
    assert.equal(response.headers['x-served-by'], 'sansocket');
    const binary = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * i) >> 7);
    const messages = ['', 'Grüße', 'x'.repeat(70_000), binary.buffer];
    for (const message of messages) socket.send(message);
    const received = [];
    socket.on('message', (data, isBinary) => received.push(isBinary ? data : data.toString()));
    while (received.length < messages.length) await once(socket, 'message');
    assert.deepEqual(received, messages);
    socket.send('all');
    const [data] = await once(socket, 'message');
    assert.equal(data.toString(), 'Grüße an alle');
    socket.close(4001, 'enough');
    const [code] = await once(socket, 'close');
    assert.equal(code, 4001);
    assert.deepEqual(await next(), { code: 4001, reason: 'enough', wasClean: true });
  },

  async 'the server closes'({ port, next }) {
    const { socket } = await opened(port, { perMessageDeflate: false });
    assert.equal(socket.extensions, '');
    socket.send('bye');
    const [code, reason] = await once(socket, 'close');
    assert.deepEqual([code, reason.toString()], [4000, 'as you wish']);
    // ws repeats the reason with the code.
    assert.deepEqual(await next(), { code: 4000, reason: 'as you wish', wasClean: true });
  },

  async 'a client that vanishes'({ port, next }) {
    const { socket } = await opened(port);
    socket.terminate();
    assert.deepEqual(await next(), { code: 1006, reason: '', wasClean: false });
  },

  async 'refusals, with their status and body'({ port, next }) {
    assert.equal((await refused(port, { origin: 'https://elsewhere.example' }))[0], 403);
    assert.deepEqual(await next(), { code: 1006, reason: '', wasClean: false });
    assert.deepEqual(await refused(port, { headers: {} }), [401, 'who are you?']);
    assert.deepEqual(await next(), { code: 1006, reason: '', wasClean: false });
  },

  async 'a client that does not read stops the server from sending'({ port, next }) {
    const { socket } = await opened(port, { perMessageDeflate: false });
    socket.pause();
    socket.send('flood');
    assert.deepEqual(await next(), { waiting: true });
    let received = 0;
    const all = new Promise((resolve) => {
      socket.on('message', ({ byteLength }) => {
        received += byteLength;
        if (received === PIECE * PIECES) resolve();
      });
    });
    socket.resume();
    await all;
    assert.deepEqual(await next(), { waiting: false });
    socket.close();
    assert.equal((await next()).wasClean, true);
  },
};
