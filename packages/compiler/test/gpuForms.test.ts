import { GPU_FORMS } from '../src/index.ts';
import { convolutionCases, wideConvolutionCases } from './cases/convolution.ts';
import { compiledEqualsEager } from './comparison.ts';

// What is lowered for a GPU, computed here by the processor.
await compiledEqualsEager(
  "convolutions in a GPU's forms",
  [...convolutionCases, ...wideConvolutionCases],
  { optimize: 'extended' },
  GPU_FORMS,
);
