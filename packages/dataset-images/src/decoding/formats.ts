/** Formats that are read, and what their files end in. */
const ENDINGS = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg'],
  tiff: ['tif', 'tiff'],
  bmp: ['bmp'],
  gif: ['gif'],
} as const;

export type Format = keyof typeof ENDINGS;

/** The same for messages. */
export const FORMATS = 'PNG, JPEG, TIFF, BMP or GIF';

/** Endings of the files that are read, in any case. */
export const READABLE = Object.values(ENDINGS).flat().join(',');

/** Names of files of some formats, or of all. */
export function namesOfFormats(
  formats: readonly Format[] = Object.keys(ENDINGS) as Format[],
): RegExp {
  return new RegExp(`\\.(${formats.flatMap((format) => ENDINGS[format]).join('|')})$`, 'i');
}
