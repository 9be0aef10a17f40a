import { type Setting, setting } from './setting.ts';
import { percent } from './wording.ts';

/**
 * Deviation of the images' means, by that of all pixels, from which each image is brought to its own scale. Tried on a
 * set of about 33 % (worse so) and one of 70 % (better); between them nothing is known, and the set's scale stays.
 */
const APART = 0.65;

const normalize: Setting = ({ space, brightness }) =>
  space === 2 && brightness >= APART
    ? setting(
        'data.normalize',
        'image',
        `the images differ in brightness: their means deviate by ${percent(brightness)} of what all pixels do; each by its own mean and deviation looks alike to the network. Take it out where brightness itself says what something is, as Hounsfield units do`,
      )
    : undefined;

export const NORMALIZATION: readonly Setting[] = [normalize];
