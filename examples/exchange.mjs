// A whole WebSocket connection over TCP: a server and a client on the loopback address, and every frame on the wire between them.
//
//   node examples/exchange.mjs
//
// To use the codec over a socket of your own, copy `drive`.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ClientHandshake, encodeFrame, FrameDecoder, Opcode, ServerHandshake, verifyAccept } from 'sansocket';

/**
 * Moves bytes between a socket and a handshake of either role, and on to the connection that comes out of it.
 *
 * - `onOpen(connection)`: called once when the handshake has succeeded.
 * - `onEvent(event, connection)`: called for everything that the peer does.
 * - `onSend(bytes, connection)`: sees what is written; `connection` is undefined during the handshake.
 */
function drive(socket, handshake, { onOpen, onEvent, onSend }) {
  let open = false;
  const send = (source, connection) => {
    for (const bytes of source.dataToSend()) {
      onSend(bytes, connection);
      socket.write(bytes);
    }
  };
  const turn = () => {
    if (handshake.request && handshake.state === 'connecting') handshake.accept();
    send(handshake);
    if (handshake.state === 'closed') return socket.end();
    const { connection } = handshake;
    if (!connection) return;
    if (!open) onOpen(connection);
    open = true;
    for (const event of connection.events()) onEvent(event, connection);
    send(connection, connection);
    if (connection.writeEnded) socket.end();
  };
  const ended = () => {
    handshake.receiveEof();
    turn();
  };
  socket.on('data', (chunk) => {
    handshake.receiveData(chunk);
    turn();
  });
  socket.on('end', ended);
  socket.on('error', ended);
  socket.on('close', () => {
    handshake.connection?.free();
    handshake.free();
  });
  // Time is the caller's: a peer that is silent, or does not answer a Close, is given up.
  socket.setTimeout(5_000, () => socket.destroy());
  turn();
}

const text = 'Grüße, server';
const binary = Uint8Array.from({ length: 256 }, (_, index) => index);

/** What the client does, one step at the opening and one for each message that comes back. */
const steps = [
  (connection) => connection.sendText(text),
  (connection) => connection.sendBinary(binary),
  (connection) => {
    connection.sendText('Hel', { fin: false });
    connection.sendPing('between fragments');
    connection.sendContinuation('lo');
  },
  (connection) => connection.sendClose(1000, 'that is all'),
];

/** What the server does: it answers messages with the same, and asks once, before, whether the client is still there. */
function echo(event, connection) {
  if (event.type === 'text') connection.sendText(event.data);
  if (event.type === 'binary') {
    connection.sendPing('still there?');
    connection.sendBinary(event.data);
  }
}

const names = Object.fromEntries(Object.entries(Opcode).map(([name, opcode]) => [opcode, name.toLowerCase()]));
const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const received = { client: [], server: [] };

const listener = createServer({ allowHalfOpen: true }, (socket) => {
  const handshake = new ServerHandshake({ origins: ['http://example.com'], protocols: ['chat'] });
  drive(socket, handshake, {
    onOpen: () => {},
    onEvent: (event, connection) => {
      received.server.push(event);
      echo(event, connection);
    },
    onSend: wiretap('<'),
  });
}).listen(0, '127.0.0.1');
await once(listener, 'listening');

const { port } = listener.address();
console.log(`The opening handshake of RFC 6455 §1.2, over TCP to 127.0.0.1:${port}`);

const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
const handshake = new ClientHandshake({
  host: 'server.example.com',
  path: '/chat',
  origin: 'http://example.com',
  protocols: ['chat', 'superchat'],
  key,
});
drive(socket, handshake, {
  onOpen: (connection) => {
    checkHandshake();
    steps.shift()(connection);
  },
  onEvent: (event, connection) => {
    received.client.push(event);
    if (event.type === 'text' || event.type === 'binary') steps.shift()(connection);
  },
  onSend: wiretap('>'),
});
await once(socket, 'close');
listener.close();
await once(listener, 'close');
checkEvents();

function checkHandshake() {
  const accept = new Map(handshake.response.headers).get('Sec-WebSocket-Accept');
  assert.equal(accept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  assert.ok(verifyAccept(key, accept));
  assert.equal(handshake.protocol, 'chat');
  console.log(`  ${paint(32, '✓')} ${accept} is the answer to ${key}`);
  console.log(`  ${paint(32, '✓')} the server chose ${handshake.protocol} from chat, superchat\n`);
  console.log('Frames:  > from the client, masked   < from the server\n');
  console.log(paint(2, '     offset  opcode        fin  mask key     bytes     header                   payload'));
}

/** Nothing was lost, changed or out of order. */
function checkEvents() {
  const bytes = (string) => new TextEncoder().encode(string);
  assert.deepEqual(received.server, [
    { type: 'text', data: text },
    { type: 'binary', data: binary },
    { type: 'pong', data: bytes('still there?') },
    { type: 'ping', data: bytes('between fragments') },
    { type: 'text', data: 'Hello' },
    { type: 'close', code: 1000, reason: 'that is all' },
    { type: 'end' },
  ]);
  assert.deepEqual(received.client, [
    { type: 'text', data: text },
    { type: 'ping', data: bytes('still there?') },
    { type: 'binary', data: binary },
    { type: 'pong', data: bytes('between fragments') },
    { type: 'text', data: 'Hello' },
    { type: 'close', code: 1000, reason: '' },
    { type: 'end' },
  ]);
  console.log(`\n  ${paint(32, '✓')} both ends received what the other sent, and closed with 1000`);
}

/** Prints what one side sends: lines of the handshake, then frame after frame. */
function wiretap(arrow) {
  const decoder = new FrameDecoder();
  return (bytes, connection) => {
    if (connection) for (const frame of decoder.decode(bytes)) printFrame(arrow, frame);
    else for (const line of new TextDecoder().decode(bytes).trimEnd().split('\r\n')) console.log(`  ${arrow} ${line}`);
  };
}

function printFrame(arrow, frame) {
  const { opcode, fin, maskingKey, headerLength, payloadLength, offset } = frame;
  // A decoded frame encodes to the very bytes that it came from.
  const header = encodeFrame(frame).subarray(0, headerLength);
  const columns = [
    String(offset).padStart(8),
    paint(opcode < Opcode.Close ? 36 : 33, names[opcode].padEnd(12)),
    (fin ? 'fin' : '').padEnd(3),
    hex(maskingKey ?? []).padEnd(11),
    `${headerLength} + ${payloadLength}`.padEnd(8),
    paint(2, hex(header).padEnd(23)),
    preview(frame),
  ];
  console.log(`  ${arrow}${columns.join('  ')}`);
}

function preview({ opcode, payload }) {
  if (opcode === Opcode.Binary) return `${hex(payload.subarray(0, 6))} …`;
  if (opcode !== Opcode.Close) return new TextDecoder().decode(payload);
  return `${payload[0] * 256 + payload[1]} ${new TextDecoder().decode(payload.subarray(2))}`.trim();
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Colours a text on a terminal that shows colours, unless NO_COLOR says otherwise. */
function paint(colour, text) {
  return process.stdout.isTTY && process.stdout.hasColors() ? `\x1b[${colour}m${text}\x1b[0m` : text;
}
