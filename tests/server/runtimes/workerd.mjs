// For workerd: a server on the sockets that its `connect()` handler is given, and clients out of its `fetch()` handler.

import { connect } from 'cloudflare:sockets';
import { transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';
import { echoChecks, outcomes, pairChecks } from '../../adapters/checks.mjs';
import { attend, LENGTH, options, tellLine } from './peer.mjs';

const init = { protocols: ['chat'], headers: { origin: 'https://app.example', authorization: 'secret' } };

/** A message there and back, and a close. */
async function exchange(way, url) {
  const WebSocket = createWebSocketClass(way, { perMessageDeflate: true, limits: options.limits });
  const socket = new WebSocket(url, init);
  const received = [];
  await new Promise((resolve, reject) => {
    socket.onerror = ({ error }) => reject(error);
    socket.onopen = () => {
      socket.send('Grüße '.repeat(LENGTH));
      socket.send('all');
    };
    socket.onmessage = ({ data }) => {
      received.push(data);
      if (received.length === 2) resolve();
    };
  });
  const { protocol, extensions } = socket;
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  socket.send('bye');
  const { code, reason, wasClean } = await closed;
  return { received, protocol, extensions, code, reason, wasClean };
}

const socketTo = (port, options) => connect({ hostname: '127.0.0.1', port }, { allowHalfOpen: true, ...options });

const pages = {
  /** Both ends in this program. */
  async '/memory'() {
    const [near, far] = transportPair();
    const endings = [];
    const peer = attend(acceptStream(far, options), (fact) => endings.push(fact));
    const ours = await exchange(() => near, 'ws://in.memory/');
    await peer;
    return { ...ours, endings };
  },

  /** A server on this machine, over `cloudflare:sockets`. */
  '/client': (query) => exchange(() => socketTo(query.get('port')), `ws://127.0.0.1:${query.get('port')}/`),

  /** The contract of transports. */
  async '/checks'(query) {
    const pair = () => {
      const [near, far] = transportPair();
      return { near, far };
    };
    const echo = (options) => () => ({ near: socketTo(query.get('port'), options) });
    const stops = 'an echo that nobody reads stops the writer';
    return {
      pair: await outcomes(pairChecks, pair),
      // Its writes wait for the network, but `ready` only where a mark is set.
      echo: await outcomes(echoChecks, echo(), { backpressure: false }),
      marked: await outcomes({ [stops]: echoChecks[stops] }, echo({ highWaterMark: 64 << 10 })),
    };
  },
};

export default {
  async connect(socket) {
    await attend(acceptStream(socket, options), tellLine);
  },

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    return Response.json(await pages[pathname](searchParams));
  },
};
