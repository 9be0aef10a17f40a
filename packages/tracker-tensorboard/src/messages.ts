import protobuf from 'protobufjs/light.js';

/**
 * The part of TensorBoard's protocol buffers that is written, as [field, number, type, repeated].
 * Scalars, images and histograms are in their first form, which every reader knows.
 */
const MESSAGES: Readonly<Record<string, readonly (readonly [string, number, string, true?])[]>> = {
  Event: [
    ['wallTime', 1, 'double'],
    ['step', 2, 'int64'],
    ['fileVersion', 3, 'string'],
    ['summary', 5, 'Summary'],
    ['sessionLog', 7, 'SessionLog'],
  ],
  SessionLog: [['status', 1, 'int32']],
  Summary: [['value', 1, 'Value', true]],
  Value: [
    ['tag', 1, 'string'],
    ['simpleValue', 2, 'float'],
    ['image', 4, 'Image'],
    ['histogram', 5, 'Histogram'],
    ['tensor', 8, 'Tensor'],
    ['metadata', 9, 'Metadata'],
  ],
  Image: [
    ['height', 1, 'int32'],
    ['width', 2, 'int32'],
    ['colorspace', 3, 'int32'],
    ['png', 4, 'bytes'],
  ],
  Histogram: [
    ['min', 1, 'double'],
    ['max', 2, 'double'],
    ['count', 3, 'double'],
    ['sum', 4, 'double'],
    ['sumOfSquares', 5, 'double'],
    ['limits', 6, 'double', true],
    ['counts', 7, 'double', true],
  ],
  Tensor: [
    ['dtype', 1, 'int32'],
    ['shape', 2, 'Shape'],
    ['content', 4, 'bytes'],
  ],
  Shape: [['extents', 2, 'Extent', true]],
  Extent: [['size', 1, 'int64']],
  Metadata: [
    ['plugin', 1, 'Plugin'],
    ['dataClass', 4, 'int32'],
  ],
  Plugin: [
    ['name', 1, 'string'],
    ['content', 2, 'bytes'],
  ],
  PrCurves: [
    ['version', 1, 'int32'],
    ['thresholds', 2, 'uint32'],
  ],
  Hparams: [
    ['version', 1, 'int32'],
    ['start', 3, 'SessionStart'],
    ['end', 4, 'SessionEnd'],
  ],
  SessionStart: [
    ['settings', 1, 'Setting', true],
    ['group', 4, 'string'],
    ['seconds', 5, 'double'],
  ],
  // A map in the original, which is written as a list of such entries.
  Setting: [
    ['key', 1, 'string'],
    ['value', 2, 'SettingValue'],
  ],
  SettingValue: [
    ['number', 2, 'double'],
    ['text', 3, 'string'],
    ['flag', 4, 'bool'],
  ],
  SessionEnd: [
    ['status', 1, 'int32'],
    ['seconds', 2, 'double'],
  ],
};

/** TensorFlow's number of float32, and of values that are tensors of numbers. */
const FLOAT = 1;
const TENSORS = 2;

const root = schema();

function schema(): protobuf.Root {
  const made = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, number, kind, repeated] of fields) {
      type.add(new protobuf.Field(field, number, kind, repeated ? 'repeated' : undefined));
    }
    made.add(type);
  }
  return made;
}

export function encode(message: string, content: object): Uint8Array {
  return root.lookupType(message).encode(content).finish();
}

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper limits of the bins. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** One entry of a summary; made by the functions below. */
export type Value = { readonly tag: string } & Readonly<Record<string, unknown>>;

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly Value[] };
  readonly sessionLog?: { readonly status: number };
}

export function scalar(tag: string, value: number): Value {
  return { tag, simpleValue: value };
}

export function picture(tag: string, height: number, width: number, png: Uint8Array): Value {
  return { tag, image: { height, width, colorspace: 3, png } };
}

export function histogram(tag: string, content: Histogram): Value {
  return { tag, histogram: content };
}

/** A table of numbers that one of TensorBoard's plugins draws, with what it wants to know of it. */
export function table(
  tag: string,
  shape: readonly number[],
  numbers: Float32Array,
  plugin: { readonly name: string; readonly content: Uint8Array },
): Value {
  return {
    tag,
    tensor: {
      dtype: FLOAT,
      shape: { extents: shape.map((size) => ({ size })) },
      content: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    },
    metadata: { plugin, dataClass: TENSORS },
  };
}
