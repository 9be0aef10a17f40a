import sharp from 'sharp';
import type { Layout } from './layout.ts';
import type { Segment } from './segments.ts';

const START = Buffer.from([0xff, 0xd8]);

/** Samples of a strip or tile that is a JPEG file of its own, but for tables that all share (TIFF technical note 2). */
export async function unJpeg(
  bytes: Buffer,
  { width, height, samples }: Segment,
  { bits, jpegTables, photometric }: Layout,
): Promise<Uint8Array> {
  if (bits !== 8 || (samples !== 1 && samples !== 3)) {
    throw new Error(`JPEG of ${samples} samples of ${bits} bits is not read`);
  }
  if (!bytes.subarray(0, 2).equals(START)) throw new Error('it is no JPEG');
  const end = bytes.lastIndexOf(Buffer.from([0xff, 0xd9]));
  if (end < bytes.length - 3) throw new Error('the end of the JPEG is missing');
  const tables = jpegTables === undefined ? Buffer.alloc(0) : Buffer.from(jpegTables.slice(2, -2));
  const whole = Buffer.concat([
    START,
    ...(samples === 3 ? [adobe(photometric === 6)] : []),
    tables,
    bytes.subarray(2),
  ]);
  const { data, info } = await sharp(whole, { failOn: 'warning', ignoreIcc: true })
    .toColourspace(samples === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== samples) {
    throw new Error(
      `it is a JPEG of ${info.width} x ${info.height} pixels, ${width} x ${height} are needed`,
    );
  }
  return data;
}

/** The marker that says whether colours are YCbCr or RGB. */
function adobe(ycc: boolean): Buffer {
  const marker = Buffer.from([
    0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0,
  ]);
  marker[15] = ycc ? 1 : 0;
  return marker;
}
