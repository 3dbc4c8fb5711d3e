/** One connection: its handshake line by line, its counts, and how it ended. */

import { visible } from '../../../pkg/inspect/visible.js';
import { Findings } from '../frame/finding.js';
import { checkRequest, checkResponse } from '../handshake/checks.js';
import { headsIn } from '../handshake/head.js';
import { HeadLines } from '../handshake/head-checks.js';
import { Dialog } from '../ui/dialog.js';
import type { ConnectionInfo } from './capture.js';

export function ConnectionCard({
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
          <dl class="fact-list">
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
