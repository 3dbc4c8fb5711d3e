// Inside of a worker: its own scope is the port. It echoes bytes, or is the peer of a WebSocket, as its name says.

import { fromMessagePort } from 'sansocket/adapters';
import { echo } from '../adapters/checks.mjs';
import { serve } from '../adapters/sockets.mjs';

const transport = fromMessagePort(globalThis);
if (globalThis.name === 'echo') echo(transport);
else serve(transport);
