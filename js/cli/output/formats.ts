/** The formats of output: what each needs of the engine, and how it writes records. */

import { version } from '../../constants.js';
import { Belonging, isAbout } from '../../inspect/belonging.js';
import type { EngineOptions, RecordType } from '../../inspect/engine.js';
import { Har } from '../../inspect/har.js';
import { PacketWriter, pcapngHead } from '../../inspect/pcapng.js';
import type { FrameRecord, InspectRecord, MessageRecord } from '../../inspect/records.js';
import { redact } from '../../inspect/redact.js';
import { visibleJson } from '../../inspect/visible.js';
import type { Sink } from '../session.js';
import type { Selection } from '../source-flags.js';
import { UsageError } from '../usage-error.js';
import { follow, isSaid } from './follow.js';
import type { Output } from './output.js';
import { type Look, linesOf } from './pretty.js';
import { hasType, textOf } from './records.js';
import { csvHeader, csvLine, fieldsLine, type Separation } from './table.js';
import { tellTroubles } from './troubles.js';

export const formats = ['pretty', 'ndjson', 'json', 'csv', 'fields', 'har', 'pcapng', 'hex', 'raw'] as const;
export type Format = (typeof formats)[number];

/** The formats that the extensions of files ask for. */
const EXTENSIONS: ReadonlyMap<string, Format> = new Map([
  ['har', 'har'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['tsv', 'fields'],
  ['pcapng', 'pcapng'],
  ['hex', 'hex'],
  ['bin', 'raw'],
  ['txt', 'pretty'],
]);

/** The format that the name of a file asks for. */
export function formatOf(file: string | undefined): Format | undefined {
  return EXTENSIONS.get(/\.([a-z0-9]+)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? '');
}

/** Whether a format has bytes of frames as they were on the wire, and so no messages. */
export function isWire(format: Format): boolean {
  return format === 'pcapng' || format === 'hex' || format === 'raw';
}

/** What is written, and how. */
export interface Writing {
  readonly format: Format;
  readonly selection: Selection;
  /** Rows are messages instead of frames. */
  readonly messages: boolean;
  /** Stop after so many rows. */
  readonly count: number | undefined;
  readonly look: Look;
  readonly columns: readonly string[];
  readonly separation: Separation;
  readonly harFrames: boolean;
  /** Nothing that was said is written. */
  readonly redact: boolean;
  /** A conversation: payloads alone. */
  readonly follow: boolean;
  /** Whether NUL ends the lines of rows, instead of a line feed. */
  readonly nul: boolean;
}

/** What a format needs of the engine. */
export function recordsFor({
  format,
  messages,
  look,
  follow: dialogue,
}: Writing): Pick<EngineOptions, 'records' | 'wire'> {
  const rows: RecordType[] = messages ? ['message', 'frame'] : ['frame'];
  switch (format) {
    case 'pretty':
      if (dialogue) return { records: ['message', 'frame', 'error'] };
      return {
        records: ['handshake', ...rows, 'violation', 'gap', 'close', 'error'],
        wire: look.dump === undefined ? undefined : true,
      };
    case 'ndjson':
    case 'json':
      return {
        records: ['capture', 'handshake', ...rows, 'violation', 'gap', 'close', 'error', 'summary'],
        wire: look.dump === undefined ? undefined : true,
      };
    case 'csv':
    case 'fields':
      return { records: [...rows, 'error'] };
    case 'har':
      return { records: ['capture', 'handshake', 'message', 'frame', 'close', 'error'], wire: true };
    case 'pcapng':
      return { records: ['capture', 'handshake', 'frame', 'close', 'error'], wire: true };
    case 'hex':
    case 'raw':
      return { records: ['frame', 'error'], wire: true };
  }
}

/** A sink that writes rows, and tells errors on stderr as they come. */
export interface RowSink extends Sink {
  /** Whether any row was written. */
  readonly wrote: boolean;
  /** Writes what comes behind all captures. */
  finish(): Promise<void>;
}

/** A sink for the format. */
export function sinkFor(writing: Writing, output: Output): RowSink {
  return new Writer(writing, output);
}

/** A record as it is written, and its line of NDJSON. */
interface Written {
  readonly record: InspectRecord;
  readonly line: string;
}

function redacted(given: InspectRecord): Written {
  const record = redact(given);
  return { record, line: visibleJson(record) };
}

class Writer implements RowSink {
  wrote = false;
  /** Rows that were written, where they are counted. */
  #rows = 0;
  readonly #writing: Writing;
  readonly #output: Output;
  readonly #har: Har;
  readonly #packets = new PacketWriter();
  /** Where some frames of a connection are left out. */
  readonly #belonging: Belonging<Written> | undefined;
  #direction: string | undefined;
  /** How many captures have begun. */
  #captures = 0;
  #begun = false;
  /** The frame of the row that was written last. */
  #above: number | undefined;
  #name = '';
  /** Records that were written as JSON. */
  #items = 0;

  constructor(writing: Writing, output: Output) {
    this.#writing = writing;
    this.#output = output;
    this.#har = new Har(version, writing.harFrames);
    if (writing.selection.partial) this.#belonging = new Belonging();
  }

  begin({ name }: { readonly name: string }): void {
    this.#name = name;
    this.#captures += 1;
  }

  async lines(ndjson: Uint8Array): Promise<boolean> {
    tellTroubles(ndjson, this.#name);
    const { format, count, selection, messages, nul, redact } = this.#writing;
    const all = selection.conn === undefined && !selection.partial;
    if (format === 'ndjson' && all && count === undefined && !messages && !nul && !redact) {
      this.wrote ||= hasType('frame', ndjson);
      await this.#output.write(ndjson);
      return true;
    }
    const parts: (string | Uint8Array)[] = this.#begun ? [] : [this.#head()];
    this.#begun = true;
    for (const { record, line } of this.#records(ndjson)) {
      if (this.#isHidden(record)) continue;
      if (this.#isRow(record)) {
        if (count !== undefined && this.#rows >= count) break;
        this.#rows += 1;
        this.wrote = true;
      }
      const part = this.#part(record, line);
      if (record.type !== 'violation') this.#above = record.type === 'frame' ? record.n : undefined;
      if (part.length > 0) parts.push(part);
    }
    await this.#write(parts);
    return count === undefined || this.#rows < count;
  }

  async finish(): Promise<void> {
    if (!this.#begun) await this.#write([this.#head()]);
    const { format } = this.#writing;
    if (format === 'json') await this.#output.write(this.#items > 0 ? '\n]\n' : ']\n');
    if (format === 'har') await this.#output.write(this.#har.text());
    await this.#output.close();
  }

  /** Records as they are to be written, with their lines. */
  *#records(ndjson: Uint8Array): Generator<Written> {
    const { conn } = this.#writing.selection;
    for (const line of textOf(ndjson).split('\n')) {
      if (line === '') continue;
      const record = JSON.parse(line) as InspectRecord;
      if (conn !== undefined && !isAbout(conn, record)) continue;
      const written = this.#writing.redact ? redacted(record) : { record, line };
      yield* this.#belonging?.take(record, written) ?? [written];
    }
  }

  async #write(parts: readonly (string | Uint8Array)[]): Promise<void> {
    const binary = parts.some((part) => typeof part !== 'string');
    await this.#output.write(binary ? Buffer.concat(parts.map((part) => Buffer.from(part as string))) : parts.join(''));
  }

  /** Of messages, frames that are a part of one are left out: control frames stay. An archive has places for both. */
  #isHidden(record: InspectRecord): boolean {
    const { format, messages } = this.#writing;
    return record.type === 'frame' && messages && format !== 'har' && record.op < 8 && record.msg !== null;
  }

  #isRow(record: InspectRecord): record is FrameRecord | MessageRecord {
    const { format, messages, harFrames, follow: dialogue } = this.#writing;
    if (format === 'pretty' && dialogue) return isSaid(record);
    // An archive has messages, whether frames stand beside them or not.
    if (format === 'har') return record.type === (harFrames ? 'frame' : 'message');
    return record.type === 'frame' || (record.type === 'message' && messages);
  }

  #head(): string | Uint8Array {
    const { format, columns, separation } = this.#writing;
    if (format === 'json') return '[\n';
    if (format === 'csv') return csvHeader(columns);
    if (format === 'fields' && separation.header) return `${columns.join(separation.separator)}\n`;
    return format === 'pcapng' ? pcapngHead() : '';
  }

  #part(record: InspectRecord, line: string): string | Uint8Array {
    const { format, look, columns, separation, nul } = this.#writing;
    switch (format) {
      case 'ndjson':
        return nul ? `${line}\0` : `${line}\n`;
      case 'json':
        this.#items += 1;
        return this.#items === 1 ? line : `,\n${line}`;
      case 'pretty':
        return this.#writing.follow ? follow(record, look.paint) : linesOf(record, look, this.#above);
      case 'har':
        this.#har.take(record);
        return '';
      case 'pcapng':
        if (record.type === 'frame') this.#wireOf(record);
        return this.#packets.take(record);
      default:
        break;
    }
    if (record.type !== 'frame' && record.type !== 'message') return '';
    const text =
      format === 'csv'
        ? csvLine(record, columns)
        : format === 'fields'
          ? fieldsLine(record, columns, separation)
          : this.#bytes(record);
    return nul && typeof text === 'string' ? `${text.replace(/\r?\n$/, '')}\0` : text;
  }

  /** A frame as it was on the wire: in hex, one a line, or raw, which has to be of one direction. */
  #bytes(record: FrameRecord | MessageRecord): string | Uint8Array {
    if (record.type !== 'frame') return '';
    const wire = this.#wireOf(record);
    if (this.#writing.format === 'hex') return `${wire}\n`;
    const direction = `${this.#captures} ${record.conn} ${record.dir}`;
    this.#direction ??= direction;
    if (this.#direction !== direction) {
      throw new UsageError(
        'raw bytes are those of one direction of one FILE: add --conn N and --filter "dir == c2s" or "dir == s2c"',
      );
    }
    return Buffer.from(wire, 'hex');
  }

  /** The bytes of a frame in hex: all of them, since a part would read as another frame. */
  #wireOf({ wire, hdrLen, n, len }: FrameRecord): string {
    if (wire !== undefined) return wire;
    if (hdrLen === undefined) {
      throw new UsageError(`${this.#name} has messages, not frames: there are no bytes of frames to write`);
    }
    throw new UsageError(
      `${this.#name}: frame ${n} has ${len} bytes, more than are kept of a message: give a larger --max-message MIB`,
    );
  }
}
