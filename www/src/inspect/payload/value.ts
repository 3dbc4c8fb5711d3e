/** What a payload says, decoded: plain data, with notes where the format has more than JSON. */

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly entries: readonly (readonly [key: Value, value: Value])[]; readonly note?: string };

/** A map with these entries. */
export const mapOf = (entries: readonly (readonly [Value, Value])[], note?: string): Value =>
  note === undefined ? { entries } : { entries, note };

/** The same as plain data has it. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === 'object' && json !== null)
    return mapOf(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
  return json as Value;
}
