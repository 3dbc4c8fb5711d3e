// One connection as a server sees it. What arrives is read only when a handler asks for it: backpressure is the handler's.

import { acceptKey, Connection, encodeFrame, Opcode } from 'sansocket';

const LATIN1 = new TextDecoder('latin1');

/** Stands for an empty Close (RFC 6455 §7.1.5). */
const NO_CODE = 1005;

const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The client has left: what a handler still wanted to do is void. */
export class Gone extends Error {}

const gone = (reason) => {
  throw new Gone('the client has gone', { cause: reason });
};

/** Larger than anything that the tests send. */
const LIMITS = { maxMessageSize: 32 << 20 };

/** The head of a response, as bytes. */
function headOf(status, fields) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return bytesOf(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`);
}

/** The payload of a Close; nothing without a code. */
export function closePayload(code, reason) {
  return code === undefined ? '' : Uint8Array.of(code >> 8, code & 0xff, ...new TextEncoder().encode(reason));
}

/**
 * Reads the request and writes the answer by itself, so that it can also answer what no server should. Where the client
 * comes by an extended CONNECT (RFC 8441), both are beside the stream.
 */
export class Peer {
  /** The request target, in its parts. */
  path = '';
  queryText = '';
  query = new URLSearchParams();
  /** The header fields of the request. */
  fields = new Headers();
  #reader;
  #writer;
  #connection = new Connection({ role: 'server', ...LIMITS });
  #respond;
  /** The answer to an extended CONNECT. */
  response = new Promise((resolve) => {
    this.#respond = resolve;
  });
  #extended = false;

  constructor(transport) {
    this.#reader = transport.readable.getReader();
    this.#writer = transport.writable.getWriter();
    // What is lost is seen where it is read or written.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  /** Reads the request from the stream. */
  async readRequest() {
    let head = '';
    while (!head.includes('\r\n\r\n')) {
      const { done, value } = await this.#reader.read().catch(gone);
      if (done) gone();
      head += LATIN1.decode(value);
    }
    const [startLine, ...lines] = head.slice(0, -4).split('\r\n');
    this.#take(
      startLine.split(' ')[1],
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
  }

  /** Takes an extended CONNECT. */
  takeRequest({ url, fields }) {
    this.#extended = true;
    this.#take(url.pathname + url.search, fields);
  }

  #take(target, fields) {
    const mark = `${target}?`.indexOf('?');
    this.path = target.slice(0, mark);
    this.queryText = target.slice(mark + 1);
    this.query = new URLSearchParams(this.queryText);
    for (const [name, value] of fields) this.fields.append(name, value);
  }

  /** The subprotocols that the client offers. */
  get offered() {
    return (this.fields.get('sec-websocket-protocol') ?? '').split(',').flatMap((name) => name.trim() || []);
  }

  /** The head that opens the connection by HTTP/1.1, with further fields. */
  opening(fields = {}) {
    return headOf('101 Switching Protocols', {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': acceptKey(this.fields.get('sec-websocket-key')),
      ...fields,
    });
  }

  /** Opens the connection, with a subprotocol if there is to be one. */
  async accept(protocol) {
    const fields = protocol === undefined ? {} : { 'Sec-WebSocket-Protocol': protocol };
    if (this.#extended) this.#respond({ status: 200, headers: Object.entries(fields) });
    else await this.write(this.opening(fields));
  }

  /** Refuses the connection. */
  async refuse(status, fields = {}) {
    if (this.#extended) this.#respond({ status, headers: Object.entries(fields) });
    else await this.write(headOf(`${status} No`, { 'Content-Length': 0, ...fields }));
    await this.end();
  }

  /** Writes bytes, or a text of one byte a character, as they are. */
  write(data) {
    return this.#writer.write(typeof data === 'string' ? bytesOf(data) : data).catch(gone);
  }

  /** Sends a frame; resolves when the client takes it. */
  frame(opcode, payload) {
    return this.write(encodeFrame({ opcode, payload }));
  }

  /** Sends a message. */
  send(data) {
    return this.frame(typeof data === 'string' ? Opcode.Text : Opcode.Binary, data);
  }

  /** Sends a Close, an empty one without a code. */
  close(code, reason = '') {
    return this.frame(Opcode.Close, closePayload(code, reason));
  }

  /** The next message, or the Close. Nothing is answered. */
  async next() {
    for (;;) {
      const { value: event } = this.#connection.events().next();
      if (event?.type === 'error') throw event.error;
      if (event?.type === 'text' || event?.type === 'binary' || event?.type === 'close') return event;
      if (event !== undefined) continue;
      const { done, value } = await this.#reader.read().catch(gone);
      if (done) gone();
      this.#connection.receiveData(value);
    }
  }

  /** Reads until the client's Close. */
  async nextClose() {
    for (;;) {
      const event = await this.next();
      if (event.type === 'close') return event;
    }
  }

  /** Closes from here: Close, the client's Close, the end. */
  async finish() {
    await this.close(1000);
    await this.nextClose();
    await this.end();
  }

  /** Answers the client's Close with the same code and reason, and ends. */
  async answer({ code, reason }) {
    await this.close(code === NO_CODE ? undefined : code, reason);
    await this.end();
  }

  /** Ends the server's direction. */
  end() {
    return this.#writer.close().catch(gone);
  }

  /** Resets the connection. */
  abort(reason = new Error('the server has gone')) {
    this.#writer.abort(reason).catch(() => {});
    this.#reader.cancel(reason).catch(() => {});
  }
}
