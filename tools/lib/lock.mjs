// One setup or build at a time in a working tree: `npm start` and `npm test` may be typed side by side.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolsDir } from './paths.mjs';

const file = join(toolsDir, 'lock');
let held = 0;

/** Runs `body` while this process alone holds the lock; nested calls share it. */
export async function locked(body) {
  if (held++ === 0) await take();
  try {
    return await body();
  } finally {
    if (--held === 0) release();
  }
}

async function take() {
  mkdirSync(toolsDir, { recursive: true });
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, `${process.pid}`, { flag: 'wx' });
      process.on('exit', release);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(read());
    // An owner that died without saying so leaves the file behind.
    if (owner && !alive(owner)) rmSync(file, { force: true });
    else {
      if (!told)
        console.log(`Waiting for another setup or build in this tree (process ${owner || 'unknown'}) to end …`);
      await sleep(200);
    }
  }
}

function release() {
  process.off('exit', release);
  rmSync(file, { force: true });
}

function read() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
