// A network in memory that is as unkind as a seed says: cuts, delays, little room, and an end that nobody asked for.

import { fromMessagePort, fromNodeDuplex, transportPair } from 'sansocket/adapters';
import { createTransport } from 'sansocket/websocket';
import { Duplex, joined, nextTask } from './host.mjs';

/** How it can fail, of itself. `none`: both ends get all that was sent. */
export const FATES = ['none', 'reset', 'end', 'vanish', 'closed', 'noise', 'faults'];

/** One direction: bytes on their way. */
class Line {
  #random;
  #room;
  #pieces = [];
  #bytes = 0;
  #waiting = [];
  #noise = 0;
  /** After all bytes. */
  ending = false;
  /** The receiving side: what is told of the arrival. */
  sink;
  paused = false;
  /** Whether the receiving side has been told of its end. */
  isOver = false;
  #isLost = false;

  constructor(random) {
    this.#random = random;
    this.#room = random.pick([1, 100, 5_000, 1_000_000]);
  }

  /** A promise if the writer has to wait. */
  write(bytes) {
    if (this.#isLost) throw new Error('written to what is lost');
    if (this.ending) throw new Error('written after its end');
    // Bytes that are written must not change, and are not ours to change.
    this.#pieces.push(Uint8Array.from(bytes));
    this.#bytes += bytes.length;
    if (this.#bytes <= this.#room) return undefined;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  end() {
    if (this.#isLost) throw new Error('ended what is lost');
    this.ending = true;
  }

  /** The sending end learns of the loss. */
  lose(reason) {
    this.#isLost = true;
    this.#pieces = [];
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }

  /** The receiving end does. */
  fail(reason) {
    if (!this.isOver) this.sink?.fail(reason);
    this.isOver = true;
  }

  /** Changes what is delivered next. */
  disturb() {
    this.#noise = 1 + this.#random.below(255);
  }

  /** Delivers some of it, cut anywhere. */
  tick() {
    if (this.#isLost || this.isOver || this.paused || this.sink === undefined || this.#random.chance(30)) return;
    if (this.#pieces.length === 0) {
      if (!this.ending) return;
      this.isOver = true;
      this.sink.end();
      return;
    }
    const all = joined(this.#pieces);
    const most = this.#random.pick([1, 3, 100, 5_000, all.length]);
    const length = 1 + this.#random.below(Math.min(most, all.length));
    this.#pieces = length < all.length ? [all.subarray(length)] : [];
    this.#bytes -= length;
    if (this.#bytes <= this.#room) for (const { resolve } of this.#waiting.splice(0)) resolve();
    const bytes = all.slice(0, length);
    bytes[this.#random.below(length)] ^= this.#noise;
    this.#noise = 0;
    this.sink.data(bytes);
  }
}

function faultOf(how) {
  const fault = new Error(`a call that ${how}`);
  if (how === 'rejects') return Promise.reject(fault);
  throw fault;
}

/** One end: what it sends on and what it receives from. */
class End {
  #network;
  #out;
  #in;
  #settleClosed = { resolve() {}, reject() {} };
  #random;
  isUsed = false;
  /** How often it was released. */
  closes = 0;

  constructor(network, random, outgoing, incoming) {
    this.#network = network;
    this.#random = random;
    this.#out = outgoing;
    this.#in = incoming;
  }

  /** As the callbacks that {@link createTransport} takes. */
  source({ inTasks, hasClosed }) {
    return createTransport({
      inTasks,
      closed: hasClosed ? this.#closed() : undefined,
      start: (sink) => {
        this.#in.sink = sink;
      },
      write: (bytes) => this.#fault() ?? this.#out.write(bytes),
      end: () => this.#fault() ?? this.#out.end(),
      abort: (reason) => this.#fault() ?? this.#network.reset(reason),
      pause: () => {
        this.#in.paused = true;
        return this.#fault();
      },
      resume: () => {
        this.#in.paused = false;
        return this.#fault();
      },
      close: () => this.#release(),
    });
  }

  /** As web streams. */
  streams({ hasClosed }) {
    const incoming = this.#in;
    let fail;
    const readable = new ReadableStream({
      start: (controller) => {
        incoming.paused = true;
        incoming.sink = {
          data: (bytes) => {
            controller.enqueue(bytes);
            incoming.paused = controller.desiredSize <= 0;
          },
          end: () => controller.close(),
          fail: (reason) => {
            controller.error(reason);
            fail?.(reason);
          },
        };
      },
      pull: () => {
        incoming.paused = false;
      },
      cancel: (reason) => {
        incoming.sink = undefined;
        return this.#fault() ?? this.#network.reset(reason);
      },
    });
    const writable = new WritableStream({
      start: (controller) => {
        fail = (reason) => controller.error(reason);
      },
      write: (bytes) => this.#fault() ?? this.#out.write(bytes),
      close: () => this.#fault() ?? this.#out.end(),
      abort: (reason) => this.#fault() ?? this.#network.reset(reason),
    });
    return { readable, writable, closed: hasClosed ? this.#closed() : undefined, close: () => this.#release() };
  }

  /** As a `Duplex` of Node. */
  duplex() {
    const incoming = this.#in;
    const duplex = new Duplex({
      read: () => {
        incoming.paused = false;
      },
      write: (bytes, _encoding, done) => {
        new Promise((resolve) => resolve(this.#out.write(bytes))).then(() => done(), done);
      },
      final: (done) => {
        this.#out.end();
        done();
      },
      destroy: (reason, done) => {
        if (!incoming.isOver || !this.#out.ending) this.#network.reset(reason);
        incoming.sink = undefined;
        this.#release();
        done(reason);
      },
    });
    incoming.paused = true;
    incoming.sink = {
      data: (bytes) => {
        incoming.paused = !duplex.push(bytes);
      },
      end: () => duplex.push(null),
      fail: (reason) => duplex.destroy(reason),
    };
    return fromNodeDuplex(duplex);
  }

  #closed() {
    return new Promise((resolve, reject) => {
      this.#settleClosed = { resolve, reject };
    });
  }

  #release() {
    this.closes += 1;
    return this.#fault();
  }

  /** Where calls go wrong, one throws or rejects now and then. */
  #fault() {
    return this.#network.isFaulty && this.#random.chance(20)
      ? faultOf(this.#random.pick(['throws', 'rejects']))
      : undefined;
  }

  /** The connection is lost, as this end sees it. */
  lose(reason) {
    this.#out.lose(reason);
    this.#in.fail(reason);
    this.#settleClosed.reject(reason);
  }

  settleClosed() {
    this.#settleClosed.resolve();
  }
}

/** Transports that are joined already. Where nothing is to go wrong, they are worth a try, too. */
const pairs = [
  (random) => transportPair({ highWaterMark: random.pick([1, 1_000, undefined]) }),
  (random) => {
    const { port1, port2 } = new MessageChannel();
    const credit = random.chance(50);
    return [port1, port2].map((port) => fromMessagePort(port, { credit }));
  },
];

/** Two ends, and what happens between them. */
export class Network {
  #random;
  #fate;
  /** The tick of the fate. */
  #at;
  #ticks = 0;
  #lines;
  #pair;
  ends;
  /** Whether an end, or fate, has reset it. */
  wasReset = false;

  constructor(random, fate) {
    this.#random = random;
    this.#fate = fate;
    this.#at = 1 + random.below(random.pick([10, 60, 400]));
    if (fate === 'none' && random.chance(30)) this.#pair = random.pick(pairs)(random);
    this.#lines = [new Line(random), new Line(random)];
    const [there, back] = this.#lines;
    this.ends = [new End(this, random, there, back), new End(this, random, back, there)];
  }

  /** The transport of an end, of any kind. */
  transport(end) {
    if (this.#pair !== undefined) return this.#pair[this.ends.indexOf(end)];
    end.isUsed = true;
    if (Duplex && this.#fate !== 'faults' && this.#random.chance(30)) return end.duplex();
    const hasClosed = this.#fate === 'closed' || this.#random.chance(30);
    if (this.#random.chance(40)) return end.streams({ hasClosed });
    return end.source({ inTasks: this.#random.chance(50), hasClosed });
  }

  /** Whether calls go wrong. */
  get isFaulty() {
    return this.#fate === 'faults' && this.#ticks >= this.#at;
  }

  /** Whether it is not what its ends have made of it. */
  get isHarmed() {
    return this.#fate !== 'none' || this.wasReset;
  }

  /** What an end that aborts does to the other. */
  reset(reason) {
    if (this.wasReset) return;
    this.wasReset = true;
    const error = new Error('the connection was reset', { cause: reason });
    // In a task of its own, as on a network.
    nextTask().then(() => {
      for (const end of this.ends) end.lose(error);
    });
  }

  tick() {
    this.#ticks += 1;
    if (this.#ticks === this.#at) this.#fail();
    if (this.#fate === 'vanish' && this.#ticks >= this.#at) return;
    for (const line of this.#random.chance(50) ? this.#lines : this.#lines.toReversed()) line.tick();
    if (this.#lines.every(({ isOver }) => isOver)) for (const end of this.ends) end.settleClosed();
  }

  #fail() {
    const fail = {
      none() {},
      // Nothing arrives any more, and nobody says so.
      vanish() {},
      faults() {},
      reset: () => this.reset(new Error('by fate')),
      end: () => {
        for (const line of this.#random.chance(50) ? this.#lines : [this.#random.pick(this.#lines)]) line.ending = true;
      },
      noise: () => this.#random.pick(this.#lines).disturb(),
      // One of them is told by `closed` alone.
      closed: () => this.#random.pick(this.ends).settleClosed(),
    };
    fail[this.#fate]();
  }
}
