/**
 * Bytes in rows of sixteen, of which only those in sight are made. To those who do not see it is an ornament: the table of
 * fields has the same facts.
 */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export const ROW_BYTES = 16;
const ROW_HEIGHT = 22;
/** Rows beyond the edges, so that scrolling shows no gap. */
const OVERSCAN = 4;

/** Rows that are made, however high a stylesheet lets it become. */
const MOST_ROWS = 120;

export interface ByteSelection {
  readonly from: number;
  /** The last byte, which may come before the first one. */
  readonly to: number;
}

interface HexViewProps {
  readonly bytes: Uint8Array;
  /** The position that is shown for the first byte. */
  readonly base: number;
  readonly label: string;
  /** The kind of field that a byte belongs to, for its colour. */
  readonly kindAt: (at: number) => string;
  /** The range of bytes that is pointed at from elsewhere: first, and one past the last. */
  readonly marked?: readonly [from: number, end: number] | undefined;
  readonly onPoint?: (at: number | undefined) => void;
  readonly selection?: ByteSelection | undefined;
  readonly onSelect?: (selection: ByteSelection | undefined) => void;
  /** Bytes before which something begins that is drawn as a tick: a TCP segment, a chunk. */
  readonly ticks?: ReadonlySet<number> | undefined;
}

export function HexView(props: HexViewProps) {
  const { bytes, label, marked, onPoint, selection, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const [[top, height], setWindow] = useState([0, 330]);
  const rows = Math.ceil(bytes.length / ROW_BYTES);
  const first = Math.max(Math.floor(top / ROW_HEIGHT) - OVERSCAN, 0);
  const last = Math.min(Math.ceil((top + height) / ROW_HEIGHT) + OVERSCAN, first + MOST_ROWS, rows);

  useLayoutEffect(() => {
    const node = box.current;
    if (node === null) return;
    const measure = () => setWindow([node.scrollTop, node.clientHeight]);
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  // Another frame begins at its beginning.
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [bytes]);

  const reveal = (at: number) => {
    const node = box.current;
    if (node === null) return;
    const y = Math.floor(at / ROW_BYTES) * ROW_HEIGHT;
    if (y < node.scrollTop) node.scrollTop = y;
    else if (y + ROW_HEIGHT > node.scrollTop + node.clientHeight) node.scrollTop = y + ROW_HEIGHT - node.clientHeight;
  };

  const markedFrom = marked?.[0];
  useEffect(() => {
    if (markedFrom !== undefined) reveal(markedFrom);
  }, [markedFrom]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && selection !== undefined) {
      event.stopPropagation();
      onSelect?.(undefined);
      return;
    }
    const step = KEYS[event.key];
    if (step === undefined || onSelect === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const to = Math.min(Math.max((selection?.to ?? -step) + step, 0), bytes.length - 1);
    onSelect({ from: event.shiftKey && selection !== undefined ? selection.from : to, to });
    reveal(to);
  };

  return (
    // A region that scrolls has to take the focus.
    <div
      ref={box}
      class="hex"
      role="region"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget }) => setWindow([currentTarget.scrollTop, currentTarget.clientHeight])}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onPoint?.(undefined)}
      onPointerOver={(event) => {
        const at = byteAt(event);
        onPoint?.(at);
        if (at !== undefined && event.buttons === 1 && selection !== undefined)
          onSelect?.({ from: selection.from, to: at });
      }}
      onPointerDown={(event) => {
        const at = byteAt(event);
        if (at === undefined || event.button !== 0) return;
        onSelect?.({ from: event.shiftKey && selection !== undefined ? selection.from : at, to: at });
      }}
    >
      <div class="hex-space" style={{ height: `${rows * ROW_HEIGHT}px` }} aria-hidden="true">
        <div class="hex-rows" style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
          {Array.from({ length: Math.max(last - first, 0) }, (_, at) => (
            <HexRow key={first + at} {...props} start={(first + at) * ROW_BYTES} />
          ))}
        </div>
      </div>
    </div>
  );
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -ROW_BYTES,
  ArrowDown: ROW_BYTES,
};

function byteAt(event: PointerEvent): number | undefined {
  const cell = event.target instanceof Element ? event.target.closest('[data-at]') : null;
  return cell === null ? undefined : Number(cell.getAttribute('data-at'));
}

function HexRow({ bytes, base, start, kindAt, marked, selection, ticks }: HexViewProps & { readonly start: number }) {
  const end = Math.min(start + ROW_BYTES, bytes.length);
  const [from, to] = selection === undefined ? [-1, -1] : ordered(selection);
  const cells = [];
  let text = '';
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    const on = marked !== undefined && at >= marked[0] && at < marked[1];
    const chosen = at >= from && at <= to;
    const tick = ticks?.has(at) === true;
    cells.push(
      <span
        key={at}
        class={`byte k-${kindAt(at)}${on ? ' marked' : ''}${chosen ? ' chosen' : ''}${tick ? ' tick' : ''}`}
        data-at={at}
      >
        {byte.toString(16).padStart(2, '0')}
      </span>,
    );
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  }
  return (
    <div class="hex-row">
      <span class="hex-offset">{(base + start).toString(16).padStart(6, '0')}</span>
      <span class="hex-cells">{cells}</span>
      <span class="hex-text">{text}</span>
    </div>
  );
}

/** The first and last byte of a selection. */
export function ordered({ from, to }: ByteSelection): readonly [first: number, last: number] {
  return from <= to ? [from, to] : [to, from];
}
