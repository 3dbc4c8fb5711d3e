/** The two belts: bytes on their way, delivered whole, in pieces or one by one, and damaged on the way. */

import { useEffect, useState } from 'preact/hooks';
import { fieldsOf } from '../../../pkg/inspect/fields.js';
import { countOf } from '../ui/formats.js';
import type { Belt } from './belt.js';
import type { Action } from './scenario.js';
import { other, type World } from './world.js';

interface TransportProps {
  readonly world: World;
  readonly active: boolean;
  readonly onAct: (action: Action) => void;
}

const CHUNKS = ['as written', '1 byte', '3 bytes', 'random', 'everything'] as const;
type Chunks = (typeof CHUNKS)[number];

const ALL = 1 << 24;
const INTERVAL = 350;

export function Transport({ world, active, onAct }: TransportProps) {
  const [chunks, setChunks] = useState<Chunks>('as written');
  const [running, setRunning] = useState(false);
  const waiting = (['client', 'server'] as const).find((role) => hasWork(world.belts[role]));

  useEffect(() => {
    if (!running || !active) return;
    if (waiting === undefined) {
      setRunning(false);
      return;
    }
    const timer = setTimeout(
      () => onAct({ do: 'deliver', from: waiting, count: countFor(chunks, world.belts[waiting]) }),
      INTERVAL,
    );
    return () => clearTimeout(timer);
  }, [running, active, waiting, world, chunks]);

  return (
    <section class="panel transport" aria-labelledby="transport-title">
      <div class="panel-head">
        <h2 id="transport-title">Transport</h2>
        <div class="field-row">
          <label for="chunks">Chunks</label>
          <select id="chunks" value={chunks} onChange={({ currentTarget }) => setChunks(currentTarget.value as Chunks)}>
            {CHUNKS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <button
            type="button"
            aria-pressed={running}
            disabled={!running && !waiting}
            onClick={() => setRunning(!running)}
          >
            {running ? 'Pause' : 'Run'}
          </button>
        </div>
      </div>
      <BeltRow belt={world.belts.client} chunks={chunks} onAct={onAct} />
      <BeltRow belt={world.belts.server} chunks={chunks} onAct={onAct} />
    </section>
  );
}

const hasWork = (belt: Belt): boolean => belt.length > 0 || (belt.ended && !belt.endArrived);

function countFor(chunks: Chunks, belt: Belt): number {
  const [parcel] = belt.parcels;
  switch (chunks) {
    case 'as written':
      return parcel === undefined ? 1 : parcel.wire.length - parcel.arrived;
    case '1 byte':
      return 1;
    case '3 bytes':
      return 3;
    case 'random':
      return 1 + Math.floor(Math.random() * 16);
    case 'everything':
      return ALL;
  }
}

/** Bytes of a belt that are drawn. */
const DRAWN = 72;

interface BeltRowProps {
  readonly belt: Belt;
  readonly chunks: Chunks;
  readonly onAct: (action: Action) => void;
}

function BeltRow({ belt, chunks, onAct }: BeltRowProps) {
  const { from } = belt;
  const [chosen, setChosen] = useState<number>();
  const bytes = bytesOn(belt);
  const left = belt.length - bytes.length;
  const at = chosen !== undefined && chosen < belt.length ? chosen : 0;
  const name = `from ${from} to ${other(from)}`;
  const deliver = (count: number) => onAct({ do: 'deliver', from, count });
  const idle = !hasWork(belt);
  return (
    <div class={`belt ${from}`}>
      <div class="belt-head">
        <h3>
          <span aria-hidden="true">{from === 'client' ? '→' : '←'}</span> {name}
        </h3>
        <span class="hint">
          {belt.ended
            ? belt.endArrived
              ? 'ended'
              : 'ends after these bytes'
            : `${countOf(belt.length, 'byte')} on the way`}
        </span>
      </div>
      <div class="belt-bytes" aria-hidden="true">
        {bytes.length === 0 && <span class="hint">empty</span>}
        {bytes.map(({ value, kind, first }, number) => (
          <button
            key={number}
            type="button"
            tabIndex={-1}
            class={`belt-byte k-${kind}${first ? ' first' : ''}${number === at && chosen !== undefined ? ' chosen' : ''}`}
            onClick={() => setChosen(number === chosen ? undefined : number)}
          >
            {value.toString(16).padStart(2, '0')}
          </button>
        ))}
        {left > 0 && <span class="hint">… and {left} more</span>}
      </div>
      <div class="belt-actions">
        <button type="button" disabled={idle} aria-label={`1 byte ${name}`} onClick={() => deliver(1)}>
          1 byte
        </button>
        <button
          type="button"
          class="primary"
          disabled={idle}
          aria-label={`Chunk ${name}`}
          onClick={() => deliver(countFor(chunks, belt))}
        >
          Chunk
        </button>
        <button type="button" disabled={idle} aria-label={`All ${name}`} onClick={() => deliver(ALL)}>
          All
        </button>
        <span class="belt-damage">
          <label>
            Byte
            <input
              type="number"
              min={0}
              max={Math.max(belt.length - 1, 0)}
              value={at}
              disabled={belt.length === 0}
              aria-label={`Byte to damage ${name}`}
              onInput={({ currentTarget }) => setChosen(Math.max(Number(currentTarget.value) || 0, 0))}
            />
          </label>
          <button
            type="button"
            disabled={belt.length === 0}
            aria-label={`Flip a bit of it ${name}`}
            onClick={() => onAct({ do: 'flip', from, at, bit: 7 })}
          >
            Flip
          </button>
          <button
            type="button"
            disabled={belt.length === 0}
            aria-label={`Lose it ${name}`}
            onClick={() => onAct({ do: 'drop', from, at, count: 1 })}
          >
            Lose
          </button>
          <button
            type="button"
            class="danger"
            disabled={belt.ended}
            aria-label={`Cut the transport ${name}`}
            onClick={() => onAct({ do: 'cut', from })}
          >
            Cut
          </button>
        </span>
      </div>
    </div>
  );
}

interface BeltByte {
  readonly value: number;
  readonly kind: string;
  /** Whether it is the first of what was written at once. */
  readonly first: boolean;
}

/** The next bytes to arrive, the first one first. */
function bytesOn(belt: Belt): BeltByte[] {
  const bytes: BeltByte[] = [];
  for (const { wire, kind, arrived } of belt.parcels) {
    const fields = kind === 'head' ? [] : fieldsOf(wire);
    for (let at = arrived; at < wire.length && bytes.length < DRAWN; at += 1) {
      const field = fields.findLast(({ firstBit, bits }) => firstBit < at * 8 + 8 && at * 8 < firstBit + bits);
      bytes.push({ value: wire[at] ?? 0, kind: field?.kind ?? 'flag', first: at === 0 });
    }
    if (bytes.length >= DRAWN) break;
  }
  return bytes;
}
