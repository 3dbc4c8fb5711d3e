/** What goes out, in the order of the calls, and how much of it the transport has not taken. */

import { type PreparedMessage, UsageError } from 'sansocket';
import { bytesOf } from './buffer-source.js';
import type { Driver } from './driver.js';
import { queueTogether } from './tasks.js';

const encoder = new TextEncoder();

/** Not everywhere. It counts without encoding. */
const { Buffer } = globalThis as { Buffer?: { byteLength(text: string): number } };

/** Bytes of UTF-8; a lone surrogate takes the three of U+FFFD. */
export const utf8Length: (text: string) => number = Buffer?.byteLength ?? ((text) => encoder.encode(text).length);

/** Whose messages are sent. */
export interface SenderOwner {
  /** A message could not be sent. */
  fail(error: Error): void;
}

/** Sends for one connection. */
export class Sender {
  readonly #driver: Driver;
  readonly #owner: SenderOwner;
  /** Bytes of messages that the transport has not taken. After the end it only grows. */
  bufferedAmount = 0;
  /** Where a Blob is being read, what comes after it waits. */
  #last: Promise<void> | undefined;
  #stopped = false;

  constructor(driver: Driver, owner: SenderOwner) {
    this.#driver = driver;
    this.#owner = owner;
  }

  /** Sends what `send()` was given; counts it only, if the connection is not open any more. */
  send(data: unknown, open: boolean): void {
    if (typeof data === 'string') {
      this.#text(data, open);
      return;
    }
    if (data instanceof Blob) {
      this.bufferedAmount += data.size;
      if (open) this.#inOrder(async () => this.#sendBinary(new Uint8Array(await data.arrayBuffer())));
      return;
    }
    const bytes = bytesOf(data);
    if (bytes === undefined) this.#text(`${data}`, open);
    else this.#binary(bytes, open);
  }

  /** Sends `data`, of so many bytes, which `message` has in prepared form. */
  sendPrepared(message: PreparedMessage, data: string | Uint8Array, length: number): void {
    // What waits behind a Blob is sent when the prepared form may be gone.
    if (this.#last !== undefined) {
      this.#unprepared(data);
      return;
    }
    try {
      this.#driver.connection.sendPrepared(message);
    } catch {
      // The connection may be older than a `recycle()`, and live in another instance than the message. If something else is
      // wrong, this says what.
      this.#unprepared(data);
      return;
    }
    this.bufferedAmount += length;
    this.#driver.sent(length);
  }

  /** Closes after everything that was sent. */
  close(code: number | undefined, reason: string): void {
    this.#inOrder(() => this.#driver.close(code, reason));
  }

  /**
   * The transport has taken so much. By the WHATWG standard `bufferedAmount` falls between tasks only. It falls in the same task
   * where all listeners of an event have returned (`inTurn`), so that what they do after an `await` sees less: every answer would
   * otherwise cost the event loop one more task.
   */
  drained(bytes: number, inTurn: boolean): void {
    if (inTurn) this.bufferedAmount -= bytes;
    else queueTogether(() => this.drained(bytes, true));
  }

  /** It is over: what waits is not sent any more. */
  stop(): void {
    this.#stopped = true;
  }

  #unprepared(data: string | Uint8Array): void {
    if (typeof data === 'string') this.#text(data, true);
    else this.#binary(data, true);
  }

  #text(text: string, open: boolean): void {
    if (open && this.#last === undefined) {
      const length = this.#sendText(text);
      this.bufferedAmount += length;
      return;
    }
    const length = utf8Length(text);
    this.bufferedAmount += length;
    if (open) this.#inOrder(() => void this.#sendText(text));
  }

  /** Gives the bytes of the text as UTF-8. */
  #sendText(text: string): number {
    try {
      const length = this.#driver.connection.sendText(text);
      this.#driver.sent(length);
      return length;
    } catch (error) {
      this.#refused(error as Error);
      return utf8Length(text);
    }
  }

  #binary(bytes: Uint8Array, open: boolean): void {
    this.bufferedAmount += bytes.byteLength;
    if (!open) return;
    if (this.#last === undefined) {
      this.#sendBinary(bytes);
      return;
    }
    const copy = bytes.slice();
    this.#inOrder(() => this.#sendBinary(copy));
  }

  #sendBinary(bytes: Uint8Array): void {
    try {
      this.#driver.connection.sendBinary(bytes);
      this.#driver.sent(bytes.byteLength);
    } catch (error) {
      this.#refused(error as Error);
    }
  }

  #refused(error: Error): void {
    // The peer has closed meanwhile: what is sent then is lost, as on every network.
    if (error instanceof UsageError && error.code === 'not_open') return;
    this.#owner.fail(error);
  }

  #inOrder(run: () => void | Promise<void>): void {
    if (this.#last === undefined) {
      const running = run();
      if (running !== undefined) this.#waitFor(running);
    } else this.#waitFor(this.#last.then(() => (this.#stopped ? undefined : run())));
  }

  #waitFor(running: Promise<void>): void {
    const last = running.then(undefined, (reason) => {
      // After the end it changes nothing any more.
      if (!this.#stopped) this.#owner.fail(new Error('a Blob could not be read', { cause: reason }));
    });
    this.#last = last;
    void last.then(() => {
      if (this.#last === last) this.#last = undefined;
    });
  }
}
