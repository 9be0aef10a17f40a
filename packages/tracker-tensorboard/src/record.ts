import { maskedCrc32c } from './crc32c.ts';

const LENGTH = 8;
const CHECKSUM = 4;

/** One TFRecord: length as 64 bits, its checksum, the data, their checksum; little endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH + CHECKSUM + data.length + CHECKSUM);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH, maskedCrc32c(bytes.subarray(0, LENGTH)), true);
  bytes.set(data, LENGTH + CHECKSUM);
  view.setUint32(LENGTH + CHECKSUM + data.length, maskedCrc32c(data), true);
  return bytes;
}
