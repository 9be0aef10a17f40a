import {
  type Augmentation,
  type AugmentationPlugin,
  type AugmentedWindow,
  type Displacement,
  defineAugmentation,
  rng,
} from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';

/** A plugin that must be refused. */
export interface FaultyAugmentation {
  readonly plugin: AugmentationPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

function augmentation(create: () => Augmentation, more: object = {}): AugmentationPlugin {
  return defineAugmentation({ name: 'faulty', api: 1, create, ...more });
}

/** Adds one number to all intensities. */
const shift = (window: AugmentedWindow, number: number) => {
  for (let at = 0; at < window.image.length; at++) window.image[at]! += number;
};

export const soundValues = augmentation(() => ({
  window: (window, draw) => shift(window, draw.normal()),
}));

/** Gives other arrays back instead of writing into those of the window. */
export const soundArrays = augmentation(() => ({
  window({ image, labels, inside }, draw) {
    const depth = labels.length / inside.length;
    const hidden = draw.integer(0, inside.length - 1);
    return {
      image: image.map((value) => 2 * value),
      labels: labels.map((label, at) => (Math.floor(at / depth) === hidden ? 255 : label)),
    };
  },
}));

export const soundPlaces = augmentation(() => ({
  places: (size, draw) => ({ flips: size.map(() => draw.next() < 0.5) }),
}));

const window = (change: NonNullable<Augmentation['window']>) =>
  augmentation(() => ({ window: change }));
const plane = (places: Augmentation['places']) =>
  augmentation(() => ({ space: 2, places: places! }));

let kept = 0;
let last: AugmentedWindow | undefined;

export const faultyAugmentations: Readonly<Record<string, FaultyAugmentation>> = {
  'does nothing that it promises': {
    plugin: augmentation(() => ({ donors: true })),
    check: 'has places, window or both',
    says: /neither places nor window.*Got: donors/,
  },
  'wants the rng service': {
    plugin: augmentation(() => ({ window: (own) => shift(own, 1) }), { needs: { rng } }),
    check: 'needs nothing but what reading threads have',
    says: /Expected: facts, folder, log\. Got: rng.*the stream that places and window are given/,
  },
  'takes any option': {
    plugin: augmentation(() => ({ window: () => {} }), { options: z.object({}) }),
    check: 'refuses an option that it does not have',
    says: /an option that does not exist/,
  },
  'calls Math.random': {
    plugin: window((own) => shift(own, Math.random())),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called/,
  },
  'has chance of its own': {
    plugin: window((own) => shift(own, Math.random())),
    check: 'gives the same stream the same change',
    says: /a square window, stream 0: .*another image the second time.*draw alone/,
  },
  'counts its windows': {
    plugin: window((own, draw) => shift(own, draw.next() + kept++)),
    check: 'gives the same stream the same change',
    says: /give another image the second time/,
  },
  'goes on writing into a window': {
    plugin: window((own, draw) => {
      if (last !== undefined) last.weight.fill(draw.next());
      last = own;
    }),
    check: 'keeps nothing of a window',
    says: /another window once other windows have come/,
  },
  'follows no stream': {
    plugin: window((own) => shift(own, 1)),
    check: 'follows its stream',
    says: /every stream gives the same change.*varies: false/,
  },
  'forgets to write back': {
    plugin: window(({ image }, draw) => {
      image.slice().fill(draw.next());
    }),
    check: 'changes something',
    says: /changes nothing.*in one of 160 windows/,
  },
  'breaks where nothing is seen': {
    plugin: window(({ labels }) => {
      if (!labels.includes(1)) throw new RangeError('no structure');
    }),
    check: 'leaves windows valid',
    says: /an empty window.*: the augmentation throws.*RangeError: no structure/,
  },
  'divides by the contrast': {
    plugin: window(({ image }) => {
      const [least, most] = [Math.min(...image), Math.max(...image)];
      for (let at = 0; at < image.length; at++) image[at] = (image[at]! - least) / (most - least);
    }),
    check: 'leaves windows valid',
    says: /breaks the window: image at index \d+\. Expected: finite\. Got: NaN/,
  },
  'makes up a class': {
    plugin: window(({ labels }) => void labels.fill(9, 0, 1)),
    check: 'leaves windows valid',
    says: /label at index 0\. Expected: 0 to 2, or 255\. Got: 9/,
  },
  'weighs below nothing': {
    plugin: window(({ weight }) => void weight.fill(-1, 0, 1)),
    check: 'leaves windows valid',
    says: /weight at index 0\. Expected: a finite number from 0\. Got: -1/,
  },
  'judges what lies beside the image': {
    plugin: window(({ labels }) => void labels.fill(0)),
    check: 'leaves windows valid',
    says: /beside the image\. Expected: 255\. Got: 0/,
  },
  'writes where the image is': {
    plugin: window(({ inside }) => void inside.fill(1)),
    check: 'leaves windows valid',
    says: /inside, which is to be read only/,
  },
  'crops the image': {
    plugin: window(({ image }) => ({ image: image.slice(2) })),
    check: 'leaves windows valid',
    says: /image\. Expected: a Float32Array of 144 values\. Got: a Float32Array of 142/,
  },
  'puts arrays into the window': {
    plugin: window((own) => {
      (own as { image: Float32Array }).image = own.image.slice();
    }),
    check: 'leaves windows valid',
    says: /Cannot assign to read only property 'image'/,
  },
  'exchanges axes of a rectangle': {
    plugin: augmentation(() => ({ places: () => ({ transpose: true }) })),
    check: 'moves pixels to where a window can have them',
    says: /a padded window.*transpose.*Got: true for \[9, 14\]/,
  },
  'flips two axes of a volume': {
    plugin: augmentation(() => ({ places: () => ({ flips: [true, false] }) })),
    check: 'moves pixels to where a window can have them',
    says: /3-D.*flips\. Expected: 3 times true or false\. Got: \[true,false\]/,
  },
  'bends volumes': {
    plugin: augmentation(() => ({ places: () => ({ affine: [1, 0, 0, 1] }) })),
    check: 'moves pixels to where a window can have them',
    says: /for images of two dimensions\. Expected: space: 2 beside places/,
  },
  'turns into nothing': {
    plugin: plane(() => ({ affine: [1, 0, 0, Number.NaN] })),
    check: 'moves pixels to where a window can have them',
    says: /affine\. Expected: 4 finite numbers\. Got: 1, 0, 0, NaN/,
  },
  'displaces another window': {
    plugin: plane(() => {
      const field = new Float32Array(9);
      return { displacement: { y: field, x: field } satisfies Displacement };
    }),
    check: 'moves pixels to where a window can have them',
    says: /displacement\.y\. Expected: a Float32Array of 144 finite numbers\. Got: 9 values/,
  },
  'paints on its donor': {
    plugin: augmentation(() => ({
      donors: true,
      async window(own, draw) {
        const { sample } = await own.donor!(draw);
        sample.image[0] = 1 + sample.image[0]!;
      },
    })),
    check: 'does not change the images that it takes from',
    says: /changes another training image, which others are given too/,
  },
  'computes with tensors': {
    plugin: window(({ image }) => ({
      image: tf.tidy(() => tf.add(tf.tensor1d(image), 1).dataSync() as Float32Array),
    })),
    check: 'makes no tensor',
    says: /an augmentation makes tensors/,
  },
};
