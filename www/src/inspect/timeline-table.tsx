/** The timeline in numbers. */

import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import { countText, sizeText } from '../ui/formats.js';
import { BUCKET_WORDS, type Capture } from './capture.js';
import { type Pair, roundTrip } from './pings.js';

/** Rows of the table. */
const ROWS = 20;

/** Pairs that are listed. */
const PAIRS = 200;

interface TimelineTableProps {
  readonly capture: Capture;
  /** Seconds. */
  readonly duration: number;
  /** Pings with their Pongs. */
  readonly pairs: readonly Pair[];
  readonly onClose: () => void;
}

export function TimelineTable({ capture, duration, pairs, onClose }: TimelineTableProps) {
  const [words, setWords] = useState<Uint32Array>();
  useEffect(() => {
    void capture.timeline(0, duration, ROWS).then(setWords);
  }, [capture, duration]);
  return (
    <Dialog title="Frames over time" onClose={onClose}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Seconds</th>
            <th scope="col">Client: frames</th>
            <th scope="col">bytes</th>
            <th scope="col">Server: frames</th>
            <th scope="col">bytes</th>
            <th scope="col">Rules broken</th>
          </tr>
        </thead>
        <tbody>
          {words !== undefined &&
            Array.from({ length: ROWS }, (_, row) => {
              const at = row * BUCKET_WORDS;
              const word = (offset: number) => words[at + offset] ?? 0;
              return (
                <tr key={at}>
                  <th scope="row">
                    {((duration / ROWS) * row).toFixed(3)}–{((duration / ROWS) * (row + 1)).toFixed(3)}
                  </th>
                  <td>{countText(word(0))}</td>
                  <td>{sizeText(word(1))}</td>
                  <td>{countText(word(3))}</td>
                  <td>{sizeText(word(4))}</td>
                  <td>{countText(word(2) + word(5))}</td>
                </tr>
              );
            })}
        </tbody>
      </table>
      {pairs.length > 0 && <PairTable pairs={pairs.slice(0, PAIRS)} />}
    </Dialog>
  );
}

function PairTable({ pairs }: { readonly pairs: readonly Pair[] }) {
  return (
    <table class="plain pairs">
      <caption>Pings that were answered</caption>
      <thead>
        <tr>
          <th scope="col">Ping</th>
          <th scope="col">by</th>
          <th scope="col">Pong</th>
          <th scope="col">after</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair) => (
          <tr key={pair.ping.n}>
            <th scope="row">{countText(pair.ping.n)}</th>
            <td>{pair.ping.dir === 'c2s' ? 'client' : 'server'}</td>
            <td>{countText(pair.pong.n)}</td>
            <td>{roundTrip(pair)?.toFixed(3) ?? '?'} ms</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
