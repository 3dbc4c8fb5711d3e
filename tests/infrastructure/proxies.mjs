// Proxies as they run in front of servers and behind clients: programs of Debian, on ports of the loopback address.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { proxy } from '../../tools/lib/steps.mjs';

const certificates = fileURLToPath(new URL('../client/certificates/', import.meta.url));

/** The authority that signed the certificate of `localhost`. */
export const ca = readFileSync(join(certificates, 'ca.pem'));

/** A port that is free now. None of these programs can choose one by itself. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a proxy with a configuration until the test is over; gives its port once it can be reached. */
async function run(t, name, configure, args) {
  const folder = mkdtempSync(join(tmpdir(), `sansocket-${name}-`));
  const port = await freePort();
  const file = join(folder, 'conf');
  writeFileSync(file, configure({ port, folder }));
  const { command, env } = proxy(name);
  const child = spawn(command, args({ file, folder }), { env: { ...process.env, ...env } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data));
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      said.push(error.message);
      resolve();
    });
    child.on('close', resolve);
  });
  t.after(async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!(await isReached(port))) {
    if (over) throw new Error(`${name} ended: ${said.join('')}`);
    await sleep(20);
  }
  return port;
}

function isReached(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** nginx that ends TLS and speaks HTTP/1.1 to the server behind it, as its documentation has it for WebSocket. */
export function nginx(t, backend) {
  const configure = ({ port, folder }) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    return `
      daemon off;
      master_process off;
      pid ${folder}/pid;
      error_log stderr error;
      events { worker_connections 256; }
      http {
        access_log off;
        ${temporary.join('\n')}
        map $http_upgrade $connection_upgrade { default upgrade; '' close; }
        server {
          listen 127.0.0.1:${port} ssl;
          ssl_certificate ${certificates}server.pem;
          ssl_certificate_key ${certificates}server.key;
          location / {
            proxy_pass http://127.0.0.1:${backend};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto $scheme;
          }
        }
      }`;
  };
  return run(t, 'nginx', configure, ({ file, folder }) => ['-p', folder, '-c', file, '-e', 'stderr']);
}

/** HAProxy that ends TLS, with HTTP/2 or HTTP/1.1 as the client likes, and speaks `protocol` to the server behind it. */
export function haproxy(t, backend, protocol = 'h1') {
  const configure = ({ port, folder }) => {
    mkdirSync(folder, { recursive: true });
    const pem = join(folder, 'server.pem');
    writeFileSync(pem, ['server.pem', 'server.key'].map((name) => readFileSync(join(certificates, name))).join('\n'));
    return `
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend tls
  bind 127.0.0.1:${port} ssl crt ${pem} alpn h2,http/1.1
  default_backend node
backend node
  server node 127.0.0.1:${backend} proto ${protocol}
`;
  };
  return run(t, 'haproxy', configure, ({ file }) => ['-db', '-f', file]);
}

/** tinyproxy, which takes CONNECT from whom it knows. */
export function tinyproxy(t, { user, password }) {
  const configure = ({ port, folder }) => `
Port ${port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
LogFile "${folder}/log"
LogLevel Error
Allow 127.0.0.1
BasicAuth ${user} ${password}
`;
  return run(t, 'tinyproxy', configure, ({ file }) => ['-d', '-c', file]);
}
