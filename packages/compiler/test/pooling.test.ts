import { poolingCases } from './cases/pooling.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('pooling', poolingCases);
