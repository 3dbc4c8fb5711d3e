// A server of static files for a person's own browser, and for tests.

import { createReadStream, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Serves folders on the loopback address and resolves to the listening server.
 *
 * - `folders`: from a path's beginning to a folder: `{ '/': 'www', '/pkg/': 'pkg' }`; the longest beginning that fits wins.
 * - `port`: the first to try, then the 19 after it; 0 for any.
 */
export async function serve(folders, port) {
  const roots = Object.entries(folders).sort(([a], [b]) => b.length - a.length);
  const server = createServer((request, response) => {
    const answer = (status, headers = {}) => response.writeHead(status, headers).end();
    // A page elsewhere may point a name of its own at 127.0.0.1 and read what is served here: its Host gives it away.
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) return answer(421);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, { allow: 'GET, HEAD' });
    const file = fileFor(roots, request.url);
    if (!file) return answer(404);
    const type = types[extname(file.path)] ?? 'application/octet-stream';
    const headers = { 'content-type': type, 'content-length': file.size, 'x-content-type-options': 'nosniff' };
    response.writeHead(200, { ...headers, 'cache-control': 'no-cache' });
    if (request.method === 'HEAD') return response.end();
    return createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  for (let candidate = port; ; candidate++) {
    try {
      await listen(server, candidate);
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port === 0 || candidate >= port + 19) throw error;
    }
  }
}

/** The file of a request, or undefined: `{ path, size }`. */
function fileFor(roots, url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    const [begin, folder] = roots.find(([beginning]) => path.startsWith(beginning));
    const wanted = join(folder, path.slice(begin.length), path.endsWith('/') ? 'index.html' : '');
    // After symbolic links and `..` are resolved, it still has to be inside.
    const real = realpathSync(wanted);
    if (!real.startsWith(realpathSync(folder) + sep)) return undefined;
    const stat = statSync(real);
    return stat.isFile() ? { path: real, size: stat.size } : undefined;
  } catch {
    return undefined;
  }
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
