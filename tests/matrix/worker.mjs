// For workerd: answers with the results of the checks.

import * as api from 'sansocket';
import * as adapters from 'sansocket/adapters';
import * as inspect from 'sansocket/inspect';
import * as server from 'sansocket/server';
import * as websocket from 'sansocket/websocket';
import { runChecks } from './checks.mjs';
import vectors from './vectors.mjs';

export default {
  fetch: async () => Response.json(await runChecks({ api, adapters, inspect, server, websocket }, vectors)),
};
