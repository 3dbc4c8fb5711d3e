/**
 * Compresses and inflates messages with Node's zlib, for tests/deflate_oracle.rs. The protocol is that of oracle.py,
 * without `f`, `b` and `d`.
 */
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** A zlib stream of which each answer is awaited. */
class Stream {
  #stream;
  #chunks = [];
  #fail = () => {};

  constructor(stream) {
    this.#stream = stream;
    stream.on('data', (chunk) => this.#chunks.push(chunk));
    stream.on('error', (error) => this.#fail(error));
  }

  run(data) {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (data.length > 0) this.#stream.write(data);
      this.#stream.flush(constants.Z_SYNC_FLUSH, () => resolve(Buffer.concat(this.#chunks.splice(0))));
    });
  }

  close() {
    this.#stream.close();
  }
}

let makeCompressor;
let compressor;
let compressorForgets;
let makeInflater;
let inflater;
let inflaterForgets;

const commands = {
  C([level, windowBits, memLevel, strategy, off]) {
    makeCompressor = () => new Stream(createDeflateRaw({ level, windowBits, memLevel, strategy }));
    compressorForgets = off === 1;
    compressor?.close();
    compressor = makeCompressor();
  },
  I([windowBits, off]) {
    makeInflater = () => new Stream(createInflateRaw({ windowBits }));
    inflaterForgets = off === 1;
    inflater?.close();
    inflater = makeInflater();
  },
  c: (data) => compressor.run(data),
  async m(data) {
    const payload = await compressor.run(data);
    if (compressorForgets) {
      compressor.close();
      compressor = makeCompressor();
    }
    return payload.length > 0 ? payload.subarray(0, -4) : Buffer.from([0]);
  },
  async i(payload) {
    const message = await inflater.run(Buffer.concat([payload, TAIL]));
    if (inflaterForgets) {
      inflater.close();
      inflater = makeInflater();
    }
    return message;
  },
};

let pending = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  pending = Buffer.concat([pending, chunk]);
  while (pending.length >= 5 && pending.length >= 5 + pending.readUInt32LE(1)) {
    const end = 5 + pending.readUInt32LE(1);
    const command = commands[String.fromCharCode(pending[0])];
    const data = pending.subarray(5, end);
    pending = pending.subarray(end);
    let status = 0;
    let answer;
    try {
      answer = (await command(data)) ?? Buffer.alloc(0);
    } catch (error) {
      status = 1;
      answer = Buffer.from(String(error));
    }
    const head = Buffer.alloc(5);
    head.writeUInt8(status);
    head.writeUInt32LE(answer.length, 1);
    process.stdout.write(Buffer.concat([head, answer]));
  }
}
