import type { ElementType, Value } from '../graph.ts';
import type { Kernel, Kernels } from './kernel.ts';

/** A kernel that the recorder answers with a constant; nothing is left to lower. */
function constant(inputs: readonly string[], shape: (x: Value) => readonly number[]): Kernel {
  return {
    inputs,
    results: ([x]) => ({ shape: shape(x!), type: x!.type }),
    lower: () => [],
  };
}

export const constantKernels: Kernels = {
  ZerosLike: constant(['x'], ({ shape }) => shape),
  OnesLike: constant(['x'], ({ shape }) => shape),
  Fill: {
    inputs: [],
    results: (_, { shape, dtype }) => ({
      shape: shape as number[],
      type: (dtype as ElementType | undefined) ?? 'float32',
    }),
    lower: () => [],
  },
  Range: {
    inputs: [],
    results(_, attributes) {
      const { start, stop, step, dtype } = attributes as {
        start: number;
        stop: number;
        step: number;
        dtype?: ElementType;
      };
      // tfjs counts downwards by 1 where the step is left out.
      const away = start < stop ? step < 0 : step > 1;
      const count = start === stop || away ? 0 : Math.abs(Math.ceil((stop - start) / step));
      return { shape: [count], type: dtype ?? 'float32' };
    },
    lower: () => [],
  },
  LinSpace: {
    inputs: [],
    results: (_, { num }) => ({ shape: [Number(num)], type: 'float32' }),
    lower: () => [],
  },
};
