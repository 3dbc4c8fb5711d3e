/** Text to the clipboard. */

import { useEffect, useState } from 'preact/hooks';
import { announce } from './live.js';

const SHOWN_FOR = 1500;

/** Copies, and says so. Resolves to whether it worked. */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}`);
    return true;
  } catch {
    announce(`The browser did not allow to copy ${what}`);
    return false;
  }
}

interface CopyButtonProps {
  /** What is copied, made when it is asked for. */
  readonly text: () => string;
  /** What it is called, as in "Copy the accept value". */
  readonly what: string;
  readonly label?: string;
}

export function CopyButton({ text, what, label = 'Copy' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<boolean>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [outcome]);
  const shown = outcome === undefined ? label : outcome ? 'Copied' : 'Not allowed';
  return (
    <button
      type="button"
      class="small"
      aria-label={`Copy ${what}`}
      onClick={async () => setOutcome(await copyText(text(), what))}
    >
      {shown}
    </button>
  );
}
