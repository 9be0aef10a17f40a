import { convolutionCases } from './cases/convolution.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('convolutions', convolutionCases);
