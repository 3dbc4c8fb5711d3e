/** How a capture is read, where somebody knows better than its bytes tell. */

import { useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import { sourceKinds } from './engine/protocol.js';
import type { Reading } from './session.js';
import { SideField } from './side-field.js';

interface ReadAsDialogProps {
  readonly reading: Reading;
  readonly onRead: (reading: Reading) => void;
  readonly onClose: () => void;
}

const KIND_NAMES: Readonly<Record<(typeof sourceKinds)[number], string>> = {
  pcap: 'pcap',
  pcapng: 'pcapng',
  har: 'HAR',
  netlog: 'NetLog of Chrome',
  ndjson: 'NDJSON of frames or messages',
  raw: 'raw bytes',
  hex: 'hex',
  base64: 'base64',
};

export function ReadAsDialog({ reading: read, onRead, onClose }: ReadAsDialogProps) {
  const [reading, setReading] = useState(read);
  return (
    <Dialog title="Read it as something else" onClose={onClose}>
      <form
        class="paste"
        onSubmit={(event) => {
          event.preventDefault();
          onRead(reading);
          onClose();
        }}
      >
        <div class="field">
          <label for="read-from">Format</label>
          <select
            id="read-from"
            value={reading.from}
            onChange={({ currentTarget }) =>
              setReading({ ...reading, from: sourceKinds.find((kind) => kind === currentTarget.value) ?? '' })
            }
          >
            <option value="">what it looks like</option>
            {sourceKinds.map((kind) => (
              <option key={kind} value={kind}>
                {KIND_NAMES[kind]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <SideField reading={reading} onReading={setReading} />
        </div>
        <div class="field">
          <label for="read-deflate">Compressed messages</label>
          <select
            id="read-deflate"
            value={reading.deflate}
            onChange={({ currentTarget }) =>
              setReading({ ...reading, deflate: currentTarget.value === 'off' ? 'off' : '' })
            }
          >
            <option value="">are inflated</option>
            <option value="off">stay as they are</option>
          </select>
        </div>
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Read again
          </button>
        </div>
      </form>
    </Dialog>
  );
}
