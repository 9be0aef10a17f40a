import { tf } from '@raremask/tfjs';
import { diceIndex } from '../overlap/diceIndex.ts';
import { denominator } from '../overlap/indexOptions.ts';
import { defineOverlapLoss } from '../region/overlapLoss.ts';

/** Log-cosh Dice loss (Jadon 2020). */
export default defineOverlapLoss({
  name: 'log-cosh',
  summary: 'Log-cosh Dice: log cosh (1 - Dice), smooth where Dice is nearly 1',
  options: { denominator },
  index: diceIndex,
  // cosh x = 1 + 2 sinh(x/2)^2, which keeps its digits near x = 0.
  transform: (index) => tf.log1p(tf.mul(tf.square(tf.sinh(tf.div(tf.sub(1, index), 2))), 2)),
});
