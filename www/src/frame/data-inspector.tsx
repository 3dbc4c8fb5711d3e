/** What the selected bytes are as numbers and as text. */

import { visibleBytes } from '../../../pkg/inspect/visible.js';
import { copyText } from '../ui/copy.js';
import { type ByteFormat, byteFormats, formatBytes } from '../ui/formats.js';

interface DataInspectorProps {
  readonly bytes: Uint8Array;
  /** The bytes that are selected, the last included. */
  readonly first: number;
  readonly last: number;
  readonly base: number;
}

const TEXT = 48;

export function DataInspector({ bytes, first, last, base }: DataInspectorProps) {
  const chosen = bytes.subarray(first, last + 1);
  const values = numbersAt(bytes, first);
  return (
    <div class="data-inspector">
      <p class="data-head">
        <span>
          0x{(base + first).toString(16)}
          {last > first && `–0x${(base + last).toString(16)}`} · {chosen.length}{' '}
          {chosen.length === 1 ? 'byte' : 'bytes'}
        </span>
        <label class="copy-as">
          <span class="visually-hidden">Copy the selected bytes as</span>
          <select
            value=""
            onChange={({ currentTarget }) => {
              const format = currentTarget.value as ByteFormat;
              currentTarget.value = '';
              void copyText(formatBytes(chosen, format), `${chosen.length} bytes as ${format}`);
            }}
          >
            <option value="">Copy as …</option>
            {byteFormats.map((format) => (
              <option key={format}>{format}</option>
            ))}
          </select>
        </label>
      </p>
      <dl>
        {values.map(([name, big, little]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title="big-endian">{big}</dd>
            <dd title="little-endian">{little}</dd>
          </div>
        ))}
        <div class="wide">
          <dt>UTF-8</dt>
          <dd>{visibleBytes(chosen.subarray(0, TEXT), true)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** Name, and the value in either order of bytes, for every width that fits. */
function numbersAt(bytes: Uint8Array, at: number): (readonly [name: string, big: string, little: string])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const left = view.byteLength;
  const both = (name: string, size: number, read: (little: boolean) => number | bigint) =>
    left < size ? undefined : ([name, text(read(false)), size === 1 ? '' : text(read(true))] as const);
  return [
    both('u8', 1, () => view.getUint8(0)),
    both('i8', 1, () => view.getInt8(0)),
    both('u16', 2, (little) => view.getUint16(0, little)),
    both('i16', 2, (little) => view.getInt16(0, little)),
    both('u32', 4, (little) => view.getUint32(0, little)),
    both('i32', 4, (little) => view.getInt32(0, little)),
    both('u64', 8, (little) => view.getBigUint64(0, little)),
    both('f32', 4, (little) => view.getFloat32(0, little)),
    both('f64', 8, (little) => view.getFloat64(0, little)),
  ].filter((value) => value !== undefined);
}

const text = (value: number | bigint): string =>
  typeof value === 'bigint' || Number.isInteger(value) ? String(value) : value.toPrecision(7);
