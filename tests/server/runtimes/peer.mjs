// A server's end, the same on every runtime: what is tested of it, visits.mjs does.

import { broadcast } from 'sansocket/server';

export const options = {
  origins: ['https://app.example'],
  protocols: ['chat'],
  perMessageDeflate: true,
  limits: { maxMessageSize: 4 << 20 },
  headers: { 'X-Served-By': 'sansocket' },
  // In a later task, as a database would answer.
  authenticate: async ({ headers }) => {
    await new Promise((resolve) => setTimeout(resolve));
    const known = headers.some(([name, value]) => name.toLowerCase() === 'authorization' && value === 'secret');
    return known ? undefined : { status: 401, body: 'who are you?' };
  },
};

/** Repetitions of a word in a message. */
export const LENGTH = 10_000;

export const PIECE = 1 << 20;
export const PIECES = 24;

/** Answers messages, and tells how the connection ended. Fulfilled then: some runtimes end what nobody waits for. */
export function attend(socket, tell) {
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (data === 'bye') socket.close(4000, 'as you wish');
    else if (data === 'all') broadcast([socket], 'Grüße an alle');
    else if (data === 'flood') flood(socket, tell);
    else socket.send(data);
  };
  return new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => {
      tell({ code, reason, wasClean });
      resolve();
    };
  });
}

/** Sends more than a connection holds on its way. */
async function flood(socket, tell) {
  for (let count = 0; count < PIECES; count += 1) socket.send(new Uint8Array(PIECE));
  await new Promise((resolve) => setTimeout(resolve, 50));
  tell({ waiting: socket.bufferedAmount > 0 });
  while (socket.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  tell({ waiting: false });
}

export const tellLine = (fact) => console.log(JSON.stringify(fact));
