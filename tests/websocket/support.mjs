// Classes over memory, peers that send what they like, and what a socket tells.

import { Connection, ServerHandshake } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { createWebSocketClass, createWebSocketStreamClass } from 'sansocket/websocket';

/** Waits for one event. */
export const next = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));

/** Lets the event loop go round so many times. */
export async function tasks(count = 1) {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the event loop go round until something holds. */
export async function until(holds) {
  while (!holds()) await tasks();
}

/** What a socket tells until it is closed: the types of its events, and its end. */
export function watch(socket) {
  const types = [];
  let error;
  for (const type of ['open', 'message', 'error', 'close']) {
    socket.addEventListener(type, (event) => {
      types.push(type);
      error ??= event.error;
    });
  }
  return next(socket, 'close').then(({ code, reason, wasClean }) => ({ types, code, reason, wasClean, error }));
}

/** A class over memory, and the other ends of its connections. */
export function overMemory(options, create = createWebSocketClass) {
  const peers = [];
  const WebSocket = create(() => {
    const [near, far] = transportPair();
    peers.push(far);
    return near;
  }, options);
  return { WebSocket, peers };
}

/** An open pair over memory. */
export async function pair(options, serverOptions) {
  const { WebSocket, peers } = overMemory({ closeTimeout: 10_000, ...options });
  const socket = new WebSocket('ws://in.memory/');
  await until(() => peers.length > 0);
  const peer = acceptStream(peers[0], { origins: 'any', closeTimeout: 10_000, ...serverOptions });
  await Promise.all([next(socket, 'open'), next(peer, 'open')]);
  return { socket, peer };
}

/** A stream without handshake over memory, once it is open, and its peer. `pairOptions` are those of the memory. */
export async function openStream(options, pairOptions) {
  const [near, far] = transportPair(pairOptions);
  const WebSocketStream = createWebSocketStreamClass(() => near, { handshake: 'none', ...options });
  const stream = new WebSocketStream('ws://in.memory/');
  const info = await stream.opened;
  return { stream, ...info, peer: new Peer(far, { role: 'server', maxMessageSize: Number.POSITIVE_INFINITY }) };
}

/** The other end of a transport, driven by hand: it sends what it is told, and keeps what it receives. */
export class Peer {
  #connection;
  #writer;
  #handshake;
  /** The events of the connection, as they come. */
  events = [];
  /** Settled when the other side has ended its direction, or has reset. */
  ended;

  /** `connection`: its options. Before {@link answer} there is none, unless the role is a client's. */
  constructor(transport, connection) {
    this.#writer = transport.writable.getWriter();
    this.#writer.closed.catch(() => {});
    if (connection !== undefined) this.#connection = new Connection(connection);
    else this.#handshake = new ServerHandshake({ origins: 'any' });
    this.ended = this.#read(transport.readable.getReader());
    this.ended.catch(() => {});
  }

  async #read(reader) {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      (this.#connection ?? this.#handshake).receiveData(value);
      if (this.#connection) this.events.push(...this.#connection.events());
    }
  }

  /** The request, once it is there. */
  async request() {
    await until(() => this.#handshake.request !== undefined);
    return this.#handshake.request;
  }

  /** Accepts the request; what `send` sends goes out in the same chunk. */
  async answer(send = () => {}, options = {}) {
    await this.request();
    this.#connection = this.#handshake.accept(options);
    const head = this.#handshake.dataToSend();
    send(this.#connection);
    await this.#writer.write(Buffer.concat([...head, ...this.#connection.dataToSend()]));
  }

  /** Sends in one chunk what `send` sends. */
  async send(send) {
    send(this.#connection);
    await this.write(Buffer.concat(this.#connection.dataToSend()));
  }

  /** Sends bytes as they are. */
  async write(bytes) {
    await this.#writer.write(Buffer.from(bytes));
  }

  end() {
    return this.#writer.close();
  }

  /** Waits for an event of a type. Once the transport was reset, none comes any more. */
  async event(type) {
    let reset;
    this.ended.catch((reason) => {
      reset = reason;
    });
    const found = () => this.events.find((event) => event.type === type);
    await until(() => found() !== undefined || reset !== undefined);
    if (found() === undefined) throw reset;
    return found();
  }

  /** The texts that have come, and the code of the Close. */
  get log() {
    return this.events.flatMap(({ type, data, code }) => (type === 'text' ? [data] : type === 'close' ? [code] : []));
  }
}

/** A transport whose calls are kept, and that does what it is told; `more` replaces parts of it. */
export function manual(more = {}) {
  const calls = [];
  let controller;
  const readable = new ReadableStream({
    start: (given) => {
      controller = given;
    },
    cancel: () => void calls.push('cancel'),
  });
  const writable = new WritableStream({
    write: (bytes) => void calls.push(['write', bytes]),
    close: () => void calls.push('end'),
    abort: () => void calls.push('abort'),
  });
  const transport = { readable, writable, close: () => void calls.push('close'), ...more };
  return { transport, calls, controller };
}
