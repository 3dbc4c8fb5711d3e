/** The settings of permessage-deflate (RFC 7692). */

import { booleanOf, integerOf, limitOf, objectOf } from './arguments.js';

/**
 * How permessage-deflate is negotiated and used. A client offers, a server answers with what both can do; on a
 * `Connection` the first four say what was agreed elsewhere.
 */
export interface PerMessageDeflateOptions {
  /** The server forgets its window after each message: less memory, less compression. Default false. */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** The client forgets its window after each message. Default false. */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** The window of what the server sends: 2^this bytes, 8–15. Default: 15, and not negotiated. */
  readonly serverMaxWindowBits?: number | undefined;
  /** The window of what the client sends: 2^this bytes, 8–15. Default: 15, and not negotiated. */
  readonly clientMaxWindowBits?: number | undefined;
  /** 0–9, from no compression to the smallest output. 1 is the fastest that compresses. Default 2. */
  readonly level?: number | undefined;
  /** 1–9: memory of a compressor, which makes its output smaller. Default 8. */
  readonly memLevel?: number | undefined;
  /** Messages of fewer bytes are sent as they are. Default: 0, or 1024 if this side forgets its window. */
  readonly threshold?: number | undefined;
  /**
   * Fails a message with 1009 once what has come of it is inflated to more than this many times its size; that is looked at
   * after every 16 KiB of output, so that shorter messages pass. Default: `maxMessageSize` alone.
   */
  readonly maxInflateRatio?: number | undefined;
  /**
   * Hands out compressed messages as they are, as `compressed` events or as parts that say so, for `sendCompressed` of
   * another connection with the same parameters. Nothing is inflated then, and text is not validated. Default false.
   */
  readonly passthrough?: boolean | undefined;
}

/** The numbers that cross the boundary: `src/wasm/deflate.rs` has the same. */
export type DeflateSettings = readonly [packed: number, threshold: number, maxRatio: number];

const Bit = { Wanted: 1, ServerNoContextTakeover: 2, ClientNoContextTakeover: 4, Passthrough: 8 } as const;
const Shift = { ServerMaxWindowBits: 8, ClientMaxWindowBits: 12, Level: 16, MemLevel: 20 } as const;
const DEFAULT_THRESHOLD = 0xffff_ffff;

/** No compression. */
export const NO_DEFLATE: DeflateSettings = [0, 0, 0];

/** Checks the option, and packs it. */
export function deflateSettings(name: string, value: boolean | PerMessageDeflateOptions | undefined): DeflateSettings {
  if (value === undefined || value === false) return NO_DEFLATE;
  const given = value === true ? {} : objectOf(name, value);
  const flag = (key: 'serverNoContextTakeover' | 'clientNoContextTakeover' | 'passthrough', bit: number): number =>
    booleanOf(`${name}.${key}`, given[key], false) ? bit : 0;
  const windowBits = (key: 'serverMaxWindowBits' | 'clientMaxWindowBits', shift: number): number =>
    given[key] === undefined ? 0 : integerOf(`${name}.${key}`, given[key], 8, 15) << shift;
  const { level = 2, memLevel = 8, threshold = DEFAULT_THRESHOLD } = given;
  const packed =
    Bit.Wanted |
    flag('serverNoContextTakeover', Bit.ServerNoContextTakeover) |
    flag('clientNoContextTakeover', Bit.ClientNoContextTakeover) |
    flag('passthrough', Bit.Passthrough) |
    windowBits('serverMaxWindowBits', Shift.ServerMaxWindowBits) |
    windowBits('clientMaxWindowBits', Shift.ClientMaxWindowBits) |
    (integerOf(`${name}.level`, level, 0, 9) << Shift.Level) |
    (integerOf(`${name}.memLevel`, memLevel, 1, 9) << Shift.MemLevel);
  const ratio = limitOf(`${name}.maxInflateRatio`, given.maxInflateRatio, 0);
  return [packed, integerOf(`${name}.threshold`, threshold, 0, DEFAULT_THRESHOLD), Math.min(ratio, 0xffff_ffff)];
}

/** The option for the connection after a negotiation: `packed` has what was agreed, `wanted` all the rest. */
export function agreedDeflate(
  packed: number,
  wanted: boolean | PerMessageDeflateOptions | undefined,
): PerMessageDeflateOptions | undefined {
  if ((packed & Bit.Wanted) === 0) return undefined;
  return {
    ...(typeof wanted === 'object' ? wanted : {}),
    serverNoContextTakeover: (packed & Bit.ServerNoContextTakeover) !== 0,
    clientNoContextTakeover: (packed & Bit.ClientNoContextTakeover) !== 0,
    serverMaxWindowBits: (packed >>> Shift.ServerMaxWindowBits) & 15,
    clientMaxWindowBits: (packed >>> Shift.ClientMaxWindowBits) & 15,
  };
}
