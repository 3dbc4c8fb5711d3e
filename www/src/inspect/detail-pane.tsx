/** One frame of a capture: what is wrong with it, what it belongs to, its fields and its bytes in layers. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { fieldsOf } from '../../../pkg/inspect/fields.js';
import { opcodeName } from '../../../pkg/inspect/names.js';
import { Findings } from '../frame/finding.js';
import { LinkedFrame, unmasked } from '../frame/frame-bytes.js';
import { HexView } from '../frame/hex-view.js';
import { copyText } from '../ui/copy.js';
import { type ByteFormat, byteFormats, countOf, countText, formatBytes } from '../ui/formats.js';
import { Segments } from '../ui/segments.js';
import type { Capture, FrameDetail, Layer } from './capture.js';
import { type Reading, readingsOf } from './payload/decode.js';
import { TextView } from './payload/text-view.js';
import { Tree } from './payload/tree.js';

interface DetailPaneProps {
  readonly capture: Capture;
  readonly n: number;
  readonly layer: Layer;
  readonly subprotocol: string;
  readonly onLayer: (layer: Layer) => void;
  readonly onGo: (n: number) => void;
}

export function DetailPane({ capture, n, layer, subprotocol, onLayer, onGo }: DetailPaneProps) {
  const loaded = useFrame(capture, n);
  if (loaded === undefined) return <p class="empty">Reading frame {countText(n)} …</p>;
  return <Loaded {...loaded} capture={capture} layer={layer} subprotocol={subprotocol} onLayer={onLayer} onGo={onGo} />;
}

interface LoadedFrame {
  readonly detail: FrameDetail;
  readonly wire: Uint8Array;
}

/** The frame, and until another one is there the one before: a list that keys run through does not flicker. */
function useFrame(capture: Capture, n: number): LoadedFrame | undefined {
  const [loaded, setLoaded] = useState<LoadedFrame & { capture: Capture }>();
  useEffect(() => {
    let current = true;
    const load = async () => {
      const detail = await capture.detail(n);
      if (detail === undefined || !current) return;
      const wire = detail.layers.includes('wire') ? await capture.layer(n, 'wire') : new Uint8Array(0);
      if (current) setLoaded({ detail, wire, capture });
    };
    load().catch(() => {
      // The capture was closed meanwhile.
    });
    return () => {
      current = false;
    };
  }, [capture, n]);
  return loaded?.capture === capture ? loaded : undefined;
}

type Form = 'hex' | 'text' | 'tree';

interface LoadedProps extends LoadedFrame, Omit<DetailPaneProps, 'n'> {}

function Loaded({ detail, wire, capture, layer, subprotocol, onLayer, onGo }: LoadedProps) {
  const { row } = detail;
  const [form, setForm] = useState<Form>('hex');
  const used = detail.layers.includes(layer) ? layer : (detail.layers[0] ?? 'message');
  const fields = useMemo(() => (wire.length === 0 ? [] : fieldsOf(wire)), [wire]);
  const bytes = useLayer(capture, row.n, used, wire);
  const framed = used === 'wire' || used === 'unmasked';
  const payload = useMemo(() => {
    if (!framed) return bytes;
    const header = Math.min(row.hdrLen ?? 0, bytes.length);
    return (used === 'wire' ? unmasked(bytes) : bytes).subarray(header);
  }, [bytes, framed, row.hdrLen, used]);
  const readings = useMemo(
    () => (form === 'tree' ? readingsOf(payload, subprotocol) : []),
    [payload, form, subprotocol],
  );
  const ticks = useMemo(() => new Set(detail.ticks), [detail]);
  return (
    <LinkedFrame
      fields={fields}
      wire={wire}
      bytes={bytes}
      base={row.stream ?? 0}
      framed={framed}
      ticks={ticks}
      notes={<Notes detail={detail} onGo={onGo} />}
      controls={
        <div class="byte-controls">
          <CopyBytes bytes={bytes} n={row.n} />
          {detail.layers.length > 1 && (
            <Segments legend="Layer of the bytes" options={detail.layers} value={used} onChange={onLayer} />
          )}
          <Segments
            legend="How they are shown"
            options={['hex', 'text', 'tree'] as const}
            names={{ tree: 'decoded' }}
            value={form}
            onChange={setForm}
          />
        </div>
      }
    >
      {otherForm(form, framed, used, bytes, payload, readings)}
    </LinkedFrame>
  );
}

