// The frames of two readers, side by side.

/**
 * What differs between the engine's frames and tshark's, as lines: `STREAM SIDE: FIELD of NUMBER`, or which frames
 * only one of them has; they are counted from 1 in each direction. Both arguments are Maps from `STREAM:PORT`; `port` is that of the server.
 */
export function differing(ours, theirs, port) {
  const lines = [];
  for (const from of new Set([...ours.keys(), ...theirs.keys()])) {
    const [stream, source] = from.split(':');
    const direction = `${stream} ${Number(source) === Number(port) ? 's2c' : 'c2s'}`;
    const [a, b] = [ours.get(from) ?? [], theirs.get(from) ?? []];
    for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
      const fields = Object.keys(a[index]).filter((field) => a[index][field] !== b[index][field]);
      lines.push(...fields.map((field) => `${direction}: ${field} of ${index + 1}`));
    }
    if (a.length > b.length) lines.push(`${direction}: only the engine has ${b.length + 1} to ${a.length}`);
    if (b.length > a.length) lines.push(`${direction}: only tshark has ${a.length + 1} to ${b.length}`);
  }
  return lines.sort();
}
