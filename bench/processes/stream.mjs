// One large message in a single frame: node stream.mjs PACKAGE MEBIBYTES. Prints the nanoseconds for each MiB, and the
// bytes by which the process grew at most.

const [name, mebibytes] = process.argv.slice(2);
const MiB = 1 << 20;
const CHUNK = 65_536;
const size = Number(mebibytes) * MiB;
const { Connection, encodeFrame } = await import('sansocket');

const maskingKey = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const payload = new Uint8Array(CHUNK).map((_, i) => i * 31 + (i >> 8));
// The key begins anew with each chunk, since that is a multiple of four long.
const chunk = encodeFrame({ opcode: 2, payload, maskingKey }).subarray(-CHUNK);
const header = Buffer.alloc(14);
header.set([0x82, 0xff]);
header.writeBigUInt64BE(BigInt(size), 2);
header.set(maskingKey, 10);

/** Each takes the bytes of a socket, and gives to `take` what it has of the message. */
const packages = {
  sansocket(take) {
    const connection = new Connection({ role: 'server', maxMessageSize: size, deliver: 'payload' });
    return (bytes) => {
      connection.receiveData(bytes);
      for (const event of connection.events()) {
        if (event.type !== 'payload') throw event.error ?? new Error(`did not expect "${event.type}"`);
        take(event.data);
      }
    };
  },
  async ws(take) {
    const { Receiver } = await import('ws');
    const receiver = new Receiver({ isServer: true, extensions: {}, maxPayload: size });
    receiver.on('message', take);
    receiver.on('error', (error) => {
      throw error;
    });
    return (bytes) => receiver.write(bytes);
  },
};

let received = 0;
let faults = 0;
const receive = await packages[name]((bytes) => {
  // Which bytes they are is looked at here and there: looking at all would be what is measured.
  for (let at = 0; at < bytes.length; at += CHUNK / 2) {
    if (bytes[at] !== payload[(received + at) % CHUNK]) faults += 1;
  }
  received += bytes.length;
});
globalThis.gc();
const before = process.memoryUsage.rss();
const start = performance.now();
receive(header);
for (let sent = 0; sent < size; sent += CHUNK) receive(Buffer.from(chunk));
const ns = ((performance.now() - start) * 1e6) / mebibytes;
if (received !== size || faults > 0) throw new Error(`${received} bytes of ${size}, ${faults} of them wrong`);
const bytes = process.resourceUsage().maxRSS * 1024 - before;
console.log(JSON.stringify({ ns, bytes }));
