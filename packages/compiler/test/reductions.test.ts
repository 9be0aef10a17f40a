import { reductionCases } from './cases/reductions.ts';
import { compiledEqualsEager } from './comparison.ts';

await compiledEqualsEager('reductions', reductionCases);
