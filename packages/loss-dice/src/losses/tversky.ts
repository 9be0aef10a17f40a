import { transform, transformed } from '../overlap/indexOptions.ts';
import { tverskyIndex, tverskyOptions } from '../overlap/tverskyIndex.ts';
import { defineOverlapLoss } from '../region/overlapLoss.ts';

/** Tversky loss (Salehi 2017). */
export default defineOverlapLoss({
  name: 'tversky',
  summary: 'Tversky: like Dice, with weights of its own for alarms and misses',
  options: { ...tverskyOptions, transform },
  index: tverskyIndex,
  transform: transformed,
});
