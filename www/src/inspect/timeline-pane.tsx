/** The timeline with its brush and its keys, and the same as a table. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Capture, Gap } from './capture.js';
import { type Pair, pairsBetween, roundTrip } from './pings.js';
import { BUCKET_WIDTH, drawTimeline, type Span } from './timeline.js';
import { TimelineTable } from './timeline-table.js';

/** Seconds of a capture. */
export type Range = readonly [from: number, to: number];

interface TimelinePaneProps {
  readonly capture: Capture;
  /** Seconds of the whole capture, and a number that grows while it is read. */
  readonly duration: number;
  readonly frames: number;
  readonly gaps: readonly Gap[];
  readonly brush: Range | undefined;
  readonly onBrush: (range: Range | undefined) => void;
}

export function TimelinePane({ capture, duration, frames, gaps, brush, onBrush }: TimelinePaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [view, setView] = useState<Range>([0, duration]);
  const [buckets, setBuckets] = useState<Uint32Array>();
  const pairs = usePairs(capture, view);
  const lost = useGapTimes(capture, gaps);
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
      const at = (time: number) => (time - view[0]) / span;
      const content = {
        buckets,
        gaps: lost.map(({ time, side }) => ({ from: at(time), to: at(time), side })),
        pings: pairs.flatMap((pair) => arcOf(pair, at)),
        brush: brush && ([at(brush[0]), at(brush[1])] as const),
      };
      drawTimeline(node, content, coloursOf(node));
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
  }, [buckets, brush, view, width, pairs, lost]);

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
        aria-label={timelineWords(duration, frames, pairs.length, brush)}
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
          {pairs.length > 0 && <span class="lane control">⌒ Ping to Pong</span>}
          {lost.length > 0 && <span class="lane lost">▨ missing</span>}
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
      {table && <TimelineTable capture={capture} duration={duration} pairs={pairs} onClose={() => showTable(false)} />}
    </section>
  );
}

/** Pings that were answered, of the stretch of time that is looked at. */
function usePairs(capture: Capture, view: Range): readonly Pair[] {
  const [pairs, setPairs] = useState<readonly Pair[]>([]);
  useEffect(() => {
    let current = true;
    setPairs([]);
    pairsBetween(capture, view[0], view[1]).then(
      (found) => current && setPairs(found),
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, view]);
  return pairs;
}

interface Lost {
  readonly time: number;
  readonly side: Span['side'];
}

/** When gaps were: with the frame behind them. */
function useGapTimes(capture: Capture, gaps: readonly Gap[]): readonly Lost[] {
  const [lost, setLost] = useState<readonly Lost[]>([]);
  useEffect(() => {
    let current = true;
    setLost([]);
    if (gaps.length === 0) return;
    const last = capture.frames;
    const numbers = gaps.map(({ before }) => Math.min(before, last));
    capture.rows(Uint32Array.from(numbers)).then(
      (rows) => {
        if (!current) return;
        const times = gaps.map(({ dir }, at) => ({ time: rows[at]?.t, side: dir === 'c2s' ? 'client' : 'server' }));
        setLost(times.filter((found): found is Lost => typeof found.time === 'number'));
      },
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, gaps]);
  return lost;
}

function arcOf(pair: Pair, at: (time: number) => number): Span[] {
  const { ping, pong } = pair;
  const trip = roundTrip(pair);
  if (ping.t === null || pong.t === null || trip === null) return [];
  const side = ping.dir === 'c2s' ? 'client' : 'server';
  return [{ from: at(ping.t), to: at(pong.t), side, label: `${trip.toFixed(trip < 10 ? 1 : 0)} ms` }];
}

function timelineWords(duration: number, frames: number, pairs: number, brush: Range | undefined): string {
  const chosen = brush ? `, ${brush[0].toFixed(3)} to ${brush[1].toFixed(3)} seconds chosen` : '';
  const answered = pairs === 0 ? '' : `, ${pairs} Pings answered`;
  return `Timeline of ${frames} frames in ${duration.toFixed(3)} seconds${answered}${chosen}. Arrow keys move, plus and minus zoom, 0 resets.`;
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
