/** To a frame by its number, its time or its offset. */

import { useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import { collectMatches } from './matching.js';
import type { Opened } from './session.js';

interface GoDialogProps {
  readonly opened: Opened;
  readonly onGo: (n: number) => void;
  readonly onClose: () => void;
}

export function GoDialog({ opened, onGo, onClose }: GoDialogProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = async () => {
    const n = await targetOf(text.trim(), opened);
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
          <label for="go-to">A frame’s number, a time (1.5s), or an offset in the stream (0x1a40)</label>
          <input
            id="go-to"
            type="text"
            class="mono"
            autocomplete="off"
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

async function targetOf(text: string, { capture, summary }: Opened): Promise<number | undefined> {
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
  return Number.isNaN(offset) ? undefined : frameAtOffset(offset, { capture, summary });
}

/** Frames of a direction come in the order of their offsets, so that the first one that reaches beyond it has it. */
async function frameAtOffset(offset: number, { capture, summary }: Pick<Opened, 'capture' | 'summary'>) {
  for (let first = 1; first <= summary.frames; first += 4096) {
    const count = Math.min(4096, summary.frames - first + 1);
    const rows = await capture.rows(Uint32Array.from({ length: count }, (_, at) => first + at));
    for (const { n, stream, hdrLen, len } of rows) {
      if (stream !== null && stream <= offset && offset < stream + (hdrLen ?? 0) + len) return n;
    }
  }
  return undefined;
}
