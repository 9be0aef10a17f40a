/**
 * How many pictures a PNG, GIF or WebP file has: of an animation the browser would show the first, and nobody would
 * know which of them was meant. 1 of other files; 2 of an animated WebP, whose number does not matter.
 */
export function framesOf(bytes: Uint8Array): number {
  if (startsWith(bytes, 0, '\x89PNG')) return pngFrames(bytes);
  if (startsWith(bytes, 0, 'GIF8')) return gifFrames(bytes);
  const isWebp = startsWith(bytes, 0, 'RIFF') && startsWith(bytes, 8, 'WEBPVP8X');
  return isWebp && (bytes[20]! & 2) !== 0 ? 2 : 1;
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}

/** What the chunk of an animated PNG says, which comes before the first picture. */
function pngFrames(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (startsWith(bytes, at + 4, 'IDAT')) return 1;
    if (startsWith(bytes, at + 4, 'acTL')) return view.getUint32(at + 8);
  }
  return 1;
}

const GIF = { extension: 0x21, picture: 0x2c };

function gifFrames(bytes: Uint8Array): number {
  const tableOf = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  /** Where the blocks that begin here have ended. */
  const afterBlocks = (from: number) => {
    let at = from;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
    return at + 1;
  };
  let frames = 0;
  for (let at = 13 + tableOf(bytes[10] ?? 0); at < bytes.length; ) {
    if (bytes[at] === GIF.extension) at = afterBlocks(at + 2);
    else if (bytes[at] === GIF.picture) {
      frames++;
      at = afterBlocks(at + 11 + tableOf(bytes[at + 9] ?? 0));
    } else break;
  }
  return frames;
}
