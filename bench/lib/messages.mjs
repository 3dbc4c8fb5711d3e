// What is sent: JSON as services push it, always the same.

/** `count` different messages of `size` bytes, ASCII. */
export function messages(size, count) {
  let state = 1;
  const next = (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % bound;
  };
  const names = ['EXMPL', 'ACME', 'INITECH', 'GLOBEX', 'UMBRELLA', 'HOOLI', 'STARK', 'WAYNE'];
  const entry = () => ({
    type: ['trade', 'quote', 'status'][next(3)],
    symbol: names[next(names.length)],
    price: (100 + next(90_000) / 100).toFixed(2),
    quantity: next(5000),
    time: 1_700_000_000_000 + next(100_000_000),
    flags: next(4) === 0 ? ['odd-lot', 'late'] : [],
  });
  const encoder = new TextEncoder();
  return Array.from({ length: count }, (_, i) => {
    let text = `{"id":${i},"channel":"market","data":[`;
    while (text.length < size) text += `${JSON.stringify(entry())},`;
    return encoder.encode(text.slice(0, size));
  });
}

/** Sizes of messages, each with how many different ones make a session. */
export const SIZES = { '190 B': [190, 512], '2 KiB': [2048, 128], '64 KiB': [65_536, 16] };