function CopyBytes({ bytes, n }: { readonly bytes: Uint8Array; readonly n: number }) {
  return (
    <label class="copy-as">
      <span class="visually-hidden">Copy these bytes as</span>
      <select
        id="copy-frame"
        value=""
        onChange={({ currentTarget }) => {
          const format = currentTarget.value as ByteFormat;
          currentTarget.value = '';
          void copyText(formatBytes(bytes, format), `frame ${n} as ${format}`);
        }}
      >
        <option value="">Copy as …</option>
        {byteFormats.map((format) => (
          <option key={format}>{format}</option>
        ))}
      </select>
    </label>
  );
}

/** What is shown instead of the linked bytes; `null` for those. */
function otherForm(
  form: Form,
  framed: boolean,
  layer: Layer,
  bytes: Uint8Array,
  payload: Uint8Array,
  readings: readonly Reading[],
) {
  if (form === 'text') return <TextView bytes={payload} />;
  if (form === 'hex') {
    return framed ? null : (
      <HexView bytes={bytes} base={0} label={`Bytes of the layer ${layer}`} kindAt={() => 'payload'} />
    );
  }
  if (readings.length === 0) {
    return <p class="empty">No decoder reads this payload: not JSON, Socket.IO, MessagePack, CBOR or MQTT.</p>;
  }
  return (
    <div class="tree-view" role="region" aria-label="Decoded payload" tabIndex={0}>
      {readings.map(({ name, value }) => (
        <section key={name}>
          <h4>{name}</h4>
          <Tree value={value} />
        </section>
      ))}
    </div>
  );
}

function useLayer(capture: Capture, n: number, layer: Layer, wire: Uint8Array): Uint8Array {
  const [fetched, setFetched] = useState<{ key: string; bytes: Uint8Array }>();
  const local = useMemo(() => {
    if (layer === 'wire') return wire;
    return layer === 'unmasked' && wire.length > 0 ? unmasked(wire) : undefined;
  }, [layer, wire]);
  const key = `${n} ${layer}`;
  useEffect(() => {
    if (local !== undefined) return;
    let current = true;
    capture.layer(n, layer).then(
      (bytes) => current && setFetched({ key, bytes }),
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, key, local]);
  return local ?? (fetched?.key === key ? fetched.bytes : EMPTY);
}

const EMPTY = new Uint8Array(0);

/** What a frame belongs to, in a line, and what is wrong with it. */
function Notes({ detail, onGo }: { readonly detail: FrameDetail; readonly onGo: (n: number) => void }) {
  const { row, frames, partner, rtt, findings } = detail;
  const place = frames.indexOf(row.n);
  return (
    <div class="frame-notes">
      <h2 id="frame-title">
        Frame {countText(row.n)}: {opcodeName(row.op)}, {countOf((row.hdrLen ?? 0) + row.len, 'byte')}
      </h2>
      <p class="hint">
        {row.dir === 'c2s' ? 'client → server' : row.dir === 's2c' ? 'server → client' : 'of an unknown side'}
        {row.t !== null && ` · ${row.t.toFixed(6)} s`}
        {row.stream !== null && ` · stream 0x${row.stream.toString(16)}`}
        {row.file !== null && ` · file 0x${row.file.toString(16)}`}
        {row.packet !== null && ` · packet ${countText(row.packet)}`}
        {row.guessed && ' · guessed'}
      </p>
      {frames.length > 1 && (
        <p class="frame-links">
          <span>
            Message {row.msg}, part {place + 1} of {frames.length}:
          </span>
          {frames.slice(0, 24).map((n) => (
            <button
              key={n}
              type="button"
              class="link"
              aria-current={n === row.n ? 'true' : undefined}
              aria-label={`Frame ${n}`}
              onClick={() => onGo(n)}
            >
              {countText(n)}
            </button>
          ))}
          {frames.length > 24 && <span class="hint">…</span>}
        </p>
      )}
      {partner !== null && (
        <p class="frame-links">
          {row.op === 9 ? 'Answered by' : 'Answers'}
          <button type="button" class="link" onClick={() => onGo(partner)}>
            frame {countText(partner)}
          </button>
          {rtt !== null && <span class="hint">after {rtt.toFixed(3)} ms</span>}
        </p>
      )}
      <Findings findings={findings} />
    </div>
  );
}
