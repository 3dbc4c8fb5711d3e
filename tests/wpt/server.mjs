// The server that the tests connect to, in memory. The handlers do what those of web-platform-tests do under the same
// paths, but where they let time pass, ours wait for the test.

import { encodeFrame, Opcode } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { closePayload, Gone, Peer } from './peer.mjs';
import { pause, quiet } from './time.mjs';

const GOODBYE = 'Goodbye';

/**
 * A handler gets a `Peer`, and a function that it awaits where the test decides when to go on. With `?stalled` the client
 * cannot write what is not read.
 */
const handlers = {
  /** Sends every message back, and closes after a "Goodbye". */
  async '/echo'(peer) {
    await peer.accept(peer.offered.includes('echo') ? 'echo' : undefined);
    await echo(peer, (data) => peer.send(data));
  },

  /** Closes at a "Goodbye". With `?stalled`, what the client sends afterwards is not read, and the connection reset. */
  async '/echo_exit'(peer) {
    await peer.accept();
    let event = await peer.next();
    while (event.type !== 'close' && event.data !== GOODBYE) event = await peer.next();
    await peer.close(1000);
    if (peer.query.has('stalled')) await stall(peer);
    else if (event.type !== 'close') await peer.nextClose();
    await peer.end();
  },

  /** Closes at a "Goodbye", and goes on talking. */
  async '/echo_close_data'(peer) {
    await peer.accept();
    await peer.next();
    // In one piece, so that the client has not ended meanwhile.
    const close = encodeFrame({ opcode: Opcode.Close });
    await peer.write(joined(close, encodeFrame({ opcode: Opcode.Text, payload: 'after the Close' })));
    await peer.nextClose();
    await peer.end();
  },

  /** Writes the bytes of a message into the stream, as they are. */
  async '/echo_raw'(peer) {
    await peer.accept();
    await echo(peer, (data) => peer.write(data));
  },

  /** Sends the query back, as it came. */
  async '/echo-query'(peer) {
    await peer.accept();
    await peer.send(peer.queryText);
    await peer.finish();
  },

  async '/empty-message'(peer) {
    await peer.accept();
    const { data } = await peer.next();
    await peer.send(data === '' ? 'pass' : 'fail');
    await peer.finish();
  },

  /** Sends the origin that the client states. */
  async '/origin'(peer) {
    await peer.accept();
    await peer.send(peer.fields.get('origin') ?? '');
    await peer.finish();
  },

  async '/referrer'(peer) {
    await peer.accept();
    await peer.send(peer.fields.get('referer') ?? 'none');
    await peer.finish();
  },

  /** Chooses all that is offered, as if it were one name, and sends it. */
  async '/protocol'(peer) {
    const protocol = peer.fields.get('sec-websocket-protocol');
    await peer.accept(protocol);
    await peer.send(protocol);
    await peer.finish();
  },

  /** Chooses the first that is offered, if any, and sends it. */
  async '/protocol_array'(peer) {
    const [protocol] = peer.offered;
    await peer.accept(protocol);
    await peer.send(protocol ?? '');
    await peer.finish();
  },

  /** Chooses what nobody may have offered. */
  async '/handshake_protocol'(peer) {
    await peer.accept('foobar');
    await peer.finish();
  },

  /** Chooses nothing. */
  async '/handshake_no_protocol'(peer) {
    await peer.accept();
    await peer.finish();
  },

  async '/handshake_no_extensions'(peer) {
    await peer.accept();
    await peer.finish();
  },

  /** Answers when the test says so. */
  async '/handshake_sleep_2'(peer, at) {
    await at('the request');
    await peer.accept();
    await peer.finish();
  },

  /** The same, for a client that does not wait for so long. */
  async '/sleep_10_v13'(peer, at) {
    await at('the request');
    await peer.accept();
    await peer.answer(await peer.nextClose());
  },

  /** Answers what is no HTTP. */
  async '/invalid'(peer) {
    await peer.write('this is no HTTP\r\n\r\n');
    await peer.end();
  },

  async '/wrong_accept_key'(peer) {
    await peer.write(peer.opening({ 'Sec-WebSocket-Accept': 'bm90IHRoZSByaWdodCBrZXk=' }));
    await peer.end();
  },

  /** Answers and closes in one piece. */
  async '/simple_handshake'(peer) {
    const close = encodeFrame({ opcode: Opcode.Close, payload: closePayload(1001, 'away') });
    await peer.write(joined(peer.opening({ 'Set-Cookie': 'name=value' }), close));
    await peer.next();
    await peer.end();
  },

  async '/redirect'(peer) {
    await peer.refuse(301, { Location: '/echo' });
  },

  async '/basic_auth'(peer) {
    if (peer.fields.get('authorization') === 'Basic Zm9vOmJhcg==') {
      await peer.accept();
      await peer.finish();
    } else await peer.refuse(401, { 'WWW-Authenticate': 'Basic realm="tests"' });
  },

  /** Answers the client's Close when the test says so. */
  async '/delayed-passive-close'(peer, at) {
    await peer.accept();
    const close = await peer.nextClose();
    await at('the Close');
    await peer.answer(close);
  },

  /** Ends at the client's Close without one of its own. */
  async '/passive-close-abort'(peer) {
    await peer.accept();
    await peer.nextClose();
    await peer.end();
  },

  /** Closes with `?code` and `?reason`; or ends `?abrupt`ly, with no Close at all. */
  async '/remote-close'(peer) {
    await peer.accept();
    const { code, reason, abrupt, stalled } = Object.fromEntries(peer.query);
    if (abrupt) {
      // It is open, which a Ping shows.
      await peer.frame(Opcode.Ping, '');
      return peer.end();
    }
    // The client sees the connection open first, and may write.
    await quiet();
    await peer.close(code && Number(code), reason);
    if (stalled) await stall(peer);
    else await peer.nextClose();
    await peer.end();
  },

  /** Reads a message when the test says so. */
  async '/receive-backpressure'(peer, at) {
    await peer.accept();
    await at('the message');
    await peer.next();
    await peer.finish();
  },

  /** Lets messages pile up before each, and tells its length. */
  async '/receive-many-with-backpressure'(peer) {
    await peer.accept();
    for (;;) {
      await pause(1);
      const event = await peer.next();
      if (event.type === 'close') return peer.answer(event);
      await peer.send(String(event.data.length));
    }
  },

  /** Sends an empty message, 16 of 1 MiB, and a text; `sent` is how many were taken. */
  async '/send-backpressure'(peer, _at, server) {
    await peer.accept();
    await peer.send(new Uint8Array());
    for (server.sent = 0; server.sent < 16; server.sent += 1) await peer.send(new Uint8Array(1 << 20));
    await peer.send('the end');
    await peer.finish();
  },
};

