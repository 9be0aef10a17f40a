import { unzipSync } from 'fflate';
import type { NamedArray } from '../../record/safetensors.ts';
import { wideFloats } from '../wideFloats.ts';
import { Refused, readPickle } from './pickle.ts';
import type { PickledValue, StorageKind, Stored, View } from './pickled.ts';

/** Bytes of one number, and what the safetensors format calls its type; whole numbers are no weights. */
const KINDS: Readonly<Record<StorageKind, { readonly bytes: number; readonly type?: string }>> = {
  Float: { bytes: 4, type: 'F32' },
  Double: { bytes: 8, type: 'F64' },
  Half: { bytes: 2, type: 'F16' },
  BFloat16: { bytes: 2, type: 'BF16' },
  Long: { bytes: 8 },
  Int: { bytes: 4 },
  Short: { bytes: 2 },
  Char: { bytes: 1 },
  Byte: { bytes: 1 },
  Bool: { bytes: 1 },
};

/** Where training scripts put the weights among what else they save. */
const WITHIN = ['state_dict', 'model_state_dict', 'model', 'net', 'network_weights', 'module'];

/** The first pickle of files that PyTorch wrote before 1.6, the number that says so. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

type Bytes = (storage: Stored) => Uint8Array;

/**
 * The floating arrays of a state dict that `torch.save` wrote, in the zip of PyTorch 1.6 and later or in
 * the row of pickles of before. Nothing in the file is run.
 *
 * @throws Refused where it holds more than tensors, or is damaged
 */
export function readTorchFile(bytes: Uint8Array): ReadonlyMap<string, NamedArray> {
  const { value, storage } = isZip(bytes) ? fromZip(bytes) : fromPickles(bytes);
  return new Map(
    [...tensorsIn(value)].flatMap(([name, view]) => {
      const values = valuesOf(view, storage);
      return values ? [[name, { name, shape: view.size, values }] as const] : [];
    }),
  );
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function fromZip(bytes: Uint8Array): { value: PickledValue; storage: Bytes } {
  const entries = unzipSync(bytes);
  const place = Object.keys(entries).find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (place === undefined)
    throw new Refused('the zip has no data.pkl, so torch.save did not write it');
  const folder = place.slice(0, place.indexOf('/'));
  const order = entries[`${folder}/byteorder`];
  if (order && Buffer.from(order).toString() !== 'little')
    throw new Refused('its numbers are big endian');
  const { value } = readPickle(entries[place]!);
  return {
    value,
    storage: ({ key }) => {
      const found = entries[`${folder}/data/${key}`];
      if (found === undefined) throw new Refused(`the storage ${key} is not there`);
      return found;
    },
  };
}

/** A number, a version, a description of the machine, the value, the keys; then each key's numbers. */
function fromPickles(bytes: Uint8Array): { value: PickledValue; storage: Bytes } {
  const parts: PickledValue[] = [];
  let at = 0;
  for (let index = 0; index < 5; index++) {
    const { value, end } = readPickle(bytes, at);
    parts.push(value);
    at = end;
    if (index === 0 && value !== Number(MAGIC)) throw new Refused('torch.save did not write it');
  }
  const keys = parts[4];
  if (!Array.isArray(keys)) throw new Refused('it has no list of storages');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kinds = new Map([...viewsIn(parts[3]!)].map(({ storage }) => [storage.key, storage.kind]));
  const places = new Map<string, Uint8Array>();
  for (const key of keys.map(String)) {
    const kind = kinds.get(key);
    if (kind === undefined) throw new Refused(`nothing says what the storage ${key} is made of`);
    if (at + 8 > bytes.length) throw new Refused(`it is cut off before the storage ${key}`);
    const length = Number(view.getBigInt64(at, true)) * KINDS[kind].bytes;
    if (length < 0 || at + 8 + length > bytes.length) {
      throw new Refused(`it is cut off inside the storage ${key}`);
    }
    places.set(key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return {
    value: parts[3]!,
    storage: ({ key }) => places.get(key) ?? new Uint8Array(),
  };
}

function* viewsIn(value: PickledValue): Generator<View> {
  if (value instanceof Map) for (const one of value.values()) yield* viewsIn(one);
  else if (Array.isArray(value)) for (const one of value) yield* viewsIn(one);
  else if (isView(value)) yield value;
}

function isView(value: PickledValue | undefined): value is View {
  return value instanceof Object && 'object' in value && value.object === 'view';
}

/** Tensors by name; where a training script saved more, those of the network. */
function tensorsIn(value: PickledValue): ReadonlyMap<string, View> {
  const mapping = value instanceof Map ? value : new Map<PickledValue, PickledValue>();
  const own = [...mapping].filter((entry): entry is [string, View] => isView(entry[1]));
  if (own.length > 0) return new Map(own.map(([name, view]) => [String(name), view]));
  const within = WITHIN.map((key) => mapping.get(key)).find((found) => found instanceof Map);
  if (within !== undefined) return tensorsIn(within);
  const keys = [...mapping.keys()].slice(0, 6).join(', ');
  throw new Refused(`it has no tensors by name${keys ? `, but ${keys}` : ''}`);
}

/** A tensor's numbers, row by row; undefined for whole numbers. */
function valuesOf(
  { storage, offset, size, strides }: View,
  bytes: Bytes,
): Float32Array | undefined {
  const { bytes: width, type } = KINDS[storage.kind];
  if (type === undefined) return undefined;
  const count = size.reduce((product, extent) => product * extent, 1);
  const furthest = size.reduce(
    (last, extent, axis) => last + (extent - 1) * (strides[axis] ?? 0),
    offset,
  );
  const held = bytes(storage);
  if (strides.length !== size.length || (count > 0 && (furthest + 1) * width > held.length)) {
    throw new Refused('it is cut off: a tensor reaches beyond its storage');
  }
  const numbers = floats(type, held);
  const values = new Float32Array(count);
  const place = size.map(() => 0);
  let from = offset;
  for (let at = 0; at < count; at++) {
    values[at] = numbers[from]!;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++place[axis]! < size[axis]!) break;
      from -= strides[axis]! * size[axis]!;
      place[axis] = 0;
    }
  }
  return values;
}

function floats(type: string, bytes: Uint8Array): Float32Array {
  if (type !== 'F32') return wideFloats(type, bytes)!;
  const whole = new Float32Array(Math.floor(bytes.length / 4));
  new Uint8Array(whole.buffer).set(bytes.subarray(0, whole.byteLength));
  return whole;
}
