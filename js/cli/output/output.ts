/** Where output goes: standard output, or a file. */

import { once } from 'node:events';
import { createWriteStream, statSync, type WriteStream } from 'node:fs';
import { visible } from '../../inspect/visible.js';
import { columns, type Paint, painter, plain, print } from '../terminal.js';
import { UsageError } from '../usage-error.js';

export interface Output {
  /** Writes; resolves when more may be written. */
  write(content: string | Uint8Array): Promise<unknown>;
  /** Ends it; resolves when all of it is written. */
  close(): Promise<void>;
  readonly paint: Paint;
  /** Columns of the terminal, to which lines are cut; `undefined` where nothing is. */
  readonly columns: number | undefined;
  readonly isTerminal: boolean;
}

/** Opens a file for output, or standard output for `-` and `undefined`. No input may be the same file. */
export function openOutput(file: string | undefined, inputs: readonly string[]): Output {
  if (file === undefined || file === '-') {
    const { isTTY } = process.stdout;
    return { write: print, close: async () => {}, paint: painter(), columns: columns(), isTerminal: isTTY === true };
  }
  const same = inputs.find((input) => input !== '-' && isSameFile(input, file));
  if (same !== undefined) throw new UsageError(`${visible(file)} is the input as well: it would be overwritten`);
  return new FileOutput(file);
}

class FileOutput implements Output {
  readonly paint = plain;
  readonly columns = undefined;
  readonly isTerminal = false;
  readonly #stream: WriteStream;
  readonly #name: string;
  #error: NodeJS.ErrnoException | undefined;

  constructor(file: string) {
    this.#name = visible(file);
    this.#stream = createWriteStream(file);
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
  }

  async write(content: string | Uint8Array): Promise<void> {
    this.#check();
    if (this.#stream.write(content)) return;
    await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')]).catch(() => {});
    this.#check();
  }

  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close').catch(() => {});
    this.#check();
  }

  #check(): void {
    if (this.#error !== undefined) throw new UsageError(`${this.#name} cannot be written: ${this.#error.code}`);
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => statSync(file, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino && a.isFile();
}
