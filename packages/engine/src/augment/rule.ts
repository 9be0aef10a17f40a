import type { Manifest } from '@raremask/core/manifest';

/** `train.augment` of the manifest; what is left out does not happen. */
export type AugmentRule = Manifest['train']['augment'];

/** No change at all: for validation, evaluation and prediction. */
export const UNCHANGED: AugmentRule = { flip: false, rotate: false };

/** The options of one augmentation. */
export type Chosen<Name extends keyof AugmentRule> = NonNullable<AugmentRule[Name]>;
