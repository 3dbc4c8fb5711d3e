/** Frames over time on a canvas, from sums per pixel: a million frames cost what a thousand do. */

import { BUCKET_WORDS } from './capture.js';

/** Pixels of a bucket. */
export const BUCKET_WIDTH = 3;

/** Words of a bucket, for either side. */
const FRAMES = 0;
const BYTES = 1;
const FAULTS = 2;
const SIDE = 3;
const OPCODES = 6;

export interface TimelineColours {
  readonly client: string;
  readonly server: string;
  readonly control: string;
  readonly fault: string;
  readonly rule: string;
  readonly brush: string;
}

/** Something between two places of a lane, as parts of the width: what was lost, or the way from a Ping to its Pong. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly side: 'client' | 'server';
  readonly label?: string;
}

export interface TimelineContent {
  readonly buckets: Uint32Array;
  readonly gaps: readonly Span[];
  readonly pings: readonly Span[];
  readonly brush: readonly [from: number, to: number] | undefined;
}

/** Draws both lanes: the client's upward from the middle, the server's downward. */
export function drawTimeline(
  canvas: HTMLCanvasElement,
  { buckets, gaps, pings, brush }: TimelineContent,
  colours: TimelineColours,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const middle = Math.round(height / 2);
  if (brush !== undefined) {
    context.fillStyle = colours.brush;
    context.fillRect(brush[0] * width, 0, Math.max((brush[1] - brush[0]) * width, 1), height);
  }
  context.fillStyle = colours.rule;
  context.fillRect(0, middle, width, 1);
  const count = buckets.length / BUCKET_WORDS;
  const most = Math.max(mostBytes(buckets), 2);
  const step = width / Math.max(count, 1);
  for (let bucket = 0; bucket < count; bucket += 1) {
    const at = bucket * BUCKET_WORDS;
    const x = bucket * step;
    for (const side of [0, 1]) {
      const base = at + side * SIDE;
      if ((buckets[base + FRAMES] ?? 0) === 0) continue;
      const share = Math.log2(1 + (buckets[base + BYTES] ?? 0)) / Math.log2(1 + most);
      const bar = Math.max(Math.round(share * (middle - 7)), 2);
      const control = onlyControl(buckets[at + OPCODES + side] ?? 0);
      context.fillStyle = control ? colours.control : side === 0 ? colours.client : colours.server;
      context.fillRect(x, side === 0 ? middle - bar : middle + 1, Math.max(step - 1, 1), bar);
      if ((buckets[base + FAULTS] ?? 0) > 0) {
        context.fillStyle = colours.fault;
        context.fillRect(x - 1, side === 0 ? 0 : height - 5, Math.max(step + 1, 4), 5);
      }
    }
  }
  for (const gap of gaps) drawGap(context, gap, colours, width, height);
  for (const ping of pings) drawArc(context, ping, colours, width, height);
}

/** Hatching over the lane whose bytes are missing. */
function drawGap(
  context: CanvasRenderingContext2D,
  { from, to, side }: Span,
  colours: TimelineColours,
  width: number,
  height: number,
): void {
  const middle = Math.round(height / 2);
  const x = from * width;
  const across = Math.max((to - from) * width, 7);
  const top = side === 'client' ? 0 : middle + 1;
  context.save();
  context.beginPath();
  context.rect(x - across / 2, top, across, middle - 1);
  context.clip();
  context.strokeStyle = colours.fault;
  context.lineWidth = 1;
  for (let at = -middle; at < across; at += 4) {
    context.moveTo(x - across / 2 + at, top + middle);
    context.lineTo(x - across / 2 + at + middle, top);
  }
  context.stroke();
  context.restore();
}

/** An arc in the lane of the side that asked, from the Ping to the Pong. */
function drawArc(
  context: CanvasRenderingContext2D,
  { from, to, side, label }: Span,
  colours: TimelineColours,
  width: number,
  height: number,
): void {
  const middle = Math.round(height / 2);
  const [start, end] = [from * width, Math.max(to * width, from * width + 3)];
  const apex = side === 'client' ? 4 : height - 4;
  // A cubic whose two controls have the same height reaches three quarters of it.
  const control = middle + ((apex - middle) * 4) / 3;
  context.beginPath();
  context.strokeStyle = colours.control;
  context.lineWidth = 1.5;
  context.moveTo(start, middle);
  context.bezierCurveTo(start, control, end, control, end, middle);
  context.stroke();
  if (label === undefined || end - start < 48) return;
  context.fillStyle = colours.control;
  context.font = '10px sans-serif';
  context.textAlign = 'center';
  context.fillText(label, (start + end) / 2, side === 'client' ? apex + 12 : apex - 5);
}

function mostBytes(buckets: Uint32Array): number {
  let most = 0;
  for (let at = 0; at < buckets.length; at += BUCKET_WORDS) {
    most = Math.max(most, buckets[at + BYTES] ?? 0, buckets[at + SIDE + BYTES] ?? 0);
  }
  return most;
}

/** Whether a mask of opcodes has none of data. */
const onlyControl = (mask: number): boolean => mask !== 0 && (mask & 0xff) === 0;
