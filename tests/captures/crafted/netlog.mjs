// Logs of Chromium's network, as a browser of today writes them, and one that crashed.

import { close, compressor, frame, keys, Op, request, response } from '../lib.mjs';
import { text } from './shorthand.mjs';

const base64 = (payload) => Buffer.from(payload).toString('base64');

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

/** By the name of the file. */
export const netlogs = {
  'chrome.netlog': `${netlog()}],"polledData":{}}\n`,
  'crash.netlog': `${netlog()},\n`,
  'headers.netlog': `${netlog({ bytes: false })}]}\n`,
};
