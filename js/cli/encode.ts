/** `sansocket encode`: a frame, or a message in frames, as bytes; also such as break the protocol. */

import type { FrameInit } from 'sansocket';
import { Opcode } from '../constants.js';
import { bytesOfText } from '../inspect/notation.js';
import { hexOf, visible } from '../inspect/visible.js';
import { command } from './command.js';
import type { Values } from './flags.js';
import { readWhole } from './input.js';
import { ExitCode, print } from './terminal.js';
import { UsageError } from './usage-error.js';

const flags = {
  text: { kind: 'text', value: 'STRING', help: 'a text message, or the payload of a ping or pong' },
  binary: { kind: 'text', value: 'BYTES', help: 'a binary message: hex, base64 or any other notation of bytes' },
  file: {
    kind: 'text',
    value: 'FILE',
    help: 'the payload is what FILE (or - for standard input) has, binary without --opcode',
  },
  ping: { kind: 'switch', help: 'a Ping' },
  pong: { kind: 'switch', help: 'a Pong' },
  close: { kind: 'text', value: 'CODE[:REASON]', help: 'a Close, as in 1000:bye; empty for one without a body' },
  opcode: { kind: 'text', value: 'N', help: 'any opcode, as in 0x3' },
  mask: {
    kind: 'text',
    value: 'KEY|random|none',
    help: 'the masking key in hex; random by default, as a client sends; none as a server',
  },
  fin: { kind: 'choice', choices: ['0', '1'], help: 'FIN of the last frame; 1 by default' },
  rsv: { kind: 'integer', value: 'N', min: 0, max: 7, help: 'the reserved bits: 4 for RSV1, 2 for RSV2, 1 for RSV3' },
  deflate: { kind: 'switch', help: 'compress the message by permessage-deflate (RFC 7692)' },
  frag: { kind: 'integer', value: 'N', min: 1, max: 65536, help: 'send the message in N frames' },
  'length-form': { kind: 'choice', choices: ['7', '16', '64'], help: 'bits of the length, even if fewer would do' },
  format: {
    kind: 'choice',
    choices: ['hex', 'raw', 'base64', 'c', 'js'],
    help: 'how bytes are written; hex by default',
  },
} as const;

type Given = Values<typeof flags>;

export const encode = command({
  name: 'encode',
  summary: 'a message as the bytes of its frames, also deliberately wrong ones',
  usage: '[--text STRING | --binary BYTES | --file FILE | --ping | --pong | --close CODE[:REASON]] [FLAG]...',
  about:
    'Writes the bytes of one message or control frame. What a conforming endpoint would not send is written as well: ' +
    'an unmasked frame of a client, a reserved opcode, a Ping with FIN 0, a length that is not minimal.',
  flags,
  files: false,
  examples: [
    ['sansocket encode --text Hello --mask none', '81 05 48 65 6c 6c 6f'],
    ['sansocket encode --text Hello --mask 37fa213d', 'the example of RFC 6455 §5.7'],
    ['sansocket encode --close 1000:bye', 'a Close with a reason'],
    ['sansocket encode --text Hello --deflate --frag 2', 'one compressed message in two frames'],
    ['sansocket encode --ping --fin 0 | sansocket lint', 'what is wrong with it'],
    ['sansocket encode --file photo.png --format raw | nc host 80', ''],
  ],
  run: async ({ values, operands: [extra] }) => {
    if (extra !== undefined)
      throw new UsageError(`"${visible(extra)}" is no flag; --text "${visible(extra)}" sends it`);
    const bytes = framesOf(values, await contentOf(values), await import('sansocket'));
    for (const part of written(bytes, values.format ?? 'hex')) await print(part);
    return ExitCode.Ok;
  },
});

/** The codec, which is loaded only when there is something for it to do. */
type Codec = typeof import('sansocket');

