export type { SetFacts, SplitFacts } from './describe.ts';
export { isPhantomError, type PhantomError } from './errors.ts';
export { generatePhantom, type PhantomSummary } from './generate.ts';
export type { PhantomOptions, Recipe } from './options.ts';
export type { SplitName } from './split.ts';
