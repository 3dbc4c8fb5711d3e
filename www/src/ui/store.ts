/** What is kept between visits: how the page looks, never what it was shown. */

const PREFIX = 'sansocket.';

/** A value that was kept; `undefined` where nothing was or may be. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value where that is possible. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is full or forbidden: the next visit starts with the defaults.
  }
}
