import {
  type Dataset,
  type DatasetPlugin,
  defineDataset,
  facts,
  type Sample,
} from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { memory, pictured } from './memoryDataset.ts';

/** A plugin that must be refused. */
export interface FaultyDataset {
  readonly plugin: DatasetPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

function dataset(create: () => Dataset | Promise<Dataset>, more: object = {}): DatasetPlugin {
  return defineDataset({ name: 'faulty', api: 1, create, ...more });
}

/** The sound data set with members of its own. */
const changed = (change: (sound: Dataset) => Partial<Dataset>): DatasetPlugin =>
  dataset(() => {
    const sound = memory();
    return { ...sound, ...change(sound) };
  });

/** The sound data set with another form of its samples. */
const spoilt = (fault: (sample: Sample) => Sample): DatasetPlugin =>
  changed(() => ({ read: async (id) => fault(pictured(id)) }));

const factsCheck = 'says facts that a task can be made of';
const sampleCheck = 'reads samples that fit its facts';
const orderCheck = 'reads the same in any order and at the same time';
const unknownCheck = 'refuses an id that it does not have';

let openings = 0;
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

export const faultyDatasets: Readonly<Record<string, FaultyDataset>> = {
  'has one exclusive class': {
    plugin: changed(({ facts }) => ({ facts: { ...facts, classes: facts.classes.slice(0, 1) } })),
    check: factsCheck,
    says: /facts: classes is unusable\. Expected: a list of 2 to 255 classes, the background first\. Got: 1 of them/,
  },
  'gives two classes one value': {
    plugin: changed(({ facts }) => ({
      facts: { ...facts, classes: facts.classes.map((one) => ({ ...one, value: 1 })) },
    })),
    check: factsCheck,
    says: /facts: two classes have the same value\. Expected: one each\. Got: 1/,
  },
  'knows the spacing of a sample along one axis': {
    plugin: spoilt((sample) => ({ ...sample, spacing: [0.5] })),
    check: sampleCheck,
    says: /the spacing is unusable\. Expected: 2 lengths above 0, in millimetres, or none\. Got: \[0\.5\]/,
  },
  'measures a sample anew each time': {
    plugin: changed(() => {
      let readings = 0;
      return { read: async (id) => ({ ...pictured(id), spacing: [1, 1 + readings++] }) };
    }),
    check: 'reads the same sample every time',
    says: /spacing/,
  },
  'knows spacing along one axis': {
    plugin: changed(({ facts }) => ({ facts: { ...facts, spacing: [0.5] } })),
    check: factsCheck,
    says: /spacing is unusable\. Expected: 2 lengths above 0, in millimetres\. Got: \[0\.5\]/,
  },
  'repeats an id': {
    plugin: changed(({ ids }) => ({ ids: [...ids, 'p2/a'] })),
    check: 'has ids, none of them twice',
    says: /ids: an id stands in the list twice\. Expected: every id once\. Got: p2\/a/,
  },
  'has no ids': {
    plugin: changed(() => ({ ids: [] })),
    check: 'has ids, none of them twice',
    says: /ids: there are no ids/,
  },
  'lists its ids in another order when it is opened again': {
    plugin: changed(({ ids }) => {
      openings += 1;
      return { ids: openings % 2 === 0 ? ids : ids.toReversed() };
    }),
    check: 'has the same ids and facts when it is opened again',
    says: /opened again, the data set has other ids.*Expected: p\d\/. as id 0 of 4\. Got: p\d\/. as id 0 of 4.*sort the ids/,
  },
  'gives samples another id': {
    plugin: spoilt((sample) => ({ ...sample, id: `${sample.id}.png` })),
    check: sampleCheck,
    says: /read\("p1\/a"\): the sample has another id\. Expected: p1\/a\. Got: "p1\/a\.png"/,
  },
  'writes width before height and channels': {
    plugin: spoilt((sample) => ({ ...sample, size: [4, 3, 2] })),
    check: sampleCheck,
    says: /the size is unusable\. Expected: 2 whole numbers from 1, as space says\. Got: \[4,3,2\]/,
  },
  'reads fewer channels than it says': {
    plugin: spoilt((sample) => ({ ...sample, image: sample.image.slice(0, 12) })),
    check: sampleCheck,
    says: /image has a wrong length\. Expected: 24 values, \[3, 4\] with 2 channels\. Got: 12/,
  },
  'reads images of 64-bit numbers': {
    plugin: spoilt((sample) => ({ ...sample, image: Float64Array.from(sample.image) as never })),
    check: sampleCheck,
    says: /image is of a wrong type\. Expected: Uint8Array, Uint16Array, Float32Array\. Got: Float64Array/,
  },
  'reads intensities that are not numbers': {
    plugin: spoilt((sample) => {
      sample.image[15] = Number.NaN;
      return sample;
    }),
    check: sampleCheck,
    says: /the image is not finite.*Got: NaN at pixel \[1, 3\]/,
  },
  'hands over the values of the mask file': {
    plugin: spoilt((sample) => ({ ...sample, labels: sample.labels!.map((label) => label * 100) })),
    check: sampleCheck,
    says: /label that no class has\. Expected: 0 to 2, or 255 for what nobody has judged\. Got: 100 at pixel \[1, 1\]/,
  },
  'has one-hot labels of exclusive classes': {
    plugin: spoilt((sample) => ({ ...sample, labels: new Uint8Array(36) })),
    check: sampleCheck,
    says: /labels has a wrong length\. Expected: 12 values, \[3, 4\] with 1 a pixel\. Got: 36/,
  },
  'forgets the labels of empty images': {
    plugin: spoilt(({ labels, ...sample }) =>
      labels!.some((label) => label > 0) ? { ...sample, labels: labels! } : sample,
    ),
    check: sampleCheck,
    says: /read\("p1\/b"\): there is no labels\. Expected: Uint8Array\. Got: nothing/,
  },
  'weighs pixels below 0': {
    plugin: spoilt((sample) => ({ ...sample, weight: sample.weight!.map((_, at) => 5 - at) })),
    check: sampleCheck,
    says: /unusable weight\. Expected: finite numbers from 0\. Got: -1 at pixel \[1, 2\]/,
  },
  'augments what it reads': {
    plugin: changed(() => {
      let readings = 0;
      return {
        async read(id) {
          readings += 1;
          const sample = pictured(id);
          return readings % 2 === 0 ? { ...sample, image: sample.image.toReversed() } : sample;
        },
      };
    }),
    check: 'reads the same sample every time',
    says: /read\("p1\/a"\): the sample differs the second time, in image\. Expected: .* at index 0.*leave augmentation to the run/,
  },
  'reads into one buffer': {
    plugin: changed(() => {
      const image = new Float32Array(24);
      return {
        async read(id) {
          const sample = pictured(id);
          image.set(sample.image);
          return { ...sample, image };
        },
      };
    }),
    check: 'leaves samples alone that it has handed over',
    says: /reading other samples changes image of this one.*memory of its own/,
  },
  'mixes up samples that are read at the same time': {
    plugin: changed(() => {
      let current: Sample;
      return {
        async read(id) {
          current = pictured(id);
          await pause();
          return { ...current, id };
        },
      };
    }),
    check: orderCheck,
    says: /the sample differs while others are read, in image.*share no buffer and no position/,
  },
  'reads the next sample, whatever is asked for': {
    plugin: changed(({ ids }) => {
      let next = 0;
      return {
        async read(id) {
          const sample = pictured(ids[next++ % ids.length]!);
          return { ...sample, id };
        },
      };
    }),
    check: orderCheck,
    says: /the sample differs in another order, in (image|labels)/,
  },
  'groups by what was read last': {
    plugin: changed(() => {
      let last = 'none';
      return {
        group: () => last,
        async read(id) {
          last = id;
          return pictured(id);
        },
      };
    }),
    check: 'gives every id the same group',
    says: /group\("p1\/a"\): the answer is another one: after reading\. Expected: none\. Got: p2\/b/,
  },
  'numbers its groups': {
    plugin: changed(({ ids }) => ({ group: (id) => ids.indexOf(id) as never })),
    check: 'gives every id the same group',
    says: /a group is no word\. Expected: text that is not empty, or undefined\. Got: 0/,
  },
  'reads the first image for an id that it does not have': {
    plugin: changed(({ ids }) => ({
      read: async (id) => pictured(ids.includes(id) ? id : ids[0]!),
    })),
    check: unknownCheck,
    says: /read\("an-id-that-is-not-there"\): the data set reads an id that it does not have.*look the id up/,
  },
  'breaks at an id that it does not have': {
    plugin: changed(({ ids }) => {
      const files = new Map(ids.map((id) => [id, { name: id }]));
      return { read: async (id) => pictured(files.get(id)!.name) };
    }),
    check: unknownCheck,
    says: /the error for an id that does not exist does not say so.*Got: TypeError: Cannot read.*throw before anything is read/,
  },
  'finds a missing file when it is read': {
    plugin: changed(() => ({
      async read(id) {
        if (id === 'p2/a') throw new Error("ENOENT: no such file, open 'p2/a.png'");
        return pictured(id);
      },
    })),
    check: sampleCheck,
    says: /read\("p2\/a"\): the data set throws at an id that it has.*ENOENT.*find files that are missing when the data set is opened/,
  },
  'has a fingerprint that follows the clock': {
    plugin: changed(() => ({ fingerprint: async () => `${performance.now()}` })),
    check: 'knows the state and the files of a sample',
    says: /fingerprint\("p1\/a"\): the answer is another one: the second time/,
  },
  'names no image file': {
    plugin: changed(() => ({ files: () => ({}) as never })),
    check: 'knows the state and the files of a sample',
    says: /files\("p1\/a"\): the files are unusable\. Expected: the path of the image/,
  },
  'cannot be disposed twice': {
    plugin: changed(() => {
      let handle: { close(): void } | undefined = { close() {} };
      return {
        dispose() {
          handle!.close();
          handle = undefined;
        },
      };
    }),
    check: 'can be disposed twice, apart from other openings',
    says: /dispose\(\): the second disposal throws\..*TypeError.*forget it when it is closed/,
  },
  'closes what other openings read from': {
    plugin: (() => {
      let isOpen = true;
      return dataset(() => {
        isOpen = true;
        return {
          ...memory(),
          async read(id) {
            if (!isOpen) throw new Error('the archive is closed');
            return pictured(id);
          },
          dispose() {
            isOpen = false;
          },
        };
      });
    })(),
    check: 'can be disposed twice, apart from other openings',
    says: /read\("p1\/a"\): the data set throws.*the archive is closed/,
  },
  'draws noise': {
    plugin: spoilt((sample) => ({
      ...sample,
      image: sample.image.map((value) => value + 0 * Math.random()),
    })),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called.*Got: 96 calls/,
  },
  'scales images with tensors': {
    plugin: spoilt((sample) => ({
      ...sample,
      image: tf.tidy(() => tf.mul(tf.tensor1d([...sample.image]), 2).dataSync() as Float32Array),
    })),
    check: 'makes no tensor',
    says: /a data set makes tensors.*Got: 12 tensors/,
  },
  'asks for the facts, which are its own to say': {
    plugin: dataset(memory, { needs: { facts } }),
    check: factsCheck,
    says: /cannot be made.*facts/s,
  },
  'opens a path that does not exist': {
    plugin: dataset(memory, { openImages: memory }),
    check: 'says that a path of images does not exist',
    says: /openImages: a path that does not exist is opened.*Got: a data set.*whether the path exists/,
  },
};
