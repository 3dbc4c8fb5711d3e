/** What arrives, as a stream of messages. */

import { Queue } from './queue.js';

/** A message: text or bytes. */
export type Message = string | Uint8Array<ArrayBuffer>;

/** Where the messages come from. */
export interface IncomingSource {
  /** Somebody reads. */
  read(): void;
  /** There is one that nobody has read: give no more. */
  pause(): void;
  /** All were read. */
  resume(): void;
  /** Nobody will read any more. */
  cancel(reason: unknown): void;
}

/**
 * One message a chunk. It keeps the queue itself, of which one message counts as full, so that an error comes after the
 * messages that were received before it: a stream that fails forgets what it has queued.
 */
export class Incoming {
  readonly readable: ReadableStream<Message>;
  readonly #source: IncomingSource;
  #controller!: ReadableStreamDefaultController<Message>;
  readonly #unread = new Queue<Message>();
  /** Whether somebody waits for a message. */
  #wanted = false;
  /** What is to be done once all was read. */
  #end: (() => void) | undefined;
  #over = false;

  constructor(source: IncomingSource) {
    this.#source = source;
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#over = true;
          this.#unread.clear();
          this.#source.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** A message has arrived. */
  push(message: Message): void {
    if (this.#over) return;
    if (this.#wanted) {
      this.#wanted = false;
      this.#controller.enqueue(message);
    } else {
      this.#unread.push(message);
      this.#source.pause();
    }
  }

  /** Nothing more will arrive. */
  close(): void {
    this.#finish(() => this.#controller.close());
  }

  /** The connection has failed. */
  error(reason: unknown): void {
    this.#finish(() => this.#controller.error(reason));
  }

  #finish(end: () => void): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#unread.length === 0) end();
    else this.#end = end;
  }

  #pull(): void {
    this.#source.read();
    const message = this.#unread.shift();
    if (message === undefined) {
      this.#wanted = true;
      return;
    }
    this.#controller.enqueue(message);
    if (this.#unread.length > 0) return;
    if (this.#end === undefined) this.#source.resume();
    else this.#end();
  }
}
