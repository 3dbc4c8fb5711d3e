// What connections hold: node hold.mjs PACKAGE STATE COUNT. Prints the bytes by which each makes the process grow.
//
// Resident memory is what all have in common, whether they keep it in JavaScript, in WebAssembly or in zlib.

const [name, state, count] = process.argv.slice(2);
const compressed = state.startsWith('deflate');
const { Connection } = await import('sansocket');
const { messages } = await import('../lib/messages.mjs');
const [text] = messages(1024, 1);

/** A masked frame, for a server; compressed where that was agreed. */
const frame = (() => {
  const client = new Connection({ role: 'client', perMessageDeflate: compressed });
  client.sendText(new TextDecoder().decode(text));
  const [bytes] = client.dataToSend();
  client.free();
  return bytes;
})();

let received = 0;
let sent = 0;

/** Each makes a server's end, which then receives and sends a message if that is the state. */
const packages = {
  sansocket() {
    const connection = new Connection({ role: 'server', perMessageDeflate: compressed && { level: 6 } });
    return {
      connection,
      echo() {
        connection.receiveData(frame);
        for (const { data } of connection.events()) {
          received += 1;
          connection.sendText(data);
        }
        for (const bytes of connection.dataToSend()) sent += bytes.length;
      },
    };
  },
  async ws() {
    const { PerMessageDeflate, Receiver, Sender } = await import('ws');
    const extensions = {};
    if (compressed) {
      const deflate = new PerMessageDeflate({ threshold: 0, zlibDeflateOptions: { level: 6 }, isServer: true });
      deflate.accept([{}]);
      extensions['permessage-deflate'] = deflate;
    }
    const receiver = new Receiver({ isServer: true, extensions });
    const socket = {
      cork() {},
      uncork() {},
      write(bytes, ...rest) {
        sent += bytes.length;
        rest.at(-1)?.();
      },
    };
    const sender = new Sender(socket, extensions);
    const options = { fin: true, mask: false, binary: false, compress: compressed };
    return {
      receiver,
      sender,
      echo: () =>
        new Promise((resolve, reject) => {
          receiver.on('error', reject);
          receiver.once('message', (data) => {
            received += 1;
            sender.send(data.toString(), options, resolve);
          });
          // A socket gives memory of its own.
          receiver.write(Buffer.from(frame));
        }),
    };
  },
};

const held = [];
async function hold(more) {
  for (let i = 0; i < more; i += 1) {
    const connection = await packages[name]();
    if (state !== 'idle') await connection.echo();
    held.push(connection);
  }
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage.rss();
}

const warm = Math.ceil(count / 10);
const before = await hold(warm);
const bytes = ((await hold(Number(count))) - before) / count;
if (state !== 'idle' && (received !== held.length || sent < held.length)) throw new Error('not all was echoed');
console.log(JSON.stringify({ bytes }));
