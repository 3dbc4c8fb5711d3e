// A program for any runtime: opens each of the connections that its argument describes, and tells how it went.
// The argument: JSON, { name: [url, options] }, where options may hold `trusted`, certificates that are trusted.

import process from 'node:process';
import { open } from 'sansocket/client';

/** A message there and back, and a close. */
async function visit(url, { trusted, ...options }) {
  const tls = trusted && { ca: trusted };
  const proxy = options.proxy && { url: options.proxy, tls };
  const socket = await open(url, { ...options, tls, proxy });
  const echo = new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
  });
  socket.send('Hello');
  const received = await echo;
  const ended = new Promise((resolve) => {
    socket.onclose = ({ code, wasClean }) => resolve([received, code, wasClean]);
  });
  socket.close(1000);
  return ended;
}

const results = {};
for (const [name, [url, options]] of Object.entries(JSON.parse(process.argv[2]))) {
  results[name] = await visit(url, options).catch(({ code, status }) => [code, status ?? 0]);
}
console.log(JSON.stringify(results));
