import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@raremask/compiler';
import type { Model, Parameter } from '@raremask/core';
import { afterAll, describe, expect, test } from 'vitest';
import { type NamedArray, writeSafetensors } from '../src/record/safetensors.ts';
import { possibleNames } from '../src/weights/names.ts';
import { startedFrom } from '../src/weights/startFrom.ts';
import { readWeightFile, weightPath } from '../src/weights/weightFile.ts';
import { wideFloats } from '../src/weights/wideFloats.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

function parameter(name: string, shape: readonly number[]): Parameter {
  return { name, shape, initial: new Float32Array(size(shape)).fill(-1), decay: false };
}

/** A layer from two channels to three, 1 x 2 pixels wide, and a head of two classes. */
function model(channels = 2): Model {
  return {
    weights: [
      parameter('encoder.0.first.kernel', [1, 2, channels, 3]),
      parameter('encoder.0.first.scale', [3]),
      parameter('encoder.0.first.shift', [3]),
      parameter('head.kernel', [1, 1, 3, 2]),
      parameter('head.bias', [2]),
    ],
    buffers: [parameter('encoder.0.first.mean', [3]), parameter('encoder.0.first.variance', [3])],
    multipleOf: [1, 1],
    forward: () => {
      throw new Error('is not called');
    },
  };
}

/** 0, 1, 2, ... in the order of the file. */
function array(name: string, shape: readonly number[], from = 0): NamedArray {
  return { name, shape, values: Float32Array.from({ length: size(shape) }, (_, at) => from + at) };
}

async function written(name: string, arrays: readonly NamedArray[], metadata = {}) {
  const path = join(folder, name);
  await writeSafetensors(path, arrays, metadata);
  return readWeightFile(path);
}

const initial = ({ weights, buffers }: Model) =>
  Object.fromEntries([...weights, ...buffers].map((one) => [one.name, [...one.initial]]));

describe('of a run', () => {
  const arrays = [
    array('weight.encoder.0.first.kernel', [1, 2, 2, 3]),
    array('weight.head.kernel', [1, 1, 3, 5]),
    array('weight.head.bias', [5]),
    array('optimizer.first.encoder.0.first.kernel', [1, 2, 2, 3], 50),
  ];

  test('names are the same, and a head of other classes starts anew as a whole', async () => {
    const file = await written('own.safetensors', arrays, { raremask: '{}' });
    const { model: begun, report } = startedFrom(model(), file, 2, {});
    expect(initial(begun)['encoder.0.first.kernel']).toEqual([...arrays[0]!.values]);
    expect(initial(begun)['head.kernel']).toEqual(Array(6).fill(-1));
    expect(report.taken.map(({ name }) => name)).toEqual(['encoder.0.first.kernel']);
    expect(report.anew.find(({ name }) => name === 'head.bias')!.reason).toBe(
      'head.kernel: the file has [1, 1, 3, 5]',
    );
    expect(report.anew.find(({ name }) => name === 'encoder.0.first.scale')!.reason).toBe(
      'not in the file',
    );
    expect(report.unused).toEqual(['head.kernel', 'head.bias']);
  });

  test('moving averages are taken where they were kept', async () => {
    const averaged = [...arrays, array('average.weight.encoder.0.first.kernel', [1, 2, 2, 3], 100)];
    const file = await written('averaged.safetensors', averaged, { raremask: '{}' });
    const { model: begun } = startedFrom(model(), file, 2, {});
    expect(initial(begun)['encoder.0.first.kernel']![0]).toBe(100);
  });

  test('a layer of one wrong shape starts anew with all its arrays', async () => {
    const file = await written(
      'layer.safetensors',
      [
        array('weight.head.kernel', [1, 1, 3, 2]),
        array('weight.head.bias', [2]),
        array('weight.encoder.0.first.kernel', [3, 3, 2, 3]),
        array('weight.encoder.0.first.scale', [3]),
      ],
      { raremask: '{}' },
    );
    const { report } = startedFrom(model(), file, 2, {});
    expect(report.taken.map(({ name }) => name)).toEqual(['head.kernel', 'head.bias']);
  });
});

