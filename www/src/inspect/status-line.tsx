/** What became of a capture: why not everything of it is frames, and its counts. */

import { visible } from '../../../pkg/inspect/visible.js';
import { countOf, countText } from '../ui/formats.js';
import type { Opened } from './session.js';

/** Why not everything is frames: the first of it in sight, the rest behind it. */
export function Troubles({ opened }: { readonly opened: Opened }) {
  const { troubles, level } = opened.summary;
  const lines = troubles.map(({ text, at }) => (at === null ? text : `byte ${countText(at)}: ${text}`));
  if (level === 'message')
    lines.unshift('This source has messages, not frames: no headers, masks and fragments are in it.');
  const [first, ...more] = lines;
  if (first === undefined) return null;
  if (more.length === 0) {
    return (
      <p class="troubles" role="status">
        {visible(first)}
      </p>
    );
  }
  return (
    <details class="troubles">
      <summary>
        {visible(first)} · and {more.length} more
      </summary>
      <ul>
        {more.map((line) => (
          <li key={line}>{visible(line)}</li>
        ))}
      </ul>
    </details>
  );
}

export function StatusLine({ opened: { summary, progress } }: { readonly opened: Opened }) {
  const { frames, connections, errors, warnings, ms } = summary;
  return (
    <footer class="status-line">
      <span>
        {countOf(frames, 'frame')}, {countOf(connections, 'connection')}, {countOf(errors, 'error')}
        {warnings > 0 && `, ${countOf(warnings, 'warning')}`}
        {progress === 1
          ? `, read in ${(ms / 1000).toFixed(ms < 100 ? 3 : 1)} s`
          : `, ${Math.floor(progress * 100)} % read`}
      </span>
      {progress < 1 && <progress value={progress} aria-label="Part of the capture that is read" />}
      <span class="hint">nothing left your computer</span>
    </footer>
  );
}
