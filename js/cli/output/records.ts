/** Lines of NDJSON as records. */

import type { InspectRecord } from '../../inspect/records.js';

/** What the lines say, one by one. */
export function* recordsOf(ndjson: Uint8Array): Generator<InspectRecord, void, undefined> {
  for (const line of textOf(ndjson).split('\n')) {
    if (line !== '') yield JSON.parse(line) as InspectRecord;
  }
}

/** The text of lines, which are UTF-8. */
export function textOf(ndjson: Uint8Array): string {
  return Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.byteLength).toString();
}

/** Whether there is a line of one type. */
export function hasType(type: string, ndjson: Uint8Array): boolean {
  return linesOfType(type, ndjson).next().done !== true;
}

/** Whether a line is of one type. */
export function isOfType(type: string, line: string): boolean {
  return line.startsWith(markOf(type));
}

/** The lines of one type. */
export function* linesOfType(type: string, ndjson: Uint8Array): Generator<string, void, undefined> {
  const mark = markOf(type);
  const buffer = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.byteLength);
  // No payload holds the mark: quotes in it are escaped.
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + 1)) {
    const end = buffer.indexOf(0x0a, at);
    yield buffer.toString('utf8', at, end < 0 ? buffer.length : end);
  }
}

/** How the lines of a type begin. */
const markOf = (type: string): string => `{"v":1,"type":"${type}"`;
