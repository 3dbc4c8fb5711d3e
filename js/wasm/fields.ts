/** Lists of strings for a call, and from one: `src/wasm/fields.rs` has the same. Each is behind its length. */

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Puts strings and bytes into one list. */
export function packFields(fields: readonly (string | Uint8Array)[]): Uint8Array {
  const encoded = fields.map((field) => (typeof field === 'string' ? encoder.encode(field) : field));
  const list = new Uint8Array(encoded.reduce((length, field) => length + 4 + field.length, 0));
  const view = new DataView(list.buffer);
  let at = 0;
  for (const field of encoded) {
    view.setUint32(at, field.length, true);
    list.set(field, at + 4);
    at += 4 + field.length;
  }
  return list;
}

/** Takes a list apart, from its start. */
export class FieldReader {
  readonly #list: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(list: Uint8Array<ArrayBuffer>) {
    this.#list = list;
    this.#view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  }

  /** The next field, a copy of its own. */
  bytes(): Uint8Array<ArrayBuffer> {
    const start = this.#at + 4;
    this.#at = start + this.#view.getUint32(this.#at, true);
    return this.#list.slice(start, this.#at);
  }

  /** The next field, written by the codec in UTF-8. */
  text(): string {
    return utf8.decode(this.bytes());
  }

  /** The next field, as received from the peer: bytes of no defined encoding, one character for each. */
  latin1(): string {
    const bytes = this.bytes();
    let text = '';
    // A call takes only so many arguments.
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return text;
  }

  /** All that is left, as names and values. */
  headers(): [name: string, value: string][] {
    const headers: [string, string][] = [];
    while (this.#at < this.#list.length) headers.push([this.latin1(), this.latin1()]);
    return headers;
  }
}
