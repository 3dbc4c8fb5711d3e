/** Captures that are there without anybody's own: made here, byte by byte. */

import { Connection, encodeFrame, type FrameInit } from '../../../pkg/slim.js';
import { violations } from '../playground/violations.js';
import { PcapWriter, SEGMENT, type Sender } from './pcap.js';

/** 2026-01-01T00:00:00Z. */
const START = 1_767_225_600;
const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function request(extra: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const lines = [
    'GET /chat HTTP/1.1',
    'Host: server.example.com',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Origin: http://example.com',
    'Sec-WebSocket-Version: 13',
    ...extra,
  ];
  return ascii(`${lines.join('\r\n')}\r\n\r\n`);
}

function response(extra: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...extra,
  ];
  return ascii(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A conversation that is written down as it goes. */
class Conversation {
  readonly #connection;
  readonly #writer: PcapWriter;
  time = START;
  #keys = 0;

  constructor(writer: PcapWriter, port: number, extra: { request?: string[]; response?: string[] } = {}) {
    this.#writer = writer;
    this.#connection = writer.connection(port);
    this.#connection.open(this.time);
    this.raw('client', request(extra.request), 0.001);
    this.raw('server', response(extra.response), 0.004);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#writer.bytes();
  }

  raw(from: Sender, bytes: Uint8Array, after: number, lost = false): this {
    this.time += after;
    this.#connection.send(this.time, from, bytes, { lost });
    return this;
  }

  /** A frame, masked as its sender has to. */
  frame(from: Sender, frame: FrameInit, after = 0.05, lost = false): this {
    return this.raw(from, encodeFrame(from === 'client' ? { maskingKey: this.#key(), ...frame } : frame), after, lost);
  }

  text(from: Sender, text: string, after = 0.05): this {
    return this.frame(from, { opcode: 1, payload: text }, after);
  }

  end(first: Sender): Uint8Array<ArrayBuffer> {
    this.#connection.close(this.time + 0.001, first);
    return this.bytes;
  }

  /** The first is the RFC's. */
  #key(): Uint8Array {
    this.#keys += 1;
    return this.#keys === 1 ? KEY : Uint8Array.from(KEY, (byte, at) => (byte + this.#keys * (at * 2 + 3)) & 0xff);
  }
}

/** Every example of RFC 6455 §5.7 and of RFC 7692 §7.2.3.2, in a conversation, then one that ends badly. */
function rfcExamples(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  const deflate = 'Sec-WebSocket-Extensions: permessage-deflate';
  const first = new Conversation(writer, 50_000, { request: [deflate], response: [deflate] })
    .text('client', 'Hello', 0.02)
    .text('server', 'Hello', 0.012)
    .frame('server', { opcode: 1, fin: false, payload: 'Hel' }, 0.2)
    .frame('server', { opcode: 9, payload: 'still there?' }, 0.03)
    .frame('server', { opcode: 0, payload: 'lo' }, 0.03)
    .frame('client', { opcode: 10, payload: 'still there?' }, 0.009)
    .frame('server', { opcode: 2, payload: ramp(256) }, 0.15)
    .frame('server', { opcode: 2, payload: ramp(65_536) }, 0.11)
    .raw('server', Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 7, 0), 0.2)
    .raw('server', Uint8Array.of(0xc1, 5, 0xf2, 0, 0x11, 0, 0), 0.05)
    .text('client', '{"type":"subscribe","id":7,"channels":["orders","trades"],"since":"2026-01-01T00:00:00Z"}', 0.1)
    .text('server', '{"type":"subscribed","id":7}', 0.014);
  for (let order = 1; order <= 4; order += 1) {
    first.text(
      'server',
      `{"type":"order","id":${1000 + order},"price":${(99.5 + order / 4).toFixed(2)},"size":${order * 10}}`,
      0.07,
    );
  }
  first
    .text('client', '42["message",{"room":"lobby","text":"grüße aus dem browser ✓"}]', 0.06)
    .frame(
      'client',
      {
        opcode: 2,
        payload: Uint8Array.of(
          0x82,
          0xa2,
          0x69,
          0x64,
          7,
          0xa5,
          0x70,
          0x72,
          0x69,
          0x63,
          0x65,
          0xcb,
          0x40,
          0x58,
          0xe0,
          0,
          0,
          0,
          0,
          0,
        ),
      },
      0.05,
    )
    .frame('client', { opcode: 9, payload: '' }, 0.2)
    .frame('server', { opcode: 10, payload: '' }, 0.021)
    .frame('client', { opcode: 8, payload: closing(1000, 'done') }, 0.3)
    .frame('server', { opcode: 8, payload: closing(1000, 'done') }, 0.003)
    .end('server');
  const second = new Conversation(writer, 50_001);
  second.time = START + 2.2;
  return second
    .text('client', 'the second connection ends badly')
    .text('server', 'it sends what is no UTF-8')
    .frame('server', { opcode: 1, payload: Uint8Array.of(0x63, 0x61, 0x66, 0xe9) }, 0.04)
    .frame('client', { opcode: 8, payload: closing(1007, 'invalid UTF-8') }, 0.002)
    .frame('server', { opcode: 8, payload: closing(1007, '') }, 0.004)
    .end('server');
}

/** One connection for each rule, so that one fault does not hide the next. */
function everyViolation(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  let port = 51_000;
  for (const { id, group, by = 'client', bytes } of violations) {
    if (group === 'handshake') {
      const connection = writer.connection(port);
      const time = START + (port - 51_000) * 0.1;
      connection.open(time);
      connection.send(time + 0.001, 'client', by === 'client' ? bytes(by) : request());
      if (by === 'server') connection.send(time + 0.002, 'server', bytes(by));
      connection.close(time + 0.01, 'server');
    } else {
      const deflate = group === 'compression' ? ['Sec-WebSocket-Extensions: permessage-deflate'] : [];
      const conversation = new Conversation(writer, port, { request: deflate, response: deflate });
      conversation.time = START + (port - 51_000) * 0.1;
      conversation.text('client', `next: ${id}`, 0.01).raw(by, bytes(by), 0.02).end(by);
    }
    port += 1;
  }
  return writer.bytes();
}

/** Real compression by the codec, with a window that both sides keep. */
function compression(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  const deflate = ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=12'];
  const conversation = new Conversation(writer, 52_000, { request: deflate, response: deflate });
  const server = new Connection({ role: 'server', perMessageDeflate: { serverMaxWindowBits: 12, threshold: 0 } });
  for (let tick = 0; tick < 120; tick += 1) {
    server.sendText(
      JSON.stringify({ type: 'tick', id: tick, pair: 'EUR/USD', bid: 1.08 + tick / 1e4, ask: 1.0802 + tick / 1e4 }),
    );
    for (const bytes of server.dataToSend()) conversation.raw('server', bytes, 0.02);
  }
  server.free();
  return conversation
    .frame('server', { opcode: 8, payload: closing(1001, '') }, 0.1)
    .frame('client', { opcode: 8, payload: closing(1001, '') }, 0.003)
    .end('server');
}

/** A segment in the middle is missing. */
function lostSegment(): Uint8Array<ArrayBuffer> {
  const conversation = new Conversation(new PcapWriter(), 53_000);
  for (let message = 0; message < 40; message += 1) {
    const frame = { opcode: 1, payload: JSON.stringify({ message, text: 'one of forty messages of a server' }) };
    conversation.frame('server', frame, 0.03, message === 17 || message === 18);
  }
  return conversation.end('server');
}

/** Engine.IO and Socket.IO. */
function socketIo(): Uint8Array<ArrayBuffer> {
  return new Conversation(new PcapWriter(), 54_000)
    .text(
      'server',
      '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
    )
    .text('client', '40/admin,{"token":"123"}')
    .text('server', '40/admin,{"sid":"wZX3oN0bSVIhsaknAAAI"}')
    .text('client', '42/admin,1["join","lobby",{"history":20}]')
    .text('server', '43/admin,1["ok",{"members":["ada","grace","alan"]}]')
    .text('server', '42/admin,["message",{"from":"ada","text":"hello","at":1767225600}]')
    .text('server', '2', 1)
    .text('client', '3', 0.004)
    .text('client', '41/admin,')
    .frame('client', { opcode: 8, payload: closing(1000, '') })
    .frame('server', { opcode: 8, payload: closing(1000, '') }, 0.003)
    .end('server');
}

/** Very many frames of JSON, four of five by the server, packed into segments as TCP does it. */
export function million(frames = 1_000_000): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  const connection = writer.connection(55_000);
  connection.open(START);
  connection.send(START + 0.001, 'client', request());
  connection.send(START + 0.002, 'server', response());
  const waiting = { client: new Segment(), server: new Segment() };
  const flush = (from: Sender, time: number) => {
    const segment = waiting[from];
    if (segment.length > 0) connection.send(time, from, segment.take());
  };
  for (let frame = 0; frame < frames; frame += 1) {
    const from: Sender = frame % 5 === 4 ? 'client' : 'server';
    const time = START + 0.01 + frame * 60e-6;
    const text = `{"id":${frame},"type":"trade","price":${((frame * 7919) % 10_000) / 100},"size":${frame % 97},"side":"${frame % 2 === 0 ? 'buy' : 'sell'}","venue":"XPAR"}`;
    const segment = waiting[from];
    if (!segment.fits(text.length)) flush(from, time);
    segment.push(text, from === 'client');
  }
  const end = START + 0.01 + frames * 60e-6;
  flush('client', end);
  flush('server', end);
  connection.send(end + 0.01, 'server', encodeFrame({ opcode: 8, payload: closing(1000, '') }));
  connection.send(end + 0.02, 'client', encodeFrame({ opcode: 8, payload: closing(1000, ''), maskingKey: KEY }));
  connection.close(end + 0.03, 'server');
  return writer.bytes();
}

/** Frames that leave in one segment. Written by hand, since a million calls of an encoder take a second. */
class Segment {
  readonly #bytes = new Uint8Array(SEGMENT);
  length = 0;

  fits(payload: number): boolean {
    return this.length + payload + 8 <= SEGMENT;
  }

  push(text: string, masked: boolean): void {
    const bytes = this.#bytes;
    let at = this.length;
    bytes[at] = 0x81;
    const bit = masked ? 0x80 : 0;
    if (text.length < 126) {
      bytes[at + 1] = bit | text.length;
      at += 2;
    } else {
      bytes[at + 1] = bit | 126;
      bytes[at + 2] = text.length >> 8;
      bytes[at + 3] = text.length & 0xff;
      at += 4;
    }
    if (masked) {
      bytes.set(KEY, at);
      at += 4;
    }
    for (let place = 0; place < text.length; place += 1) {
      bytes[at + place] = text.charCodeAt(place) ^ (masked ? (KEY[place & 3] ?? 0) : 0);
    }
    this.length = at + text.length;
  }

  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }
}

const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at & 0xff);

const closing = (code: number, reason: string): Uint8Array => Uint8Array.of(code >> 8, code & 0xff, ...ascii(reason));

export const samples: readonly {
  readonly name: string;
  readonly title: string;
  readonly make: () => Uint8Array<ArrayBuffer>;
}[] = [
  { name: 'rfc', title: 'the RFCs’ examples', make: rfcExamples },
  { name: 'violations', title: 'every violation', make: everyViolation },
  { name: 'compression', title: 'compression with context takeover', make: compression },
  { name: 'gap', title: 'a lost segment', make: lostSegment },
  { name: 'socketio', title: 'Socket.IO', make: socketIo },
  { name: 'million', title: '1,000,000 frames, made in your browser', make: million },
];
