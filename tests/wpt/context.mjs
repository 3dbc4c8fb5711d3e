// What a test is given: classes of its own, over a server of its own. What it does to a prototype harms no other.

import { createWebSocketClass, createWebSocketStreamClass, WebSocketError } from 'sansocket/websocket';
import { fail } from './assert.mjs';
import { Server } from './server.mjs';
import { pause } from './time.mjs';

const TYPES = ['open', 'message', 'error', 'close'];

/** A test that a runtime cannot run, and why. */
export class Skipped extends Error {}

/** Everything that a socket tells, in order. */
export class Log {
  events = [];
  #wanted = [];

  constructor(socket) {
    for (const type of TYPES) {
      socket.addEventListener(type, (event) => {
        this.events.push(event);
        this.#wanted = this.#wanted.filter((settle) => !settle());
      });
    }
  }

  get types() {
    return this.events.map(({ type }) => type);
  }

  /** The event of a type, the first or a later one; an end before it is a failure. */
  event(type, index = 0) {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const found = this.events.filter((event) => event.type === type)[index];
        if (found !== undefined) resolve(found);
        else if (this.types.includes('close')) {
          const { code, reason } = this.events.at(-1);
          reject(new Error(`a ${type} event expected, got the end (${code} ${reason}) after ${this.types}`));
        } else return false;
        return true;
      };
      if (!settle()) this.#wanted.push(settle);
    });
  }
}

export class Context {
  server;
  WebSocket;
  WebSocketStream;
  WebSocketError = WebSocketError;
  /** Runs the tests of a file in a worker; there is none in workers. */
  inWorker;

  #gc;
  #extended;

  constructor({ gc, inWorker, extended } = {}) {
    this.server = new Server(extended);
    this.#gc = gc;
    this.#extended = extended;
    this.inWorker = inWorker;
    this.use({});
  }

  /** Makes the classes anew, with options, for the few tests that need any. */
  use(options) {
    const all = { closeTimeout: 20_000, ...options };
    this.WebSocket = createWebSocketClass(this.server.connect, all);
    this.WebSocketStream = createWebSocketStreamClass(this.server.connect, all);
  }

  /** The URL of a handler. */
  url(path = '/') {
    return `ws://server.test:8666${path}`;
  }

  /** A new WebSocketStream. */
  stream(path, ...rest) {
    return new this.WebSocketStream(this.url(path), ...rest);
  }

  /** A new socket, and its log. */
  connect(path, ...rest) {
    const socket = new this.WebSocket(this.url(path), ...rest);
    return { socket, log: new Log(socket) };
  }

  /** An open socket, and its log. */
  async open(path, ...rest) {
    const made = this.connect(path, ...rest);
    await made.log.event('open');
    return made;
  }

  /** The class of close events, which not every platform has under its name. */
  async closeEvent() {
    return (await new Log(new this.WebSocket('ws://example.invalid/')).event('close')).constructor;
  }

  /** Collects garbage, and again what became garbage by that; or makes some, where it cannot be asked for. */
  async collectGarbage() {
    for (let i = 0; i < 5; i += 1) {
      if (this.#gc !== undefined) this.#gc();
      else for (let j = 0; j < 100; j += 1) new Uint8Array(1 << 16).fill(j);
      await pause(1);
    }
  }

  /** Said by tests of what a server writes in HTTP/1.1. */
  needsHttp1() {
    if (this.#extended) this.skip('HTTP/1.1 only');
  }

  skip(reason) {
    throw new Skipped(reason);
  }

  /** Ends what the test has left open. A handler that failed is a failure of the test. */
  stop() {
    const [fault] = this.server.faults;
    this.server.stop();
    if (fault !== undefined) fail(`the server: ${fault.stack}`);
  }
}

/** Runs something where relative URLs have a base, as in a page. */
export async function withBase(run) {
  const { location } = globalThis;
  if (location !== undefined) return run(location.href);
  const href = 'http://page.test/folder/page.html?query';
  Object.defineProperty(globalThis, 'location', { value: { href }, configurable: true });
  try {
    return await run(href);
  } finally {
    delete globalThis.location;
  }
}
