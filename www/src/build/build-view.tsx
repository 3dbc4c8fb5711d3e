/** A frame from a form to bytes, and from bytes to the form. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Role } from '../../../pkg/index.js';
import { readHeader } from '../../../pkg/inspect/header.js';
import { bytesOfText } from '../../../pkg/inspect/notation.js';
import { hexOf, visible } from '../../../pkg/inspect/visible.js';
import type { ViewProps } from '../app.js';
import { Findings } from '../frame/finding.js';
import { FrameBytes } from '../frame/frame-bytes.js';
import { useJudged } from '../frame/judge.js';
import { replaceFragment } from '../route.js';
import { CopyButton, copyText } from '../ui/copy.js';
import { type ByteFormat, byteFormats, formatBytes } from '../ui/formats.js';
import { bytesOfForm, codeOf, type FrameForm, formOf, hello } from './form.js';
import { FrameFields } from './frame-fields.js';

/** Bytes that still fit in an address that everything takes. */
const LINK_BYTES = 1000;

export function BuildView({ data }: ViewProps) {
  const [form, setForm] = useState(hello);
  const [wire, setWire] = useState<Uint8Array>(() => bytesOfForm(hello));
  const [text, setText] = useState(() => hexOf(wire, ' '));
  const [fault, setFault] = useState<string>();
  const [sender, setSender] = useState<Role>();

  const takeText = (value: string) => {
    const { bytes, error } = bytesOfText(value);
    setText(value);
    setWire(bytes);
    setForm((before) => formOf(bytes, before));
    setFault(error && value.trim() !== '' ? `Line ${error.line}, column ${error.column}: ${error.message}` : undefined);
    link(bytes);
  };
  const takeForm = (change: Partial<FrameForm>) => {
    const changed = { ...form, ...change };
    setForm(changed);
    try {
      const bytes = bytesOfForm(changed);
      setWire(bytes);
      setText(hexOf(bytes, ' '));
      setFault(undefined);
      link(bytes);
    } catch (error) {
      // The bytes stay those of the last form that made a frame.
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => {
    if (data && data !== hexOf(wire)) takeText(decodeHex(data));
    // Only what arrives in the address is taken.
  }, [data]);

  return (
    <div class="build-view">
      <section class="panel" aria-labelledby="form-title">
        <div class="panel-head">
          <h2 id="form-title">Frame</h2>
          <p class="hint">Every field is yours, the forbidden ones too.</p>
        </div>
        <FrameFields form={form} onChange={takeForm} />
      </section>
      <section class="panel" aria-labelledby="bytes-title">
        <div class="panel-head">
          <h2 id="bytes-title">Bytes</h2>
          <p class="hint">Edit them: the form follows.</p>
        </div>
        <div class="panel-body">
          <div class="field">
            <label for="frame-hex">The frame in hex, or in any notation</label>
            <textarea
              id="frame-hex"
              class="mono"
              rows={4}
              spellcheck={false}
              autocomplete="off"
              value={text}
              aria-invalid={fault !== undefined}
              aria-describedby="build-note"
              onInput={({ currentTarget }) => takeText(currentTarget.value)}
            />
            <p id="build-note" class="note bad" role="status">
              {fault !== undefined && visible(fault)}
            </p>
          </div>
          <div class="field-row">
            <CopyButton text={() => hexOf(wire, ' ')} what="hex" label="Copy hex" />
            <label for="copy-format" class="visually-hidden">
              Copy the bytes as
            </label>
            <select
              id="copy-format"
              value=""
              onChange={({ currentTarget }) => {
                const format = currentTarget.value as ByteFormat;
                currentTarget.value = '';
                void copyText(formatBytes(wire, format), `the bytes as ${format}`);
              }}
            >
              <option value="">Copy as …</option>
              {byteFormats.map((format) => (
                <option key={format}>{format}</option>
              ))}
            </select>
          </div>
          <Verdict wire={wire} sender={sender} onSender={setSender} />
          <Code form={form} fault={fault} />
        </div>
      </section>
      <section class="panel wide" aria-labelledby="detail-title">
        <div class="panel-head">
          <h2 id="detail-title">Bit by bit</h2>
        </div>
        {wire.length === 0 ? <p class="empty">No bytes yet.</p> : <FrameBytes wire={wire} base={0} />}
      </section>
    </div>
  );
}

interface VerdictProps {
  readonly wire: Uint8Array;
  readonly sender: Role | undefined;
  readonly onSender: (sender: Role | undefined) => void;
}

function Verdict({ wire, sender, onSender }: VerdictProps) {
  const latest = useJudged(wire, sender);
  const judged = wire.length === 0 ? undefined : latest;
  const end = wire.length === 0 ? 0 : frameEnd(wire);
  return (
    <div class="verdict">
      <div class="field-row">
        <label for="sender">Sent by</label>
        <select
          id="sender"
          value={sender ?? ''}
          onChange={({ currentTarget }) => onSender((currentTarget.value || undefined) as Role | undefined)}
        >
          <option value="">whoever masks so</option>
          <option value="client">a client</option>
          <option value="server">a server</option>
        </select>
        {judged && judged.findings.length === 0 && judged.trouble === undefined && (
          <span class="badge ok">no violation</span>
        )}
      </div>
      <div role="status">
        {judged && <Findings findings={judged.findings} />}
        {judged?.trouble !== undefined && <p class="note">{visible(judged.trouble)}.</p>}
        {end < wire.length && <p class="note">{wire.length - end} bytes come after the frame.</p>}
      </div>
    </div>
  );
}

/** Bytes of the first frame, as far as its header declares them. */
function frameEnd(wire: Uint8Array): number {
  const { headerLength, payloadLength } = readHeader(wire);
  return headerLength === undefined || payloadLength === undefined
    ? wire.length
    : Math.min(headerLength + Number(payloadLength), wire.length);
}

function Code({ form, fault }: { readonly form: FrameForm; readonly fault: string | undefined }) {
  const code = useMemo(() => {
    try {
      return codeOf(form);
    } catch {
      return undefined;
    }
  }, [form]);
  if (code === undefined || fault !== undefined) return null;
  return (
    <div class="answer">
      <h4>
        In TypeScript <CopyButton text={() => code} what="the code" />
      </h4>
      <pre class="code">{code.split('\n').map(visible).join('\n').trimEnd()}</pre>
    </div>
  );
}

function link(bytes: Uint8Array): void {
  replaceFragment(bytes.length === 0 || bytes.length > LINK_BYTES ? 'build' : `build=${hexOf(bytes)}`);
}

/** Only hex is taken from an address. */
const decodeHex = (data: string): string => (/^[0-9a-f]*$/i.test(data) ? data.replace(/..(?=.)/g, '$& ') : '');
