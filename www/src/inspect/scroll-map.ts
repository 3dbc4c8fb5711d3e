/** Where the bar stands for which rows, when there are more than an element can be high. */

/** Pixels of a row. */
export const ROW_HEIGHT = 22;

/** The most pixels of an element: below what any browser clamps or forgets. */
export const MAX_SPACE = 8_000_000;

export interface ScrollMap {
  /** Pixels of the space inside the element that scrolls. */
  readonly space: number;
  /** Whether a pixel of the bar is a pixel of the rows. */
  readonly exact: boolean;
  /** The largest position of the rows. */
  readonly most: number;
  /** From the position of the bar to that of the rows, and back. */
  readonly topOf: (bar: number) => number;
  readonly barOf: (top: number) => number;
}

/** @param height Pixels in sight. */
export function scrollMap(count: number, height: number): ScrollMap {
  const full = count * ROW_HEIGHT;
  const space = Math.min(full, MAX_SPACE);
  const most = Math.max(full - height, 0);
  const bar = Math.max(space - height, 0);
  const scale = bar === 0 ? 1 : most / bar;
  return { space, exact: full <= MAX_SPACE, most, topOf: (at) => at * scale, barOf: (top) => top / scale };
}
