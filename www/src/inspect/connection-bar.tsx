/** A chip for each connection, and a card with its handshake and how it went. */

import { useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { Later } from '../later.js';
import { countOf } from '../ui/formats.js';
import type { Capture, ConnectionInfo } from './capture.js';

interface ConnectionBarProps {
  readonly capture: Capture;
  readonly connections: readonly ConnectionInfo[];
  /** The one that is looked at; `undefined` for all. */
  readonly chosen: number | undefined;
  readonly onChoose: (conn: number | undefined) => void;
}

/** Chips that are made; a capture may have thousands. */
const CHIPS = 60;

export function ConnectionBar({ capture, connections, chosen, onChoose }: ConnectionBarProps) {
  const [card, setCard] = useState<ConnectionInfo>();
  if (connections.length === 0) return null;
  const one = connections.length === 1 ? connections[0] : undefined;
  return (
    <div class="connections" role="group" aria-label="Connections">
      {one === undefined && (
        <button type="button" class="chip" aria-pressed={chosen === undefined} onClick={() => onChoose(undefined)}>
          all {connections.length}
        </button>
      )}
      {connections.slice(0, CHIPS).map((connection) => {
        const { conn, title, summary, errors } = connection;
        return (
          <span key={conn} class="connection-chip">
            <button
              type="button"
              class="chip"
              aria-pressed={chosen === conn || one !== undefined}
              onClick={() => onChoose(chosen === conn || one !== undefined ? undefined : conn)}
            >
              <span class="chip-title" title={visible(title)}>
                {visible(title)}
              </span>{' '}
              <span class="hint">{visible(summary)}</span>
              {errors > 0 && <span class="badge bad">{countOf(errors, 'error')}</span>}
            </button>
            <button
              type="button"
              class="chip about"
              aria-label={`About connection ${conn}`}
              onClick={() => setCard(connection)}
            >
              i
            </button>
          </span>
        );
      })}
      {connections.length > CHIPS && <span class="hint">and {connections.length - CHIPS} more: filter by conn</span>}
      {card && (
        <Later>
          {({ ConnectionCard }) => (
            <ConnectionCard capture={capture} connection={card} onClose={() => setCard(undefined)} />
          )}
        </Later>
      )}
    </div>
  );
}
