export {
  type Computed,
  type GradientGap,
  gradientGap,
  learntFrom,
  tapeLength,
  unrelated,
} from '../gradients/gap.ts';
export { completeGradients } from '../gradients/index.ts';
export { nearest } from '../nearest.ts';
export { constant } from './constant.ts';
export { inOwnScopes } from './inOwnScopes.ts';
export { lossInput } from './lossInput.ts';
export { numbersByClass, type WrittenNumbers, weightsByClass } from './numbersByClass.ts';
export { type Pool, poolSum, withJoinedPools } from './poolSum.ts';
