/** A frame to the bit: ruler, fields and bytes that point at each other. */

import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { type Field, fieldsOf, unmaskedPayload } from '../../../pkg/inspect/fields.js';
import { Segments } from '../ui/segments.js';
import { BitRuler } from './bit-ruler.js';
import { DataInspector } from './data-inspector.js';
import { FieldTable } from './field-table.js';
import { type ByteSelection, HexView, ordered } from './hex-view.js';

interface FrameBytesProps {
  /** The frame as sent, or what there is of it. */
  readonly wire: Uint8Array;
  /** The position of its first byte in the stream. */
  readonly base: number;
  readonly ticks?: ReadonlySet<number> | undefined;
}

/** A frame with its two layers: as sent, and with the payload unmasked. */
export function FrameBytes({ wire, base, ticks }: FrameBytesProps) {
  const [layer, setLayer] = useState<'wire' | 'unmasked'>('wire');
  const fields = useMemo(() => (wire.length === 0 ? [] : fieldsOf(wire)), [wire]);
  const masked = fields.some(({ kind }) => kind === 'key') && fields.some(({ kind }) => kind === 'payload');
  const bytes = useMemo(() => (layer === 'unmasked' && masked ? unmasked(wire) : wire), [wire, layer, masked]);
  return (
    <LinkedFrame
      fields={fields}
      wire={wire}
      bytes={bytes}
      base={base}
      ticks={ticks}
      controls={
        masked && (
          <Segments legend="Layer of the bytes" options={['wire', 'unmasked']} value={layer} onChange={setLayer} />
        )
      }
    />
  );
}

interface LinkedFrameProps extends FrameBytesProps {
  readonly fields: readonly Field[];
  /** What the hex view shows. */
  readonly bytes: Uint8Array;
  /** Whether these bytes have the positions of the frame, so that fields point into them. Default true. */
  readonly framed?: boolean;
  readonly controls?: ComponentChildren;
  /** What comes before the fields. */
  readonly notes?: ComponentChildren;
  /** What is shown instead of the hex view. */
  readonly children?: ComponentChildren;
}

/** Fields on one side, bytes on the other. */
export function LinkedFrame(props: LinkedFrameProps) {
  const { fields, wire, bytes, base, ticks, framed = true, controls, notes, children } = props;
  const [marked, setMarked] = useState<number>();
  const [selection, setSelection] = useState<ByteSelection>();
  const fieldAt = useMemo(() => fieldByByte(fields), [fields]);
  const range = useMemo(() => {
    const field = marked === undefined || !framed ? undefined : fields[marked];
    if (field === undefined) return undefined;
    return [Math.floor(field.firstBit / 8), Math.ceil((field.firstBit + field.bits) / 8)] as const;
  }, [fields, marked, framed]);
  const [first, last] = selection === undefined ? [0, -1] : ordered(selection);
  return (
    <div class="linked">
      <div class="linked-fields">
        {notes}
        {fields.length > 0 && (
          <>
            <BitRuler fields={fields} wire={wire} marked={marked} onMark={setMarked} />
            <FieldTable fields={fields} wire={wire} base={base} marked={marked} onMark={setMarked} />
          </>
        )}
      </div>
      <div class="linked-bytes">
        <div class="bytes-head">
          <h3>Bytes</h3>
          {controls}
        </div>
        {children ?? (
          <>
            <HexView
              bytes={bytes}
              base={framed ? base : 0}
              label="Bytes of the frame"
              kindAt={(at) => (framed && fields[fieldAt(at)]?.kind) || 'payload'}
              marked={range}
              onPoint={(at) => setMarked(at === undefined || !framed ? undefined : fieldAt(at))}
              selection={selection}
              onSelect={setSelection}
              ticks={framed ? ticks : undefined}
            />
            {last >= first && last < bytes.length && (
              <DataInspector bytes={bytes} first={first} last={last} base={framed ? base : 0} />
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** Bytes for which it is kept which field they are of: a header, and the code of a Close. All after them is of the last. */
const HEADER = 16;

/** For each of the first bytes the last field in it. */
function fieldByByte(fields: readonly Field[]): (at: number) => number {
  const numbers: number[] = [];
  fields.forEach(({ firstBit, bits }, number) => {
    const end = Math.min(Math.ceil((firstBit + bits) / 8), HEADER);
    for (let at = Math.floor(firstBit / 8); at < end; at += 1) numbers[at] = number;
  });
  return (at) => numbers[at] ?? fields.length - 1;
}

/** The same bytes with the payload as it was before it was masked. */
export function unmasked(wire: Uint8Array): Uint8Array {
  const payload = unmaskedPayload(wire);
  const bytes = wire.slice();
  bytes.set(payload, wire.length - payload.length);
  return bytes;
}
