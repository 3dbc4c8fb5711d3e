/** What `close()` takes, in both classes: a code that applications may use, and a reason that fits. */

const encoder = new TextEncoder();

/** A code as Web IDL converts it: `[Clamp] unsigned short`. Halves go to the even neighbour. */
function clamped(value: unknown): number {
  const number = Number(value);
  if (Number.isNaN(number)) return 0;
  const within = Math.min(Math.max(number, 0), 65_535);
  const floor = Math.floor(within);
  const rest = within - floor;
  if (rest < 0.5) return floor;
  return rest > 0.5 || floor % 2 === 1 ? floor + 1 : floor;
}

/** 1000 and 3000–4999; `undefined` for none. */
export function closeCode(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const code = clamped(given);
  if (code === 1000 || (code >= 3000 && code <= 4999)) return code;
  throw new DOMException(`"code" expected 1000 or 3000-4999, got ${code}`, 'InvalidAccessError');
}

/** At most 123 bytes of UTF-8. */
export function closeReason(given: unknown): string {
  const reason = `${given}`;
  const { length } = encoder.encode(reason);
  if (length <= 123) return reason;
  throw new DOMException(`"reason" expected at most 123 bytes of UTF-8, got ${length}`, 'SyntaxError');
}

/** What to close with. */
export interface CloseInfo {
  readonly code: number | undefined;
  readonly reason: string;
}

/** A `WebSocketCloseInfo` (whatwg/websockets#48), checked; `name` is what it is called in errors. */
export function closeInfo(name: string, given: unknown): CloseInfo {
  const { closeCode: code, reason } = dictionary(name, given);
  const checked = closeCode(code);
  const text = reason === undefined ? '' : closeReason(reason);
  // A reason must have a code before it (RFC 6455 §5.5.1).
  return { code: checked === undefined && text !== '' ? 1000 : checked, reason: text };
}

/** A dictionary as Web IDL converts it: no primitive value but `undefined` and `null`, which are empty ones. */
export function dictionary(name: string, given: unknown): Readonly<Record<string, unknown>> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object' || typeof given === 'function') return given as Readonly<Record<string, unknown>>;
  throw new TypeError(`"${name}" expected an object, got ${typeof given}`);
}
