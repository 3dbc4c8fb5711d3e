/**
 * Where the page is: the fragment of its address, which no server ever sees.
 *
 * `#handshake`, `#build=8105…`: a view, perhaps with what it shows. `#1.<scheme>.<data>`, `#sample=NAME`, perhaps with
 * `&f=FILTER`, `#f=FILTER`: the view of captures.
 */

import { useEffect, useState } from 'preact/hooks';

export const views = ['inspect', 'playground', 'handshake', 'build'] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly view: View;
  /** What comes after the name of the view, still encoded. */
  readonly data: string;
}

/** Reads a fragment; one that means nothing is the first view. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const view = views.find((candidate) => candidate === name);
  if (view !== undefined) return { view, data: equals < 0 ? '' : text.slice(equals + 1) };
  return { view: 'inspect', data: text };
}

/** The route, followed as the address changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/** Text of a fragment, or `undefined` if it is not well-formed. */
export function decodeFragment(data: string): string | undefined {
  try {
    return decodeURIComponent(data);
  } catch {
    return undefined;
  }
}

/** Puts what a view shows into the address, without a step of history. */
export function replaceFragment(fragment: string): void {
  history.replaceState(null, '', `#${fragment}`);
}
