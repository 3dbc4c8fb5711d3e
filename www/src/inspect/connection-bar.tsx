/** A chip for each connection, and a card with its handshake and how it went. */

import { useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { Findings } from '../frame/finding.js';
import { checkRequest, checkResponse } from '../handshake/checks.js';
import { headsIn } from '../handshake/head.js';
import { HeadLines } from '../handshake/head-checks.js';
import { Dialog } from '../ui/dialog.js';
import { countOf } from '../ui/formats.js';
import type { ConnectionInfo } from './capture.js';

interface ConnectionBarProps {
  readonly connections: readonly ConnectionInfo[];
  /** The one that is looked at; `undefined` for all. */
  readonly chosen: number | undefined;
  readonly onChoose: (conn: number | undefined) => void;
}

/** Chips that are made; a capture may have thousands. */
const CHIPS = 60;

export function ConnectionBar({ connections, chosen, onChoose }: ConnectionBarProps) {
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
              {visible(title)} <span class="hint">{visible(summary)}</span>
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
      {card && <ConnectionCard connection={card} onClose={() => setCard(undefined)} />}
    </div>
  );
}

function ConnectionCard({
  connection,
  onClose,
}: {
  readonly connection: ConnectionInfo;
  readonly onClose: () => void;
}) {
  const { conn, title, facts, request, response, findings } = connection;
  const [asked] = request === null ? [] : headsIn(request);
  const [answered] = response === null ? [] : headsIn(response);
  return (
    <Dialog title={`Connection ${conn}: ${visible(title)}`} onClose={onClose}>
      <div class="card">
        {facts.length > 0 && (
          <dl class="facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{visible(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <Findings findings={findings} />
        {asked && (
          <section>
            <h3>Request</h3>
            <HeadLines head={asked} checks={checkRequest(asked)} />
          </section>
        )}
        {answered && (
          <section>
            <h3>Response</h3>
            <HeadLines head={answered} checks={checkResponse(answered, asked)} />
          </section>
        )}
        {!asked && !answered && <p class="hint">The handshake is not in the capture.</p>}
      </div>
    </Dialog>
  );
}
