/** Work that takes longer than what asks for it changes. */

import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * The result for what is wanted; until it is there, the one before. One piece of work is done at a time, and of all that was
 * wanted meanwhile only the latest after it. Work that fails leaves the result as it is.
 *
 * @param wanted Has to be the same object as long as the same is wanted.
 */
export function useLatest<Wanted, Result>(
  wanted: Wanted,
  work: (wanted: Wanted) => Promise<Result>,
): { readonly wanted: Wanted; readonly result: Result } | undefined {
  const [done, setDone] = useState<{ readonly wanted: Wanted; readonly result: Result }>();
  const latest = useRef({ wanted, work });
  latest.current = { wanted, work };
  const busy = useRef(false);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  useEffect(() => {
    if (busy.current) return;
    busy.current = true;
    const run = async () => {
      let last: Wanted | undefined;
      while (last !== latest.current.wanted && !gone.current) {
        const now = latest.current;
        last = now.wanted;
        try {
          const result = await now.work(now.wanted);
          if (!gone.current) setDone({ wanted: now.wanted, result });
        } catch {
          // What is wanted next may succeed.
        }
      }
      busy.current = false;
    };
    void run();
  }, [wanted]);
  return done;
}
