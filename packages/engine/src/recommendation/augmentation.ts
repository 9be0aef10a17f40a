import type { Json } from '@raremask/core';
import { type Setting, setting } from './setting.ts';
import { percent } from './wording.ts';

/** Share of windows without foreground that a structure is copied into. */
const PASTED = 0.3;
/** Times that each image is seen, from which on a network learns the images by heart. */
const BY_HEART = 100;

const paste: Setting = ({ space, empty }, { filled, window }) =>
  space !== 2 || filled === 0 || (empty === 0 && !window)
    ? undefined
    : setting(
        'train.augment.paste',
        { probability: PASTED },
        `${percent(PASTED)} of the ${window ? 'windows' : 'images'} without foreground get a structure of another training image, with its contrast: ${filled} ${filled === 1 ? 'image' : 'images'} with foreground ${filled === 1 ? 'is' : 'are'} seen in front of many more backgrounds; leave it out where a structure cannot be anywhere in an image`,
      );

/** One change of windows, where images are seen so often that they are learnt by heart. */
function change(word: string, value: Json, reason: (times: number) => string): Setting {
  return ({ space, images }, { epochs, laps }) =>
    space !== 2 || images === 0 || epochs * laps < BY_HEART
      ? undefined
      : setting(`train.augment.${word}`, value, reason(epochs * laps));
}

export const AUGMENTATION: readonly Setting[] = [
  paste,
  change(
    'turn',
    { probability: 0.3, degrees: 15 },
    (times) =>
      `each image is seen about ${times} times, and would be learnt by heart: so it is changed each time; leave out what cannot happen to yours`,
  ),
  change('scale', { probability: 0.3, from: 0.8, to: 1.25 }, () => 'nearer, or further away'),
  change(
    'elastic',
    { probability: 0.2, strength: 3, spacing: 16 },
    () => 'bent a little; not for what has straight edges',
  ),
  change(
    'gamma',
    { probability: 0.3, from: 0.7, to: 1.5 },
    () => 'this and what follows: as another device, or another day, would show it',
  ),
  change('contrast', { probability: 0.3, from: 0.75, to: 1.33 }, () => 'flatter, or steeper'),
  change('brightness', { probability: 0.3, strength: 0.2 }, () => 'darker, or brighter'),
  change('noise', { probability: 0.2, strength: 0.1 }, () => 'grainier'),
];
