/** A sample in a link: `sample=NAME`, perhaps with the frame, the layer and the filter: `&n=7&layer=message&f=op+%3D%3D+ping`. */

import type { LinkHead } from './link.js';
import { samples } from './samples.js';

/** What is as it begins is left out. */
export function encodeSampleLink(sample: string, { n = 1, layer = 'wire', filter = '' }: LinkHead): string {
  const query = new URLSearchParams({ sample });
  if (n !== 1) query.set('n', String(n));
  if (layer !== 'wire') query.set('layer', layer);
  if (filter !== '') query.set('f', filter);
  return query.toString();
}

/** Reads it; `undefined` if there is no such sample. */
export function decodeSampleLink(text: string): { sample: string; head: LinkHead } | undefined {
  const query = new URLSearchParams(text);
  const sample = samples.find(({ name }) => name === query.get('sample'));
  if (sample === undefined) return undefined;
  const n = Number(query.get('n'));
  return {
    sample: sample.name,
    head: {
      n: Number.isSafeInteger(n) && n > 0 ? n : undefined,
      layer: query.get('layer') ?? undefined,
      filter: query.get('f') ?? undefined,
    },
  };
}
