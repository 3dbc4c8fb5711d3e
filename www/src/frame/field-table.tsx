/** The fields of a frame: the same facts as the bytes, as a table that keys move in. */

import { useRef } from 'preact/hooks';
import type { Field } from '../../../pkg/inspect/fields.js';
import { hexOf } from '../../../pkg/inspect/visible.js';
import { announce } from '../ui/live.js';
import { moveFocus } from '../ui/roving.js';

interface FieldTableProps {
  readonly fields: readonly Field[];
  readonly wire: Uint8Array;
  /** The position of the first byte of the frame. */
  readonly base: number;
  readonly marked: number | undefined;
  readonly onMark: (field: number | undefined) => void;
}

/** Bytes of a field that its row shows. */
const RAW = 8;

export function FieldTable({ fields, wire, base, marked, onMark }: FieldTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  return (
    <table class="fields">
      <caption class="visually-hidden">The fields of the frame</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
          <th scope="col" class="place">
            Place
          </th>
          <th scope="col" class="raw">
            Raw
          </th>
        </tr>
      </thead>
      <tbody
        ref={body}
        onKeyDown={(event) => moveFocus(event, body.current, 'tr')}
        onPointerLeave={() => onMark(undefined)}
      >
        {fields.map((field, number) => (
          <tr
            key={`${field.name}-${field.firstBit}`}
            class={number === marked ? 'marked' : undefined}
            tabIndex={number === (marked ?? 0) ? 0 : -1}
            onPointerEnter={() => onMark(number)}
            onFocus={() => {
              onMark(number);
              announce(placeInWords(field, base));
            }}
            onBlur={() => onMark(undefined)}
          >
            <th scope="row">
              <span class={`swatch k-${field.kind}`} aria-hidden="true" />
              {field.name}
            </th>
            <td>
              <span class="value">{field.value}</span> <span class="meaning">{field.meaning}</span>
            </td>
            <td class="place">{placeOf(field, base)}</td>
            <td class="raw">{rawOf(field, wire)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where a field is: bytes, or bits of one, with the position in the stream in hex. */
function placeOf({ firstBit, bits }: Field, base: number): string {
  const first = base + Math.floor(firstBit / 8);
  if (bits % 8 === 0 && firstBit % 8 === 0) {
    const last = first + bits / 8 - 1;
    return first === last ? hexPlace(first) : `${hexPlace(first)}–${last.toString(16)}`;
  }
  const bit = firstBit % 8;
  return `${hexPlace(first)} bit${bits === 1 ? ` ${bit}` : `s ${bit}–${bit + bits - 1}`}`;
}

const hexPlace = (place: number): string => `0x${place.toString(16).padStart(4, '0')}`;

const placeInWords = (field: Field, base: number): string =>
  `${field.name}: ${placeOf(field, base).replace('–', ' to ')}`;

function rawOf({ firstBit, bits }: Field, wire: Uint8Array): string {
  const first = Math.floor(firstBit / 8);
  if (bits % 8 === 0 && firstBit % 8 === 0) {
    const more = bits / 8 > RAW ? ' …' : '';
    return hexOf(wire.subarray(first, first + Math.min(bits / 8, RAW)), ' ') + more;
  }
  const value = ((wire[first] ?? 0) >> (8 - (firstBit % 8) - bits)) & ((1 << bits) - 1);
  return `0b${value.toString(2).padStart(bits, '0')}`;
}
