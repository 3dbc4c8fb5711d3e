// The judges: programs that run Autobahn's cases against an implementation and write their verdicts down.

import { fileURLToPath } from 'node:url';
import { kosoku, wstest } from '../../tools/lib/python.mjs';

const script = (name) => fileURLToPath(new URL(`judges/run_${name}.py`, import.meta.url));

/**
 * By name. `command` gives a program and its arguments; `role` is that of whom is judged, `address` where that one listens,
 * or the judge is to.
 */
export const judges = {
  kosoku: {
    title: 'kosoku 0.1.0',
    command: ({ role, address, outdir, patterns }) => [
      kosoku.python,
      script('kosoku'),
      role,
      address,
      outdir,
      ...patterns,
    ],
  },
  wstest: {
    title: 'wstest 25.10.1',
    command: ({ role, address, outdir, agent, patterns }) => [
      wstest.python,
      script('wstest'),
      role,
      address,
      outdir,
      agent,
      ...patterns,
    ],
  },
};