/** What is sent. */
interface Content {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

async function contentOf({ text, binary, file, ping, pong, close, opcode }: Given): Promise<Content> {
  const kinds = [ping && '--ping', pong && '--pong', close !== undefined && '--close'].filter((kind) => kind !== false);
  const payloads = [text, binary, file].filter((given) => given !== undefined);
  const [kind, second] = kinds;
  if (second !== undefined) throw new UsageError(`${kind} and ${second}: a frame is one of them`);
  if (payloads.length > 1) throw new UsageError('one of --text, --binary and --file at a time');
  if (kind === undefined && payloads.length === 0 && opcode === undefined) {
    throw new UsageError('nothing to send: --text, --binary, --file, --ping, --pong, --close or --opcode says what');
  }
  if (close !== undefined && payloads.length > 0)
    throw new UsageError('the payload of a Close is in --close CODE:REASON');
  const payload = close === undefined ? await payloadOf(text, binary, file) : closeBody(close);
  if (opcode !== undefined) return { opcode: opcodeOf(opcode), payload };
  if (close !== undefined) return { opcode: Opcode.Close, payload };
  if (ping || pong) return { opcode: ping ? Opcode.Ping : Opcode.Pong, payload };
  return { opcode: text === undefined ? Opcode.Binary : Opcode.Text, payload };
}

async function payloadOf(
  text: string | undefined,
  binary: string | undefined,
  file: string | undefined,
): Promise<Uint8Array> {
  if (file !== undefined) return readWhole(file);
  if (binary === undefined) return Buffer.from(text ?? '');
  const { bytes, notation, error } = bytesOfText(binary);
  if (error === undefined) return bytes;
  throw new UsageError(`--binary: character ${error.column}: ${error.message} (read as ${notation})`);
}

function closeBody(close: string): Uint8Array {
  if (close === '') return new Uint8Array();
  const [, code = '', reason = ''] = /^(\d+)(?::(.*))?$/s.exec(close) ?? [];
  if (code === '' || Number(code) > 0xffff)
    throw new UsageError('--close is CODE or CODE:REASON, with a CODE up to 65535');
  return Buffer.concat([Buffer.of(Number(code) >> 8, Number(code) & 0xff), Buffer.from(reason)]);
}

function opcodeOf(text: string): number {
  const opcode = /^(\d{1,2}|0x[0-9a-f])$/i.test(text) ? Number(text) : 16;
  if (opcode > 15) throw new UsageError(`--opcode is 0 to 15 or 0x0 to 0xf, not "${visible(text)}"`);
  return opcode;
}

function framesOf(given: Given, { opcode, payload }: Content, codec: Codec): Uint8Array {
  const { rsv = 0, frag = 1, fin = '1' } = given;
  const masked = given.mask !== 'none';
  const maskingKey = keyOf(given.mask);
  const whole = given.deflate ? compressed(payload, codec) : payload;
  const frames = pieces(whole, frag).map((piece, i): Uint8Array => {
    const first = i === 0;
    const frame: FrameInit = {
      opcode: first ? opcode : Opcode.Continuation,
      fin: i === frag - 1 && fin === '1',
      rsv1: first && (given.deflate || (rsv & 4) !== 0),
      rsv2: first && (rsv & 2) !== 0,
      rsv3: first && (rsv & 1) !== 0,
      payload: piece,
      masked,
      maskingKey,
      headerLength: headerLengthOf(given['length-form'], masked, piece.length),
    };
    return codec.encodeFrame(frame);
  });
  return Buffer.concat(frames);
}

function keyOf(mask: string | undefined): Uint8Array | undefined {
  if (mask === undefined || mask === 'random' || mask === 'none') return undefined;
  const digits = mask.replace(/^0x/i, '').replaceAll(/[\s:,-]/g, '');
  if (!/^[0-9a-f]{8}$/i.test(digits)) {
    throw new UsageError(`--mask is a key of 8 hex digits, random or none, not "${visible(mask)}"`);
  }
  return Buffer.from(digits, 'hex');
}

function headerLengthOf(form: '7' | '16' | '64' | undefined, masked: boolean, length: number): number | undefined {
  if (form === undefined) return undefined;
  if (length > { '7': 125, '16': 0xffff, '64': Number.MAX_SAFE_INTEGER }[form]) {
    throw new UsageError(`--length-form ${form} is too short for a payload of ${length} bytes`);
  }
  return { '7': 2, '16': 4, '64': 10 }[form] + (masked ? 4 : 0);
}

/** A message as the codec compresses it: the payload of its one frame. */
function compressed(message: Uint8Array, { Connection, decodeFrames }: Codec): Uint8Array {
  const connection = new Connection({
    role: 'server',
    perMessageDeflate: { threshold: 0, level: 9 },
    maxBufferedBytes: Number.POSITIVE_INFINITY,
  });
  connection.sendBinary(message);
  const bytes = Buffer.concat(connection.dataToSend());
  connection.free();
  return Buffer.concat(
    [...decodeFrames(bytes, { maxFrameSize: Number.POSITIVE_INFINITY })].map(({ payload }) => payload),
  );
}

/** So many pieces of about the same size; some are empty if there are more of them than bytes. */
function pieces(bytes: Uint8Array, count: number): Uint8Array[] {
  const at = (i: number): number => Math.floor((bytes.length * i) / count);
  return Array.from({ length: count }, (_, i) => bytes.subarray(at(i), at(i + 1)));
}

/** Bytes that are written down at once; a multiple of three, so that base64 has no padding between. */
const PIECE = 3 << 14;

/** The output, in pieces: as text it may be more than a string can hold. */
function* written(bytes: Uint8Array, format: 'hex' | 'raw' | 'base64' | 'c' | 'js'): Generator<string | Uint8Array> {
  switch (format) {
    case 'raw':
      if (process.stdout.isTTY) {
        throw new UsageError('raw bytes would drive the terminal: send them to a file or a pipe, or use --format hex');
      }
      yield bytes;
      return;
    case 'hex':
      yield* listed(bytes, (part) => hexOf(part, ' '), ' ');
      yield '\n';
      return;
    case 'base64':
      yield* listed(bytes, (part) => Buffer.from(part).toString('base64'), '');
      yield '\n';
      return;
    case 'js':
      yield 'new Uint8Array([';
      yield* listed(bytes, literals, ', ');
      yield '])\n';
      return;
    case 'c':
      yield `unsigned char frame[${bytes.length}] = { `;
      yield* listed(bytes, literals, ', ');
      yield ' };\n';
  }
}

function* listed(bytes: Uint8Array, text: (part: Uint8Array) => string, separator: string): Generator<string> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) yield separator;
    yield text(bytes.subarray(at, at + PIECE));
  }
}

const literals = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
