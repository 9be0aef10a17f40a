/**
 * Why a JPEG file is not whole: a marker that is cut off, or no end mark behind its picture. What
 * follows the end (other pictures of a phone's file) is not looked at. Undefined where it is whole.
 */
export function missingOfJpeg(bytes: Buffer): string | undefined {
  let pictures = 0;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return `there is no marker at byte ${at}`;
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) return undefined;
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
    if (marker !== 0xda) continue;
    pictures++;
    at = endOfScan(bytes, at);
  }
  const last = bytes.subarray(-2);
  if (pictures > 0 && last[0] === 0xff && last[1] === 0xd9) return undefined;
  return pictures === 0 ? 'its picture is missing' : 'the end of the JPEG is missing';
}

/** Where the next marker begins that is no part of the picture's data. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
