/**
 * The header of a frame, read for explanation, as far as it has arrived. The codec gives no header for a frame that is
 * cut or cannot be read; these are the very frames that one wants explained.
 */

/** How the payload length is written (RFC 6455 §5.2). */
export type LengthForm = 7 | 16 | 64;

/** What the bytes at hand tell of a header. */
export interface HeaderView {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  /** `undefined`, as all that follows, if the bytes end before it. */
  readonly masked: boolean | undefined;
  readonly lengthForm: LengthForm | undefined;
  readonly payloadLength: bigint | undefined;
  readonly maskingKey: Uint8Array | undefined;
  /** Bytes of the whole header, once its second byte tells. */
  readonly headerLength: number | undefined;
}

/** Reads a header at the beginning of `bytes`, of which there is at least one. */
export function readHeader(bytes: Uint8Array): HeaderView {
  const [first = 0, second] = bytes;
  const lengthForm = second === undefined ? undefined : formOf(second & 0x7f);
  const lengthEnd = 2 + (lengthForm === 64 ? 8 : lengthForm === 16 ? 2 : 0);
  const masked = second === undefined ? undefined : (second & 0x80) !== 0;
  const headerLength = masked === undefined ? undefined : lengthEnd + (masked ? 4 : 0);
  return {
    fin: (first & 0x80) !== 0,
    rsv1: (first & 0x40) !== 0,
    rsv2: (first & 0x20) !== 0,
    rsv3: (first & 0x10) !== 0,
    opcode: first & 0x0f,
    masked,
    lengthForm,
    payloadLength: lengthForm === undefined || bytes.length < lengthEnd ? undefined : lengthOf(bytes, lengthForm),
    maskingKey: masked && bytes.length >= lengthEnd + 4 ? bytes.slice(lengthEnd, lengthEnd + 4) : undefined,
    headerLength,
  };
}

function formOf(short: number): LengthForm {
  if (short === 127) return 64;
  return short === 126 ? 16 : 7;
}

function lengthOf(bytes: Uint8Array, form: LengthForm): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (form === 64) return view.getBigUint64(2);
  return BigInt(form === 16 ? view.getUint16(2) : view.getUint8(1) & 0x7f);
}
