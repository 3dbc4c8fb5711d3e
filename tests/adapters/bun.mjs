// For Bun: sockets of Bun.listen and Bun.connect. The argument is the port of an echo of Node's.

import { bunSocketHandlers, fromBunSocket } from 'sansocket/adapters';
import { echoChecks, outcomes, pairChecks } from './checks.mjs';

const hostname = '127.0.0.1';
const allowHalfOpen = true;
const connect = async (port) =>
  fromBunSocket(await Bun.connect({ hostname, port, allowHalfOpen, socket: bunSocketHandlers() }));

// One object of handlers for all connections that are accepted.
let accepted;
const listener = Bun.listen({
  hostname,
  port: 0,
  allowHalfOpen,
  socket: bunSocketHandlers((transport) => accepted(transport)),
});

const pair = async () => {
  const accepting = new Promise((resolve) => {
    accepted = resolve;
  });
  const [near, far] = await Promise.all([connect(listener.port), accepting]);
  const release = () => {
    near.close();
    far.close();
  };
  return { near, far, release };
};

const echo = async () => {
  const near = await connect(Number(process.argv[2]));
  return { near, release: () => near.close() };
};

const results = { pair: await outcomes(pairChecks, pair), echo: await outcomes(echoChecks, echo) };

const stranger = await Bun.connect({ hostname, port: listener.port, socket: { data() {} } });
try {
  fromBunSocket(stranger);
} catch (error) {
  results.refusal = String(error);
}
console.log(JSON.stringify(results));
process.exit();
