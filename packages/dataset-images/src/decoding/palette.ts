import type { Raster, Stored } from './raster.ts';

/** Red, green and blue of each index. */
export function paletteColours(
  indices: Raster['data'],
  colourOf: (index: number, channel: number) => number,
): Uint8Array {
  const colours = new Uint8Array(indices.length * 3);
  for (let pixel = 0, to = 0; pixel < indices.length; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      colours[to++] = colourOf(indices[pixel]!, channel);
  }
  return colours;
}

/**
 * Throws where an index has no colour.
 *
 * @param palette red, green and blue of each index in turn
 */
export function checkIndices(indices: Raster['data'], palette: Uint8Array): void {
  let highest = 0;
  for (const index of indices) highest = Math.max(highest, index);
  if (3 * highest + 2 >= palette.length) {
    throw new Error(`index ${highest} is beyond its palette of ${palette.length / 3} colours`);
  }
}

/** Whether all colours of a palette are grey: a format without grey of its own has it so. */
export function isGreyPalette(palette: Uint8Array): boolean {
  for (let at = 0; at < palette.length; at += 3) {
    if (palette[at] !== palette[at + 1] || palette[at] !== palette[at + 2]) return false;
  }
  return true;
}

/**
 * The picture that a palette makes: of one channel where all its colours are grey, else of three.
 *
 * @param transparent the index that stands for transparency: alpha is then 0 there, and 255 elsewhere
 */
export function withPalette(
  { width, height, data: indices }: Raster,
  palette: Uint8Array,
  transparent?: number,
): Stored {
  const colours = isGreyPalette(palette) ? 1 : 3;
  const channels = transparent === undefined ? colours : colours + 1;
  const data = new Uint8Array(indices.length * channels);
  for (let pixel = 0, to = 0; pixel < indices.length; pixel++) {
    const index = indices[pixel]!;
    for (let channel = 0; channel < colours; channel++) data[to++] = palette[3 * index + channel]!;
    if (transparent !== undefined) data[to++] = index === transparent ? 0 : 255;
  }
  const alpha = transparent === undefined ? [] : [colours];
  return { width, height, channels, data, colour: colours === 3, alpha };
}
