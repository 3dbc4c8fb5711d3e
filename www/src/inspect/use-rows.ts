/** The rows of the list: in which order, fetched as they come into sight, and the messages that are opened. */

import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { Capture, Gap } from './capture.js';
import { Outline } from './outline.js';
import { RowCache } from './row-cache.js';
import type { Matches } from './use-matches.js';

const NONE_OPENED: ReadonlyMap<number, readonly number[]> = new Map();

export interface Caches {
  readonly rows: RowCache;
  readonly frames: RowCache;
}

export interface Rows {
  /** Rows that stand for messages where messages are shown, and those of single frames. */
  readonly caches: Caches | undefined;
  readonly outline: Outline;
  /** Messages whose frames are shown below them, by their first frame. */
  readonly opened: ReadonlyMap<number, readonly number[]>;
  /** Opens or closes the message of a first frame; resolves to whether there was something to do. */
  readonly toggle: (n: number, open?: boolean) => Promise<boolean>;
}

interface Wanted {
  readonly capture: Capture | undefined;
  /** Frames of the capture so far. */
  readonly frames: number;
  /** 0–1: what is marked later changes rows that were fetched before. */
  readonly progress: number;
  readonly matches: Matches;
  /** Those that are shown between the rows. */
  readonly gaps: readonly Gap[];
  /** Called when there are rows to draw. */
  readonly onArrival: () => void;
}

export function useRows({ capture, frames, progress, matches, gaps, onArrival }: Wanted): Rows {
  const { numbers, messages } = matches;
  const [opened, setOpened] = useState(NONE_OPENED);
  useEffect(() => setOpened(NONE_OPENED), [capture, messages]);
  const done = progress === 1;
  const caches = useMemo(() => {
    if (capture === undefined) return undefined;
    const single = new RowCache(capture, false);
    return { rows: messages ? new RowCache(capture, true) : single, frames: single };
  }, [capture, messages, done]);
  // Before the list asks for rows, which it does in the next frame of the screen.
  useLayoutEffect(() => {
    if (caches === undefined) return;
    const all = [caches.rows, caches.frames];
    for (const cache of all) cache.onArrival = onArrival;
    return () => {
      for (const cache of all) cache.close();
    };
  }, [caches]);
  const outline = useMemo(
    () => new Outline({ total: frames, numbers, gaps, opened: messages ? opened : NONE_OPENED }),
    [frames, numbers, gaps, messages, opened],
  );
  const toggle = async (n: number, open = !opened.has(n)): Promise<boolean> => {
    if (!messages || opened.has(n) === open) return false;
    const parts = open ? ((await capture?.detail(n))?.frames ?? []) : [];
    if (open && parts.length < 2) return false;
    setOpened((before) => {
      const next = new Map(before);
      if (open) next.set(n, parts);
      else next.delete(n);
      return next;
    });
    return true;
  };
  return { caches, outline, opened, toggle };
}
