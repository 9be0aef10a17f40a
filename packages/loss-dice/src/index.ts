import { diceIndex } from './overlap/diceIndex.ts';
import { denominator, transform, transformed } from './overlap/indexOptions.ts';
import { defineOverlapLoss } from './region/overlapLoss.ts';

/** Soft Dice (Milletari 2016, with squares; Drozdzal 2016, linear). */
export default defineOverlapLoss({
  name: 'dice',
  summary: 'Soft Dice: twice the hits over the sum of prediction and truth',
  options: { denominator, transform },
  index: diceIndex,
  transform: transformed,
});
