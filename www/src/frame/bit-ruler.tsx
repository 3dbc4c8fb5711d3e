/** The first two bytes as in the figure of RFC 6455 §5.2. */

import type { Field } from '../../../pkg/inspect/fields.js';

interface BitRulerProps {
  readonly fields: readonly Field[];
  readonly wire: Uint8Array;
  readonly marked: number | undefined;
  readonly onMark: (field: number | undefined) => void;
}

const LABELS: Readonly<Record<string, string>> = { 'Payload length': 'payload length', Opcode: 'opcode' };

export function BitRuler({ fields, wire, marked, onMark }: BitRulerProps) {
  return (
    <div class="ruler" aria-hidden="true" onPointerLeave={() => onMark(undefined)}>
      {fields.map(
        ({ name, kind, firstBit, bits }, number) =>
          firstBit < 16 && (
            <div
              key={name}
              class={`bits span-${bits} k-${kind}${number === marked ? ' marked' : ''}`}
              onPointerEnter={() => onMark(number)}
            >
              <span class="bit-label">{LABELS[name] ?? name}</span>
              <span class="bit-row">
                {Array.from({ length: bits }, (_, at) => {
                  const bit = firstBit + at;
                  return (
                    <span key={bit} class="bit">
                      {((wire[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1}
                    </span>
                  );
                })}
              </span>
            </div>
          ),
      )}
    </div>
  );
}
