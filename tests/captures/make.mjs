// `node tests/captures/make.mjs`: writes the crafted captures of this folder. What each holds stands beside it, as golden
// records: tests/captures/NAME.ndjson, which `UPDATE=1 cargo test -p sansocket-inspector --test captures` writes and a
// person reads.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  acceptOf,
  Conversation,
  close,
  compressor,
  frame,
  keys,
  links,
  Op,
  pcap,
  pcapng,
  request,
  response,
  rfcKey,
} from './lib.mjs';

const text = (payload, options) => frame(Op.text, payload, options);
const binary = (payload, options) => frame(Op.binary, payload, options);

/** Both sides close, and TCP ends. */
function goodbye(talk, key, code = 1000, reason = '') {
  return talk
    .client(frame(Op.close, close(code, reason), { key: key() }))
    .server(frame(Op.close, close(code, reason)))
    .end('server');
}

const noTakeover = '; client_no_context_takeover; server_no_context_takeover';

/** The captures by name; each is a function that gives packets. */
const captures = {
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

  /** An answer with a wrong accept value. */
  badaccept() {
    const key = keys(12);
    const talk = new Conversation().handshake({ response: { fields: { 'Sec-WebSocket-Accept': acceptOf('x') } } });
    return goodbye(talk.client(text('all the same', { key: key() })), key).packets;
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
    return all;
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
};

/** How some of them are written. */
const formats = { clean: { bigEndian: true, nanoseconds: true } };

/** The first one in other formats, and behind every kind of link. */
function variants() {
  const packets = captures.clean();
  const behind = (wrap) => packets.map(({ time, data }) => ({ time, data: wrap(data) }));
  return {
    'clean_be.pcapng': pcapng(packets, { bigEndian: true, resolution: 9 }),
    'clean_sections.pcapng': Buffer.concat([
      pcapng(packets.slice(0, 8)),
      pcapng(packets.slice(8), { bigEndian: true, resolution: 0x94 }),
    ]),
    'clean_simple.pcapng': pcapng(packets, { simple: true }),
    'clean_vlan.pcap': pcap(behind(links.vlan)),
    'clean_sll.pcap': pcap(behind(links.sll), { link: 113 }),
    'clean_sll2.pcap': pcap(behind(links.sll2), { link: 276 }),
    'clean_raw.pcap': pcap(behind(links.raw), { link: 101 }),
    'clean_loop.pcap': pcap(behind(links.loop), { link: 0 }),
    'clean_ipv6.pcap': pcap(behind(links.ipv6), { link: 229 }),
  };
}

const base64 = (payload) => Buffer.from(payload).toString('base64');

/** Archives of messages, as different programs write them. */
const archives = {
  'chrome.har': har('http://a.example/chat', [
    { type: 'send', time: 1767225601.5, opcode: 1, data: 'Hello' },
    { type: 'receive', time: 1767225601.75, opcode: 1, data: 'κόσμε "quoted" \u001b[31m' },
    { type: 'receive', time: 1767225602, opcode: 2, data: base64([0, 255, 1]) },
    { type: 'error', time: 1767225603, opcode: -1, data: 'WebSocket closed' },
  ]),
  'playwright.har': har('ws://a.example/chat', [
    { type: 'send', time: 1767225601500, opcode: 1, data: 'milliseconds' },
    { type: 'receive', time: -1, opcode: 1, data: 'no time' },
  ]),
  'handmade.har': har('ws://a.example/chat', [
    { type: 'send', time: 1.5, opcode: 9, data: 'ping' },
    { type: 'receive', time: 1.75, opcode: 10, data: 'ping' },
    { type: 'receive', time: 2, opcode: 2, data: 'not base64!' },
    { type: 'receive', time: 3, opcode: 8, code: 1001, data: 'away' },
  ]),
  'firefox.har': har('ws://a.example/chat'),
  'cdp.jsonl': jsonl([
    { method: 'Network.webSocketCreated', params: { requestId: '7.1', url: 'ws://a.example/chat' } },
    {
      method: 'Network.webSocketFrameSent',
      params: { requestId: '7.1', timestamp: 12.5, response: { opcode: 1, mask: true, payloadData: 'Hello' } },
    },
    {
      method: 'Network.webSocketFrameReceived',
      params: {
        requestId: '7.1',
        timestamp: 12.75,
        response: { opcode: 2, mask: false, payloadData: base64([0, 255]) },
      },
    },
  ]),
  'archive.jsonl': jsonl([
    { ts: 1767225601.5, type: 'send', opcode: 1, payloadData: 'Hello', mask: true },
    { ts: 1767225601.75, type: 'receive', opcode: 9, payloadData: '', mask: false },
  ]),
};

function jsonl(lines) {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function har(url, messages) {
  const socket = {
    startedDateTime: '2026-01-01T00:00:00.000Z',
    request: { method: 'GET', url, headers: [] },
    response: { status: 101, content: {} },
    _resourceType: 'websocket',
    _webSocketMessages: messages,
  };
  const page = { startedDateTime: '2026-01-01T00:00:00.000Z', request: { url: 'http://a.example/' }, response: {} };
  return Buffer.from(`${JSON.stringify({ log: { version: '1.2', entries: [page, socket] } }, null, 1)}\n`);
}

/** A log of Chromium: the bytes of a socket in the clear, of one inside TLS, and of one that is something else. */
function netlog({ bytes = true } = {}) {
  const key = keys(30);
  const types = {
    SOCKET_BYTES_SENT: 81,
    SOCKET_BYTES_RECEIVED: 82,
    SSL_SOCKET_BYTES_SENT: 70,
    SSL_SOCKET_BYTES_RECEIVED: 71,
    WEBSOCKET_SENT_FRAME_HEADER: 500,
    WEBSOCKET_RECV_FRAME_HEADER: 501,
  };
  const asked = { fields: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } };
  const answered = { fields: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } };
  let time = 1000;
  const tick = () => {
    time += 5;
    return time;
  };
  const event = (type, id, params, source = 9) => ({
    params,
    phase: 0,
    source: { id, start_time: '1', type: source },
    time: String(tick()),
    type: types[type],
  });
  const sent = (type, id, data) => event(type, id, { byte_count: data.length, bytes: base64(data) });
  const talk = (id, prefix) => [
    sent(`${prefix}SOCKET_BYTES_SENT`, id, request(asked)),
    sent(`${prefix}SOCKET_BYTES_RECEIVED`, id, response(answered)),
    sent(
      `${prefix}SOCKET_BYTES_SENT`,
      id,
      text(compressor()(`through ${prefix || 'plain TCP'}`), { rsv: 4, key: key() }),
    ),
    sent(`${prefix}SOCKET_BYTES_RECEIVED`, id, Buffer.concat([text('answer'), frame(Op.ping, 'p')])),
    sent(`${prefix}SOCKET_BYTES_SENT`, id, frame(Op.pong, 'p', { key: key() })),
    sent(`${prefix}SOCKET_BYTES_RECEIVED`, id, frame(Op.close, close(4001, 'bye'))),
  ];
  const header = (type, opcode, length, more = {}) =>
    event(
      type,
      77,
      {
        final: true,
        reserved1: false,
        reserved2: false,
        reserved3: false,
        opcode,
        masked: type.includes('SENT'),
        payload_length: length,
        ...more,
      },
      1,
    );
  const events = bytes
    ? [
        ...talk(11, ''),
        sent('SOCKET_BYTES_SENT', 12, Buffer.from('160301000501000001fe', 'hex')),
        ...talk(12, 'SSL_'),
        sent('SSL_SOCKET_BYTES_SENT', 13, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
        header('WEBSOCKET_SENT_FRAME_HEADER', 1, 5),
      ]
    : [
        header('WEBSOCKET_SENT_FRAME_HEADER', 1, 5),
        header('WEBSOCKET_RECV_FRAME_HEADER', 2, 70000, { final: false }),
        header('WEBSOCKET_RECV_FRAME_HEADER', 0, 3),
      ];
  const constants = {
    logCaptureMode: bytes ? 'Everything' : 'Default',
    logEventTypes: types,
    timeTickOffset: 1767225600000,
  };
  return `{"constants":${JSON.stringify(constants)},\n"events": [\n${events.map((event) => JSON.stringify(event)).join(',\n')}`;
}

/** Every capture by the name of its file. */
export function files() {
  const all = { ...variants(), ...archives };
  for (const [name, packets] of Object.entries(captures)) all[`${name}.pcap`] = pcap(packets(), formats[name]);
  all['chrome.netlog'] = `${netlog()}],"polledData":{}}\n`;
  all['crash.netlog'] = `${netlog()},\n`;
  all['headers.netlog'] = `${netlog({ bytes: false })}]}\n`;
  return all;
}

if (process.argv[1] === import.meta.filename) {
  const all = Object.entries(files());
  for (const [name, content] of all) writeFileSync(join(import.meta.dirname, name), content);
  console.log(`${all.length} captures written`);
}
