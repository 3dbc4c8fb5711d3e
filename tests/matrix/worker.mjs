// For workerd: answers with the results of the checks.

import codec from 'sansocket/codec.wasm';
import * as slim from 'sansocket/slim';
import { runChecks, runSlimChecks } from './checks.mjs';
import vectors from './vectors.mjs';

export default {
  async fetch() {
    const first = await runSlimChecks(slim, codec);
    const api = await import('sansocket');
    const adapters = await import('sansocket/adapters');
    const inspect = await import('sansocket/inspect');
    const server = await import('sansocket/server');
    const websocket = await import('sansocket/websocket');
    return Response.json({
      ...first,
      ...(await runChecks({ api, adapters, inspect, server, websocket }, vectors)),
    });
  },
};
