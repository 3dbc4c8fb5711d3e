// The class in a page, over a tunnel of bytes: see browser.mjs. `state` tells how far it has come.

import { createTransport } from 'sansocket/websocket';
import { runCases } from './cases.mjs';
import { visitorOver } from './echo.mjs';

function tunnelled() {
  const pipe = new WebSocket(`ws://${location.host}/`);
  pipe.binaryType = 'arraybuffer';
  const transport = createTransport({
    start(sink) {
      pipe.onmessage = ({ data }) => {
        if (data === 'end') sink.end();
        else sink.data(new Uint8Array(data));
      };
      pipe.onclose = () => sink.fail(new Error('the tunnel has ended'));
    },
    write: (bytes) => pipe.send(bytes),
    end: () => pipe.send('end'),
    abort: () => pipe.close(),
    close: () => pipe.close(),
    inTasks: true,
  });
  return new Promise((resolve, reject) => {
    pipe.onopen = () => resolve(transport);
    pipe.onerror = () => reject(new Error('no tunnel'));
  });
}

globalThis.state = { done: 0, ended: false };
// Some judges want the port at which they listen in the request.
const judge = `127.0.0.1:${new URLSearchParams(location.search).get('judge')}`;
await runCases(visitorOver(tunnelled, judge), location.hash.slice(1), () => {
  globalThis.state.done += 1;
});
globalThis.state.ended = true;
