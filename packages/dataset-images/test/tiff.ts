const SAMPLE_FORMAT = { unsigned: 1, signed: 2, float: 3 };

/** An uncompressed little-endian TIFF file with one strip: what no encoder at hand writes. */
export function tiff(
  width: number,
  height: number,
  values: Uint8Array | Uint16Array | Int16Array | Float32Array,
): Uint8Array {
  const channels = values.length / (width * height);
  const format =
    values instanceof Float32Array ? 'float' : values instanceof Int16Array ? 'signed' : 'unsigned';
  const bits = values.BYTES_PER_ELEMENT * 8;
  const perChannel = (value: number) => Array.from({ length: channels }, () => value);
  const short = 3;
  const long = 4;
  const tags: [tag: number, type: number, values: number[]][] = [
    [256, long, [width]],
    [257, long, [height]],
    [258, short, perChannel(bits)],
    [259, short, [1]],
    [262, short, [channels === 3 ? 2 : 1]],
    [273, long, [0]],
    [277, short, [channels]],
    [278, long, [height]],
    [279, long, [values.byteLength]],
    [339, short, perChannel(SAMPLE_FORMAT[format])],
  ];
  const directory = 8;
  const lists = directory + 2 + tags.length * 12 + 4;
  const strip = lists + 2 * 2 * channels + 4;
  const bytes = Buffer.alloc(strip + values.byteLength);
  bytes.write('II', 0, 'latin1');
  bytes.writeUInt16LE(42, 2);
  bytes.writeUInt32LE(directory, 4);
  bytes.writeUInt16LE(tags.length, directory);
  let list = lists;
  for (const [index, [tag, type, content]] of tags.entries()) {
    const at = directory + 2 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(content.length, at + 4);
    if (tag === 273) bytes.writeUInt32LE(strip, at + 8);
    else if (content.length > 2) {
      bytes.writeUInt32LE(list, at + 8);
      for (const value of content) list = bytes.writeUInt16LE(value, list);
    } else if (type === short) bytes.writeUInt16LE(content[0]!, at + 8);
    else bytes.writeUInt32LE(content[0]!, at + 8);
  }
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).copy(bytes, strip);
  return bytes;
}
