// Users of connections who do anything at any time, and keep what they were told.

import { broadcast, closeAll } from 'sansocket/server';
import { expect, nextTask } from './host.mjs';

/** A message that can be told from all others of its sender. */
function message(random, number) {
  const filling = 'é'.repeat(random.below(random.pick([1, 60, 2_000, 40_000])));
  return `${number} ${filling}`;
}

const utf8 = (text) => new TextEncoder().encode(text);
const textOf = (data) => (typeof data === 'string' ? data : new TextDecoder().decode(data));

/** None, or one that applications may use. */
const closeCodeOf = (random) => random.pick([undefined, 1000, 3000 + random.below(1000)]);

/** Tells when a stream is open, and notes how it has ended. */
function follow(user, stream, open) {
  stream.opened.then(open, () => {});
  stream.closed.then(
    ({ closeCode }) => {
      user.ending = { code: closeCode, wasClean: true };
    },
    (error) => {
      user.ending = { code: error.closeCode, wasClean: false, error: error.message };
    },
  );
}

/** What all users have in common. */
class User {
  random;
  /** The messages, as texts. */
  sent = [];
  received = [];
  isOpened = false;
  /** Whether the user has begun to close: after what was sent, or not even that. */
  closing = 'no';
  /** `code`, `wasClean` and `error`, once it has ended. */
  ending;

  constructor(random) {
    this.random = random;
  }

  beginClosing(how) {
    if (this.closing !== 'at once') this.closing = how;
  }

  /** For the message of a failure. */
  toString() {
    const { name } = this.constructor;
    const [sent, received] = [this.sent.length, this.received.length];
    return `${name} ${JSON.stringify({ ...this, sent, received, random: undefined })}`;
  }
}

/** A user of a `WebSocket`. */
export class SocketUser extends User {
  #socket;
  events = [];
  /** Bytes that were sent when nothing was sent any more. */
  #sentLate = 0;

  constructor(socket, random) {
    super(random);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    let error;
    const note = {
      open: () => {
        this.isOpened = true;
      },
      message: ({ data }) => this.received.push(textOf(data)),
      error: (event) => {
        error = event.error;
      },
      close: ({ code, wasClean }) => {
        this.ending = { code, wasClean, error: error?.message };
      },
    };
    for (const [type, listener] of Object.entries(note)) {
      socket.addEventListener(type, (event) => {
        this.events.push(type);
        listener(event);
        if (random.chance(5)) this.act();
      });
    }
  }

  act() {
    const isConnecting = this.#socket.readyState === this.#socket.CONNECTING;
    if (this.random.chance(isConnecting ? 1 : 4)) this.close();
    else if (!isConnecting) this.#send();
  }

