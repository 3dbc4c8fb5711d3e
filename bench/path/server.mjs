// What the servers of the bench have in common. A server is told the variant and the size of a message, tells its port,
// and when asked the microseconds of processor time that it took (`cpu`), or the bytes of memory that it has (`memory`).

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

const [, , variantArgument, sizeArgument] = process.argv;

/** `plain`, `tls` or `deflate`. */
export const variant = variantArgument;
/** Bytes of a message. */
export const size = Number(sizeArgument);

const read = (name) => readFileSync(new URL(`../../tests/client/certificates/${name}`, import.meta.url));

/** For `node:tls`. */
export const identity = () => ({ cert: read('server.pem'), key: read('server.key') });

/** The HTTP server of the variant. */
export const httpServer = () => (variant === 'tls' ? createSecureServer(identity()) : createServer());

const answers = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memory() {
    globalThis.gc();
    return process.memoryUsage.rss();
  },
};

/** Listens, and answers. */
export function report(server) {
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('message', (question) => process.send(answers[question]()));
  // With the bench its servers end, however it ends.
  process.on('disconnect', () => process.exit());
}
