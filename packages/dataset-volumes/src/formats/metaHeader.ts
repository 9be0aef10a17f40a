import { brokenHeader } from './errors.ts';

/** Kinds of values; `sizes` are as many numbers as there are axes, `matrix` as many squared. */
type Kind = 'text' | 'flag' | 'number' | 'sizes' | 'matrix' | 'directions';

/** Entries of a MetaImage header (MetaIO; Aylward 2004); others may be there, and mean nothing here. */
const ENTRIES: Readonly<Record<string, Kind>> = {
  ObjectType: 'text',
  ObjectSubType: 'text',
  NDims: 'number',
  CompressedData: 'flag',
  CompressedDataSize: 'number',
  CompressionLevel: 'number',
  BinaryData: 'flag',
  BinaryDataByteOrderMSB: 'flag',
  ElementByteOrderMSB: 'flag',
  TransformMatrix: 'matrix',
  Rotation: 'matrix',
  Orientation: 'matrix',
  Offset: 'sizes',
  Origin: 'sizes',
  Position: 'sizes',
  CenterOfRotation: 'sizes',
  AnatomicalOrientation: 'directions',
  ElementSpacing: 'sizes',
  ElementSize: 'sizes',
  DimSize: 'sizes',
  HeaderSize: 'number',
  ElementNumberOfChannels: 'number',
  ElementMin: 'number',
  ElementMax: 'number',
  ElementToIntensityFunctionSlope: 'number',
  ElementToIntensityFunctionOffset: 'number',
  ElementType: 'text',
  ElementDataFile: 'text',
};

/** The entries of a header, and the byte behind it. */
export interface MetaText {
  readonly entries: ReadonlyMap<string, string>;
  readonly end: number;
}

/**
 * The header of a MetaImage, up to the entry that says where voxels are. What is not understood would count
 * as not there: an entry that is one character away from a known one is refused, as are values that are none.
 *
 * @param text the beginning of the file, a character a byte
 */
export function metaText(file: string, text: string): MetaText {
  const entries = new Map<string, string>();
  let at = 0;
  while (!entries.has('ElementDataFile')) {
    const stop = text.indexOf('\n', at);
    if (stop < 0) throw brokenHeader(file, 'no entry ElementDataFile');
    const line = text.slice(at, stop).trim();
    at = stop + 1;
    if (line === '') continue;
    const equals = line.indexOf('=');
    if (equals < 0) throw brokenHeader(file, `the line ${JSON.stringify(line.slice(0, 60))}`);
    const [name, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
    if (ENTRIES[name] === undefined) {
      const meant = Object.keys(ENTRIES).find((known) => oneApart(known, name));
      if (meant !== undefined)
        throw brokenHeader(file, `the entry ${JSON.stringify(name)}, as ${meant} is called`);
      continue;
    }
    if (entries.has(name)) throw brokenHeader(file, `two entries ${name}`);
    entries.set(name, value);
  }
  for (const name of ['NDims', 'DimSize', 'ElementType']) {
    if (!entries.has(name)) throw brokenHeader(file, `no entry ${name}`);
  }
  const axes = Number(entries.get('NDims'));
  for (const [name, value] of entries) {
    if (!isValue(ENTRIES[name]!, value, axes)) {
      throw brokenHeader(file, `${name} = ${JSON.stringify(value.slice(0, 60))}`);
    }
  }
  return { entries, end: at };
}

function isValue(kind: Kind, value: string, axes: number): boolean {
  const numbers = value.split(/\s+/).map(Number);
  const counts = (count: number) => numbers.length === count && numbers.every(Number.isFinite);
  switch (kind) {
    case 'flag':
      return /^(true|false|t|f|1|0)$/i.test(value);
    case 'number':
      return value !== '' && counts(1);
    case 'sizes':
      return counts(axes);
    case 'matrix':
      return counts(axes * axes) && isRotation(numbers, axes);
    case 'directions':
      return /^[RLAPIS?]{1,4}$/i.test(value);
    case 'text':
      return value !== '' && !value.includes(' = ');
  }
}

/** Whether rows have length 1 and stand at right angles. */
function isRotation(numbers: readonly number[], axes: number): boolean {
  const row = (index: number) => numbers.slice(index * axes, (index + 1) * axes);
  for (let first = 0; first < axes; first++) {
    for (let second = first; second < axes; second++) {
      const product = row(first).reduce((sum, value, at) => sum + value * row(second)[at]!, 0);
      if (Math.abs(product - (first === second ? 1 : 0)) > 1e-2) return false;
    }
  }
  return true;
}

/** Whether a name is a known one but for a character, another one or one more behind it. */
function oneApart(known: string, name: string): boolean {
  if (known.length !== name.length)
    return known.length === name.length - 1 && name.startsWith(known);
  return [...known].filter((letter, at) => letter !== name[at]).length === 1;
}
