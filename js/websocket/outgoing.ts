/** What is sent, as a stream of messages. */

import { Deferred } from './deferred.js';

/** Where the messages go. */
export interface OutgoingSink {
  /** Sends a message. Whether no one has to wait until {@link Outgoing.taken}. */
  send(chunk: unknown): boolean;
  /** Begins to close, after all that was sent. */
  close(): void;
  /** Begins to close, whatever was not sent. */
  abort(reason: unknown): void;
}

/** One message a chunk, written once the transport has taken it. */
export class Outgoing {
  readonly writable: WritableStream<unknown>;
  #controller!: WritableStreamDefaultController;
  /** The message that the transport has not taken. */
  #sending: Deferred<void> | undefined;
  /** The writer that has closed, and waits for the peer to do so. */
  #closing: Deferred<void> | undefined;

  constructor(sink: OutgoingSink) {
    this.writable = new WritableStream({
      start: (controller) => {
        this.#controller = controller;
        // The stream itself would wait for the message that is being sent.
        controller.signal?.addEventListener('abort', () => {
          sink.abort(controller.signal.reason);
          this.#sending?.reject(controller.signal.reason);
        });
      },
      write: (chunk) => {
        if (sink.send(chunk)) return undefined;
        this.#sending = new Deferred();
        return this.#sending.promise;
      },
      close: () => {
        sink.close();
        this.#closing = new Deferred();
        return this.#closing.promise;
      },
      abort: (reason) => sink.abort(reason),
    });
  }

  /** Whether there is a message that the transport has not taken. */
  get isSending(): boolean {
    return this.#sending !== undefined;
  }

  /** The transport has taken the message. */
  taken(): void {
    this.#sending?.resolve();
    this.#sending = undefined;
  }

  /** The connection has ended as it should. What is written afterwards fails. */
  close(): void {
    if (this.#closing !== undefined) this.#closing.resolve();
    else this.error(new DOMException('the connection is closed', 'InvalidStateError'));
  }

  /** The connection has failed. */
  error(reason: unknown): void {
    this.#sending?.reject(reason);
    this.#closing?.reject(reason);
    this.#controller.error(reason);
  }
}