describe('of PyTorch', () => {
  // [out, in, high, wide]: kernel[0][wide][in][out] is element (out 2 + in) 2 + wide.
  const arrays = [
    array('module.encoder.0.first.conv.weight', [3, 2, 1, 2]),
    array('module.encoder.0.first.conv.bias', [3], 10),
    array('module.encoder.0.first.norm.weight', [3], 20),
    array('module.encoder.0.first.norm.bias', [3], 30),
    array('module.encoder.0.first.norm.running_mean', [3], 40),
    array('module.encoder.0.first.norm.running_var', [3], 50),
    array('module.head.weight', [2, 3]),
    array('module.head.bias', [2], 60),
  ];
  const kernel = [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11];

  test('axes are turned, layers found, and a bias before a batch norm goes into its mean', async () => {
    const file = await written('torch.safetensors', arrays);
    const { model: begun, report } = startedFrom(model(), file, 2, {});
    expect(initial(begun)).toEqual({
      'encoder.0.first.kernel': kernel,
      'encoder.0.first.scale': [20, 21, 22],
      'encoder.0.first.shift': [30, 31, 32],
      // 40 - 10, 41 - 11, 42 - 12
      'encoder.0.first.mean': [30, 30, 30],
      'encoder.0.first.variance': [50, 51, 52],
      // A fully connected layer [out, in] is a convolution of one pixel.
      'head.kernel': [0, 3, 1, 4, 2, 5],
      'head.bias': [60, 61],
    });
    expect(report.anew).toEqual([]);
    expect(report.unused).toEqual([]);
  });

  test('a table says what modules are called here', async () => {
    const renamed = arrays.map((one) => ({
      ...one,
      name: one.name
        .replace('module.encoder.0.first', 'layer0.block_a')
        .replace('module.head', 'classifier'),
    }));
    const file = await written('named.safetensors', renamed);
    const table = { 'layer*.block_a': 'encoder.*.first', classifier: 'head' };
    expect(startedFrom(model(), file, 2, table).report.anew).toEqual([]);
    expect(() => startedFrom(model(), file, 2, {})).toThrow(/no weight of the model has its name/);
  });

  test('grey images see the sum over colours, and colours share a grey kernel', async () => {
    const file = await written('channels.safetensors', arrays);
    const grey = startedFrom(model(1), file, 1, {});
    // The two channels of kernel, added: 0 + 2, 4 + 6, 8 + 10; 1 + 3, 5 + 7, 9 + 11.
    expect(initial(grey.model)['encoder.0.first.kernel']).toEqual([2, 10, 18, 4, 12, 20]);
    expect(grey.report.taken[0]!.change).toBe('summed over 2 channels');
    const one = [array('encoder.0.first.weight', [3, 1, 1, 2])];
    const colour = startedFrom(model(2), await written('grey.safetensors', one), 2, {});
    expect(initial(colour.model)['encoder.0.first.kernel']).toEqual(
      [0, 2, 4, 0, 2, 4, 1, 3, 5, 1, 3, 5].map((value) => value / 2),
    );
    const three = startedFrom(model(3), file, 3, {});
    expect(three.report.anew[0]!.reason).toContain('the file has [1, 2, 2, 3]');
  });

  test('a file of which nothing fits is refused with names of both', async () => {
    const file = await written('other.safetensors', [array('blocks.0.weight', [3, 3])]);
    expect(() => startedFrom(model(), file, 2, {})).toThrow(
      /encoder\.0\.first\.kernel.*Got: blocks\.0\.weight.*model\.weights\.names/s,
    );
  });

  test('half and double precision are read, and whole numbers are left out', () => {
    // 1.5 = 0 01111 1000000000; -0.25 = 1 01101 0000000000; 2 ** -24 is the smallest.
    const half = new Uint8Array(Uint16Array.of(0x3e00, 0xb400, 0x0001).buffer);
    expect([...wideFloats('F16', half)!]).toEqual([1.5, -0.25, 2 ** -24]);
    // The upper halves of 1.5 = 0x3fc00000 and -2 = 0xc0000000.
    const brain = new Uint8Array(Uint16Array.of(0x3fc0, 0xc000).buffer);
    expect([...wideFloats('BF16', brain)!]).toEqual([1.5, -2]);
    const double = new Uint8Array(Float64Array.of(0.5, 3).buffer);
    expect([...wideFloats('F64', double)!]).toEqual([0.5, 3]);
    expect(wideFloats('I64', double)).toBeUndefined();
  });
});

describe('a file', () => {
  test('of ONNX gives its constants, which lie as in PyTorch', async () => {
    const path = join(folder, 'net.onnx');
    const { values } = array('', [3, 2, 1, 2]);
    writeFileSync(
      path,
      encode({
        name: 'net',
        inputs: [],
        outputs: [],
        nodes: [],
        metadata: {},
        initializers: [
          {
            name: 'encoder.0.first.weight',
            type: 1,
            shape: [3, 2, 1, 2],
            bytes: new Uint8Array(values.buffer),
          },
        ],
      }),
    );
    const { model: begun } = startedFrom(model(), await readWeightFile(path), 2, {});
    expect(initial(begun)['encoder.0.first.kernel']!.slice(0, 3)).toEqual([0, 4, 8]);
  });

  test('that is damaged or not there is named', async () => {
    const path = join(folder, 'damaged.safetensors');
    writeFileSync(path, 'no weights');
    const error = { code: 'RAREMASK_WEIGHTS_UNREADABLE', message: expect.stringContaining(path) };
    await expect(readWeightFile(path)).rejects.toMatchObject(error);
    writeFileSync(join(folder, 'damaged.onnx'), 'no graph');
    await expect(readWeightFile(join(folder, 'damaged.onnx'))).rejects.toMatchObject({
      code: 'RAREMASK_WEIGHTS_UNREADABLE',
    });
    expect(() => weightPath(join(folder, 'nowhere'))).toThrow(/there is no such file/);
  });
});

test('a name is looked for as it is, then in the words of a model here', () => {
  expect(possibleNames('a.conv.weight', 'convolution', {})).toEqual([
    'a.conv.weight',
    'a.conv.kernel',
    'a.kernel',
  ]);
  expect(possibleNames('x.1.b.bias', 'normalization', { 'x.*': 'y*' })).toEqual([
    'y1.b.bias',
    'y1.b.shift',
  ]);
});

test('a depthwise kernel has a channel for each output in PyTorch, and an output for each channel here', async () => {
  const file = await written('depthwise.safetensors', [array('deep.conv.weight', [3, 1, 1, 2])]);
  const one: Model = { ...model(), weights: [parameter('deep.kernel', [1, 2, 3, 1])], buffers: [] };
  const { model: begun } = startedFrom(one, file, 3, {});
  // Channel by channel [0, 1], [2, 3], [4, 5]: tap by tap here.
  expect(initial(begun)['deep.kernel']).toEqual([0, 2, 4, 1, 3, 5]);
});
