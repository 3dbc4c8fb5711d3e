// What TCP and a capture do to a connection: reordered, missing and repeated segments, beginnings that were not seen.

import { Conversation, close, compressor, frame, keys, Op, request, response, rfcKey } from '../lib.mjs';
import { binary, goodbye, text } from './shorthand.mjs';

/** By name; each is a function that gives packets. */
export const transport = {
  /** Two frames in two swapped segments, and one that is sent again. */
  ooo() {
    const key = keys(9);
    const talk = new Conversation().handshake();
    const [first, second] = [text('first', { key: key() }), text('second', { key: key() })];
    talk.client(first).client(second);
    const at = talk.packets.length;
    [talk.packets[at - 2].data, talk.packets[at - 1].data] = [talk.packets[at - 1].data, talk.packets[at - 2].data];
    talk.again('client', second.length, second);
    return goodbye(talk, key).packets;
  },

  /** A segment that comes again with other bytes: the first copy is kept. */
  overlap() {
    const key = keys(19);
    const talk = new Conversation().handshake();
    const first = text('the truth', { key: key() });
    talk
      .client(first)
      .again('client', first.length, text('the other', { key: key() }))
      .client(text('next', { key: key() }));
    return goodbye(talk, key).packets;
  },

  /** Sequence numbers that begin again at zero, ports that are used again, and another protocol in between. */
  wrap_reuse() {
    const key = keys(20);
    const first = new Conversation({ clientSequence: 0xfffffff0, serverSequence: 0xffffffff }).handshake();
    goodbye(first.client(text('over the end of the numbers', { key: key() })), key);
    const other = new Conversation({ port: 50300 })
      .open()
      .client(Buffer.from('SSH-2.0-x\r\n'))
      .server(Buffer.from('SSH-2.0-y\r\n'));
    const tls = new Conversation({ port: 50301 }).open().client(Buffer.from('160301000501000001fe', 'hex'));
    const second = new Conversation({ clientSequence: 77 }).handshake();
    goodbye(second.server(text('the ports again')), key);
    return [...first.packets, ...other.packets, ...tls.packets, ...second.packets];
  },

  /** Answers of 101 to other protocols, and those of WebSockets to requests that the capture does not have. */
  other_upgrades() {
    const key = keys(22);
    const switching = (port, token) => {
      const [asked, answered] = [request, response].map((head) => {
        const fields = { Upgrade: token, 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Accept': null };
        return head({ fields: { ...fields, 'Sec-WebSocket-Version': null } });
      });
      return new Conversation({ port }).open().client(asked).server(answered);
    };
    const docker = switching(50000, 'tcp');
    docker.client(Buffer.from('ls\n')).server(Buffer.from('\x01\0\0\0\0\0\0\x06total\n')).end();
    const http2 = switching(50001, 'h2c').server(Buffer.from('00000c04000000000000030000006400040000ffff', 'hex'));
    http2.client(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')).end();
    const late = (port, fields) => {
      const talk = new Conversation({ port }).lost((talk) => talk.open().client(request()));
      return goodbye(talk.server(response({ fields })).server(text('welcome')), key);
    };
    const [accepted, upgraded] = [late(50002, { Upgrade: null }), late(50003, { 'Sec-WebSocket-Accept': null })];
    return [docker, http2, accepted, upgraded].flatMap((talk) => talk.packets);
  },

  /** Twenty messages of the client, 40 bytes missing in the middle, and frames after that. */
  gap() {
    const key = keys(10);
    const talk = new Conversation({ mss: 40 }).handshake();
    const all = Buffer.concat(Array.from({ length: 20 }, (_, n) => text(`message ${n} of twenty`, { key: key() })));
    const before = talk.packets.length;
    talk.client(all);
    talk.packets.splice(before + 6, 1);
    return goodbye(talk, key).packets;
  },

  /** Bytes are missing inside one long frame, whose length tells where the next one begins. */
  gap_inside() {
    const key = keys(11);
    const talk = new Conversation().handshake();
    const before = talk.packets.length;
    talk.server(binary(Buffer.alloc(6000, 0x2a)));
    talk.packets.splice(before + 2, 1);
    talk.server(text('right behind it'));
    return goodbye(talk, key).packets;
  },

  /** A compressed message is missing, and what comes next refers back to it, and beyond. */
  gap_pmd() {
    const down = compressor();
    const price = (price) => text(down(`{"channel":"ticker","price":${price}}`), { rsv: 4 });
    const talk = new Conversation().handshake({ extensions: '' });
    talk.server(price(1));
    const before = talk.packets.length;
    talk.server(price(2)).server(price(3)).server(price(4));
    talk.packets.splice(before, 1);
    return talk.packets;
  },

  /** The last bytes of a direction are missing, which a FIN, an acknowledgement or a reset behind them tells. */
  lost_end() {
    const key = keys(21);
    const begin = (port) => new Conversation({ port }).handshake();
    const bye = (options) => frame(Op.close, close(1000), options);
    // The Close of the server, between what was seen and its FIN.
    const closing = begin(50000).client(bye({ key: key() }));
    closing.lost((talk) => talk.server(bye())).end('server');
    // A Pong and both Closes.
    const both = begin(50001).client(frame(Op.ping, 'there?', { key: key() }));
    both
      .lost((talk) =>
        talk
          .server(frame(Op.pong, 'there?'))
          .client(bye({ key: key() }))
          .server(bye()),
      )
      .end('server');
    // A Close that the client has acknowledged, before the server resets.
    const reset = begin(50002).client(text('hi', { key: key() }));
    reset
      .lost((talk) => talk.server(bye()))
      .acknowledge('client')
      .reset('server');
    // The same without an acknowledgement.
    const alone = begin(50003)
      .lost((talk) => talk.server(bye()))
      .reset('server');
    // Everything is there, and the FIN comes with the Close.
    const whole = begin(50004)
      .client(bye({ key: key() }))
      .finish('server', bye())
      .finish('client');
    // Nothing but the FIN, which counts as one byte of what was acknowledged.
    const fin = begin(50005)
      .client(bye({ key: key() }))
      .server(bye());
    fin
      .lost((talk) => talk.finish('server'))
      .acknowledge('client')
      .finish('client');
    // Nothing, though the reset claims to come from 1 GiB ahead.
    const far = begin(50006)
      .client(bye({ key: key() }))
      .server(bye())
      .reset('server', 1 << 30);
    // The answer to the request.
    const answer = new Conversation({ port: 50007 }).open().client(request());
    answer.lost((talk) => talk.server(response())).end('server');
    return [closing, both, reset, alone, whole, fin, far, answer].flatMap((talk) => talk.packets);
  },

  /** Neither SYN nor handshake: one masked text of the client, one of the server. */
  mid() {
    const talk = new Conversation();
    talk.client(text('from the middle', { key: rfcKey })).server(text('of a connection'));
    return talk.packets;
  },

  /** The middle of a connection that compresses: what refers back before the capture is not known. */
  mid_pmd() {
    const key = keys(8);
    const [up, down] = [compressor(), compressor()];
    up('{"method":"subscribe","channel":"ticker"}');
    down('{"channel":"ticker","price":1}');
    const talk = new Conversation();
    talk.client(text(up('{"method":"subscribe","channel":"trades"}'), { rsv: 4, key: key() }));
    talk.server(
      text(down('{"channel":"ticker","price":2}'), { rsv: 4 }),
      text(down('{"channel":"ticker","price":2}'), { rsv: 4 }),
    );
    talk.server(text(down('{"channel":"ticker","price":3}'), { rsv: 4 }));
    return talk.packets;
  },
};
