// The floor: answers each read with one write of the right size, and looks at nothing.

import { createServer } from 'node:net';
import { report } from './report.mjs';
import { frameSize, masked } from './sizes.mjs';

const size = Number(process.argv[2]);
const echo = Buffer.alloc(32 * frameSize(size), 97);

report(
  createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    let opened = false;
    let bytes = 0;
    socket.on('data', (chunk) => {
      if (!opened) {
        opened = true;
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        return;
      }
      bytes += chunk.length;
      const count = Math.floor(bytes / masked(size));
      bytes -= count * masked(size);
      if (count > 0) socket.write(echo.subarray(0, count * frameSize(size)));
    });
  }),
);
