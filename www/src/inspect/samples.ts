/** Captures that are there without anybody's own: made here, byte by byte. */

import { loadRest } from '../later.js';
import { Conversation, closing, START } from './conversation.js';
import { PcapWriter } from './pcap.js';

export interface Sample {
  readonly name: string;
  readonly title: string;
  readonly make: () => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

/** One that needs the codec. */
const later = (name: string, title: string): Sample => ({
  name,
  title,
  make: async () => {
    const { laterSamples } = await loadRest();
    const make = laterSamples[name];
    if (make === undefined) throw new Error(`there is no sample ${name}`);
    return make();
  },
});

export const samples: readonly Sample[] = [
  { name: 'rfc', title: 'the RFCs’ examples', make: rfcExamples },
  later('violations', 'every violation'),
  later('compression', 'compression with context takeover'),
  { name: 'gap', title: 'a lost segment', make: lostSegment },
  { name: 'socketio', title: 'Socket.IO', make: socketIo },
  later('million', '1,000,000 frames, made in your browser'),
];

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

/** A segment in the middle is missing. */
function lostSegment(): Uint8Array<ArrayBuffer> {
  const conversation = new Conversation(new PcapWriter(), 53_000);
  for (let message = 0; message < 40; message += 1) {
    const said = { opcode: 1, payload: JSON.stringify({ message, text: 'one of forty messages of a server' }) };
    conversation.frame('server', said, 0.03, message === 17 || message === 18);
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

const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at & 0xff);
