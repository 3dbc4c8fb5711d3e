// The first message of a process: node start.mjs PACKAGE. Prints the nanoseconds from before the import.

const [name] = process.argv.slice(2);

/** A masked text frame: "Hello" of RFC 6455 §5.7. */
const hello = Buffer.from([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);

/** Each imports a package and decodes a message. */
const packages = {
  async sansocket() {
    const { Connection } = await import('sansocket');
    return first(Connection);
  },
  async 'sansocket/slim'() {
    const { readFile } = await import('node:fs/promises');
    const { Connection, init } = await import('sansocket/slim');
    await init(readFile(new URL(import.meta.resolve('sansocket/codec.wasm'))));
    return first(Connection);
  },
  async 'sansocket/websocket'() {
    await import('sansocket/websocket');
    return packages.sansocket();
  },
  async ws() {
    const { Receiver } = await import('ws');
    const receiver = new Receiver({ isServer: true, extensions: {} });
    let message;
    receiver.on('message', (data) => {
      message = data.toString();
    });
    receiver.write(hello);
    return message;
  },
};

function first(Connection) {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(hello);
  return connection.events().next().value.data;
}

const start = performance.now();
const message = await packages[name]();
const ns = (performance.now() - start) * 1e6;
if (message !== 'Hello') throw new Error(`${name} gives ${message}`);
console.log(JSON.stringify({ ns }));
