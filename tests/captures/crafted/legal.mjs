// Captures without a fault: every kind of frame, compressed and not.

import { Conversation, compressor, frame, keys, Op, request, response } from '../lib.mjs';
import { binary, goodbye, noTakeover, text } from './shorthand.mjs';

/** By name; each is a function that gives packets. */
export const legal = {
  /** Nothing wrong: every kind of frame, both directions, fragments, Pings, a Close. */
  clean() {
    const key = keys();
    const talk = new Conversation().handshake({
      request: { fields: { 'Sec-WebSocket-Protocol': 'chat, superchat', Origin: 'http://a.example' } },
      response: { fields: { 'Sec-WebSocket-Protocol': 'superchat' } },
    });
    talk.client(text('Hello', { key: key() })).server(text('κόσμε'));
    talk
      .client(frame(Op.ping, 'are you there', { key: key() }))
      .wait(5000)
      .server(frame(Op.pong, 'are you there'));
    talk
      .server(text('Hel', { fin: false }))
      .client(frame(Op.pong, '', { key: key() }).subarray(0, 0), binary([0, 255], { key: key() }));
    talk.server(frame(Op.ping, '1'), frame(Op.cont, 'lo'));
    talk.client(frame(Op.pong, '1', { key: key() })).client(binary(Buffer.alloc(300, 7), { key: key() }));
    return goodbye(talk, key, 1000, 'bye').packets;
  },

  /** Messages open on both sides at the same time, a Ping between, more messages after. */
  frag_both() {
    const key = keys(2);
    const talk = new Conversation().handshake();
    talk.client(text('cli', { fin: false, key: key() })).server(binary('ser', { fin: false }));
    talk.client(frame(Op.cont, 'ent ', { fin: false, key: key() })).server(frame(Op.ping, 'p'));
    talk.client(frame(Op.pong, 'p', { key: key() })).server(frame(Op.cont, 'ver'));
    talk
      .client(frame(Op.cont, 'text', { key: key() }))
      .server(text('after'))
      .client(binary('after too', { key: key() }));
    return goodbye(talk, key).packets;
  },

  /** A compressed message in two fragments, and a plain one after it. */
  frag_pmd() {
    const key = keys(3);
    const squeeze = compressor({ takeover: false });
    const talk = new Conversation().handshake({ extensions: noTakeover });
    const whole = squeeze('compressed, in two fragments, compressed, in two fragments');
    talk.client(text(whole.subarray(0, 20), { rsv: 4, fin: false, key: key() }));
    talk.client(frame(Op.cont, whole.subarray(20), { key: key() })).client(text('plain', { key: key() }));
    return goodbye(talk, key).packets;
  },

  /** Compressed and plain messages mixed in both directions, with takeover. */
  pmd_mix() {
    const key = keys(4);
    const [up, down] = [compressor(), compressor()];
    const talk = new Conversation().handshake({ extensions: '' });
    for (const n of [1, 2, 3]) {
      talk.client(text(up(`{"id":${n},"method":"subscribe"}`), { rsv: 4, key: key() }));
      talk.server(text(`{"id":${n},"plain":true}`), text(down(`{"id":${n},"result":"subscribed"}`), { rsv: 4 }));
      talk.client(binary('plain', { key: key() }));
    }
    return goodbye(talk, key).packets;
  },

  /** The first message is plain, then both ways are compressed. */
  pmd_mix2() {
    const key = keys(5);
    const [up, down] = [compressor(), compressor()];
    const talk = new Conversation().handshake({ extensions: '' });
    talk.client(text('plain first', { key: key() }));
    talk
      .client(text(up('squeezed squeezed'), { rsv: 4, key: key() }))
      .server(text(down('squeezed squeezed'), { rsv: 4 }));
    talk
      .client(text(up('squeezed squeezed'), { rsv: 4, key: key() }))
      .server(text(down('squeezed squeezed'), { rsv: 4 }));
    return goodbye(talk, key).packets;
  },

  /** A Ping of the server before the first compressed message. */
  pmd_ping_first() {
    const key = keys(6);
    const down = compressor();
    const talk = new Conversation().handshake({ extensions: '' });
    talk
      .server(frame(Op.ping))
      .client(frame(Op.pong, '', { key: key() }))
      .server(text(down('Hello Hello'), { rsv: 4 }));
    return goodbye(talk, key).packets;
  },

  /** A plain fragmented message, then compressed fragmented ones with a message of the server or a Ping inside. */
  pmd_frag_mix() {
    const key = keys(7);
    const [up, down] = [compressor(), compressor()];
    const talk = new Conversation().handshake({ extensions: '' });
    talk.client(text('plain ', { fin: false, key: key() })).client(frame(Op.cont, 'fragments', { key: key() }));
    for (const inside of ['message', 'ping']) {
      const whole = up(`fragments around a ${inside}, fragments around a ${inside}`);
      talk.client(text(whole.subarray(0, 9), { rsv: 4, fin: false, key: key() }));
      if (inside === 'message') talk.server(text(down('inside'), { rsv: 4 }));
      else talk.client(frame(Op.ping, 'in', { key: key() })).server(frame(Op.pong, 'in'));
      talk.client(frame(Op.cont, whole.subarray(9), { key: key() }));
    }
    return goodbye(talk, key).packets;
  },

  /** A masked text of 40,000 bytes over many segments. */
  big() {
    const key = keys(13);
    const talk = new Conversation().handshake();
    talk.client(text('0123456789'.repeat(4000), { key: key() }));
    return goodbye(talk, key).packets;
  },

  /** The answer and the first frame of the server in one segment. */
  hs_same_seg() {
    const key = keys(14);
    const talk = new Conversation().open();
    talk.client(request()).server(response(), text('at once'));
    return goodbye(talk, key).packets;
  },
};
