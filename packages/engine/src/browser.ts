/** What predicts without Node: the same code as the command's, for a page. */

export type { Normalization } from './intensities/normalize.ts';
export { Scales } from './intensities/scale.ts';
export type { DecisionRule } from './judging/decisionRule.ts';
export { type Judged, judge } from './judging/judge.ts';
export { volumeRule } from './judging/tileRule.ts';
export type { TileRule } from './judging/tiles.ts';
export { pictures } from './prediction/pictures.ts';
export { wholeSample } from './reading/wholeSample.ts';
export type { Resolution } from './resolution/seenSize.ts';
