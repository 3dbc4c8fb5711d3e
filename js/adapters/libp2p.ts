/** Streams of js-libp2p as transports. */

import { createTransport, type TransportSink } from '../websocket/source.js';
import type { Transport } from '../websocket/transport.js';
import { checkMethods } from './arguments.js';
import { Turn } from './turn.js';

/** What is used of a `Stream` of libp2p (`@libp2p/interface` 3), by its shape. */
export interface Libp2pStream {
  // biome-ignore lint/suspicious/noExplicitAny: each event has a type of its own
  addEventListener(type: string, listener: (event: any) => void): void;
  send(bytes: Uint8Array): boolean;
  close(): Promise<void>;
  abort(error: Error): void;
  pause(): void;
  resume(): void;
  readonly status: string;
  readonly writableNeedsDrain: boolean;
  readonly readBufferLength: number;
  readonly readableEnded?: boolean;
}

/** A chunk as libp2p has it: `Uint8ArrayList` is several arrays that stand for one. */
type Chunk = Uint8Array | { subarray(): Uint8Array };

/**
 * A transport over a stream of libp2p. Call it in the task in which the stream was received.
 *
 * While nobody reads, the stream is paused: it buffers up to its `maxReadBufferLength` and resets itself above.
 *
 * @throws TypeError if `stream` is none of version 3 or later of libp2p's interface.
 * @example
 * node.handle('/chat/1', (stream) => { acceptStream(fromLibp2pStream(stream), { origins: 'any' }); });
 */
export function fromLibp2pStream(stream: Libp2pStream): Transport {
  const methods = ['addEventListener', 'send', 'close', 'abort', 'pause', 'resume'];
  checkMethods('stream', stream, 'a Stream of libp2p', methods);
  const turn = new Turn();
  /** Whether the peer has ended its direction; what it had sent before may be buffered still. */
  let remoteEnded = false;
  /** Whether the stream may no longer be paused or resumed: it throws. */
  let over = false;

  const endIfRead = (sink: TransportSink) => {
    if (!remoteEnded || stream.readBufferLength > 0) return;
    over = true;
    sink.end();
  };

  return createTransport({
    start(sink) {
      const closed = (error: Error | undefined) => {
        turn.lose(error ?? new Error('the stream is closed'));
        if (error === undefined && remoteEnded) return;
        over = true;
        sink.fail(error ?? new Error('the stream was closed before its end'));
      };
      stream.addEventListener('message', ({ data }: { data: Chunk }) => {
        sink.data(data instanceof Uint8Array ? data : data.subarray());
        endIfRead(sink);
      });
      stream.addEventListener('remoteCloseWrite', () => {
        remoteEnded = true;
        endIfRead(sink);
      });
      stream.addEventListener('drain', () => turn.come());
      stream.addEventListener('close', ({ error }: { error?: Error }) => closed(error));
      if (stream.status === 'aborted' || stream.status === 'reset') {
        return closed(new Error(`the stream was ${stream.status}`));
      }
      remoteEnded = stream.readableEnded === true;
      endIfRead(sink);
      if (stream.status === 'closed') closed(undefined);
    },

    async write(bytes) {
      turn.check();
      // It throws once its own buffer is full.
      if (!stream.send(bytes)) while (stream.writableNeedsDrain) await turn.wait();
      // A reset empties the buffer, too.
      turn.check();
    },

    end: () => stream.close(),

    abort(reason) {
      over = true;
      const error = reason instanceof Error ? reason : new Error(String(reason));
      turn.lose(error);
      stream.abort(error);
    },

    pause() {
      if (!over) stream.pause();
    },

    resume() {
      if (!over) stream.resume();
    },
  });
}
