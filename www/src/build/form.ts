/** A frame as a form has it, and both ways between that and its bytes. */

import { encodeFrame, type FrameInit } from '../../../pkg/index.js';
import { unmaskedPayload } from '../../../pkg/inspect/fields.js';
import { readHeader } from '../../../pkg/inspect/header.js';
import { bytesOfText } from '../../../pkg/inspect/notation.js';
import { hexOf, utf8Of } from '../../../pkg/inspect/visible.js';

export type PayloadForm = 'text' | 'hex' | 'close';
export type LengthForm = 'shortest' | '7' | '16' | '64';

export interface FrameForm {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  /** In hex, as somebody types it. */
  readonly key: string;
  readonly lengthForm: LengthForm;
  readonly payloadForm: PayloadForm;
  readonly payload: string;
  /** The status code of a Close, as somebody types it. */
  readonly code: string;
  readonly reason: string;
}

/** The example of RFC 6455 §5.7: a masked "Hello". */
export const hello: FrameForm = {
  fin: true,
  rsv1: false,
  rsv2: false,
  rsv3: false,
  opcode: 1,
  masked: true,
  key: '37 fa 21 3d',
  lengthForm: 'shortest',
  payloadForm: 'text',
  payload: 'Hello',
  code: '1000',
  reason: '',
};

/** Payload that a form can show as text without a browser that stands still. */
export const MAX_PAYLOAD = 1 << 20;

/** What the form says, as the codec takes it. Throws an error that names the field. */
export function frameOf(form: FrameForm): FrameInit {
  const { fin, rsv1, rsv2, rsv3, opcode, masked } = form;
  const payload = payloadOf(form);
  const frame = { fin, rsv1, rsv2, rsv3, opcode, masked, payload };
  const base = masked ? { ...frame, maskingKey: keyOf(form.key) } : frame;
  const extra = { shortest: undefined, '7': 0, '16': 2, '64': 8 }[form.lengthForm];
  if (extra === undefined) return base;
  const least = payload.length < 126 ? 0 : payload.length <= 0xffff ? 2 : 8;
  if (extra < least) throw new Error(`${payload.length} bytes of payload need a longer form of the length`);
  return { ...base, headerLength: 2 + extra + (masked ? 4 : 0) };
}

/** The bytes of the frame. Throws an error that names the field. */
export const bytesOfForm = (form: FrameForm): Uint8Array<ArrayBuffer> => encodeFrame(frameOf(form));

function payloadOf({ payloadForm, payload, code, reason }: FrameForm): Uint8Array {
  if (payloadForm === 'text') return new TextEncoder().encode(payload);
  if (payloadForm === 'hex') {
    const { bytes, error } = bytesOfText(payload, 'hex');
    if (error !== undefined && payload.trim() !== '') throw new Error(`payload: ${error.message}`);
    return bytes;
  }
  if (code.trim() === '' && reason === '') return new Uint8Array(0);
  const value = Number(code);
  if (!/^\d{1,5}$/.test(code.trim()) || value > 0xffff) throw new Error('the status code is a number up to 65535');
  return Uint8Array.of(value >> 8, value & 0xff, ...new TextEncoder().encode(reason));
}

function keyOf(text: string): Uint8Array {
  const { bytes, error } = bytesOfText(text, 'hex');
  if (error !== undefined || bytes.length !== 4) throw new Error('the masking key is four bytes in hex');
  return bytes;
}

/** The form for the frame at the beginning of `wire`; what the bytes do not have is left as it was. */
export function formOf(wire: Uint8Array, before: FrameForm): FrameForm {
  if (wire.length === 0) return before;
  const header = readHeader(wire);
  const { fin, rsv1, rsv2, rsv3, opcode } = header;
  const payload = unmaskedPayload(wire.subarray(0, MAX_PAYLOAD));
  const least = payload.length < 126 ? 7 : payload.length <= 0xffff ? 16 : 64;
  const form = header.lengthForm === undefined || header.lengthForm === least ? 'shortest' : `${header.lengthForm}`;
  return {
    fin,
    rsv1,
    rsv2,
    rsv3,
    opcode,
    masked: header.masked ?? before.masked,
    key: header.maskingKey === undefined ? before.key : hexOf(header.maskingKey, ' '),
    lengthForm: form as LengthForm,
    ...payloadFormOf(payload, opcode),
  };
}

function payloadFormOf(payload: Uint8Array, opcode: number) {
  const none = { code: '', reason: '' };
  const reason = opcode === 8 && payload.length !== 1 ? utf8Of(payload.subarray(2)) : undefined;
  if (reason !== undefined) {
    const code = payload.length === 0 ? '' : String((payload[0] ?? 0) * 256 + (payload[1] ?? 0));
    return { payloadForm: 'close' as const, payload: '', code, reason };
  }
  const text = opcode === 2 ? undefined : utf8Of(payload);
  if (text !== undefined) return { payloadForm: 'text' as const, payload: text, ...none };
  return { payloadForm: 'hex' as const, payload: hexOf(payload, ' '), ...none };
}

/** The call that makes the same frame. */
export function codeOf(form: FrameForm): string {
  const lines = [`  opcode: ${OPCODES[form.opcode] ?? `0x${form.opcode.toString(16)}`},`];
  if (!form.fin) lines.push('  fin: false,');
  for (const bit of ['rsv1', 'rsv2', 'rsv3'] as const) if (form[bit]) lines.push(`  ${bit}: true,`);
  const frame = frameOf(form);
  const payload = frame.payload as Uint8Array;
  if (form.payloadForm === 'text') lines.push(`  payload: ${JSON.stringify(form.payload)},`);
  else if (payload.length > 0) lines.push(`  payload: Uint8Array.of(${literalOf(payload)}),`);
  if (frame.maskingKey) lines.push(`  maskingKey: Uint8Array.of(${literalOf(frame.maskingKey)}),`);
  if (frame.headerLength !== undefined) lines.push(`  headerLength: ${frame.headerLength},`);
  return `import { encodeFrame, Opcode } from 'sansocket';\n\nconst bytes = encodeFrame({\n${lines.join('\n')}\n});\n`;
}

const literalOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');

const OPCODES: Readonly<Record<number, string>> = {
  0: 'Opcode.Continuation',
  1: 'Opcode.Text',
  2: 'Opcode.Binary',
  8: 'Opcode.Close',
  9: 'Opcode.Ping',
  10: 'Opcode.Pong',
};
