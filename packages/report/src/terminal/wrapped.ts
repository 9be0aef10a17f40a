// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colour codes are made of
const COLOR_CODE = /\u001b\[\d+m/g;

const LEAST = 24;

/** Characters of a text as a terminal shows them. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOR_CODE, '')].length;
}

/** Breaks a text between words into lines of at most so many characters, 24 at the least. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleLength(`${line} ${word}`) > Math.max(width, LEAST)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
