// Compiled, never run: what the declarations of the package allow, and what they do not.

import {
  acceptKey,
  type BinaryEvent,
  ClientHandshake,
  CloseCode,
  type CloseEvent,
  Connection,
  type ConnectionEvent,
  decodeFrames,
  encodeFrame,
  type Frame,
  FrameDecoder,
  FrameDecoderStream,
  FrameEncoder,
  FrameEncoderStream,
  type FrameInit,
  HandshakeError,
  init,
  Opcode,
  type PerMessageDeflateOptions,
  PreparedMessage,
  ProtocolError,
  type ProtocolErrorCode,
  recycle,
  ServerHandshake,
  type State,
  UsageError,
  type UsageErrorCode,
  verifyAccept,
  version,
} from 'sansocket';
import { init as initSlim, Connection as SlimConnection } from 'sansocket/slim';

/** Both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<_ extends true>(): void {}

// Options: a role and nothing else is needed, and `undefined` is as good as left out.
const connection = new Connection({ role: 'client' });
new Connection({
  role: 'server',
  deliver: undefined,
  frames: true,
  maxMessageSize: Number.POSITIVE_INFINITY,
  maxFrameSize: 1,
  maxFragments: 1,
  maxControlFrames: 1,
  maxPendingPongBytes: 1,
  maxBufferedBytes: undefined,
});
// @ts-expect-error: there is no default role
new Connection({});
// @ts-expect-error: a role has a name
new Connection({ role: 'peer' });
// @ts-expect-error: a misspelt option
new Connection({ role: 'client', maxMessagesize: 1 });
// @ts-expect-error: limits are numbers
new Connection({ role: 'client', maxMessageSize: '1' });

// Events: the type tells them apart, and each has its fields.
function handle(event: ConnectionEvent): string | number | Uint8Array<ArrayBuffer> | undefined {
  switch (event.type) {
    case 'text':
      return event.data.toUpperCase();
    case 'binary':
    case 'ping':
    case 'pong':
      return event.data;
    case 'compressed':
      return event.kind === 'text' ? event.data : undefined;
    case 'fragment':
    case 'payload':
      return event.kind === 'text' && event.first && event.last ? event.data : undefined;
    case 'close':
      return event.code + event.reason.length;
    case 'frame':
      return event.fin ? event.maskingKey : event.payloadLength + event.offset + event.headerLength + event.index;
    case 'error':
      return event.error.closeCode + event.error.offset + event.error.frameIndex;
    case 'end':
      // @ts-expect-error: there is nothing more to it
      return event.data;
    default:
      return event satisfies never;
  }
}
for (const event of connection.events()) handle(event);
same<Same<Extract<ConnectionEvent, { type: 'binary' }>, BinaryEvent>>();
same<Same<Extract<ConnectionEvent, { type: 'close' }>, CloseEvent>>();
// @ts-expect-error: events are not to be changed
(null as unknown as CloseEvent).code = 1;

// What goes in and out.
connection.receiveData(new Uint8Array());
connection.receiveData(new Uint8Array(), { owned: true, transient: undefined });
connection.commit(1, { transient: true });
// @ts-expect-error: what was reserved is the module's already
connection.commit(1, { owned: true });
connection.receiveData(new ArrayBuffer(1));
connection.receiveData(new SharedArrayBuffer(1));
connection.receiveData(new DataView(new ArrayBuffer(1)));
// @ts-expect-error: text is not bytes
connection.receiveData('text');
// @ts-expect-error: a list is not bytes
connection.receiveData([1, 2]);
connection.receiveEof();
same<Same<ReturnType<Connection['dataToSend']>, Uint8Array<ArrayBuffer>[]>>();
same<Same<ReturnType<Connection['reserve']>, Uint8Array<ArrayBuffer>>>();
same<Same<Connection['state'], State>>();
same<Same<State, 'connecting' | 'open' | 'closing' | 'closed'>>();
connection.commit(1);
connection.sendText('text');
connection.sendText('text', { fin: false });
connection.sendBinary(new Uint8Array(), { fin: undefined });
connection.sendContinuation('text');
connection.sendContinuation(new Uint8Array());
connection.sendPing();
connection.sendPong('text');
connection.sendClose();
connection.sendClose(CloseCode.Normal, 'reason');
connection.sendClose(4999);
connection.fail(CloseCode.PolicyViolation);
// @ts-expect-error: a text is a string
connection.sendText(new Uint8Array());
// @ts-expect-error: bytes are not a string
connection.sendBinary('text');
// @ts-expect-error: a code is a number
connection.sendClose('1000');
// @ts-expect-error: failing needs a code
connection.fail();
// @ts-expect-error: state is read only
connection.state = 'open';
const numbers: number[] = [connection.bytesHeld, connection.bytesReceived];
const switches: boolean[] = [connection.closeExpected, connection.writeEnded];
connection.free();

// Compression.
const deflate: PerMessageDeflateOptions = { clientNoContextTakeover: true, serverMaxWindowBits: 10, level: 1 };
new Connection({ role: 'client', perMessageDeflate: deflate });
new Connection({ role: 'client', perMessageDeflate: true });
// @ts-expect-error: a misspelt parameter
new Connection({ role: 'client', perMessageDeflate: { windowBits: 10 } });
connection.sendPrepared(new PreparedMessage('text'));
connection.sendPrepared(new PreparedMessage(new Uint8Array()));
connection.sendText('secret', { compress: false });
connection.sendCompressed('text', new Uint8Array(), { fin: false });
// @ts-expect-error: a message is prepared first
connection.sendPrepared('text');

// Frames.
const frames: Frame[] = [
  ...decodeFrames(new Uint8Array(), { maxFrameSize: 5 }),
  ...new FrameDecoder().decode(new Uint8Array()),
];
for (const frame of frames) {
  const again: Uint8Array<ArrayBuffer> = encodeFrame(frame);
  frame satisfies FrameInit;
  new FrameEncoder({ role: 'client' }).encode({ ...frame, payload: again });
}
encodeFrame({ opcode: Opcode.Text, payload: 'text', masked: true });
encodeFrame({ opcode: 3, rsv1: true, maskingKey: new Uint8Array(4), headerLength: 14 });
// @ts-expect-error: a frame has an opcode
encodeFrame({ payload: 'text' });
// @ts-expect-error: an encoder has a role
new FrameEncoder({});
const error: ProtocolError | undefined = new FrameDecoder({ maxFrameSize: undefined }).error;
const readable: ReadableStream<Frame> = new ReadableStream<Uint8Array>().pipeThrough(new FrameDecoderStream());
readable.pipeThrough(new FrameEncoderStream()).pipeTo(new WritableStream<Uint8Array>());

// Errors: codes are known, kinds are strings.
function explain(error: unknown): string {
  if (error instanceof ProtocolError) return error.code satisfies ProtocolErrorCode;
  if (error instanceof UsageError) return error.code satisfies UsageErrorCode;
  if (error instanceof HandshakeError)
    return `${error.kind} ${error.code} ${error.section} ${error.offset} ${error.status?.toFixed()}`;
  return '';
}
// @ts-expect-error: no such code
const code: UsageErrorCode = 'not_there';

// The opening handshake.
const client = new ClientHandshake({
  host: 'server.example.com',
  path: '/chat',
  origin: 'http://example.com',
  protocols: ['chat'],
  headers: { Cookie: 'a=b' },
  connection: { maxMessageSize: 1 },
});
new ClientHandshake({ host: 'h', headers: [['a', 'b']] });
new ClientHandshake({ host: 'h', headers: new Map([['a', 'b']]) });
new ClientHandshake({ host: 'h', headers: new Headers() });
// @ts-expect-error: a request goes to a host
new ClientHandshake({});
// @ts-expect-error: a client is a client
new ClientHandshake({ host: 'h', connection: { role: 'server' } });
client.connection?.sendText('text');
client.response?.headers.map(([name, value]) => `${name}: ${value}`);
client.protocol satisfies string;
const server = new ServerHandshake({ origins: ['https://example.com'], protocols: ['chat'] });
new ServerHandshake({ origins: 'any' });
// @ts-expect-error: origins are a choice
new ServerHandshake({});
// @ts-expect-error: one origin is a list of one
new ServerHandshake({ origins: 'https://example.com' });
if (server.request) {
  server.request.protocols.includes('chat') satisfies boolean;
  server.accept({ protocol: 'chat', headers: [['Set-Cookie', 'a=b']] }) satisfies Connection;
  server.accept();
  server.reject(404, { body: 'no' });
  // @ts-expect-error: a request is what was received
  server.request.path = '/';
}
verifyAccept('key', acceptKey('key')) satisfies boolean;

// Loading.
init() satisfies Promise<void>;
initSlim(fetch('codec.wasm')) satisfies Promise<void>;
initSlim(new Response()) satisfies Promise<void>;
initSlim(new Uint8Array()) satisfies Promise<void>;
// @ts-expect-error: there is no module inside
initSlim();
new SlimConnection({ role: 'client' });
recycle();
version satisfies string;

export { code, error, explain, numbers, switches };
