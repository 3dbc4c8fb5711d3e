/** Bytes on their way from one endpoint to the other: the transport of the playground. */

import type { Role } from '../../../pkg/index.js';

/** What one call wrote: a head, or a frame. */
export interface Parcel {
  /** As it was written, or as it became on the way. */
  readonly wire: Uint8Array<ArrayBuffer>;
  readonly kind: 'head' | 'frame' | 'raw';
  /** Bytes of it that have arrived. */
  readonly arrived: number;
  /** The position of its first byte among all bytes of this direction. */
  readonly offset: number;
}

export class Belt {
  /** Who writes onto it. */
  readonly from: Role;
  #parcels: Parcel[] = [];
  #written = 0;
  /** Whether nothing will be written any more. */
  ended = false;
  /** Whether the end has arrived. */
  endArrived = false;

  constructor(from: Role) {
    this.from = from;
  }

  /** Parcels of which bytes are still on their way, the next to arrive first. */
  get parcels(): readonly Parcel[] {
    return this.#parcels;
  }

  /** Bytes still on their way. */
  get length(): number {
    return this.#parcels.reduce((sum, { wire, arrived }) => sum + wire.length - arrived, 0);
  }

  /** All bytes ever written. */
  get written(): number {
    return this.#written;
  }

  put(wire: Uint8Array<ArrayBuffer>, kind: Parcel['kind']): number {
    const offset = this.#written;
    this.#parcels.push({ wire, kind, arrived: 0, offset });
    this.#written += wire.length;
    return offset;
  }

  /** Takes the next bytes, as many as there are. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(Math.min(count, this.length));
    let at = 0;
    while (at < taken.length) {
      const [parcel, ...rest] = this.#parcels;
      if (parcel === undefined) break;
      const part = parcel.wire.subarray(parcel.arrived, parcel.arrived + taken.length - at);
      taken.set(part, at);
      at += part.length;
      const arrived = parcel.arrived + part.length;
      this.#parcels = arrived === parcel.wire.length ? rest : [{ ...parcel, arrived }, ...rest];
    }
    return taken;
  }

  /** Turns one bit of a byte that is still on its way; `at` counts from the next one to arrive. */
  flip(at: number, bit: number): void {
    this.#change(at, ({ wire }, place) => {
      const changed = wire.slice();
      changed[place] = (changed[place] ?? 0) ^ (0x80 >> bit);
      return changed;
    });
  }

  /** Loses bytes that are still on their way. */
  drop(at: number, count: number): void {
    for (let left = Math.min(count, this.length - at); left > 0; left -= 1) {
      this.#change(at, ({ wire }, place) => Uint8Array.from(wire.filter((_, byte) => byte !== place)));
    }
    this.#parcels = this.#parcels.filter(({ wire, arrived }) => arrived < wire.length);
  }

  /** Loses everything, and what would come after it. */
  cut(): void {
    this.#parcels = [];
    this.ended = true;
  }

  #change(at: number, change: (parcel: Parcel, place: number) => Uint8Array<ArrayBuffer>): void {
    let before = 0;
    this.#parcels = this.#parcels.map((parcel) => {
      const waiting = parcel.wire.length - parcel.arrived;
      const place = at - before;
      before += waiting;
      return place < 0 || place >= waiting ? parcel : { ...parcel, wire: change(parcel, parcel.arrived + place) };
    });
  }
}
