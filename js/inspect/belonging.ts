/**
 * What belongs to the frames that are selected: of what else a capture tells, the records of their connections. The heads of others,
 * with their cookies and tokens, are nothing that was asked for.
 */

/** A record, as far as it matters here. */
interface Told {
  readonly type: string;
  readonly conn?: number | null;
}

/** Whether a record is about this connection, or about none. */
export function isAbout(conn: number, record: Told): boolean {
  return typeof record.conn !== 'number' || record.conn === conn;
}

/** Holds records of a connection back until a frame or message of it comes. `T` is what is written of a record. */
export class Belonging<T> {
  readonly #held = new Map<number, T[]>();
  /** Connections of which something came. */
  readonly #begun = new Set<number>();

  /** What is to be written now that a record has come, in its order. */
  take({ type, conn }: Told, written: T): readonly T[] {
    if (type === 'capture') {
      // Connections are counted anew.
      this.#held.clear();
      this.#begun.clear();
    }
    if (typeof conn !== 'number' || this.#begun.has(conn)) return [written];
    const held = this.#held.get(conn) ?? [];
    held.push(written);
    if (type === 'frame' || type === 'message') {
      this.#begun.add(conn);
      this.#held.delete(conn);
      return held;
    }
    // Of a connection that is closed nothing comes any more.
    if (type === 'close') this.#held.delete(conn);
    else this.#held.set(conn, held);
    return [];
  }
}
