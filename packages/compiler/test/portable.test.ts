import { convolutionCases, wideConvolutionCases } from './cases/convolution.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { poolingCases } from './cases/pooling.ts';
import { productCases } from './cases/products.ts';
import { reductionCases } from './cases/reductions.ts';
import { shapeCases } from './cases/shapes.ts';
import { compiledEqualsEager } from './comparison.ts';

const forward = [
  ...convolutionCases,
  ...wideConvolutionCases,
  ...elementwiseCases,
  ...poolingCases,
  ...productCases,
  ...reductionCases,
  ...shapeCases,
].filter(({ name }) => !name.endsWith('gradients'));

// An exported model has no gradients.
await compiledEqualsEager('standard operators only', forward, { optimize: 'all', portable: true });
