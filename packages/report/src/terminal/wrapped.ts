import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const LEAST = 24;

/** Columns that a text takes in a terminal: colour codes none, wide characters two. */
export function visibleLength(text: string): number {
  return stringWidth(text);
}

/** Breaks a text between words into lines of at most so many columns, 24 at the least. */
export function wrapped(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(width, LEAST)).split('\n');
}
