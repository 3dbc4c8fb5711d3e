/** Samples that take the codec to make, or much to write. */

import { Connection } from '../../../pkg/index.js';
import { violations } from '../playground/violations.js';
import { Conversation, closing, frameBytes, KEY, request, response, START } from './conversation.js';
import { PcapWriter, SEGMENT, type Sender } from './pcap.js';

export const laterSamples: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  violations: everyViolation,
  compression,
  million: () => million(),
};

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
      // The rules' own frames have the RFC's key: one that comes twice is a warning by itself.
      conversation.keys = 1;
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
  connection.send(end + 0.01, 'server', frameBytes(0x88, closing(1000, '')));
  connection.send(end + 0.02, 'client', frameBytes(0x88, closing(1000, ''), KEY));
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
