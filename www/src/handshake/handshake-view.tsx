/** The calculator of accept values, step by step, and the checks of pasted heads. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { acceptKey } from '../../../pkg/index.js';
import { hexOf, visible } from '../../../pkg/inspect/visible.js';
import type { ViewProps } from '../app.js';
import { decodeFragment, replaceFragment } from '../route.js';
import { CopyButton } from '../ui/copy.js';
import { base64Length } from './checks.js';
import { HeadChecks } from './head-checks.js';

const SAMPLE = 'dGhlIHNhbXBsZSBub25jZQ==';
/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function HandshakeView({ data }: ViewProps) {
  const [key, setKey] = useState(SAMPLE);
  useEffect(() => {
    const given = decodeFragment(data ?? '');
    if (given) setKey(given);
  }, [data]);
  const change = (value: string) => {
    setKey(value);
    replaceFragment(value === SAMPLE ? 'handshake' : `handshake=${encodeURIComponent(value.toWellFormed())}`);
  };
  return (
    <div class="handshake-view">
      <section class="panel" aria-labelledby="calculator-title">
        <div class="panel-head">
          <h2 id="calculator-title">Accept value</h2>
          <p class="hint">What a server answers to a key, RFC 6455 §4.2.2.</p>
        </div>
        <Calculator value={key} onChange={change} />
      </section>
      <HeadChecks onKey={change} />
    </div>
  );
}

interface CalculatorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Calculator({ value, onChange }: CalculatorProps) {
  const key = value.trim();
  const length = base64Length(key);
  const accept = useMemo(() => acceptKey(key), [key]);
  const digest = useMemo(() => Uint8Array.from(atob(accept), (character) => character.charCodeAt(0)), [accept]);
  const decoded = length === undefined ? undefined : Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
  return (
    <div class="panel-body">
      <div class="field">
        <label for="key">Sec-WebSocket-Key</label>
        <div class="with-button">
          <input
            id="key"
            type="text"
            class="mono"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            value={value}
            aria-invalid={length !== 16}
            aria-describedby="key-note"
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
          <button type="button" onClick={() => onChange(randomKey())}>
            New key
          </button>
          <button type="button" onClick={() => onChange(SAMPLE)}>
            RFC’s key
          </button>
        </div>
        <p id="key-note" class={length === 16 ? 'note' : 'note bad'} role="status">
          {length === 16 ? '16 bytes in base64, as it has to be.' : keyNote(length)}
        </p>
      </div>
      <ol class="steps">
        <li>
          <h3>The key</h3>
          <p class="mono">{decoded === undefined ? <em>not base64</em> : hexOf(decoded, ' ')}</p>
          <p class="hint">The bytes behind the base64. They say nothing: the text of the key goes on as it is.</p>
        </li>
        <li>
          <h3>The key, then the GUID</h3>
          <p class="mono joined">
            <span class="k-key">{visible(key)}</span>
            <span class="k-opcode">{GUID}</span>
          </p>
          <p class="hint">{key.length + GUID.length} characters.</p>
        </li>
        <li>
          <h3>SHA-1 of that</h3>
          <p class="mono" id="digest">
            {hexOf(digest, ' ')}
          </p>
          <p class="hint">20 bytes.</p>
        </li>
        <li>
          <h3>
            <label for="accept">Sec-WebSocket-Accept</label>
          </h3>
          <div class="result">
            <output id="accept" for="key" class="mono">
              {accept}
            </output>
            <CopyButton text={() => accept} what="the accept value" />
          </div>
          <p class="hint">The digest in base64, 28 characters.</p>
        </li>
      </ol>
      <Verify accept={accept} />
    </div>
  );
}

function Verify({ accept }: { readonly accept: string }) {
  const [value, setValue] = useState('');
  const given = value.trim();
  const same = given === accept;
  const differs = [...accept].findIndex((character, at) => given[at] !== character);
  return (
    <div class="field verify">
      <label for="verify">An accept value to compare with</label>
      <input
        id="verify"
        type="text"
        class="mono"
        placeholder={accept}
        spellcheck={false}
        autocomplete="off"
        value={value}
        aria-invalid={given !== '' && !same}
        aria-describedby="verify-note"
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
      />
      <p id="verify-note" role="status" class={given === '' ? 'note' : same ? 'note good' : 'note bad'}>
        {given !== '' && (same ? '✓ It belongs to the key.' : `✕ ${difference(given, differs)}`)}
      </p>
    </div>
  );
}

function difference(given: string, differs: number): string {
  if (differs < 0) return 'It begins rightly, and has something behind it.';
  if (differs >= given.length) return `It ends after ${given.length} of 28 characters.`;
  return `It differs from character ${differs + 1} on: a client drops the connection (hs-accept-mismatch).`;
}

function keyNote(length: number | undefined): string {
  const what = length === undefined ? 'this is not base64' : `this has ${length}`;
  return `A key is 16 bytes in base64; ${what}. A server refuses it with 400 (hs-key-invalid).`;
}

function randomKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}
