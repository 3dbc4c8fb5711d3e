/** One connection: what it comes to, its handshake line by line, its counts, and how it ended. */

import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { Findings } from '../frame/finding.js';
import { checkRequest, checkResponse } from '../handshake/checks.js';
import { headsIn } from '../handshake/head.js';
import { HeadLines } from '../handshake/head-checks.js';
import { Dialog } from '../ui/dialog.js';
import type { Capture, ConnectionInfo, Heads } from './capture.js';

interface ConnectionCardProps {
  readonly capture: Capture;
  readonly connection: ConnectionInfo;
  readonly onClose: () => void;
}

export function ConnectionCard({ capture, connection, onClose }: ConnectionCardProps) {
  const { conn, title, facts, verdict, findings } = connection;
  return (
    <Dialog title={`Connection ${conn}: ${visible(title)}`} onClose={onClose}>
      <div class="card">
        <p class={verdict.bad ? 'card-verdict bad' : 'card-verdict'}>{visible(verdict.text)}</p>
        <dl class="fact-list">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{visible(value)}</dd>
            </div>
          ))}
        </dl>
        <Findings findings={findings} />
        <HandshakeHeads capture={capture} conn={conn} />
      </div>
    </Dialog>
  );
}

function HandshakeHeads({ capture, conn }: Pick<ConnectionCardProps, 'capture'> & { readonly conn: number }) {
  const heads = useHeads(capture, conn);
  if (heads === undefined) return null;
  const [asked] = heads.request === null ? [] : headsIn(heads.request);
  const [answered] = heads.response === null ? [] : headsIn(heads.response);
  return (
    <>
      {asked ? (
        <section>
          <h3>Request</h3>
          <HeadLines head={asked} checks={checkRequest(asked)} />
        </section>
      ) : (
        <p class="hint">The request is not in the capture.</p>
      )}
      {answered ? (
        <section>
          <h3>Response</h3>
          <HeadLines head={answered} checks={checkResponse(answered, asked)} />
        </section>
      ) : (
        <p class="hint">The response is not in the capture.</p>
      )}
    </>
  );
}

function useHeads(capture: Capture, conn: number): Heads | undefined {
  const [heads, setHeads] = useState<Heads>();
  useEffect(() => {
    let current = true;
    capture.heads(conn).then(
      (found) => current && setHeads(found),
      () => {
        // The capture was closed meanwhile.
      },
    );
    return () => {
      current = false;
    };
  }, [capture, conn]);
  return heads;
}
