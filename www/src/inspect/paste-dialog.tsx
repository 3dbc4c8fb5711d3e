/** Bytes as text: where they are pasted and edited, and what they are read as. */

import { useMemo, useRef, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { Dialog } from '../ui/dialog.js';
import { countOf } from '../ui/formats.js';
import { bytesOfInputText, type Reading } from './session.js';

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
  const found = useMemo(() => bytesOfInputText(text, reading), [text, reading]);
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
            aria-describedby="source-note"
            aria-invalid={found.troubles.length > 0}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <p id="source-note" class={found.troubles.length > 0 ? 'note bad' : 'note'} role="status">
            {text.trim() === ''
              ? 'Nothing yet.'
              : `Read as ${found.kind}, ${countOf(found.bytes.length, 'byte')}. ${found.troubles
                  .map((trouble) => visible(trouble.text))
                  .join(' ')}`}
          </p>
        </div>
        <div class="field-row">
          <label for="notation">Read as</label>
          <select
            id="notation"
            value={reading.notation}
            onChange={({ currentTarget }) =>
              setReading({ ...reading, notation: currentTarget.value as Reading['notation'] })
            }
          >
            <option value="">what it looks like</option>
            <option value="hex">hex</option>
            <option value="base64">base64</option>
          </select>
          <label for="side">Sent by</label>
          <select
            id="side"
            value={reading.side}
            onChange={({ currentTarget }) => setReading({ ...reading, side: currentTarget.value as Reading['side'] })}
          >
            <option value="">whoever masks so</option>
            <option value="client">the client</option>
            <option value="server">the server</option>
          </select>
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
          <button type="submit" class="primary" disabled={found.bytes.length === 0}>
            Decode
          </button>
        </div>
      </form>
    </Dialog>
  );
}
