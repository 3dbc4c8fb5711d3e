/**
 * What is written beside the frames that a filter lets through: what belongs to their connections. The heads of others, with their
 * cookies and tokens, are nothing that was asked for.
 */

interface Told {
  readonly type: string;
  readonly conn?: number | null;
}

/** Lines of NDJSON; those of a connection wait until a frame or a message of it comes. */
export class Belonging {
  readonly #held = new Map<number, string[]>();
  readonly #begun = new Set<number>();

  /** What is to be written now that a line has come, in its order. */
  take(line: string): readonly string[] {
    const { type, conn } = JSON.parse(line) as Told;
    if (typeof conn !== 'number' || this.#begun.has(conn)) return [line];
    const held = this.#held.get(conn) ?? [];
    held.push(line);
    if (type === 'frame' || type === 'message') {
      this.#begun.add(conn);
      this.#held.delete(conn);
      return held;
    }
    this.#held.set(conn, held);
    return [];
  }
}
