/** What belongs to the frames that are selected: of what else a capture tells, the records of their connections. */

import type { HandshakeRecord, InspectRecord } from './records.js';

/** Whether a record is about this connection, or about none. */
export function isAbout(conn: number, record: InspectRecord): boolean {
  return !('conn' in record) || record.conn === null || record.conn === conn;
}

/** Holds the handshake of a connection back until a frame or message of it comes: a file for others has no other heads. */
export class Handshakes {
  readonly #held = new Map<number, HandshakeRecord>();
  /** Connections of which something came. */
  readonly #begun = new Set<number>();

  /** What is to be written, now that a record has come; a handshake before the frame that it waited for. */
  take(record: InspectRecord): readonly InspectRecord[] {
    switch (record.type) {
      case 'capture':
        this.#held.clear();
        this.#begun.clear();
        return [record];
      case 'handshake':
        if (this.#begun.has(record.conn)) return [record];
        // Of directions in files of their own there is one more when the answer is read, which has the request as well.
        this.#held.set(record.conn, record);
        return [];
      case 'frame':
      case 'message': {
        const handshake = this.#held.get(record.conn);
        this.#held.delete(record.conn);
        this.#begun.add(record.conn);
        return handshake === undefined ? [record] : [handshake, record];
      }
      case 'close':
        // Nothing of it comes any more.
        this.#held.delete(record.conn);
        this.#begun.delete(record.conn);
        return [record];
      default:
        return [record];
    }
  }
}