  #send() {
    const text = message(this.random, this.sent.length);
    const form = this.random.pick([String, utf8, (data) => new Blob([data])]);
    if (this.#socket.readyState !== this.#socket.OPEN) {
      this.#sentLate += utf8(text).length;
      this.#socket.send(form(text));
      return;
    }
    this.sent.push(text);
    if (this.random.chance(20)) broadcast([this.#socket], text);
    else this.#socket.send(form(text));
  }

  close() {
    if (this.#socket.readyState < this.#socket.CLOSING) this.beginClosing('in order');
    if (this.random.chance(20)) closeAll([this.#socket]);
    else this.#socket.close(closeCodeOf(this.random));
  }

  /** Whether all that was sent is on its way, or will never be. */
  get isIdle() {
    return this.#socket.readyState !== this.#socket.OPEN || this.#socket.bufferedAmount === 0;
  }

  /** What holds at the end, whatever has happened. */
  check() {
    const { wasClean, error } = this.ending;
    expect(/^(open( message)* )?(error )?close$/.test(this.events.join(' ')), 'events are in order');
    expect(error === undefined || !wasClean, 'what has failed is not clean');
    expect(this.#socket.bufferedAmount >= this.#sentLate, 'what is sent too late is counted');
  }
}

/** A user of a `WebSocketStream`. Some never read. */
export class StreamUser extends User {
  #stream;
  #attempt;
  #readable;
  #writer;
  isReading;
  /** How reading has ended: with a fault, or without. */
  readEnd;
  /** What has become of the messages. */
  fulfilled = 0;
  rejected = 0;

  /** `attempt`: what aborts it before it is open. */
  constructor(stream, random, attempt) {
    super(random);
    this.#stream = stream;
    this.#attempt = attempt;
    follow(this, stream, (info) => this.#open(info));
  }

  #open({ readable, writable }) {
    this.isOpened = true;
    this.#readable = readable;
    this.#writer = writable.getWriter();
    for (const promise of [this.#writer.ready, this.#writer.closed]) promise.catch(() => {});
    this.isReading = this.random.chance(75);
    if (this.isReading)
      this.#read(readable.getReader()).then(
        () => {
          this.readEnd = 'done';
        },
        () => {
          this.readEnd = 'failed';
        },
      );
  }

  async #read(reader) {
    const slowness = this.random.pick([1, 2, 10]);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.received.push(textOf(value));
      for (let i = this.random.below(slowness); i > 0; i -= 1) await nextTask();
      if (this.random.chance(1)) {
        this.beginClosing('at once');
        await reader.cancel();
      }
    }
  }

  act() {
    if (this.random.chance(this.isOpened ? 4 : 1)) this.close();
    else if (this.isOpened && this.closing === 'no') this.#write();
  }

  #write() {
    const text = message(this.random, this.sent.length);
    this.sent.push(text);
    this.#writer.write(this.random.chance(50) ? text : utf8(text)).then(
      () => {
        this.fulfilled += 1;
      },
      () => {
        this.rejected += 1;
      },
    );
  }

  close() {
    const how = this.isOpened ? this.random.pick(['stream', 'close', 'abort']) : 'stream';
    if (how === 'close') {
      if (this.closing !== 'no') return;
      this.beginClosing('in order');
      this.#writer.close().catch(() => {});
      return;
    }
    this.beginClosing('at once');
    if (how === 'abort') this.#writer.abort().catch(() => {});
    else if (!this.isOpened && this.random.chance(30)) this.#attempt?.abort(new Error('the user has given up'));
    else this.#stream.close({ closeCode: closeCodeOf(this.random) });
  }

  get isIdle() {
    return this.fulfilled + this.rejected === this.sent.length;
  }

  /** Says of messages that nobody has read that nobody will. */
  letGo() {
    if (this.isReading === false) this.#readable.cancel().catch(() => {});
  }

  check() {
    expect(this.isIdle, 'of every message it is known what has become of it');
    if (this.ending.wasClean && this.isReading) expect(this.readEnd === 'done', 'reading has ended well if all has');
  }
}

/** A user of a `WebSocketStream` who pipes it into itself. */
export class EchoUser extends User {
  #stream;
  isReading;
  readEnd;
  rejected = 0;
  isIdle = true;

  constructor(stream, random) {
    super(random);
    this.#stream = stream;
    follow(this, stream, (info) => this.#open(info));
  }

  #open({ readable, writable }) {
    this.isOpened = true;
    this.isReading = true;
    const noting = new TransformStream({
      transform: (data, controller) => {
        this.received.push(textOf(data));
        this.sent.push(textOf(data));
        controller.enqueue(data);
      },
    });
    readable
      .pipeThrough(noting)
      .pipeTo(writable)
      .then(
        () => {
          this.readEnd = 'done';
        },
        () => {
          this.readEnd = 'failed';
          this.rejected = 1;
        },
      );
  }

  act() {
    if (this.random.chance(1)) this.close();
  }

  close() {
    this.beginClosing('at once');
    this.#stream.close({ closeCode: closeCodeOf(this.random) });
  }
}
