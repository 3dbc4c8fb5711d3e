/** The frame that is looked at, and the row of the list that is its own. */

import { useState } from 'preact/hooks';
import type { Outline } from './outline.js';
import type { Matches } from './use-matches.js';

/** Where the list shows a frame. */
export interface Place {
  readonly index: number;
  /** Whether the row is the frame's; otherwise it is the next one. */
  readonly marked: boolean;
}

interface Selection {
  /** The frame in the other pane. */
  readonly n: number;
  readonly place: Place;
  /** Chooses a frame by its row. */
  readonly choose: (n: number) => void;
  /** Chooses any frame, also one that the list leaves out. Gives its place. */
  readonly jump: (n: number) => Place;
}

/**
 * A frame that a filter takes out of the list gives way to the next one that is there, and comes back with its row. One that was
 * jumped to stays until the filter changes, and no row is the active one meanwhile.
 */
export function useSelection(outline: Outline, { whole, messages }: Pick<Matches, 'whole' | 'messages'>): Selection {
  const [{ n, under }, select] = useState<{ n: number; under?: string }>({ n: 1 });
  const list = `${messages} ${whole}`;
  const placeOf = (number: number): Place => {
    const row = outline.rowOf(number);
    return { index: row ?? outline.indexOf(number), marked: row !== undefined };
  };
  const place = placeOf(n);
  const next = place.marked || under === list || outline.count === 0 ? undefined : outline.at(place.index);
  return {
    n: next?.kind === 'frame' ? next.n : n,
    place: next?.kind === 'frame' ? { ...place, marked: true } : place,
    choose: (number) => select({ n: number }),
    jump: (number) => {
      select({ n: number, under: list });
      return placeOf(number);
    },
  };
}
