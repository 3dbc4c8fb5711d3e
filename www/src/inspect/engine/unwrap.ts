/** The bytes of a file as the engine reads them: out of gzip, zip archives of Playwright, and notations of bytes. */

import { bytesOfText } from '../../../../pkg/inspect/notation.js';
import { harOfZip } from '../../../../pkg/inspect/playwright.js';
import { TELLING_BYTES, type Wrapping, wrappingOf } from '../../../../pkg/inspect/recognise.js';
import type { Reading } from './protocol.js';

/** Bytes that are read at once: little at first, so that rows are there soon, and never so much that a call waits long. */
const FIRST_PIECE = 128 << 10;
const PIECE = 1 << 20;

/** Pieces that are fetched at a time. */
const AHEAD = 4;

/** The most bytes of what has to be in memory at once: text that is read as a notation, and zip archives. */
const MAX_WHOLE = 256 << 20;

/** The most bytes that come out of gzip. */
const MAX_UNZIPPED = 2 ** 34;

type Bytes = Uint8Array<ArrayBuffer>;

export class Unwrapping {
  /** The notation that was found, in words; empty if the bytes are what they are. */
  notation = '';
  /** What could not be read of it. */
  readonly faults: string[] = [];
  /** What the engine is to take the pieces for, once there is one. */
  from: string;
  readonly #from: Reading['from'];
  readonly #typed: boolean;

  /** @param typed Whether somebody typed or pasted the bytes, as text that may hold any character by mistake. */
  constructor(from: Reading['from'], typed: boolean) {
    this.#from = from;
    this.#typed = typed;
    this.from = from === '' ? 'auto' : from;
  }

  /** The pieces of a file. Between two of them other calls have their turn. */
  async *pieces(blob: Blob): AsyncGenerator<Bytes, void, undefined> {
    const beginning = await bytesOf(blob.slice(0, TELLING_BYTES));
    switch (this.#wrapping(beginning)) {
      case 'gzip':
        yield* this.#gunzipped(blob);
        return;
      case 'zip':
        yield (await harOfZip(await this.#whole(blob), inflated)) as Bytes;
        return;
      case 'text':
        yield this.#notated(await this.#whole(blob));
        return;
      default:
        yield* readAhead(blob);
    }
  }

  #wrapping(beginning: Bytes): Wrapping {
    if (this.#from === 'hex' || this.#from === 'base64') return 'text';
    const found = wrappingOf(this.#typed ? beginning.map(printable) : beginning);
    return found === 'text' && this.#from !== '' ? 'capture' : found;
  }

  #notated(text: Bytes): Bytes {
    const forced = this.#from === 'hex' || this.#from === 'base64' ? this.#from : undefined;
    const { bytes, error, headers, notation } = bytesOfText(new TextDecoder().decode(text), forced);
    this.notation = headers === 0 ? notation : `${notation} of a packet, its ${headers} bytes of headers left out`;
    // What base64 or a hex stream holds may be a capture as well.
    this.from = this.#from === '' && wrappingOf(bytes) === 'capture' ? 'auto' : 'raw';
    if (error !== undefined) this.faults.push(`line ${error.line}, column ${error.column}: ${error.message}`);
    return bytes;
  }

  /** What comes out of gzip may be wrapped itself; what is read as a notation is read whole. */
  async *#gunzipped(blob: Blob): AsyncGenerator<Bytes, void, undefined> {
    const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
    let length = 0;
    let wrapping: Wrapping | undefined;
    const held: Bytes[] = [];
    const next = () =>
      reader.read().catch(() => {
        throw new Error('the gzip data is cut, or damaged');
      });
    for (let read = await next(); !read.done; read = await next()) {
      length += read.value.length;
      if (length > MAX_UNZIPPED) throw new Error(`more than ${MAX_UNZIPPED / 2 ** 30} GiB come out of gzip`);
      wrapping ??= this.#wrapping(read.value.subarray(0, TELLING_BYTES));
      if (wrapping === 'capture') yield read.value;
      else held.push(read.value);
    }
    if (held.length > 0) yield* this.pieces(new Blob(held));
  }

  async #whole(blob: Blob): Promise<Bytes> {
    if (blob.size > MAX_WHOLE)
      throw new Error(`more than ${MAX_WHOLE >> 20} MiB of text or zip: make it binary first, as xxd -r does`);
    return bytesOf(blob);
  }
}

const printable = (byte: number): number => ((byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13) ? byte : 0x3f);

/** While one piece is worked on, the next ones are fetched: browsers read files in another process, and some take a while. */
async function* readAhead(blob: Blob): AsyncGenerator<Bytes, void, undefined> {
  const coming: Promise<Bytes>[] = [];
  let start: number | undefined = 0;
  const fetchNext = () => {
    if (start === undefined) return;
    const end = Math.min(start + (start === 0 ? FIRST_PIECE : PIECE), blob.size);
    const piece = bytesOf(blob.slice(start, end));
    // Its failure is told when its turn has come.
    piece.catch(() => {});
    coming.push(piece);
    start = end < blob.size ? end : undefined;
  };
  for (let i = 0; i < AHEAD; i += 1) fetchNext();
  for (let piece = coming.shift(); piece !== undefined; piece = coming.shift()) {
    const bytes = await piece;
    fetchNext();
    yield bytes;
  }
}

async function inflated({ bytes, size }: { readonly bytes: Uint8Array; readonly size: number }): Promise<Bytes> {
  const stream = new Blob([bytes as Bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const whole = new Uint8Array(size);
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if (length + read.value.length > size) throw new Error('a file of the zip archive is larger than it says');
    whole.set(read.value, length);
    length += read.value.length;
  }
  return whole.subarray(0, length);
}

const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());
