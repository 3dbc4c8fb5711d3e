// The two that are tested: the native crate through its examples, and the published package over node:net. Both keep to
// one contract. A server prints "listening on ws://127.0.0.1:PORT/", serves / alone, speaks the subprotocol "echo", and
// sends every message back. A client takes HOST:PORT and a path, and sends every frame back. Both print how a connection
// was closed or refused.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, targetDir } from '../../tools/lib/paths.mjs';

const build = ['build', '--quiet', '--all-features', '--examples'];
execFileSync('cargo', build, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

const example = (name) => [join(targetDir, 'debug', 'examples', name)];
const script = (name) => [process.execPath, fileURLToPath(new URL(name, import.meta.url))];

export const sides = [
  { name: 'the crate', server: example('echo_server'), client: example('echo_client') },
  { name: 'the package', server: script('echo-server.mjs'), client: script('echo-client.mjs') },
];

/** The client that sends lines; there is one. */
export const lineClient = example('client');
