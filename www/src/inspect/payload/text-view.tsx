/** A payload as text, in pieces that a browser can lay out. */

import { useMemo, useState } from 'preact/hooks';
import { utf8Of, visible, visibleBytes } from '../../../../pkg/inspect/visible.js';
import { countOf } from '../../ui/formats.js';

const PIECE = 64 << 10;

export function TextView({ bytes }: { readonly bytes: Uint8Array }) {
  const [most, setMost] = useState(PIECE);
  const text = useMemo(() => lines(bytes.subarray(0, most)), [bytes, most]);
  return (
    <div class="text-view" role="region" aria-label="Payload as text" tabIndex={0}>
      <pre>{text}</pre>
      {bytes.length > most && (
        <p>
          <button type="button" class="small" onClick={() => setMost(most * 4)}>
            Show more
          </button>{' '}
          <span class="hint">{countOf(bytes.length - most, 'byte')} are not shown.</span>
        </p>
      )}
    </div>
  );
}

/** Ends of lines and tabs are kept; whatever else is not for the eye is escaped. */
function lines(bytes: Uint8Array): string {
  const text = utf8Of(bytes, true);
  if (text === undefined) return visibleBytes(bytes, true);
  return text
    .split('\n')
    .map((line) => line.split('\t').map(visible).join('\t'))
    .join('\n');
}
