/** Hex dumps with a column of offsets and perhaps one of text: xxd, hexdump -C, od -t x1, tcpdump -X, Wireshark, gdb. */

import { ByteWriter } from './byte-writer.js';
import { digitOf, digitsEnd, found, type Parsed, pushDigits } from './hex.js';

/** An offset with a colon, or one of zero without and bytes one by one behind it. Data is never written like this. */
const FIRST_LINE = /^\s*(?:(?:0x)?[0-9a-f]{4,16}:[ \t]|(?:0{6,16}[ \t]|0{4,16}(?: {2}|\t))\s*[0-9a-f]{2}(?:\s|$))/i;

/** What `hexdump` and `od` print when they are not asked for bytes. */
const WORDS = /^\s*0{6,8} +(?:[0-9a-f]{4}|[0-7]{6})(?:\s|$)/i;

const OFFSET = /^[ \t]*(?:0x)?([0-9a-f]{4,16})(:?)(?=\s|$)/i;

/** The most that lines squeezed into one `*` may stand for. */
const MAX_SQUEEZED = 1 << 26;

/** A line that one reads as a dump is no longer than this. */
const MAX_LINE = 1 << 14;

/** What tcpdump prints of a packet before its bytes. */
const PACKET_LINE = /^\s*(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+ [^\n]*\n/;

/** Reads a dump; `undefined` if the first line is not that of one. */
export function parseDump(text: string): Parsed | undefined {
  const beginning = PACKET_LINE.exec(text.slice(0, MAX_LINE))?.[0].length ?? 0;
  const head = text.slice(beginning, beginning + MAX_LINE);
  const out = new ByteWriter();
  const stop = (at: number, message: string): Parsed => ({ bytes: out.take(), fault: { at, message } });
  if (WORDS.test(head))
    return stop(0, 'a dump of 16-bit words does not tell the order of their bytes: use xxd or hexdump -C');
  if (!FIRST_LINE.test(head)) return undefined;
  const offsets = new Offsets();
  let squeezed = false;
  let lineBytes = 0;
  for (let start = beginning; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const at = start;
    start = end + 1;
    if (end - at > MAX_LINE) return stop(at + MAX_LINE, 'the line is too long for one of a dump');
    const line = text.slice(at, end);
    if (line.trim() === '') continue;
    if (line.trim() === '*') {
      squeezed = true;
      continue;
    }
    const [column, digits = '', colon] = OFFSET.exec(line) ?? [''];
    const where = at + column.length - digits.length - (colon?.length ?? 0);
    if (digits === '') return stop(at, `expected an offset, found ${found(text, at)}`);
    if (squeezed) {
      const missing = offsets.value(digits) - out.length;
      if (!(missing >= 0 && missing <= MAX_SQUEEZED) || lineBytes === 0 || missing % lineBytes !== 0) {
        return stop(where, `the lines that "*" stands for do not lead to the offset ${digits}`);
      }
      const repeated = out.take(out.length - lineBytes);
      for (let left = missing; left > 0; left -= lineBytes) out.append(repeated);
      squeezed = false;
    }
    if (!offsets.fit(digits, out.length)) {
      return stop(where, `the offset ${digits} does not follow: ${out.length} bytes were read so far`);
    }
    const before = out.length;
    const fault = pushLine(out, text, at + column.length, at + line.length, colon === ':');
    if (fault !== undefined) return { bytes: out.take(), fault };
    if (out.length > before) lineBytes = out.length - before;
  }
  return { bytes: out.take(), fault: undefined };
}

/** Reads the bytes of a line up to the column of text, which is further away than one byte from the next. */
function pushLine(out: ByteWriter, text: string, start: number, end: number, colon: boolean): Parsed['fault'] {
  const gutterGap = colon ? 2 : 3;
  let [at, gap, groups] = [start, 0, 0];
  for (; at < end; gap = 0) {
    while (at < end && /\s/.test(text.charAt(at))) {
      at += 1;
      gap += 1;
    }
    const character = text.charAt(at);
    if (at === end || (groups > 0 && (gap >= gutterGap || character === '|' || character === '>'))) return undefined;
    const first = text.slice(at, at + 2).toLowerCase() === '0x' ? at + 2 : at;
    const last = digitsEnd(text, first);
    if (last < end && !/\s/.test(text.charAt(last))) {
      return { at: last, message: `expected a hex digit, found ${found(text, last)}` };
    }
    if ((last - first) % 2 !== 0) return { at: last - 1, message: 'half a byte: the number of hex digits is odd' };
    pushDigits(out, text, first, last);
    groups += 1;
    at = last;
  }
  return undefined;
}

/** Offsets are hex in most dumps, but octal or decimal in those of od: what fits decides. */
class Offsets {
  #readings: { readonly radix: number; readonly base: number }[] | undefined;

  /** Bytes from the first line to an offset. */
  value(digits: string): number {
    const { radix, base } = this.#readings?.[0] ?? { radix: 16, base: 0 };
    return numberOf(digits, radix) - base;
  }

  /** Whether an offset is that of the byte with this position. */
  fit(digits: string, position: number): boolean {
    // od writes seven digits; of its radixes octal is the one that it uses by itself.
    const radixes = digits.length === 7 ? [8, 10, 16] : [16, 8, 10];
    this.#readings ??= radixes.map((radix) => ({ radix, base: numberOf(digits, radix) }));
    const fitting = this.#readings.filter(({ radix, base }) => numberOf(digits, radix) - base === position);
    if (fitting.length === 0) return false;
    this.#readings = fitting;
    return true;
  }
}

/** `NaN` if one of the digits is not of this radix. */
function numberOf(digits: string, radix: number): number {
  let value = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digitOf(digits.charCodeAt(at));
    value = digit < radix ? value * radix + digit : Number.NaN;
  }
  return value;
}
