// Heads of HTTP/1.1, written and read.

import { utf8 } from './wire.mjs';

/** Lines as a head on the wire. */
export function headOf(lines) {
  return utf8(`${lines.join('\r\n')}\r\n\r\n`);
}

/** The parts of a message that was sent. */
export function parseHead(bytes) {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no whole head: ${text}`);
  const [startLine, ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const [, name, value] = /^([^:]+): (.*)$/.exec(line);
    return [name, value];
  });
  const get = (name) => headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
  return { startLine, status: Number(startLine.split(' ')[1]), headers, get, body: bytes.subarray(end + 4) };
}

/** A valid request, with fields changed (`undefined` leaves one out) or added. */
export function request(changes = {}, requestLine = 'GET /chat HTTP/1.1') {
  const fields = {
    Host: 'server.example.com',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  };
  return message(requestLine, fields);
}

/** A valid response to the key of the RFC's example, with fields changed or added. */
export function response(changes = {}, statusLine = 'HTTP/1.1 101 Switching Protocols') {
  const fields = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...changes,
  };
  return message(statusLine, fields);
}

function message(startLine, fields) {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  return headOf([startLine, ...lines]);
}
