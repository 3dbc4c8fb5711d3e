/** Bytes read one after the other; what is not there is an error that says where. */

export class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  bytes(count: number): Uint8Array {
    const start = this.#step(count);
    return this.#bytes.subarray(start, start + count);
  }

  text(count: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(count));
  }

  u8 = (): number => this.#view.getUint8(this.#step(1));
  u16 = (): number => this.#view.getUint16(this.#step(2));
  u32 = (): number => this.#view.getUint32(this.#step(4));
  u64 = (): number | bigint => small(this.#view.getBigUint64(this.#step(8)));
  i8 = (): number => this.#view.getInt8(this.#step(1));
  i16 = (): number => this.#view.getInt16(this.#step(2));
  i32 = (): number => this.#view.getInt32(this.#step(4));
  i64 = (): number | bigint => small(this.#view.getBigInt64(this.#step(8)));
  f32 = (): number => this.#view.getFloat32(this.#step(4));
  f64 = (): number => this.#view.getFloat64(this.#step(8));

  /** IEEE 754 half precision. */
  f16 = (): number => {
    const half = this.u16();
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const sign = half >> 15 === 1 ? -1 : 1;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (1024 + fraction) * 2 ** (exponent - 25);
  };

  #step(count: number): number {
    const start = this.at;
    if (count > this.left) throw new Error(`byte ${start}: ${count} more were expected, ${this.left} are there`);
    this.at += count;
    return start;
  }
}

const small = (value: bigint): number | bigint =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
