// Chromium as a client of a small server over node:net that is built on the package, with compression.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ServerHandshake } from 'sansocket';
import { launchChromium } from './browsers.mjs';

/** What every response of this server has that is no handshake. */
const PAGE =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<!doctype html>';

/** Sends every message back, compressed as `settings` say; tells what it has received in `seen`. */
async function echoServer(settings, seen) {
  const server = createServer((socket) => {
    const connection = { maxMessageSize: 4 << 20, frames: true };
    const handshake = new ServerHandshake({ origins: 'any', perMessageDeflate: settings, connection });
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (handshake.state === 'connecting' && String(chunk).startsWith('GET / ')) return socket.end(PAGE);
      handshake.receiveData(chunk);
      if (handshake.state === 'connecting' && handshake.request) {
        seen.offered = handshake.request.extensions;
        handshake.accept();
      }
      for (const event of handshake.connection?.events() ?? []) {
        if (event.type === 'frame' && event.opcode < 8) seen[event.rsv1 ? 'compressed' : 'plain'] += 1;
        if (event.type === 'text') handshake.connection.sendText(event.data);
        if (event.type === 'binary') handshake.connection.sendBinary(event.data);
        if (event.type === 'error') seen.error = event.error.message;
      }
      for (const source of [handshake, handshake.connection]) {
        for (const bytes of source?.dataToSend() ?? []) socket.write(bytes);
      }
      if (handshake.connection?.writeEnded) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Runs in the page: sends many messages, and compares what comes back. */
async function converse(url) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('no connection'));
  });
  const next = () =>
    new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(data);
      socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
    });
  const words = 'the quick brown fox jumps over the lazy dog; καὶ τὰ λοιπά 🦊 ';
  const text = (size) => [...words.repeat(Math.ceil(size / words.length))].slice(0, size).join('');
  const noise = (size) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    return bytes;
  };
  let echoed = 0;
  const wrong = [];
  const echo = async (data) => {
    const answer = next();
    socket.send(data);
    const back = await answer;
    const same =
      typeof data === 'string'
        ? back === data
        : back.byteLength === data.length && new Uint8Array(back).every((byte, i) => byte === data[i]);
    if (same) echoed += 1;
    else wrong.push(data.length);
  };
  for (let i = 0; i < 150; i += 1) await echo(JSON.stringify({ number: i, square: i * i, words: text(i) }));
  for (const size of [0, 1, 125, 126, 2000, 65_536, 200_000, 1 << 20]) {
    await echo(text(size));
    await echo(noise(size));
    await echo(new Uint8Array(size).fill(7));
  }
  const closed = new Promise((resolve) => {
    socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]);
  });
  socket.close(1000);
  return { extensions: socket.extensions, echoed, wrong, closed: await closed };
}

const MESSAGES = 150 + 3 * 8;

describe('chromium, permessage-deflate', () => {
  let browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  const meet = async (settings) => {
    const seen = { compressed: 0, plain: 0 };
    const server = await echoServer(settings, seen);
    const host = `127.0.0.1:${server.address().port}`;
    const page = await browser.newPage();
    try {
      await page.goto(`http://${host}/`);
      return { ...(await page.evaluate(converse, `ws://${host}/echo`)), ...seen };
    } finally {
      await page.close();
      server.close();
    }
  };

  const name = 'permessage-deflate';
  const cases = [
    [true, name],
    [{ serverNoContextTakeover: true, threshold: 0 }, `${name}; server_no_context_takeover`],
    [{ clientNoContextTakeover: true }, `${name}; client_no_context_takeover`],
    [
      { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
      `${name}; server_no_context_takeover; client_no_context_takeover`,
    ],
    ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits) => [
      { serverMaxWindowBits: bits, clientMaxWindowBits: bits },
      `${name}; server_max_window_bits=${bits}; client_max_window_bits=${bits}`,
    ]),
    [
      { serverMaxWindowBits: 9, clientMaxWindowBits: 10, serverNoContextTakeover: true, threshold: 0, level: 9 },
      `${name}; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10`,
    ],
  ];

  for (const [settings, extensions] of cases) {
    test(extensions, async () => {
      const met = await meet(settings);
      assert.deepEqual(met, {
        extensions,
        echoed: MESSAGES,
        wrong: [],
        closed: [1000, true],
        offered: `${name}; client_max_window_bits`,
        compressed: met.compressed,
        plain: met.plain,
      });
      assert.ok(met.compressed > MESSAGES - 30, `${met.compressed} of ${MESSAGES} were compressed`);
    });
  }

  test('a server that does not want it', async () => {
    const { extensions, echoed, compressed } = await meet(false);
    assert.deepEqual({ extensions, echoed, compressed }, { extensions: '', echoed: MESSAGES, compressed: 0 });
  });
});
