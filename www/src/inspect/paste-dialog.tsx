/** Bytes as text: where they are pasted and edited, and what they are read as. */

import { useMemo, useRef, useState } from 'preact/hooks';
import { bytesOfText } from '../../../pkg/inspect/notation.js';
import { wrappingOf } from '../../../pkg/inspect/recognise.js';
import { visible } from '../../../pkg/inspect/visible.js';
import { Dialog } from '../ui/dialog.js';
import { countOf } from '../ui/formats.js';
import type { Reading } from './session.js';
import { SideField } from './side-field.js';

interface PasteDialogProps {
  readonly text: string;
  readonly reading: Reading;
  readonly onOpen: (text: string, reading: Reading) => void;
  readonly onClose: () => void;
}

const EXAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['a client, in hex', '81 85 37 fa 21 3d 7f 9f 4d 51 58\n89 80 11 22 33 44\n88 82 37 fa 21 3d 34 12'],
  [
    'a server, by xxd',
    '00000000: 8105 4865 6c6c 6f01 0348 656c 8905 4865  ..Hello..Hel..He\n00000010: 6c6c 6f80 026c 6f                        llo..lo',
  ],
  ['in base64', 'gQVIZWxsbw=='],
];

export function PasteDialog({ text: given, reading: read, onOpen, onClose }: PasteDialogProps) {
  const [text, setText] = useState(given);
  const [reading, setReading] = useState(read);
  const area = useRef<HTMLTextAreaElement>(null);
  const note = useMemo(() => noteOn(text, reading), [text, reading]);
  return (
    <Dialog title="Bytes of one direction" onClose={onClose}>
      <form
        class="paste"
        onSubmit={(event) => {
          event.preventDefault();
          onOpen(text, reading);
          onClose();
        }}
      >
        <div class="field">
          <label for="source">Hex in any notation, a hex dump, base64, or the text of a capture</label>
          <textarea
            id="source"
            ref={area}
            class="mono"
            rows={10}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            autofocus
            aria-describedby="source-note"
            aria-invalid={note.bad}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <p id="source-note" class={note.bad ? 'note bad' : 'note'} role="status">
            {visible(note.text)}
          </p>
        </div>
        <div class="field-row">
          <label for="notation">Read as</label>
          <select
            id="notation"
            value={reading.from}
            onChange={({ currentTarget }) => setReading({ ...reading, from: currentTarget.value as Reading['from'] })}
          >
            <option value="">what it looks like</option>
            <option value="hex">hex</option>
            <option value="base64">base64</option>
          </select>
          <SideField reading={reading} onReading={setReading} />
          <label for="source-example">Example</label>
          <select
            id="source-example"
            value=""
            onChange={({ currentTarget }) => {
              setText(EXAMPLES.find(([name]) => name === currentTarget.value)?.[1] ?? text);
              currentTarget.value = '';
              area.current?.focus();
            }}
          >
            <option value="">…</option>
            {EXAMPLES.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={note.empty}>
            Decode
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Characters up to which a text is read while it is typed. */
const READ_AT_ONCE = 1 << 18;

interface Note {
  readonly text: string;
  readonly bad: boolean;
  /** Whether there is nothing to decode. */
  readonly empty: boolean;
}

/** What a text will be read as. */
function noteOn(text: string, { from }: Reading): Note {
  if (text.trim() === '') return { text: 'Nothing yet.', bad: false, empty: true };
  if (text.length > READ_AT_ONCE) return { text: countOf(text.length, 'character'), bad: false, empty: false };
  // Only characters of ASCII tell: others are errors of typing.
  const plain = new TextEncoder().encode(text.trimStart().replace(/[^ -~\s]/g, '?'));
  if (from === '' && wrappingOf(plain) === 'capture')
    return { text: 'Read as the text of a capture.', bad: false, empty: false };
  const { bytes, error, notation } = bytesOfText(text, from === 'hex' || from === 'base64' ? from : undefined);
  const read = `Read as ${notation}, ${countOf(bytes.length, 'byte')}.`;
  const fault = error === undefined ? '' : ` line ${error.line}, column ${error.column}: ${error.message}`;
  return { text: read + fault, bad: error !== undefined, empty: bytes.length === 0 };
}
