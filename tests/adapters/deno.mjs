// For Deno: connections with an adapter and as they are. The argument is the port of an echo of Node's.

import { fromDenoConn } from 'sansocket/adapters';
import { echoChecks, outcomes, pairChecks } from './checks.mjs';

const hostname = '127.0.0.1';

const pairOf = (adapt) => async () => {
  const listener = Deno.listen({ hostname, port: 0 });
  const ends = await Promise.all([Deno.connect({ hostname, port: listener.addr.port }), listener.accept()]);
  const [near, far] = ends.map(adapt);
  const release = () => {
    for (const resource of [near, far, listener]) {
      try {
        resource.close();
      } catch {
        // Its streams have closed it.
      }
    }
  };
  return { near, far, release };
};

const echo = async () => {
  const near = fromDenoConn(await Deno.connect({ hostname, port: Number(Deno.args[0]) }));
  return { near, release: () => near.close() };
};

console.log(
  JSON.stringify({
    // Deno has no reset: the other end sees an end.
    adapted: await outcomes(pairChecks, pairOf(fromDenoConn), { reset: false }),
    bare: await outcomes(
      pairChecks,
      pairOf((conn) => conn),
      { reset: false, halfClose: false, ownErrors: false, ownMemory: false },
    ),
    echo: await outcomes(echoChecks, echo),
  }),
);
Deno.exit();
