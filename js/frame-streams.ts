/** Frames as web streams. */

import { encodeFrame, FrameDecoder, type FrameDecoderOptions } from './frames.js';
import type { Bytes, Frame, FrameInit } from './types.js';

/**
 * Bytes of one direction in, frames out: `source.pipeThrough(new FrameDecoderStream())`. Every frame before a fault
 * can be read; only then both sides error with the `ProtocolError`. A write waits until the frames of its chunk were
 * read.
 */
export class FrameDecoderStream {
  readonly readable: ReadableStream<Frame>;
  readonly writable: WritableStream<Bytes>;

  constructor(options?: FrameDecoderOptions) {
    const decoder = new FrameDecoder(options);
    let reading!: ReadableStreamDefaultController<Frame>;
    let writing!: WritableStreamDefaultController;
    let demand = gate();
    let cancelled: { readonly reason: unknown } | undefined;

    const fail = (error: unknown): never => {
      decoder.free();
      reading.error(error);
      throw error;
    };

    this.readable = new ReadableStream<Frame>(
      {
        start(controller) {
          reading = controller;
        },
        pull() {
          demand.open();
        },
        cancel(reason) {
          cancelled = { reason };
          decoder.free();
          writing.error(reason);
          demand.open();
        },
      },
      // Nothing is queued here, where an error would discard it: a frame is handed over when one is asked for.
      { highWaterMark: 0 },
    );

    this.writable = new WritableStream<Bytes>({
      start(controller) {
        writing = controller;
      },
      async write(bytes) {
        try {
          for (const frame of decoder.decode(bytes)) {
            await demand.opened;
            if (cancelled !== undefined) throw cancelled.reason;
            demand = gate();
            reading.enqueue(frame);
          }
          if (decoder.error !== undefined) throw decoder.error;
        } catch (error) {
          fail(error);
        }
      },
      close() {
        try {
          decoder.end();
        } catch (error) {
          fail(error);
        }
        decoder.free();
        reading.close();
      },
      abort(reason) {
        decoder.free();
        reading.error(reason);
      },
    });
  }
}

/** What one side waits at until the other opens it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Frames in, bytes out: `frames.pipeThrough(new FrameEncoderStream())`. */
export class FrameEncoderStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<FrameInit>;

  constructor() {
    const stream = new TransformStream<FrameInit, Uint8Array<ArrayBuffer>>({
      transform: (frame, controller) => controller.enqueue(encodeFrame(frame)),
    });
    this.readable = stream.readable;
    this.writable = stream.writable;
  }
}
