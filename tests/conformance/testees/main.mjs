// What is judged, as a program for Node, Deno and Bun: main.mjs DRIVER ROLE AGENT [PORT]
//
// A server prints the port that it listens on, and serves until it is ended. A client goes through the cases of the judge
// at PORT, and ends. Either prints a line for each connection.

import process from 'node:process';
import { runCases } from './cases.mjs';

const [driver, role, agent, port] = process.argv.slice(2);
const { listen, visitor } = await import(`./${driver}.mjs`);

const connected = () => console.log('case');

if (role === 'server') console.log(`port ${await listen(agent, connected)}`);
else {
  await runCases(visitor(Number(port)), agent, connected);
  process.exit();
}
