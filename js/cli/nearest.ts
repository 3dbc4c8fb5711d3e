/** The name that was meant. */

/** The candidate that differs from `word` in the fewest places, or `undefined` if none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.slice(0, 64).toLowerCase();
  const beginning = lower.length < 3 ? [] : candidates.filter((candidate) => candidate.toLowerCase().startsWith(lower));
  if (beginning.length === 1) return beginning[0];
  const most = Math.max(1, Math.floor(lower.replace(/^-+/, '').length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of candidates) {
    const places = distance(lower, candidate.toLowerCase());
    if (places < least) [best, least] = [candidate, places];
  }
  return best;
}

/** Letters that have to be put in, left out, changed or swapped with their neighbour to make one word the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
