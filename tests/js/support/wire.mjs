// Frames written and read by the letter of RFC 6455 §5.2, independently of what is tested.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The masking key of the examples in RFC 6455 §5.7. */
export const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** Bytes written as pairs of hex digits; white space is for the reader. */
export function hex(text) {
  const digits = text.replace(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function utf8(text) {
  return encoder.encode(text);
}

/** The text of bytes that must be UTF-8. */
export function textOf(bytes) {
  return decoder.decode(bytes);
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function masked(bytes, key) {
  return bytes.map((byte, i) => byte ^ key[i % 4]);
}

/** One frame. `form` is the bits of the length: 7, 16 or 64, by default as few as do. */
export function frame({ opcode, payload = new Uint8Array(), fin = true, rsv = 0, key, form }) {
  const data = typeof payload === 'string' ? utf8(payload) : payload;
  const bits = form ?? (data.length < 126 ? 7 : data.length < 65536 ? 16 : 64);
  const head = new DataView(new ArrayBuffer({ 7: 2, 16: 4, 64: 10 }[bits]));
  head.setUint8(0, (fin ? 0x80 : 0) | (rsv << 4) | opcode);
  head.setUint8(1, (key ? 0x80 : 0) | { 7: data.length, 16: 126, 64: 127 }[bits]);
  if (bits === 16) head.setUint16(2, data.length);
  if (bits === 64) head.setBigUint64(2, BigInt(data.length));
  const parts = [new Uint8Array(head.buffer), ...(key ? [key, masked(data, key)] : [data])];
  return concat(...parts);
}

/** One frame as the peer of `receiver` has to write it: masked for a server, by {@link KEY}. */
export function frameFor(receiver, opcode, payload, more = {}) {
  return frame({ opcode, payload, key: receiver === 'server' ? KEY : undefined, ...more });
}

/** The frames that `bytes` consist of, payload unmasked. */
export function frames(bytes) {
  const found = [];
  let rest = bytes;
  const take = (length) => {
    if (rest.length < length) throw new Error('the last frame is cut');
    const taken = rest.slice(0, length);
    rest = rest.subarray(length);
    return taken;
  };
  while (rest.length > 0) {
    const [first, second] = take(2);
    const form = second & 0x7f;
    const length = form < 126 ? form : numberOf(take(form === 126 ? 2 : 8));
    const key = second & 0x80 ? take(4) : undefined;
    const payload = key ? masked(take(length), key) : take(length);
    found.push({ fin: first >= 0x80, rsv: (first >> 4) & 7, opcode: first & 15, key, payload });
  }
  return found;
}

/** A number in network byte order. */
function numberOf(bytes) {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** Code and reason of each Close frame in `bytes`; an empty one has the code `undefined`. */
export function closes(bytes) {
  return frames(bytes)
    .filter(({ opcode }) => opcode === 8)
    .map(({ payload }) => ({
      code: payload.length === 0 ? undefined : (payload[0] << 8) | payload[1],
      reason: textOf(payload.subarray(2)),
    }));
}
