/** Text fitted to a number of columns. */

/** The longest line of what is written for people, wherever it goes. */
export const WIDTH = 100;

/**
 * Text in lines of at most `width` columns, broken between words. The first line of each paragraph is behind `indent` spaces,
 * those that it goes on in behind `hang`.
 */
export function wrapped(text: string, indent: number, width: number = WIDTH, hang = indent): string {
  return text
    .split('\n')
    .map((paragraph) => {
      const lines: string[] = [];
      let line = ' '.repeat(indent);
      let isEmpty = true;
      for (const word of paragraph.split(' ')) {
        if (!isEmpty && line.length + 1 + word.length > width) {
          lines.push(line);
          line = ' '.repeat(hang);
          isEmpty = true;
        }
        line += isEmpty ? word : ` ${word}`;
        isEmpty = false;
      }
      return [...lines, line].map((each) => (each.trim() === '' ? '' : each)).join('\n');
    })
    .join('\n');
}

/** Text that takes at most so many columns, with a mark where it was cut. */
export function cut(text: string, room: number | undefined): string {
  if (room === undefined) return text;
  let columns = 0;
  let end = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > room) return `${text.slice(0, end)}…`;
    // The mark needs a column, too.
    if (columns < room) end += character.length;
  }
  return text;
}

/** Characters that go on top of the one before them, and those that terminals give two columns. */
const NONE = /^[\p{Mn}\p{Me}]/u;
const TWO =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;

function columnsOf(character: string): number {
  if (NONE.test(character)) return 0;
  return TWO.test(character) ? 2 : 1;
}
