/** Data channels of WebRTC as transports. */

import { type CreateTransportOptions, createTransport } from '../websocket/source.js';
import type { Transport } from '../websocket/transport.js';
import { byteCount, checkMethods } from './arguments.js';
import { Turn } from './turn.js';

/** Choices for {@link fromDataChannel}. */
export interface FromDataChannelOptions extends CreateTransportOptions {
  /**
   * Bytes a message, at most. Default 16 KiB, which every implementation takes; the ceiling is `sctp.maxMessageSize` of the
   * peer connection.
   */
  readonly chunkSize?: number | undefined;
  /** Bytes that may wait in the channel to be sent before a writer has to wait. Default 256 KiB. */
  readonly highWaterMark?: number | undefined;
}

/** What is used of an `RTCDataChannel`, by its shape: no declarations of the DOM are needed. */
export interface DataChannel {
  readonly ordered?: boolean;
  readonly maxRetransmits?: number | null;
  readonly maxPacketLifeTime?: number | null;
  readonly readyState: string;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has a type of its own
  addEventListener(type: string, listener: (event: any) => void): void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/**
 * A transport over a data channel, which may be connecting still. Call it in the task in which the channel was received.
 *
 * A channel has no half-close: once all is sent, `writable.close()` closes it in both directions, and its close by the peer is the
 * peer's end. Nothing slows the sender down: what arrives while nobody reads waits up to `maxPendingBytes`, and more than that
 * fails the transport.
 *
 * @throws TypeError if it is no data channel, or one that may lose or reorder messages.
 */
export function fromDataChannel(channel: DataChannel, options: FromDataChannelOptions = {}): Transport {
  checkMethods('channel', channel, 'RTCDataChannel', ['addEventListener', 'send', 'close']);
  if (channel.ordered === false) throw new TypeError('"channel" expected an ordered data channel');
  for (const name of ['maxRetransmits', 'maxPacketLifeTime'] as const) {
    // Some implementations have `undefined` for no limit.
    if (channel[name] != null) throw new TypeError(`"channel" expected a reliable data channel, got one with ${name}`);
  }
  const chunkSize = byteCount('options.chunkSize', options.chunkSize, 16 << 10);
  const highWaterMark = byteCount('options.highWaterMark', options.highWaterMark, 256 << 10);
  const turn = new Turn();

  const closing = () => new Error('the data channel is closed');
  const opened = async () => {
    while (channel.readyState === 'connecting') await turn.wait();
  };
  const drained = async (limit: number) => {
    channel.bufferedAmountLowThreshold = limit;
    while (channel.bufferedAmount > limit) await turn.wait();
    turn.check();
  };

  return createTransport(
    {
      inTasks: true,

      start(sink) {
        channel.binaryType = 'arraybuffer';
        const lose = (reason: unknown) => {
          turn.lose(reason);
          sink.fail(reason);
        };
        const closed = () => {
          turn.lose(closing());
          sink.end();
        };
        channel.addEventListener('message', ({ data }: { data: unknown }) => {
          if (data instanceof ArrayBuffer) return sink.data(new Uint8Array(data));
          const kind = typeof data === 'string' ? 'a text message' : 'a message that is no ArrayBuffer';
          lose(new TypeError(`the data channel expected bytes, got ${kind}`));
          channel.close();
        });
        channel.addEventListener('error', ({ error }: { error?: unknown }) => {
          lose(error ?? new Error('the data channel has failed'));
        });
        channel.addEventListener('close', closed);
        channel.addEventListener('open', () => turn.come());
        channel.addEventListener('bufferedamountlow', () => turn.come());
        if (channel.readyState === 'closed') closed();
      },

      async write(bytes) {
        await opened();
        for (let at = 0; at < bytes.length; at += chunkSize) {
          await drained(highWaterMark);
          // Firefox drops what is sent from now on, and never has to wait for room.
          if (channel.readyState !== 'open') throw closing();
          channel.send(bytes.subarray(at, at + chunkSize));
        }
      },

      async end() {
        await opened();
        // The peer has closed both directions already.
        if (channel.readyState !== 'open') return;
        // Some implementations drop what is not sent yet.
        await drained(0);
        channel.close();
      },

      abort(reason) {
        turn.lose(reason);
        channel.close();
      },

      close: () => channel.close(),
    },
    options,
  );
}
