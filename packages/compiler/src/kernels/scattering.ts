import { type ElementType, sizeOf } from '../graph.ts';
import { rowMajor } from '../layout.ts';
import { type Kernel, type Kernels, type LowerCall, ONNX_TYPES } from './kernel.ts';

const toInt64 = { to: ONNX_TYPES.int64 };

/** A tensor of one element, again and again. */
function filledWith(call: LowerCall, element: string, shape: readonly number[]): string {
  return call.emit('Expand', [element, call.ints(shape)]);
}

/** How often each number below `size` occurs along the last axis, or its weights' sum. */
function counts(): Kernel {
  return {
    inputs: ['x', 'weights'],
    results: ([x, weights], { size }) => ({
      shape: [...x!.shape.slice(0, -1), Number(size)],
      type: weights!.type,
    }),
    lower(call) {
      const [x, weights] = call.inputs;
      const { type } = call.outputs[0]!;
      const bins = call.emit('Cast', [call.ints(rowMajor(Number(call.attributes['size'])))], {
        to: ONNX_TYPES.int32,
      });
      const values = call.emit('Cast', [call.take(0)], { to: ONNX_TYPES.int32 });
      const here = call.emit('Equal', [call.emit('Unsqueeze', [values, call.ints([-1])]), bins]);
      const binary = Boolean(call.attributes['binaryOutput']);
      const weighted = !binary && sizeOf(weights!.shape) > 0;
      const share = weighted
        ? call.emit('Unsqueeze', [call.take(1), call.ints([-1])])
        : call.number(1, type);
      const shares = call.emit('Where', [here, share, call.number(0, type)]);
      const axes = call.ints([x!.shape.length - 1]);
      const operator = binary ? 'ReduceMax' : 'ReduceSum';
      return { name: call.emit(operator, [shares, axes], { keepdims: 0 }) };
    },
  };
}

export const scatteringKernels: Kernels = {
  ScatterNd: {
    inputs: ['indices', 'updates'],
    results: ([, updates], { shape }) => ({ shape: shape as number[], type: updates!.type }),
    lower(call) {
      const { shape, type } = call.outputs[0]!;
      const indices = call.emit('Cast', [call.take(0)], toInt64);
      const zeros = filledWith(call, call.number(0, type), shape);
      return {
        name: call.emit('ScatterND', [zeros, indices, call.take(1)], { reduction: 'add' }),
      };
    },
  },
  TensorScatterUpdate: {
    inputs: ['tensor', 'indices', 'updates'],
    results: ([tensor]) => ({ shape: tensor!.shape, type: tensor!.type }),
    lower(call) {
      const indices = call.emit('Cast', [call.take(1)], toInt64);
      return { name: call.emit('ScatterND', [call.take(0), indices, call.take(2)]) };
    },
  },
  SparseToDense: {
    inputs: ['sparseIndices', 'sparseValues', 'defaultValue'],
    results: ([, values], { outputShape }) => ({
      shape: outputShape as number[],
      type: values!.type,
    }),
    lower(call) {
      const [indices, values] = call.inputs;
      const { shape } = call.outputs[0]!;
      const rank = indices!.shape.length < 2 ? 1 : indices!.shape[1]!;
      const count = sizeOf(indices!.shape) / rank;
      const places = call.emit('Reshape', [
        call.emit('Cast', [call.take(0)], toInt64),
        call.ints([count, rank]),
      ]);
      const elements =
        values!.shape.length === 0 ? filledWith(call, call.take(1), [count]) : call.take(1);
      const other = filledWith(call, call.take(2), shape);
      return { name: call.emit('ScatterND', [other, places, elements]) };
    },
  },
  UnsortedSegmentSum: {
    inputs: ['x', 'segmentIds'],
    results: ([x, ids], { numSegments }) => ({
      shape: [Number(numSegments), ...x!.shape.slice(ids!.shape.length)],
      type: x!.type,
    }),
    lower(call) {
      const [x, ids] = call.inputs;
      const { shape, type } = call.outputs[0]!;
      const count = shape[0]!;
      // What belongs to no segment goes to a row behind the last, which is cut off.
      const numbers = call.emit('Cast', [call.take(1)], toInt64);
      const low = call.emit('Less', [numbers, call.emit('Squeeze', [call.ints([0])])]);
      const last = call.emit('Squeeze', [call.ints([count])]);
      const rows = call.emit('Min', [call.emit('Where', [low, last, numbers]), last]);
      const places = call.emit('Unsqueeze', [rows, call.ints([ids!.shape.length])]);
      const zeros = filledWith(call, call.number(0, type), [count + 1, ...shape.slice(1)]);
      const updates = call.take(0);
      const sums = call.emit('ScatterND', [zeros, places, updates], { reduction: 'add' });
      if (x!.shape.length === 0) return { name: sums };
      const bounds = [0, count, 0].map((number) => call.ints([number]));
      return { name: call.emit('Slice', [sums, ...bounds]) };
    },
  },
  Bincount: counts(),
  DenseBincount: counts(),
  TopK: {
    inputs: ['x'],
    results([x], { k }) {
      const shape = [...x!.shape.slice(0, -1), Number(k)];
      return [
        { shape, type: x!.type },
        { shape, type: 'int32' as ElementType },
      ];
    },
    lower(call) {
      const axis = call.inputs[0]!.shape.length - 1;
      const count = call.ints([Number(call.attributes['k'])]);
      const [values, places] = call.emitSeveral('TopK', [call.take(0), count], { axis }, 2);
      const indices = call.emit('Cast', [places!], { to: ONNX_TYPES.int32 });
      return [{ name: values! }, { name: indices }];
    },
  },
};
