/** What the address asks the view of captures for. */

import { decodeFragment } from '../route.js';
import { decodeLink, type LinkHead } from './link.js';
import { decodeSampleLink } from './sample-link.js';
import { guess, type Input, type Reading, sampleInput } from './session.js';

export type Asked =
  | { readonly kind: 'capture'; readonly input: Input; readonly reading: Reading; readonly head: LinkHead }
  | { readonly kind: 'filter'; readonly filter: string }
  /** It is a link by its beginning, but it cannot be read. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'nothing' };

export async function askedFor(data: string): Promise<Asked> {
  if (/^\d+\./.test(data)) {
    const link = await decodeLink(data);
    if (link === undefined) return { kind: 'broken' };
    const { head, bytes } = link;
    const input: Input = { kind: 'bytes', name: 'from the link', bytes };
    return { kind: 'capture', input, reading: { ...guess, side: head.side ?? '' }, head };
  }
  if (data.startsWith('sample=')) {
    const link = decodeSampleLink(data);
    if (link === undefined) return { kind: 'broken' };
    return { kind: 'capture', input: sampleInput(link.sample), reading: guess, head: link.head };
  }
  if (!data.startsWith('f=')) return { kind: 'nothing' };
  const filter = decodeFragment(data.slice('f='.length));
  return filter === undefined ? { kind: 'broken' } : { kind: 'filter', filter };
}