async function echo(peer, send) {
  for (;;) {
    const event = await peer.next();
    if (event.type === 'close') return peer.answer(event);
    await send(event.data);
    if (event.data === GOODBYE) return peer.finish();
  }
}

/** A server whose buffers are full reads no more, and one day gives up. */
async function stall(peer) {
  await quiet();
  peer.abort();
}

/** A network on which a large write is under way for as long as the server does not read. */
function inSegments({ readable, writable }) {
  const writer = writable.getWriter();
  return {
    readable,
    writable: new WritableStream({
      async write(bytes) {
        for (let offset = 0; offset < bytes.length; offset += 0x4000) {
          await writer.write(bytes.subarray(offset, offset + 0x4000));
        }
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    }),
  };
}

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((offset, part) => {
    bytes.set(part, offset);
    return offset + part.length;
  }, 0);
  return bytes;
}

/** The network of one test and its only server. */
export class Server {
  /** How many connections were asked for. */
  connections = 0;
  /** For backpressure: how many messages the client has taken. */
  sent = 0;
  /** What went wrong in a handler. */
  faults = [];
  #peers = [];
  #extended;
  #arrive;
  #go;
  /** Where a handler has come to, as soon as it waits for the test. */
  arrived = new Promise((resolve) => {
    this.#arrive = resolve;
  });
  #released = new Promise((resolve) => {
    this.#go = resolve;
  });

  /** `extended`: whether connections are opened by an extended CONNECT, and not by a handshake in the stream. */
  constructor(extended = false) {
    this.#extended = extended;
  }

  /** Connects to the server, as a class does. Names below `.invalid` lead nowhere (RFC 6761 §6.4). */
  connect = (request) => {
    this.connections += 1;
    const { hostname } = request.url;
    if (hostname.endsWith('.invalid')) throw new Error(`no address for ${hostname}`);
    const [near, far] = transportPair();
    const peer = new Peer(far);
    this.#peers.push(peer);
    const ready = this.#extended ? peer.takeRequest(request) : peer.readRequest();
    this.#serve(peer, ready).catch((error) => {
      if (!(error instanceof Gone)) this.faults.push(error);
    });
    const network = request.url.searchParams.has('stalled') ? inSegments(near) : near;
    if (!this.#extended) return network;
    const { readable, writable } = network;
    return peer.response.then((response) => ({ readable, writable, response }));
  };

  /** Lets the handler go on that waits for the test. */
  release() {
    this.#go();
  }

  /** Resets what is still connected. */
  stop() {
    this.#go();
    for (const peer of this.#peers) peer.abort();
  }

  async #serve(peer, ready) {
    await ready;
    const at = (place) => {
      this.#arrive(place);
      return this.#released;
    };
    const handler = handlers[peer.path];
    if (handler !== undefined) await handler(peer, at, this);
    else await peer.refuse(404);
  }
}
