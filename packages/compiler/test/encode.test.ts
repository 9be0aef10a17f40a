import protobuf from 'protobufjs/light.js';
import { expect, it } from 'vitest';
import { encode, initializersOf } from '../src/index.ts';
import type { OnnxModel } from '../src/onnx/model.ts';
import { runtimeOrLine } from './comparison.ts';

const FLOAT = 1;

/** y = transposed(leaky(x) + c), with an attribute of each type. */
const model: OnnxModel = {
  name: 'small',
  inputs: [{ name: 'x', type: FLOAT, shape: ['batch', 2] }],
  outputs: [{ name: 'y', type: FLOAT, shape: [2, 'batch'] }],
  nodes: [
    { operator: 'LeakyRelu', inputs: ['x'], outputs: ['a'], attributes: { alpha: { float: 0.5 } } },
    { operator: 'Add', inputs: ['a', 'c'], outputs: ['b'], attributes: {} },
    { operator: 'Flatten', inputs: ['b'], outputs: ['d'], attributes: { axis: 1 } },
    { operator: 'Einsum', inputs: ['d'], outputs: ['e'], attributes: { equation: 'ij->ij' } },
    { operator: 'Transpose', inputs: ['e'], outputs: ['y'], attributes: { perm: [1, 0] } },
  ],
  initializers: [
    {
      name: 'c',
      type: FLOAT,
      shape: [2],
      bytes: new Uint8Array(Float32Array.from([10, 20]).buffer),
    },
  ],
  metadata: { classes: 'a,b' },
};

/** Fields of a message that are read by their wire type alone: [number, value]. */
function fieldsOf(bytes: Uint8Array): [number, number | Uint8Array][] {
  const reader = protobuf.Reader.create(bytes);
  const fields: [number, number | Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    fields.push([tag >>> 3, (tag & 7) === 0 ? Number(reader.int64()) : reader.bytes()]);
  }
  return fields;
}

it("writes ONNX's fields under their numbers", () => {
  const fields = fieldsOf(encode(model));
  const text = (field: number | Uint8Array | undefined) =>
    new TextDecoder().decode(field as Uint8Array);
  const field = (number: number) => fields.find(([other]) => other === number)?.[1];
  expect(field(1)).toBe(8);
  expect(text(field(2))).toBe('raremask');
  const operatorSet = fieldsOf(field(8) as Uint8Array);
  expect(operatorSet.find(([number]) => number === 2)?.[1]).toBe(18);
  const entry = fieldsOf(field(14) as Uint8Array).map(([number, value]) => [number, text(value)]);
  expect(entry).toEqual([
    [1, 'classes'],
    [2, 'a,b'],
  ]);
  const graph = fieldsOf(field(7) as Uint8Array);
  expect(graph.filter(([number]) => number === 1)).toHaveLength(5);
  expect(text(graph.find(([number]) => number === 2)?.[1])).toBe('small');
});

it('names an operator set for every domain that is used', () => {
  const bytes = encode({
    ...model,
    nodes: [
      { operator: 'com.microsoft.FusedMatMul', inputs: ['x'], outputs: ['y'], attributes: {} },
    ],
  });
  const sets = fieldsOf(bytes)
    .filter(([number]) => number === 8)
    .map(([, bytes]) =>
      new TextDecoder().decode(fieldsOf(bytes as Uint8Array)[0]![1] as Uint8Array),
    );
  expect(sets).toContain('com.microsoft');
});

const runtime = await runtimeOrLine();

it.skipIf(!runtime)(
  'is read by the runtime, attributes of each type and free extents',
  async () => {
    const session = await runtime!.InferenceSession.create(encode(model));
    const x = new runtime!.Tensor('float32', Float32Array.from([1, -2, -3, 4, 5, 6]), [3, 2]);
    const { y } = await session.run({ x });
    await session.release();
    // Below 0 halved; 10 to the first column, 20 to the second; columns first.
    expect(y!.dims).toEqual([2, 3]);
    expect([...(y!.data as Float32Array)]).toEqual([11, 8.5, 15, 19, 24, 26]);
  },
);

it('gives back the constants of a file by name', () => {
  expect([...initializersOf(encode(model))]).toEqual([
    ['c', { shape: [2], values: Float32Array.of(10, 20) }],
  ]);
});
