import type { Order, Runs } from './instance.ts';

/**
 * Lengths of runs from COCO's text form: each number in groups of five bits, the lowest first, a
 * character each from '0' on; bit 5 says that more follow, the sign is the last group's bit 4; from the
 * fourth number on it is the difference to the number two places before.
 *
 * @returns undefined where the text is no such list
 */
export function decodeRuns(text: string): number[] | undefined {
  const runs: number[] = [];
  let value = 0;
  let groups = 0;
  for (const character of text) {
    const bits = character.charCodeAt(0) - 48;
    if (bits < 0 || bits > 63 || groups > 6) return undefined;
    value += (bits & 31) * 32 ** groups;
    groups++;
    if (bits & 32) continue;
    if (bits & 16) value -= 32 ** groups;
    const before = runs.length > 2 ? runs.at(-2)! : 0;
    runs.push(value + before);
    value = 0;
    groups = 0;
  }
  return groups === 0 ? runs : undefined;
}

/** Calls `paint` for each pixel of the runs that is foreground. */
export function paintRuns(
  runs: Runs,
  order: Order,
  [height, width]: readonly [number, number],
  paint: (pixel: number) => void,
): void {
  let at = 0;
  for (const [index, length] of runs.entries()) {
    const end = at + length;
    if (index % 2 === 0) at = end;
    for (; at < end; at++) {
      paint(order === 'rows' ? at : (at % height) * width + Math.floor(at / height));
    }
  }
}
