// Rules that are broken: of handshakes, frames, messages, compression, and of how connections end.

import { acceptOf, Conversation, close, compressor, frame, keys, Op, rfcKey } from '../lib.mjs';
import { binary, goodbye, noTakeover, text } from './shorthand.mjs';

/** By name; each is a function that gives packets. */
export const faults = {
  /** RFC 6455 and RFC 7692 broken in twenty ways; an opening fragment and a Close 1012 are legal by themselves. */
  viol() {
    const masked = (op, payload, options) => frame(op, payload, { key: rfcKey, ...options });
    const talk = new Conversation().handshake();
    talk.client(text('unmasked client')).server(text('masked server', { key: rfcKey }));
    talk
      .client(masked(Op.text, 'rsv2', { rsv: 2 }))
      .client(masked(3, 'opcode 3'))
      .client(masked(11, 'opcode 11'));
    talk.client(masked(Op.ping, Buffer.alloc(126, 0x61))).client(masked(Op.ping, 'frag', { fin: false }));
    talk.client(masked(Op.text, 'sixteen', { form: 16 })).client(masked(Op.text, 'sixty-four', { form: 64 }));
    talk.client(masked(Op.text, [0x61, 0xce, 0xba, 0xff, 0x62])).client(masked(Op.cont, 'orphan'));
    talk.client(masked(Op.text, 'opening ', { fin: false })).client(masked(Op.text, 'text inside a message'));
    talk.server(frame(Op.close, close(1012))).client(masked(Op.close, [3]));
    for (const code of [1005, 1006, 999]) talk.client(masked(Op.close, close(code)));
    talk.client(masked(Op.close, Buffer.concat([close(4001), Buffer.from([0x62, 0xff])])));
    talk.client(masked(Op.text, 'data after close')).server(text('compressed?', { rsv: 4 }));
    talk.server(binary('12345', { form: 64, length: 0x8000000000000005n }));
    return talk.end('server').packets;
  },

  /** Odd but not always wrong: weak keys, empty fragments, long claims, compressed bits in the wrong place. */
  odd() {
    const key = keys(17);
    const talk = new Conversation().handshake({ extensions: '' });
    talk.client(text('zero key', { key: [0, 0, 0, 0] })).client(text('', { fin: false, key: [1, 2, 3, 4] }));
    talk.client(frame(Op.cont, '', { key: [1, 2, 3, 4] })).client(frame(Op.ping, 'z', { rsv: 4, key: key() }));
    talk.server(frame(Op.pong, 'z')).client(text('a', { fin: false, key: key() }));
    talk.client(frame(Op.cont, 'b', { rsv: 4, key: key() }));
    talk.server(
      binary('', { form: 64, length: 0x80000000n }),
      text('found again'),
      text('and again'),
      text('and again'),
    );
    return goodbye(talk, key).packets;
  },

  /** Texts that are not UTF-8 where frames meet, and at their ends, plain and compressed. */
  utf8() {
    const key = keys(23);
    const down = compressor();
    const talk = new Conversation().handshake({ extensions: '' });
    const first = (payload) => text(payload, { fin: false, key: key() });
    const next = (payload, fin = true) => frame(Op.cont, payload, { fin, key: key() });
    // The character is whole, and the fault behind it.
    talk.client(first([0x61, 0xce])).client(frame(Op.ping, 'p', { key: key() }));
    talk.client(next([0xba, 0x62, 0xff, 0x63], false)).client(next('d'));
    // It is not, and the first byte of a frame tells.
    talk.client(first([0x61, 0xe2, 0x82]), next('b'));
    // The end of it is missing: in one frame, in three, and before one that is empty.
    talk.client(text([0x61, 0xce], { key: key() }));
    talk.client(first([0xf0]), next([0x9f], false), next([0x98]));
    talk.client(first([0x61, 0xce]), next([]));
    for (const payload of [
      [0x61, 0xff, 0x62],
      [0x61, 0xce],
    ])
      talk.server(text(down(payload), { rsv: 4 }));
    return goodbye(talk.server(frame(Op.pong, 'p')), key).packets;
  },

  /** An answer with a wrong accept value. */
  badaccept() {
    const key = keys(12);
    const talk = new Conversation().handshake({ response: { fields: { 'Sec-WebSocket-Accept': acceptOf('x') } } });
    return goodbye(talk.client(text('all the same', { key: key() })), key).packets;
  },

  /** Handshakes with one fault each, connection after connection. */
  hs_faults() {
    const key = keys(15);
    const all = [];
    const faults = [
      [{ line: 'POST /chat HTTP/1.1' }, {}],
      [{ fields: { Host: null } }, {}],
      [{ fields: { Upgrade: 'h2c' } }, {}],
      [{ fields: { Connection: 'keep-alive' } }, {}],
      [{ fields: { 'Sec-WebSocket-Key': 'c2hvcnQ=' } }, { fields: { 'Sec-WebSocket-Accept': acceptOf('c2hvcnQ=') } }],
      [{ fields: { 'Sec-WebSocket-Version': '8' } }, {}],
      [{}, { fields: { 'Sec-WebSocket-Extensions': 'x-unheard-of' } }],
      [{ fields: { 'Sec-WebSocket-Protocol': 'chat' } }, { fields: { 'Sec-WebSocket-Protocol': 'other' } }],
      [
        { fields: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } },
        { fields: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=10' } },
      ],
      [{ fields: { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=7' } }, {}],
      [{}, { fields: { Upgrade: null } }],
      [{}, { line: 'HTTP/1.1 403 Forbidden' }],
    ];
    faults.forEach(([asked, answered], index) => {
      const talk = new Conversation({ port: 50001 + index }).handshake({ request: asked, response: answered });
      if (answered.line === undefined) goodbye(talk, key);
      else talk.end();
      all.push(...talk.packets);
    });
    return all;
  },

  /** Pings and Closes that are not answered, or wrongly; a connection that just ends. */
  endings() {
    const key = keys(16);
    const all = [];
    const add = (say) => {
      const talk = new Conversation({ port: 50101 + all.length }).handshake();
      say(talk);
      all.push(...talk.packets);
    };
    add((talk) =>
      talk
        .server(frame(Op.ping, 'a'))
        .client(frame(Op.pong, 'b', { key: key() }))
        .server(frame(Op.close, close(1011)))
        .client(frame(Op.close, close(1011), { key: key() }))
        .end('server'),
    );
    add((talk) => goodbye(talk.client(frame(Op.pong, 'heartbeat', { key: key() })), key));
    add((talk) => talk.client(frame(Op.close, close(1001), { key: key() })).end());
    add((talk) => talk.client(text('cut off', { key: key() })).reset('server'));
    add((talk) => talk.client(text('half a mess', { fin: false, key: key() })).end());
    add((talk) => talk.server(text('half a frame').subarray(0, 8)).end('server'));
    add((talk) => talk.server(text('x'), text('y').subarray(0, 1)).end('server'));
    // Behind a Close no answer is owed.
    add((talk) =>
      talk
        .server(frame(Op.close, close(1000)), frame(Op.ping, 'too late'))
        .client(frame(Op.close, close(1000), { key: key() }))
        .end('server'),
    );
    return all;
  },

  /** Compressed data that is wrong in each of the ways. */
  inflate() {
    const key = keys(18);
    const small = new Conversation({ port: 50201 }).handshake({ extensions: '; server_max_window_bits=9' });
    const wide = compressor();
    const long = Array.from({ length: 60 }, (_, n) => `line ${n * 7919} `).join('');
    small.server(text(wide(`start of it ${long}`), { rsv: 4 }), text(wide('start of it line 7919'), { rsv: 4 }));
    small.server(text(compressor()('after the fault, the window is not known'), { rsv: 4 }));
    goodbye(small, key);
    const talk = new Conversation({ port: 50202 }).handshake({ extensions: noTakeover });
    const squeeze = compressor({ takeover: false });
    talk.client(text([0xf2, 0x48, 0xcd, 0xff, 0xff, 0xff], { rsv: 4, key: key() }));
    talk.client(text([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff], { rsv: 4, key: key() }));
    talk.client(text(squeeze(Buffer.alloc(2 << 20, 0x61)), { rsv: 4, key: key() }));
    talk.client(text(squeeze([0x61, 0xff, 0x62]), { rsv: 4, key: key() }));
    talk.client(text(squeeze('κόσμε'), { rsv: 4, key: key() }));
    goodbye(talk, key);
    return [...small.packets, ...talk.packets];
  },
};
