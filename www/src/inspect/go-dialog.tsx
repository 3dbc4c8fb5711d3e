/** To a frame by its number, its time or its offset. */

import { useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import type { Capture } from './capture.js';
import { collectMatches, numbersOf } from './matching.js';
import type { Opened } from './session.js';

/** Connections whose streams are looked at for an offset. */
const LANES = 50;

interface GoDialogProps {
  readonly opened: Opened;
  /** The frame whose stream offsets are in. */
  readonly selected: number;
  readonly onGo: (n: number) => void;
  readonly onClose: () => void;
}

export function GoDialog({ opened, selected, onGo, onClose }: GoDialogProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = async () => {
    const n = await targetOf(text.trim(), opened, selected);
    if (n === undefined) setFault('There is no such frame: a number, a time like 1.5s, or an offset like 0x1a40.');
    else {
      onClose();
      onGo(n);
    }
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <form
        class="paste"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="field">
          <label for="go-to">
            A frame’s number, a time (1.5s), or an offset in the stream of the selected frame (0x1a40)
          </label>
          <input
            id="go-to"
            type="text"
            class="mono"
            autocomplete="off"
            autofocus
            value={text}
            aria-invalid={fault !== undefined}
            aria-describedby="go-note"
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <p id="go-note" class="note bad" role="status">
            {fault}
          </p>
        </div>
        <div class="dialog-actions">
          <button type="submit" class="primary">
            Go
          </button>
        </div>
      </form>
    </Dialog>
  );
}

async function targetOf(text: string, opened: Opened, selected: number): Promise<number | undefined> {
  const { capture, summary } = opened;
  if (/^#?[\d,]+$/.test(text)) {
    const n = Number(text.replace(/[#,]/g, ''));
    return n >= 1 && n <= summary.frames ? n : undefined;
  }
  const time = /^([\d.]+)\s*(ms|s)$/.exec(text);
  if (time !== null) {
    const seconds = Number(time[1]) / (time[2] === 'ms' ? 1000 : 1);
    let found: number | undefined;
    await collectMatches(capture, `t >= ${seconds}`, new AbortController().signal, (numbers) => {
      found ??= numbers[0];
    });
    return found;
  }
  const offset = /^0x[\da-f]+$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(offset) ? undefined : frameAtOffset(offset, opened, selected);
}

/** The frame that has a byte of the stream that the selected frame is in, or else of the first stream that is so long. */
async function frameAtOffset(
  offset: number,
  { capture, connections }: Opened,
  selected: number,
): Promise<number | undefined> {
  const [here] = await capture.rows(Uint32Array.of(selected));
  const lanes = connections
    .slice(0, LANES)
    .flatMap(({ conn }) => (['c2s', 's2c'] as const).map((dir) => ({ conn, dir })));
  for (const { conn, dir } of here?.dir == null ? lanes : [{ conn: here.conn, dir: here.dir }, ...lanes]) {
    const numbers = await numbersOf(capture, `conn == ${conn} and dir == ${dir}`);
    const found = await frameInLane(capture, numbers, offset);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Frames of a direction come in the order of their offsets. */
async function frameInLane(capture: Capture, numbers: Uint32Array, offset: number): Promise<number | undefined> {
  let [low, high] = [0, numbers.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [row] = await capture.rows(numbers.slice(middle, middle + 1));
    if (row?.stream == null) return undefined;
    if (offset < row.stream) high = middle - 1;
    else if (offset >= row.stream + (row.wire ?? 0)) low = middle + 1;
    else return row.n;
  }
  return undefined;
}
