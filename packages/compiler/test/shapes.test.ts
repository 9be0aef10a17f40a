import { shapeCases } from './cases/shapes.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('kernels that move elements', shapeCases);
