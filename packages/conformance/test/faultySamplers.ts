import {
  batchSize,
  type Draw,
  defineSampler,
  facts,
  type Outcome,
  type RandomStream,
  rng,
  type Sampler,
  type SamplerPlugin,
  type Survey,
  survey,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';

/** What the faulty samplers are made of. */
interface Parts {
  readonly survey: Survey;
  readonly random: RandomStream;
  readonly batchSize: number;
  readonly space: number;
}

/** A plugin that must be refused. */
export interface FaultySampler {
  readonly plugin: SamplerPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

function sampler(make: (parts: Parts) => Sampler, more: object = {}): SamplerPlugin {
  return defineSampler({
    name: 'faulty',
    api: 1,
    needs: { survey, rng, batchSize, facts },
    async create(_, services) {
      return make({
        survey: await services.survey(),
        random: services.rng,
        batchSize: services.batchSize,
        space: services.facts.space,
      });
    },
    ...more,
  });
}

/** Cuts a list into batches. */
function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

const draws = (ids: readonly string[]): Draw[] => ids.map((id) => ({ id }));

const order = ({ survey, random }: Parts, epoch: number): string[] =>
  random.fork(`epoch ${epoch}`).shuffle([...survey.train]);

/** Every image once an epoch, in an order of the epoch's own. */
const right = (parts: Parts, epoch: number): Draw[][] =>
  cut(draws(order(parts, epoch)), parts.batchSize);

export const soundSampler = sampler((parts) => ({ batches: (epoch) => right(parts, epoch) }));

/** Windows of 4 pixels along each axis, somewhere in the image or over its border. */
export const soundWindows = sampler((parts) => {
  const size = Array<number>(parts.space).fill(4);
  return {
    window: size,
    *batches(epoch) {
      const random = parts.random.fork(`windows ${epoch}`);
      for (const batch of right(parts, epoch)) {
        yield batch.map(({ id }) => ({
          id,
          window: {
            size,
            origin: parts.survey.image(id).size.map((extent) => random.integer(-3, extent - 1)),
          },
        }));
      }
    },
  };
});

/** Shows images of high loss twice, from the epoch after the one in which the loss was seen. */
function mining(
  fault: 'none' | 'at once' | 'after a look ahead' | 'forgets' | 'saves half' | 'saves a map',
): SamplerPlugin {
  return sampler((parts) => {
    let hard = new Map<number, string[]>();
    let latest = 0;
    const heard = (epoch: number): string[] =>
      [...hard].flatMap(([from, ids]) => (from <= epoch ? ids : []));
    return {
      batches(epoch) {
        latest = Math.max(latest, epoch);
        const extra = heard(fault === 'after a look ahead' ? latest : epoch).filter(
          (id, index, all) => all.indexOf(id) === index,
        );
        const ids = parts.random
          .fork(`epoch ${epoch}`)
          .shuffle([...parts.survey.train, ...extra.toSorted()]);
        return cut(draws(ids), parts.batchSize);
      },
      observe(outcomes: readonly Outcome[], epoch: number) {
        const from = fault === 'at once' ? epoch : epoch + 1;
        const found = outcomes.filter(({ loss }) => loss > 1).map(({ draw }) => draw.id);
        hard.set(from, [...(hard.get(from) ?? []), ...found]);
      },
      ...(fault !== 'forgets' && {
        state: () =>
          fault === 'saves a map' ? (hard as never) : fault === 'saves half' ? [] : [...hard],
      }),
      ...(fault !== 'forgets' && {
        restore: (state) => {
          hard = new Map(state as unknown as [number, string[]][]);
        },
      }),
    };
  });
}

export const soundMining = mining('none');

/** The same images in the same order, without any chance. */
export const soundSequence = sampler(({ survey, batchSize }) => ({
  batches: () => cut(draws(survey.train), batchSize),
}));

export const faultySamplers: Readonly<Record<string, FaultySampler>> = {
  'makes batches that are too large': {
    plugin: sampler((parts) => ({
      batches: (epoch) => cut(draws(order(parts, epoch)), parts.batchSize + 1),
    })),
    check: 'fills every batch but the last',
    says: /14 images.*batches of 4: a batch.*wrong number of draws\. Expected: 4 draws in batch 0 of 3 in epoch 0\. Got: 5.*batchSize/,
  },
  'ends with an empty batch': {
    plugin: sampler((parts) => ({ batches: (epoch) => [...right(parts, epoch).slice(0, -1), []] })),
    check: 'fills every batch but the last',
    says: /Expected: 1 to 4 draws in batch 3 of 4 in epoch 0\. Got: 0.*none is empty/,
  },
  'has a short batch in the middle': {
    plugin: sampler((parts) => ({ batches: (epoch) => right(parts, epoch).toReversed() })),
    check: 'fills every batch but the last',
    says: /4 draws in batch 0 of 4 in epoch 0\. Got: 2/,
  },
  'hands over one list again and again': {
    plugin: sampler((parts) => ({
      *batches(epoch) {
        const batch: Draw[] = [];
        for (const { length } of right(parts, epoch).slice(0, -1)) {
          batch.splice(0, batch.length, ...draws(parts.survey.train.slice(0, length)));
          yield batch;
        }
      },
    })),
    check: 'fills every batch but the last',
    says: /one list is handed over for several batches.*new list for every batch/,
  },
  'has no end': {
    plugin: sampler((parts) => ({
      *batches() {
        for (;;) yield draws(parts.survey.train.slice(0, parts.batchSize));
      },
    })),
    check: 'fills every batch but the last',
    says: /epoch 0: the epoch does not end.*more than 5000 batches.*count the batches/,
  },
  'yields ids instead of draws': {
    plugin: sampler((parts) => ({
      batches: (epoch) => cut(order(parts, epoch), parts.batchSize) as never,
    })),
    check: 'draws from any images, or says why it cannot',
    says: /epoch 0, batch 0: a batch is no list of draws\. Expected: draws \{ id, window\? \}\. Got: \["/,
  },
  'draws images that do not exist': {
    plugin: sampler((parts) => ({
      batches: (epoch) => cut(draws(order(parts, epoch).map((id) => `${id}.png`)), parts.batchSize),
    })),
    check: 'draws images of the training split',
    says: /training split has not\. Expected: one of .*structured-0.*Got: .*\.png.*as they are/,
  },
  'draws a validation image': {
    plugin: sampler((parts) => ({
      batches: (epoch) =>
        cut([...draws(order(parts, epoch)), { id: 'validation-0' }], parts.batchSize),
    })),
    check: 'draws images of the training split',
    says: /Got: validation-0/,
  },
  'draws nothing from a split without foreground': {
    plugin: sampler((parts) => ({
      batches: (epoch) =>
        cut(
          draws(order(parts, epoch).filter((id) => parts.survey.hasForeground(id))),
          parts.batchSize,
        ),
    })),
    check: 'draws from any images, or says why it cannot',
    says: /without foreground.*at least one batch in an epoch\. Got: none/,
  },
  'breaks where no image has foreground': {
    plugin: sampler((parts) => ({
      batches: (epoch) => {
        const first = parts.survey.train.find((id) => parts.survey.hasForeground(id))!;
        const { centre } = parts.survey.image(first).structures[0]!;
        return right(parts, epoch + 0 * centre.length);
      },
    })),
    check: 'draws from any images, or says why it cannot',
    says: /without foreground.*: the sampler throws.*RaremaskError.*no image has the id undefined.*images without foreground/,
  },
  'asks for a structure that an empty image has not': {
    plugin: sampler((parts) => ({
      batches: (epoch) =>
        right(parts, epoch).map((batch) =>
          batch.map(({ id }) => ({
            id,
            window: {
              origin: parts.survey.image(id).structures[0]!.centre,
              size: Array<number>(parts.space).fill(4),
            },
          })),
        ),
    })),
    check: 'draws from any images, or says why it cannot',
    says: /epoch 0: the sampler throws.*TypeError: Cannot read properties of undefined/,
  },
  'lays windows beside small images': {
    plugin: sampler((parts) => {
      const window = Array<number>(parts.space).fill(4);
      return {
        window,
        batches: (epoch) =>
          right(parts, epoch).map((batch) =>
            batch.map(({ id }) => ({ id, window: { origin: window.map(() => 5), size: window } })),
          ),
      };
    }),
    check: 'draws windows that show a part of their image',
    says: /6 images of several sizes.*lies beside the image.*overlaps the image of \[4, 4\]\. Got: \[.* at \[5, 5\] of \[4, 4\]\]/,
  },
  'lays windows between pixels': {
    plugin: sampler((parts) => {
      const window = Array<number>(parts.space).fill(5);
      return {
        window,
        batches: (epoch) =>
          right(parts, epoch).map((batch) =>
            batch.map(({ id }) => ({
              id,
              window: {
                origin: parts.survey.image(id).size.map((extent) => (extent - 5) / 2),
                size: window,
              },
            })),
          ),
      };
    }),
    check: 'draws windows that show a part of their image',
    says: /begins between two pixels.*Got: \[.* at \[5\.5, 3\.5\]/,
  },
  'lays flat windows in volumes': {
    plugin: sampler((parts) => ({
      window: [4, 4],
      batches: (epoch) =>
        right(parts, epoch).map((batch) =>
          batch.map(({ id }) => ({ id, window: { origin: [0, 0], size: [4, 4] } })),
        ),
    })),
    check: 'draws windows that show a part of their image',
    says: /3-D.*the window has not 3 axes/,
  },
  'does not declare its windows': {
    plugin: sampler((parts) => ({
      batches: (epoch) =>
        right(parts, epoch).map((batch) =>
          batch.map(({ id }) => ({
            id,
            window: {
              origin: Array<number>(parts.space).fill(0),
              size: Array<number>(parts.space).fill(4),
            },
          })),
        ),
    })),
    check: 'draws windows of the size that it declares',
    says: /not those declared.*whole images, as window is not declared\. Got: .*of \[4, 4\].*member window/,
  },
  'declares its windows by a word': {
    plugin: sampler((parts) => ({
      window: 'small' as never,
      batches: (epoch) => right(parts, epoch),
    })),
    check: 'draws windows of the size that it declares',
    says: /not those declared.*a list of extents as window, or nothing\. Got: small/,
  },
  'has draws that throw when they are looked at': {
    plugin: sampler((parts) => ({
      batches: (epoch) =>
        right(parts, epoch).map((batch) =>
          batch.map(() => ({
            get id(): string {
              throw new Error('no id');
            },
          })),
        ),
    })),
    check: 'draws from any images, or says why it cannot',
    says: /throws when it is looked at.*no id, at .*faultySamplers\.ts:\d+/,
  },
  'declares other windows than it draws': {
    plugin: sampler((parts) => ({
      window: Array<number>(parts.space).fill(8),
      batches: (epoch) => right(parts, epoch),
    })),
    check: 'draws windows of the size that it declares',
    says: /Expected: windows of \[8, 8\]\. Got: \[\w+-\d\]/,
  },
  'goes on where the last call ended': {
    plugin: sampler((parts) => ({
      batches: () => cut(draws(parts.random.shuffle([...parts.survey.train])), parts.batchSize),
    })),
    check: 'gives an epoch the same batches, whatever was asked before',
    says: /epoch 3 has other batches when it is asked for first of all\. Expected: batch 0 \[.*fork of rng/,
  },
  'draws while batches are taken from it': {
    plugin: sampler((parts) => {
      let running: RandomStream;
      return {
        *batches(epoch) {
          running = parts.random.fork(`epoch ${epoch}`);
          const ids = [...parts.survey.train];
          while (ids.length > 0) {
            const count = Math.min(parts.batchSize, ids.length);
            yield Array.from({ length: count }, () => ({
              id: ids.splice(running.integer(0, ids.length - 1), 1)[0]!,
            }));
          }
        },
      };
    }),
    check: 'gives an epoch the same batches, whatever was asked before',
    says: /epoch 0 has other batches when it is asked for with another epoch asked between its batches/,
  },
  'follows the clock': {
    plugin: sampler((parts) => {
      const random = createRandom(performance.now());
      return { batches: (epoch) => right({ ...parts, random }, epoch) };
    }),
    check: 'gives the same seed the same batches',
    says: /two samplers of the same seed draw differently in epoch 0\. Expected: batch 0 .* Got: batch 0 .*no clock/,
  },
  'has a seed of its own': {
    plugin: sampler((parts) => ({
      batches: (epoch) => right({ ...parts, random: createRandom(42) }, epoch),
    })),
    check: 'follows the seed of the run',
    says: /another seed of the run draws the same batches.*rng service.*varies: false/,
  },
  'repeats its first epoch': {
    plugin: sampler((parts) => ({ batches: () => right(parts, 0) })),
    check: 'gives epochs batches of their own',
    says: /every epoch has the same batches.*varies: false/,
  },
  'calls Math.random': {
    plugin: sampler((parts) => ({
      batches: () =>
        cut(draws(parts.survey.train.toSorted(() => Math.random() - 0.5)), parts.batchSize),
    })),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called.*Got: \d+ calls.*ask for rng/,
  },
  'shuffles the list that it is given': {
    plugin: sampler((parts) => ({
      batches: (epoch) => {
        const random = parts.random.fork(`epoch ${epoch}`);
        return cut(draws(random.shuffle(parts.survey.train as string[])), parts.batchSize);
      },
    })),
    check: 'does not change what it is given',
    says: /the plugin changes the list of training images.*, as it was\. Got: .*copy before sorting/,
  },
  'sorts the structures of an image': {
    plugin: sampler((parts) => {
      for (const id of parts.survey.train) {
        (parts.survey.image(id).structures as unknown[]).reverse();
      }
      return { batches: (epoch) => right(parts, epoch) };
    }),
    check: 'does not change what it is given',
    says: /changes the count of structured-0, which others are given too/,
  },
  'shows hard images at once': {
    plugin: mining('at once'),
    check: 'lets feedback change later epochs only',
    says: /feedback after batch \d of epoch 0 changes that epoch.*from the next epoch on/,
  },
  'takes a look ahead for the next epoch': {
    plugin: mining('after a look ahead'),
    check: 'lets feedback change later epochs only',
    says: /feedback after batch \d of epoch 0 changes that epoch.*argument epoch of observe/,
  },
  'forgets what it heard': {
    plugin: mining('forgets'),
    check: 'draws the same when it is resumed',
    says: /epoch 1, resumed before batch 1 of epoch 0, draws other batches than without the interruption.*offer state and restore/,
  },
  'saves a part of what it heard': {
    plugin: mining('saves half'),
    check: 'draws the same when it is resumed',
    says: /resumed before batch \d of epoch \d, draws other batches.*let state hold all/,
  },
  'saves what JSON cannot hold': {
    plugin: mining('saves a map'),
    check: 'has a state that JSON can hold',
    says: /state does not come back from a checkpoint.*Got: Map\(1\).*turn maps/,
  },
  'goes on writing into its state': {
    plugin: sampler((parts) => {
      let losses: number[] = [];
      return {
        batches: (epoch) => right(parts, epoch),
        observe: (outcomes) => void losses.push(...outcomes.map(({ loss }) => loss)),
        state: () => losses,
        restore: (state) => {
          losses = state as number[];
        },
      };
    }),
    check: 'has a state that JSON can hold',
    says: /state that was handed over changes.*return a copy from state/,
  },
  'saves what it cannot restore': {
    plugin: sampler((parts) => ({ batches: (epoch) => right(parts, epoch), state: () => 1 })),
    check: 'has a state that JSON can hold',
    says: /state without restore\. Expected: both, or neither.*add restore/,
  },
  'shuffles with tensors': {
    plugin: sampler((parts) => ({
      batches: (epoch) => {
        const ids = order(parts, epoch);
        const places = tf.tidy(() => [...tf.range(0, ids.length).dataSync()]);
        return cut(draws(places.map((at) => ids[at]!)), parts.batchSize);
      },
    })),
    check: 'makes no tensor',
    says: /a sampler makes tensors.*Got: 4 tensors/,
  },
  'has options that no schema describes': {
    plugin: sampler((parts) => ({ batches: (epoch) => right(parts, epoch) }), {
      options: z.strictObject({ from: z.date().optional() }),
    }),
    check: 'has options that an editor can complete',
    says: /no JSON Schema.*Date cannot be represented.*z\.strictObject/,
  },
  'cannot be made': {
    plugin: sampler(() => {
      throw new TypeError('no structures');
    }),
    check: 'draws from any images, or says why it cannot',
    says: /cannot be made.*TypeError: no structures/s,
  },
};
