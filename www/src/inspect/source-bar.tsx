/** Where the capture comes from, and the ways to bring another one. */

import { useRef, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { Dialog } from '../ui/dialog.js';
import { sizeText } from '../ui/formats.js';
import { samples } from './samples.js';
import type { Opened } from './session.js';

interface SourceBarProps {
  readonly opened: Opened | undefined;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onSample: (name: string) => void;
  readonly onPaste: () => void;
  /** Asked to read the capture as something else. */
  readonly onReadAs: () => void;
  readonly onShare: () => void;
  /** Given the way to open the file picker, for the keys. */
  readonly picker: { open: () => void };
}

export function SourceBar({ opened, onFiles, onSample, onPaste, onReadAs, onShare, picker }: SourceBarProps) {
  const file = useRef<HTMLInputElement>(null);
  const [help, showHelp] = useState(false);
  picker.open = () => file.current?.click();
  const sample = opened?.input.kind === 'sample';
  return (
    <div class="source-bar">
      <p class="source-name">
        {opened && (
          <>
            {sample && <span class="badge">sample</span>} <strong>{visible(opened.input.name)}</strong>{' '}
            <button type="button" class="link" onClick={onReadAs} title="Read it as something else">
              read as {opened.summary.kind || '…'}, {sizeText(opened.summary.bytes)}
            </button>
          </>
        )}
      </p>
      <p class="hint source-hint">Drop a .pcap, .pcapng, .har, net-export .json, or paste bytes.</p>
      <div class="source-actions">
        <input
          ref={file}
          id="file"
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Capture to open"
          onChange={({ currentTarget }) => {
            onFiles([...(currentTarget.files ?? [])]);
            currentTarget.value = '';
          }}
        />
        <button type="button" class="primary" onClick={() => file.current?.click()}>
          Open <kbd>o</kbd>
        </button>
        <button type="button" onClick={onPaste}>
          Paste bytes <kbd>v</kbd>
        </button>
        <label for="sample" class="visually-hidden">
          Sample
        </label>
        <select
          id="sample"
          value=""
          onChange={({ currentTarget }) => {
            onSample(currentTarget.value);
            currentTarget.value = '';
          }}
        >
          <option value="">Samples …</option>
          {samples.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <button type="button" onClick={onShare} disabled={opened === undefined}>
          Share, export <kbd>s</kbd>
        </button>
        <button type="button" class="quiet" onClick={() => showHelp(true)}>
          How do I get a capture?
        </button>
      </div>
      {help && <CaptureHelp onClose={() => showHelp(false)} />}
    </div>
  );
}

const WAYS: readonly (readonly [title: string, steps: string, command: string | undefined])[] = [
  [
    'Chrome or Edge, also wss://',
    'Open chrome://net-export, choose “Include raw bytes”, start, reproduce, stop. The file has the decrypted bytes: no proxy and no keys are needed.',
    'chromium --log-net-log=log.json --net-log-capture-mode=Everything',
  ],
  ['Any ws:// on this machine', 'Everything that goes over a port:', 'tcpdump -i any -s 0 -w capture.pcap port 8080'],
  [
    'wss:// with the keys of the client',
    'Let the client write its keys, then export what was decrypted:',
    'SSLKEYLOGFILE=keys.log …  tshark -r capture.pcap -o tls.keylog_file:keys.log -U "OSI layer 7" -w plain.pcap',
  ],
  ['Playwright', 'Messages, not frames:', "await browser.newContext({ recordHar: { path: 'log.har' } })"],
  ['mitmproxy', 'Messages, not frames:', 'mitmdump --set hardump=log.har'],
  [
    'Node',
    'The bytes of a socket as they come, each direction into a file of its own; drop both at once:',
    "socket.on('data', (chunk) => fs.appendFileSync('from-server.bin', chunk))",
  ],
];

function CaptureHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="How do I get a capture?" onClose={onClose}>
      <dl class="ways">
        {WAYS.map(([title, steps, command]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              {steps}
              {command !== undefined && <code>{command}</code>}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
