/** One frame of a capture: what is wrong with it, what it belongs to, its fields and its bytes in layers. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { fieldsOf } from '../../../pkg/inspect/fields.js';
import { opcodeName } from '../../../pkg/inspect/names.js';
import { Findings } from '../frame/finding.js';
import { LinkedFrame, unmasked } from '../frame/frame-bytes.js';
import { HexView } from '../frame/hex-view.js';
import { copyText } from '../ui/copy.js';
import { type ByteFormat, byteFormats, countOf, countText, formatBytes } from '../ui/formats.js';
import { useLatest } from '../ui/latest.js';
import { Segments } from '../ui/segments.js';
import type { Capture, ConnectionInfo, FrameDetail, FrameRow, Layer } from './capture.js';
import { type Reading, readingsOf } from './payload/decode.js';
import { TextView } from './payload/text-view.js';
import { Tree } from './payload/tree.js';
import { type Partner, partnerOf } from './pings.js';

interface DetailPaneProps {
  readonly capture: Capture;
  readonly n: number;
  readonly layer: Layer;
  readonly connections: readonly ConnectionInfo[];
  readonly onLayer: (layer: Layer) => void;
  readonly onGo: (n: number) => void;
}

export function DetailPane({ capture, n, layer, connections, onLayer, onGo }: DetailPaneProps) {
  const loaded = useFrame(capture, n);
  if (loaded === undefined) return <p class="empty">Reading frame {countText(n)} …</p>;
  const { conn } = loaded.detail.row;
  const subprotocol = connections.find((connection) => connection.conn === conn)?.subprotocol ?? '';
  return <Loaded {...loaded} capture={capture} layer={layer} subprotocol={subprotocol} onLayer={onLayer} onGo={onGo} />;
}

interface LoadedFrame {
  readonly detail: FrameDetail;
  readonly wire: Uint8Array;
}

/** The frame, and until another one is there the one before: a list that keys run through does not flicker. */
function useFrame(capture: Capture, n: number): LoadedFrame | undefined {
  const wanted = useMemo(() => ({ capture, n }), [capture, n]);
  const loaded = useLatest(wanted, (frame) => frameOf(frame.capture, frame.n));
  return loaded?.wanted.capture === capture ? loaded.result : undefined;
}

/** Fails if the capture is closed meanwhile. */
async function frameOf(capture: Capture, n: number): Promise<LoadedFrame | undefined> {
  const detail = await capture.detail(n);
  if (detail === undefined) return undefined;
  return { detail, wire: detail.layers.includes('wire') ? await capture.layer(n, 'wire') : EMPTY };
}

type Form = 'hex' | 'text' | 'tree';

interface LoadedProps extends LoadedFrame, Omit<DetailPaneProps, 'n' | 'connections'> {
  readonly subprotocol: string;
}

function Loaded({ detail, wire, capture, layer, subprotocol, onLayer, onGo }: LoadedProps) {
  const { row, headerLength } = detail;
  const [form, setForm] = useState<Form>('hex');
  const used = detail.layers.includes(layer) ? layer : (detail.layers[0] ?? 'message');
  const fields = useMemo(() => (wire.length === 0 ? [] : fieldsOf(wire)), [wire]);
  const bytes = useLayer(capture, row.n, used, wire);
  const framed = used === 'wire' || used === 'unmasked';
  const payload = useMemo(() => {
    if (!framed) return bytes;
    const header = Math.min(headerLength, bytes.length);
    return (used === 'wire' ? unmasked(bytes) : bytes).subarray(header);
  }, [bytes, framed, headerLength, used]);
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
      notes={<Notes capture={capture} detail={detail} onGo={onGo} />}
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
function Notes({ capture, detail, onGo }: Pick<LoadedProps, 'capture' | 'detail' | 'onGo'>) {
  const { row, frames, findings } = detail;
  const partner = usePartner(capture, row);
  const place = frames.indexOf(row.n);
  return (
    <div class="frame-notes">
      <h2 id="frame-title">
        Frame {countText(row.n)}: {opcodeName(row.op)}, {countOf(row.wire ?? row.len, 'byte')}
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
      {partner !== undefined && (
        <p class="frame-links">
          {row.op === 9 ? 'Answered by' : 'Answers'}
          <button type="button" class="link" onClick={() => onGo(partner.n)}>
            frame {countText(partner.n)}
          </button>
          {partner.rtt !== null && <span class="hint">after {partner.rtt.toFixed(3)} ms</span>}
        </p>
      )}
      <Findings findings={findings} />
    </div>
  );
}

/** For a Ping its Pong, and the other way round. */
function usePartner(capture: Capture, row: FrameRow): Partner | undefined {
  const [found, setFound] = useState<{ n: number; partner: Partner | undefined }>();
  useEffect(() => {
    let current = true;
    partnerOf(capture, row).then(
      (partner) => current && setFound({ n: row.n, partner }),
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, row]);
  return found?.n === row.n ? found.partner : undefined;
}
