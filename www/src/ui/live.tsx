/** What changed, said politely and at most once a second. */

import { useEffect, useState } from 'preact/hooks';

const INTERVAL = 1000;

let listener: ((text: string) => void) | undefined;

/** Says a sentence to those who do not see the change. */
export function announce(text: string): void {
  listener?.(text);
}

export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    let waiting: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      timer = undefined;
      if (waiting === undefined) return;
      setText(waiting);
      waiting = undefined;
      timer = setTimeout(say, INTERVAL);
    };
    listener = (next) => {
      waiting = next;
      if (timer === undefined) say();
    };
    return () => {
      listener = undefined;
      clearTimeout(timer);
    };
  }, []);
  return (
    <p id="live" class="visually-hidden" role="status" aria-live="polite">
      {text}
    </p>
  );
}
