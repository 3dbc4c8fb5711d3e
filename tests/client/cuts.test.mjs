// Connections over all that HTTP's infrastructure has, cut after any number of bytes: in either direction, by a reset, an end, or the end of one
// direction. Time stands still until the end was told, so that what waits for a time limit would never be.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2, createSecureServer as createSecureHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { connect as connectTcp, createServer as createTcp } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createWebSocketClass } from 'sansocket/client';
import { acceptHttp2, acceptUpgrade } from 'sansocket/server';
// First: it looks into the instance that the package makes.
import { liveObjects } from '../js/support/instance.mjs';
import { TestClock } from '../server/clock.mjs';
import { proxyServer } from './support/proxy.mjs';
import { ca, identity, listening } from './support/servers.mjs';

/** `CUT_STEP=1` cuts after each byte. */
const STEP = Number(process.env.CUT_STEP ?? 11);

const CLOSE_TIMEOUT = 10_000;

/** What is done to what a direction comes from and goes to. */
const cuts = {
  reset: (from, to) => {
    from.resetAndDestroy();
    to.resetAndDestroy();
  },
  end: (from, to) => {
    from.end();
    to.end();
  },
  'end of one direction': (_, to) => to.end(),
};

/** Passes on what comes to a port. `cut` says what becomes of the next connection, `passed` what has gone through the last. */
async function relayTo(t, port) {
  const relay = { cut: undefined, passed: undefined };
  const server = createTcp({ allowHalfOpen: true }, (near) => {
    const far = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    relay.passed = { up: 0, down: 0 };
    pass('up', near, far, relay);
    pass('down', far, near, relay);
  });
  return Object.assign(relay, await listening(t, server));
}

function pass(direction, from, to, { cut, passed }) {
  const bound = cut?.direction === direction ? cut.after : Infinity;
  from.on('data', (chunk) => {
    if (passed[direction] === bound) return;
    const bytes = chunk.subarray(0, bound - passed[direction]);
    passed[direction] += bytes.length;
    // What goes through goes first.
    to.write(bytes, () => {
      if (passed[direction] === bound) cut.how(from, to);
    });
  });
  from.on('end', () => to.end());
}

/** A server that sends everything back; `peers` are its connections. */
async function echoServer(t, { http2, tls, clock }) {
  const peers = new Set();
  const welcome = (peer) => {
    peers.add(peer);
    peer.onmessage = ({ data }) => peer.send(data);
    peer.onclose = () => peers.delete(peer);
  };
  const options = { origins: 'any', closeTimeout: CLOSE_TIMEOUT, clock };
  let server;
  if (http2) {
    const settings = { enableConnectProtocol: true };
    server = tls ? createSecureHttp2({ ...identity('server'), settings }) : createHttp2({ settings });
    server.on('sessionError', () => {});
    server.on('stream', (stream, headers) => welcome(acceptHttp2(stream, headers, options)));
  } else {
    server = tls ? createHttps(identity('server')) : createHttp1();
    server.on('upgrade', (request, socket, head) => welcome(acceptUpgrade(request, socket, head, options)));
  }
  return { peers, ...(await listening(t, server)) };
}

/** The sockets of this process. */
const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

/** Opens a connection, has one message sent back, and closes. */
async function visit(WebSocket, url) {
  const socket = new WebSocket(url);
  const seen = { received: [], error: undefined };
  socket.onopen = () => {
    assert.ok(openSockets() >= 4, 'the ends of two connections');
    socket.send('there and back');
  };
  socket.onmessage = ({ data }) => {
    seen.received.push(data);
    socket.close(1000);
  };
  socket.onerror = ({ error }) => {
    seen.error = error;
  };
  const [{ wasClean, code }] = await once(socket, 'close');
  return { wasClean, code, ...seen };
}

const ways = {
  'HTTP/1.1': {},
  'HTTP/1.1 in TLS': { tls: true },
  'HTTP/2': { http2: true },
  'HTTP/2 in TLS': { http2: true, tls: true },
  'a proxy': { proxy: true },
  'a proxy, and HTTP/2 in TLS through it': { proxy: true, http2: true, tls: true },
};

for (const [name, { tls = false, http2 = false, proxy: hasProxy = false }] of Object.entries(ways)) {
  test(`${name}, cut every ${STEP} bytes`, { timeout: 60_000 + 600_000 / STEP }, async (t) => {
    const clock = new TestClock();
    const server = await echoServer(t, { http2, tls, clock });
    const proxy = hasProxy ? await proxyServer(t, { to: server.port }) : undefined;
    const relay = await relayTo(t, (proxy ?? server).port);
    const url = `${tls ? 'wss' : 'ws'}://localhost:${hasProxy ? server.port : relay.port}/`;
    const options = {
      ...{ http2, tls: { ca }, proxy: hasProxy && `http://127.0.0.1:${relay.port}` },
      ...{ connectTimeout: Infinity, tlsTimeout: Infinity, proxyTimeout: Infinity },
    };
    const WebSocket = createWebSocketClass(connect(options), { closeTimeout: CLOSE_TIMEOUT, clock });
    const idle = async () => {
      // Of a peer that has reset, Node's TLS may say that it has ended, and of our end nothing at all.
      while (server.peers.size > 0) await sleep(1);
      clock.advance(CLOSE_TIMEOUT);
      for (const each of [relay, proxy, server]) await each?.idle();
      // Those of the client are nobody else's.
      while (openSockets() > 0) await sleep(1);
    };

    const whole = await visit(WebSocket, url);
    assert.deepEqual(whole, { wasClean: true, code: 1000, received: ['there and back'], error: undefined });
    await idle();
    const before = liveObjects();
    const lengths = relay.passed;
    for (const [title, how] of Object.entries(cuts)) {
      for (const direction of ['up', 'down']) {
        for (let after = 1; after <= lengths[direction]; after += STEP) {
          relay.cut = { how, direction, after };
          const { wasClean, code, received, error } = await visit(WebSocket, url);
          const what = `${title} after ${after} bytes ${direction}`;
          assert.equal(error === undefined, wasClean, what);
          if (wasClean) assert.deepEqual([code, received], [1000, ['there and back']], what);
          await idle();
          assert.equal(liveObjects(), before, what);
        }
      }
    }
  });
}
