import { productCases } from './cases/products.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('matrix products', productCases);
