import { elementwiseCases } from './cases/elementwise.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('element-wise kernels', elementwiseCases);
