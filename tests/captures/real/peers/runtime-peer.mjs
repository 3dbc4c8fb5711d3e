// Deno's or Bun's own WebSocket as a peer: runtime-peer.mjs ROLE OPTIONS. See program.mjs for what is said to it.

import process from 'node:process';
import { createInterface } from 'node:readline';
import { apiPeer } from './api-peer.mjs';

const [role, argument] = process.argv.slice(2);
const { url, protocols = [], deflate = false } = JSON.parse(argument);
const say = (item) => console.log(JSON.stringify(item));
const steps = createInterface({ input: process.stdin });
// What was started may be a program that started this one: whoever ends that one ends the steps.
steps.on('close', () => process.exit());

async function converse(socket) {
  const peer = await apiPeer(socket, say);
  say({ open: peer.facts() });
  steps.on('line', (line) => peer.step(JSON.parse(line)));
}

/** Bun's servers have handlers instead of a WebSocket. */
function serveWithBun() {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('', { status: 400 })),
    websocket: {
      perMessageDeflate: deflate,
      open(socket) {
        say({ open: { subprotocol: '', compressed: deflate } });
        steps.on('line', (line) => {
          const { text, base64, close } = JSON.parse(line);
          if (text !== undefined) socket.send(text, deflate);
          if (base64 !== undefined) socket.send(Buffer.from(base64, 'base64'), deflate);
          if (close) socket.close(...close);
        });
      },
      message(_, data) {
        say(typeof data === 'string' ? { text: data } : { base64: Buffer.from(data).toString('base64') });
      },
      close: (_, code, reason) => say({ close: [code, reason] }),
    },
  });
  say({ port: server.port });
}

function serveWithDeno() {
  const { addr } = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    converse(socket);
    return response;
  });
  say({ port: addr.port });
}

if (role === 'client') converse(new WebSocket(url, protocols));
else if (globalThis.Bun) serveWithBun();
else serveWithDeno();
