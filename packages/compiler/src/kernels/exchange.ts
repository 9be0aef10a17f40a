import { type Kernels, Unsupported } from './kernel.ts';

/** A kernel of our own: the sum of a tensor over the processes that compute the same graph on parts of a batch. */
export const EXCHANGE = 'RaremaskSumOverProcesses';

export const exchangeKernels: Kernels = {
  [EXCHANGE]: {
    inputs: ['x'],
    results: ([x]) => x!,
    lower() {
      throw new Unsupported('a sum over processes is done between the segments of a graph');
    },
  },
};
