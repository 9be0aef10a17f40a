import { transform, transformed } from './indexOptions.ts';
import { defineOverlapLoss } from './overlapLoss.ts';
import { tverskyIndex, tverskyOptions } from './tverskyIndex.ts';

/** Tversky loss (Salehi 2017). */
export default defineOverlapLoss({
  name: 'tversky',
  summary: 'Tversky: like Dice, with weights of its own for alarms and misses',
  options: { ...tverskyOptions, transform },
  index: tverskyIndex,
  transform: transformed,
});
