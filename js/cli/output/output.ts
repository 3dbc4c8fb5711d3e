/** Where output goes: standard output, or a file. */

import { once } from 'node:events';
import { accessSync, closeSync, constants, createWriteStream, openSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { visible } from '../../inspect/visible.js';
import { statOf } from '../files.js';
import { columns, OutputError, type Paint, painter, plain, print } from '../terminal.js';
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
  /** Whether what was there before goes with the first write. */
  readonly replaces: boolean;
}

/**
 * A file for output, or standard output for `-` and `undefined`. No input may be the same file. What a file has stays until
 * there is something to write: a command line that is wrong costs nobody a file.
 */
export function openOutput(file: string | undefined, inputs: readonly string[]): Output {
  if (file === undefined || file === '-') {
    const { isTTY } = process.stdout;
    return {
      write: print,
      close: async () => {},
      paint: painter(),
      columns: columns(),
      isTerminal: isTTY === true,
      replaces: false,
    };
  }
  const same = inputs.find((input) => isSameFile(input, file));
  if (same !== undefined) throw new UsageError(`${visible(file)} is the input as well: it would be overwritten`);
  return new FileOutput(file);
}

class FileOutput implements Output {
  readonly paint = plain;
  readonly columns = undefined;
  readonly isTerminal = false;
  readonly replaces: boolean;
  readonly #file: string;
  #stream: WriteStream | undefined;
  #error: NodeJS.ErrnoException | undefined;

  constructor(file: string) {
    this.#file = file;
    this.replaces = statOf(file)?.isFile() ?? true;
    try {
      checkWritable(file);
    } catch (error) {
      throw this.#failed(error as NodeJS.ErrnoException);
    }
  }

  async write(content: string | Uint8Array): Promise<void> {
    if (content.length === 0) return;
    const stream = this.#opened();
    this.#check();
    if (!stream.write(content)) await eitherOf(stream, 'drain', 'close');
    this.#check();
  }

  async close(): Promise<void> {
    const stream = this.#opened();
    stream.end();
    if (!stream.closed) await eitherOf(stream, 'close');
    this.#check();
  }

  #opened(): WriteStream {
    this.#stream ??= createWriteStream(this.#file).on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    return this.#stream;
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#failed(this.#error);
  }

  #failed({ code }: NodeJS.ErrnoException): OutputError {
    return new OutputError(`${visible(this.#file)} cannot be written: ${code}`);
  }
}

/** Resolves at the first of these events. A failure is an event of its own. */
async function eitherOf(stream: WriteStream, ...events: readonly string[]): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race(events.map((event) => once(stream, event, { signal }))).catch(() => {});
  // Or the listeners of the others stay, more at each wait.
  over.abort();
}

/** Throws if a file cannot be written, as far as that can be told without writing to it. */
function checkWritable(file: string): void {
  const there = statOf(file);
  if (there === undefined) accessSync(dirname(file), constants.W_OK);
  // To open a pipe would wait for its reader, and be taken for a writer.
  else if (there.isFile() || there.isDirectory()) closeSync(openSync(file, constants.O_WRONLY));
}

/** Whether an input, `-` for standard input, is the file that is written. */
function isSameFile(input: string, file: string): boolean {
  const [a, b] = [statOf(input), statOf(file)];
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino && a.isFile();
}
