// The floor: answers each read with one write of the right size, and looks at nothing.

import { createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { frameSize, masked } from './frames.mjs';
import { identity, report, size, variant } from './server.mjs';

/** As many as one read may bring. */
const echo = Buffer.concat(Array.from({ length: 32 }, () => frame()));

/** A frame, so that who counts them finds some. */
function frame() {
  const bytes = Buffer.alloc(frameSize(size), 97);
  if (size < 126) bytes.set([0x81, size]);
  else if (size < 65_536) bytes.set([0x81, 126, size >> 8, size & 0xff]);
  else bytes.set([0x81, 127, 0, 0, 0, 0, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff]);
  return bytes;
}

function serve(socket) {
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
}

report(variant === 'tls' ? createSecureServer(identity(), serve) : createServer(serve));
