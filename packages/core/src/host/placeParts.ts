import type { Places } from '../contracts/augmentation.ts';

/** What an augmentation may say of places: a part of another name would do nothing. */
export const PLACE_PARTS: readonly string[] = Object.keys({
  transpose: true,
  flips: true,
  affine: true,
  displacement: true,
} satisfies Record<keyof Places, true>);
