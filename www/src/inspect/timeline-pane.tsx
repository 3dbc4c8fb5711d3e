/** The timeline with its brush and its keys, and the same as a table. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import { countText, sizeText } from '../ui/formats.js';
import { BUCKET_WORDS, type Capture } from './capture.js';
import { BUCKET_WIDTH, drawTimeline } from './timeline.js';

/** Seconds of a capture. */
export type Range = readonly [from: number, to: number];

interface TimelinePaneProps {
  readonly capture: Capture;
  /** Seconds of the whole capture, and a number that grows while it is read. */
  readonly duration: number;
  readonly frames: number;
  readonly brush: Range | undefined;
  readonly onBrush: (range: Range | undefined) => void;
}

export function TimelinePane({ capture, duration, frames, brush, onBrush }: TimelinePaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [view, setView] = useState<Range>([0, duration]);
  const [buckets, setBuckets] = useState<Uint32Array>();
  const [drag, setDrag] = useState<number>();
  const [table, showTable] = useState(false);

  useEffect(() => setView([0, duration]), [capture, duration]);
  useLayoutEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => setWidth(node.clientWidth));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  const count = Math.max(Math.floor(width / BUCKET_WIDTH), 1);
  useEffect(() => {
    if (width === 0) return;
    let current = true;
    capture.timeline(view[0], view[1], count).then(
      (words) => current && setBuckets(words),
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, view, count, frames, width]);

  const span = Math.max(view[1] - view[0], 1e-9);
  useEffect(() => {
    const node = canvas.current;
    if (node === null || buckets === undefined) return;
    const draw = () => {
      const share = brush && ([(brush[0] - view[0]) / span, (brush[1] - view[0]) / span] as const);
      drawTimeline(node, buckets, coloursOf(node), share);
    };
    draw();
    // The theme may change under it.
    const watcher = new MutationObserver(draw);
    watcher.observe(document.documentElement, { attributes: true });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      watcher.disconnect();
      scheme.removeEventListener('change', draw);
    };
  }, [buckets, brush, view, width]);

  const timeAt = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return view[0];
    return view[0] + (Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * span;
  };
  const zoom = (factor: number) => {
    const middle = brush ? (brush[0] + brush[1]) / 2 : (view[0] + view[1]) / 2;
    const half = Math.min((span / 2) * factor, duration / 2);
    const from = Math.min(Math.max(middle - half, 0), Math.max(duration - half * 2, 0));
    setView([from, from + half * 2]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = span / 40;
    const [from, to] = brush ?? view;
    const deeds: Readonly<Record<string, () => void>> = {
      '+': () => zoom(0.5),
      '-': () => zoom(2),
      '0': () => {
        setView([0, duration]);
        onBrush(undefined);
      },
      Escape: () => onBrush(undefined),
      ArrowLeft: () =>
        onBrush(event.shiftKey ? [from, Math.max(to - step, from)] : [Math.max(from - step, 0), to - step]),
      ArrowRight: () =>
        onBrush(event.shiftKey ? [from, Math.min(to + step, duration)] : [from + step, Math.min(to + step, duration)]),
    };
    const deed = deeds[event.key];
    if (deed === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  };

  return (
    <section class="timeline" aria-label="Timeline">
      <canvas
        ref={canvas}
        role="img"
        aria-label={timelineWords(duration, frames, brush)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag(timeAt(event));
        }}
        onPointerMove={(event) => {
          if (drag === undefined) return;
          const now = timeAt(event);
          if (Math.abs(now - drag) > span / 200) onBrush([Math.min(drag, now), Math.max(drag, now)]);
        }}
        onPointerUp={(event) => {
          if (drag !== undefined && Math.abs(timeAt(event) - drag) <= span / 200) onBrush(undefined);
          setDrag(undefined);
        }}
      />
      <div class="timeline-axis">
        <span>{view[0].toFixed(3)} s</span>
        <span class="timeline-lanes">
          <span class="lane client">client ↑</span> <span class="lane server">server ↓</span>
          {brush && (
            <button type="button" class="link" onClick={() => onBrush(undefined)}>
              {brush[0].toFixed(3)}–{brush[1].toFixed(3)} s ✕
            </button>
          )}
          <button type="button" class="link" onClick={() => showTable(true)}>
            as a table
          </button>
        </span>
        <span>{view[1].toFixed(3)} s</span>
      </div>
      {table && <TimelineTable capture={capture} duration={duration} onClose={() => showTable(false)} />}
    </section>
  );
}

function timelineWords(duration: number, frames: number, brush: Range | undefined): string {
  const chosen = brush ? `, ${brush[0].toFixed(3)} to ${brush[1].toFixed(3)} seconds chosen` : '';
  return `Timeline of ${frames} frames in ${duration.toFixed(3)} seconds${chosen}. Arrow keys move, plus and minus zoom, 0 resets.`;
}

function coloursOf(node: HTMLElement) {
  const style = getComputedStyle(node);
  // Canvases do not know light-dark(): these properties are registered as colours, so what is read is one colour.
  const colour = (name: string) => style.getPropertyValue(`--timeline-${name}`);
  return {
    client: colour('client'),
    server: colour('server'),
    control: colour('control'),
    fault: colour('fault'),
    rule: colour('rule'),
    brush: colour('brush'),
  };
}

/** Rows of the table. */
const ROWS = 20;

function TimelineTable({
  capture,
  duration,
  onClose,
}: Pick<TimelinePaneProps, 'capture' | 'duration'> & { readonly onClose: () => void }) {
  const [words, setWords] = useState<Uint32Array>();
  useEffect(() => {
    void capture.timeline(0, duration, ROWS).then(setWords);
  }, [capture, duration]);
  return (
    <Dialog title="Frames over time" onClose={onClose}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Seconds</th>
            <th scope="col">Client: frames</th>
            <th scope="col">bytes</th>
            <th scope="col">Server: frames</th>
            <th scope="col">bytes</th>
            <th scope="col">Rules broken</th>
          </tr>
        </thead>
        <tbody>
          {words !== undefined &&
            Array.from({ length: ROWS }, (_, row) => {
              const at = row * BUCKET_WORDS;
              const word = (offset: number) => words[at + offset] ?? 0;
              return (
                <tr key={at}>
                  <th scope="row">
                    {((duration / ROWS) * row).toFixed(3)}–{((duration / ROWS) * (row + 1)).toFixed(3)}
                  </th>
                  <td>{countText(word(0))}</td>
                  <td>{sizeText(word(1))}</td>
                  <td>{countText(word(3))}</td>
                  <td>{sizeText(word(4))}</td>
                  <td>{countText(word(2) + word(5))}</td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </Dialog>
  );
}
