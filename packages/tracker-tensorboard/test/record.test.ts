import { expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from '../src/crc32c.ts';
import { record } from '../src/record.ts';

const text = (words: string) => new TextEncoder().encode(words);

test('the checksum has the values of RFC 3720 and of the usual check', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
});

test('the checksum is turned by 15 bits and shifted', () => {
  // 0xe3069283 turned right by 15 bits is 0x2507c60d; and 0x2507c60d + 0xa282ead8 = 0xc78ab0e5.
  expect(maskedCrc32c(text('123456789'))).toBe(0xc78ab0e5);
});

test('a record is length, its checksum, the data, their checksum', () => {
  const bytes = record(text('123456789'));
  expect(bytes).toHaveLength(8 + 4 + 9 + 4);
  const view = new DataView(bytes.buffer);
  expect(view.getBigUint64(0, true)).toBe(9n);
  expect(view.getUint32(8, true)).toBe(maskedCrc32c(bytes.subarray(0, 8)));
  expect(new TextDecoder().decode(bytes.subarray(12, 21))).toBe('123456789');
  expect(view.getUint32(21, true)).toBe(0xc78ab0e5);
});
