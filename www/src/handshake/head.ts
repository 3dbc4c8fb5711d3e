/** The head of a request or of a response, line by line, as somebody pastes it. */

export interface HeadLine {
  /** Lower case; empty for the first line and for what is no field. */
  readonly name: string;
  readonly value: string;
  /** The line as it is written. */
  readonly text: string;
}

export interface PastedHead {
  readonly kind: 'request' | 'response';
  readonly lines: readonly HeadLine[];
  /** The same with the ends of lines that HTTP has. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const START = /^(?:[A-Z]+ \S.* HTTP\/\d|HTTP\/\d)/;

/** The heads in a text: a request, a response, or one after the other. */
export function headsIn(text: string): PastedHead[] {
  const groups: string[][] = [];
  // What tools print before a line of a head: curl's and Wireshark's marks.
  for (const line of text
    .replaceAll('\r', '')
    .split('\n')
    .map((written) => written.replace(/^[<>*] ?/, ''))) {
    if (START.test(line) || groups.length === 0) groups.push([]);
    groups.at(-1)?.push(line);
  }
  return groups.map(headOf).filter((head) => head.lines.length > 0);
}

function headOf(written: readonly string[]): PastedHead {
  const begin = written.findIndex((line) => line.trim() !== '');
  const rest = begin < 0 ? [] : written.slice(begin);
  const end = rest.indexOf('');
  const texts = end < 0 ? rest : rest.slice(0, end);
  const lines = texts.map((text, number) => {
    const colon = text.indexOf(':');
    if (number === 0 || colon < 0) return { name: '', value: '', text };
    return { name: text.slice(0, colon).trim().toLowerCase(), value: text.slice(colon + 1).trim(), text };
  });
  const bytes = latin1(`${texts.join('\r\n')}\r\n\r\n`);
  return { kind: texts[0]?.startsWith('HTTP/') === true ? 'response' : 'request', lines, bytes };
}

/** A character for each byte, as heads are read; what is beyond is a question mark. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => (character.charCodeAt(0) < 0x100 ? character.charCodeAt(0) : 0x3f));
}

/** The values of a field in one, as RFC 9110 §5.3 joins them; `undefined` if there is none. */
export function fieldOf(head: PastedHead, name: string): string | undefined {
  const values = head.lines.filter((line) => line.name === name).map(({ value }) => value);
  return values.length === 0 ? undefined : values.join(', ');
}
