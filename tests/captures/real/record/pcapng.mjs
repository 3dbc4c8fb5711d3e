// pcapng without what it says about the machine.

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;

/** Hardware and operating system, by block: shb_hardware, shb_os; if_os, if_hardware. */
const options = { [SECTION]: { at: 16, telling: [2, 3] }, [INTERFACE]: { at: 8, telling: [12, 15] } };

/** The same file; dumpcap writes it in the order of this machine's bytes, little endian. */
export function withoutMachine(file) {
  const blocks = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    blocks.push(block(file.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat(blocks);
}

function block(bytes) {
  const kind = bytes.readUInt32LE(0);
  if (!(kind in options)) return bytes;
  const { at: first, telling } = options[kind];
  const body = bytes.subarray(8, bytes.length - 4);
  const kept = [body.subarray(0, first)];
  for (let at = first; at < body.length; ) {
    const size = 4 + Math.ceil(body.readUInt16LE(at + 2) / 4) * 4;
    if (!telling.includes(body.readUInt16LE(at))) kept.push(body.subarray(at, at + size));
    at += size;
  }
  const content = Buffer.concat(kept);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length + 12);
  return Buffer.concat([bytes.subarray(0, 4), length, content, length]);
}
