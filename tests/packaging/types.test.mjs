// TypeScript programs of users, in each way that TypeScript finds a package, with every declaration checked.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { install, root } from './project.mjs';

const program = `
  async function captures() {
    for await (const record of inspect(new Uint8Array(), { filter: 'op == text' })) {
      if (record.type === 'frame') { const bytes: Uint8Array = payloadBytes(record.payload); void bytes; }
    }
    const { ok }: LintReport = await lint({ client: new Uint8Array() });
    void ok;
  }
  void captures;
  const connection = new Connection({ role: 'client' });
  for (const event of connection.receiveData(new Uint8Array()) ?? []) void event;
  for (const bytes of connection.dataToSend()) { const view: Uint8Array = bytes; void view; }
  const frames: Frame[] = [...decodeFrames(new Uint8Array())];
  const opcode: number = Opcode.Text;
  connection.free();
  void frames; void opcode;
`;
const esm = `import { Connection, decodeFrames, Opcode, type Frame } from 'sansocket';
  import { init } from 'sansocket/slim';
  import { inspect, lint, payloadBytes, type LintReport } from 'sansocket/inspect';
  void init(fetch('codec.wasm'));
  ${program}`;
const cjs = `import sansocket = require('sansocket');
  import type { Frame } from 'sansocket';
  import captured = require('sansocket/inspect');
  import type { LintReport } from 'sansocket/inspect';
  const { inspect, lint, payloadBytes } = captured;
  const { Connection, decodeFrames, Opcode } = sansocket;
  ${program}`;

/** What the platforms hand out goes into the adapters, and the classes go where the platforms' own are wanted. */
const classes = `import { createTransport, fromDataChannel, fromMessagePort, fromNodeDuplex, transportPair } from 'sansocket/adapters';
  import { createWebSocketClass, createWebSocketStreamClass, type HeadersInit } from 'sansocket/websocket';
  import type { HandshakeErrorInit, ProtocolErrorInit } from 'sansocket';
  declare function wantsClass(WebSocket: typeof globalThis.WebSocket): void;
  declare function wantsSocket(socket: InstanceType<typeof globalThis.WebSocket>): void;
  const Class = createWebSocketClass(() => transportPair()[0]);
  wantsClass(Class);
  globalThis.WebSocket = Class;
  const socket = new Class('ws://peer/', { protocols: ['chat'], headers: { Authorization: 'Bearer x' } });
  wantsSocket(socket);
  socket.onmessage = (event: MessageEvent) => { void event.data; };
  socket.onmessage = ({ data, origin }) => { const from: string = origin; void data; void from; };
  socket.onerror = ({ error, message }) => { const cause: Error = error; const text: string = message; void cause; void text; };
  socket.onclose = function ({ code }) { const closed: 3 | 0 | 1 | 2 = this.readyState; const number: number = code; void number; void closed; };
  socket.onopen?.call(socket, new Event('open'));
  socket.addEventListener('message', (event: MessageEvent) => { void event.data; });
  socket.addEventListener('close', ({ wasClean }) => { const clean: boolean = wasClean; void clean; });
  // @ts-expect-error: no such event data
  socket.onclose = ({ data }) => { void data; };
  void createWebSocketStreamClass(() => transportPair()[0]);
  export type Inits = HandshakeErrorInit | ProtocolErrorInit | HeadersInit;
`;
const inBrowser = `${classes}
  declare const scope: { postMessage(message: unknown, transfer: Transferable[]): void } & Pick<Worker, 'addEventListener'>;
  const { port1 } = new MessageChannel();
  for (const port of [port1, new Worker('worker.js'), scope]) void fromMessagePort(port);
  void fromDataChannel(new RTCPeerConnection().createDataChannel('bytes'), { chunkSize: 16384 });
  void createTransport({ start: ({ data }) => data(new Uint8Array()), write: (bytes) => void bytes.length });
`;
const inNode = `${classes}
  import { connect, open, WebSocket } from 'sansocket/client';
  import { acceptHttp2, acceptStream, acceptUpgrade, broadcast } from 'sansocket/server';
  import { createServer } from 'node:http';
  import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
  import { connect as connectTls } from 'node:tls';
  import { MessageChannel, parentPort, Worker } from 'node:worker_threads';
  for (const port of [new MessageChannel().port1, new Worker('worker.js'), parentPort]) if (port) void fromMessagePort(port);
  void fromNodeDuplex(connectTls({ port: 443 }));
  void fromNodeDuplex(connectHttp2('https://peer').request());
  wantsClass(WebSocket);
  wantsClass(createWebSocketClass(connect({ http2: true })));
  createServer().on('upgrade', (request, socket, head) => {
    const peer = acceptUpgrade(request, socket, head, { origins: 'any' });
    wantsSocket(peer);
    broadcast([peer], 'hello');
  });
  createHttp2Server().on('stream', (stream, headers) => acceptHttp2(stream, headers, { origins: ['https://app.example'] }));
  acceptStream(transportPair()[1], { handshake: 'none' }).onmessage = ({ data }) => { void data; };
  void open('wss://peer/', { headers: { Authorization: 'Bearer x' } }).then((opened) => opened.send('hello'));
`;

let project;
before(async () => {
  project = await install();
  project.write('esm.mts', esm);
  project.write('cjs.cts', cjs);
  project.write('browser.mts', inBrowser);
  project.write('node.mts', inNode);
  project.write('wrong.mts', `import { decodeFrames } from 'sansocket'; decodeFrames('text');`);
  for (const name of ['@types/node', 'undici-types']) {
    cpSync(join(root, 'node_modules', name), join(project.folder, 'node_modules', name), { recursive: true });
  }
});

const tsc = (...args) =>
  project.run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--strict', '--target', 'es2022', ...args]);

for (const [platform, lib] of [
  ['in a browser', ['--lib', 'es2022,dom', '--types', '']],
  ['in Node', ['--lib', 'es2022', '--types', 'node']],
]) {
  describe(platform, () => {
    test('nodenext, ESM', () => tsc('--module', 'nodenext', ...lib, 'esm.mts'));
    test('nodenext, CommonJS', () => tsc('--module', 'nodenext', ...lib, 'cjs.cts'));
    test('bundler', () => tsc('--module', 'esnext', '--moduleResolution', 'bundler', ...lib, 'esm.mts'));
  });
}

test('adapters and classes, in a browser', () =>
  tsc('--module', 'nodenext', '--lib', 'es2022,dom', '--types', '', 'browser.mts'));

test('adapters and classes, in Node', () =>
  tsc('--module', 'nodenext', '--lib', 'es2022', '--types', 'node', 'node.mts'));

test('a wrong argument is found', async () => {
  const wrong = tsc('--module', 'nodenext', '--lib', 'es2022,dom', 'wrong.mts');
  await assert.rejects(wrong, /error TS2345/);
});
