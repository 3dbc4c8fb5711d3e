/** The rest of the page: one script, fetched once, when the first capture is there or something of it is asked for. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export type Rest = typeof import('./rest.js');

let loading: Promise<Rest> | undefined;

/** The rest. If it cannot be fetched, the next call tries again. */
export function loadRest(): Promise<Rest> {
  loading ??= import('./rest.js').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

interface LaterProps {
  readonly children: (rest: Rest) => ComponentChildren;
}

/** Shows what needs the rest, once that is there. */
export function Later({ children }: LaterProps) {
  const [rest, setRest] = useState<Rest>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let current = true;
    loadRest().then(
      (loaded) => current && setRest(loaded),
      () => current && setFailed(true),
    );
    return () => {
      current = false;
    };
  }, [failed]);
  if (failed) {
    return (
      <p class="finding" role="alert">
        A part of the page could not be fetched.{' '}
        <button type="button" class="link" onClick={() => setFailed(false)}>
          Try again
        </button>
      </p>
    );
  }
  return rest === undefined ? <p class="empty">Loading …</p> : children(rest);
}
