// What a judge and an implementation say to each other, byte for byte: a relay between them.

import { connect, createServer } from 'node:net';

/**
 * A relay in front of `port`; resolves to `{ port, close() }`, where it listens itself. For each connection `heard` is called once
 * it has ended, with what was said and how many connections were opened before it. What was said is a list, in its order, of
 * `[side, bytes]`, or `[side, 'end' | 'reset']`, with `client` and `server` as sides.
 */
export async function tap(port, heard) {
  let opened = 0;
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const index = opened++;
    const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const said = [];
    pass(client, server, (what) => said.push(['client', what]));
    pass(server, client, (what) => said.push(['server', what]));
    let open = 2;
    for (const socket of [client, server])
      socket.on('close', () => {
        open -= 1;
        if (open === 0) heard(said, index);
      });
  });
  await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return { port: relay.address().port, close: () => relay.close() };
}

/** Hands on what comes from a socket, and how it ends. */
function pass(from, to, say) {
  from.setNoDelay(true);
  from.on('data', (chunk) => {
    say(chunk);
    // A judge may fall behind by megabytes.
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    say('end');
    to.end();
  });
  from.on('error', () => {
    say('reset');
    to.resetAndDestroy();
  });
}
