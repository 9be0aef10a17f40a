import { defineLoss, facts, type Loss, type LossInput, type LossPlugin } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';

/** A plugin that must be refused. */
export interface Faulty {
  readonly plugin: LossPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

function plain(loss: Loss, more: object = {}): LossPlugin {
  return defineLoss({ name: 'faulty', api: 1, create: () => loss, ...more });
}

const spaceAxes = ({ logits }: LossInput) => logits.shape.map((_, axis) => axis).slice(1);

/** Cross-entropy of each pixel, [batch, ...space, classes]; binary where classes overlap. */
const pixels = ({ logits, logProbabilities, target }: LossInput, overlapping: boolean) => {
  const present = tf.mul(target, logProbabilities);
  if (!overlapping) return tf.neg(present);
  return tf.neg(tf.add(present, tf.mul(tf.sub(1, target), tf.sub(logProbabilities, logits))));
};

const guarded = (total: tf.Tensor) => tf.add(total, tf.sub(1, tf.step(total)));

/** A weighted mean over the pixels of each image. */
const mean = (input: LossInput, values: tf.Tensor, weight = input.weight): tf.Tensor1D =>
  tf.div(
    tf.sum(tf.mul(values, weight), spaceAxes(input)),
    guarded(tf.sum(weight, spaceAxes(input))),
  );

type Task = { readonly overlapping: boolean };
export const right = (input: LossInput, task: Task) => mean(input, pixels(input, task.overlapping));

/** A sound cross-entropy, changed by a fault. */
function spoilt(fault: (input: LossInput, task: Task) => ReturnType<Loss>, more: object = {}) {
  return defineLoss({
    name: 'faulty',
    api: 1,
    needs: { facts },
    create:
      (_, { facts }) =>
      (input) =>
        fault(input, facts),
    ...more,
  });
}

/** The loss that the faulty ones are made of. */
export const sound = spoilt(right);

/** Hits, alarms and misses of each class in each image: [batch, classes]. */
function counts({ probabilities, target, weight }: LossInput) {
  const sum = (values: tf.Tensor) => {
    let result = tf.mul(values, weight);
    while (result.rank > 2) result = tf.sum(result, 1);
    return result as tf.Tensor2D;
  };
  return {
    hits: sum(tf.mul(probabilities, target)),
    alarms: sum(tf.mul(probabilities, tf.sub(1, target))),
    misses: sum(tf.mul(tf.sub(1, probabilities), target)),
  };
}

const quotient = (above: tf.Tensor, below: tf.Tensor): tf.Tensor =>
  tf.div(tf.add(above, 1e-3), tf.add(below, 1e-3));

const tverskyOptions = z.strictObject({
  alpha: z.number().default(0.3),
  beta: z.number().default(0.7),
});

function tversky(swapped: boolean): LossPlugin {
  return defineLoss({
    name: 'faulty',
    api: 1,
    options: tverskyOptions,
    create:
      ({ alpha, beta }) =>
      (input) => {
        const { hits, alarms, misses } = counts(input);
        const [first, second] = swapped ? [misses, alarms] : [alarms, misses];
        const wrong = tf.add(tf.mul(first, alpha), tf.mul(second, beta));
        return tf.mean(tf.sub(1, quotient(hits, tf.add(hits, wrong))), 1) as tf.Tensor1D;
      },
  });
}

export const soundTversky = tversky(false);
export const swappedTversky = tversky(true);

let leaked: tf.Tensor[] = [];
export function freeLeaked(): void {
  tf.dispose(leaked);
  leaked = [];
}

let calls = 0;

export const faultyLosses: Readonly<Record<string, Faulty>> = {
  'mixes the images of a batch': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      return tf.add(tf.mul(values, 0.5), tf.mul(tf.mean(values), 0.5)) as tf.Tensor1D;
    }),
    check: 'depends on neighbours in the batch only where it says so',
    says: /sample 0 depends on its neighbours.*poolsBatch does not say.*as alone/,
  },
  'compares each image with the one before it': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      return tf.add(values, tf.cumsum(values, 0, true)) as tf.Tensor1D;
    }),
    check: 'gives a batch in another order its values in that order',
    says: /in another order does not have its values in that order/,
  },
  'returns a scalar without saying that it pools': {
    plugin: spoilt((input, task) => tf.mean(right(input, task)) as tf.Scalar),
    check: 'returns a scalar only where it says that it pools the batch',
    says: /scalar without saying.*poolsBatch: \(\) => true/,
  },
  'returns one number for each class': {
    plugin: spoilt((input) => tf.sub(1, counts(input).hits) as unknown as tf.Tensor1D),
    check: 'returns one number for each sample, or a scalar',
    says: /which gives float32 \[3, 2\]: .*wrong shape.*\[3\].*more than one axis/,
  },
  'ignores pixel weights': {
    plugin: spoilt((input, task) =>
      mean(input, pixels(input, task.overlapping), tf.onesLike(input.weight)),
    ),
    check: 'ignores pixels of weight 0',
    says: /value changes with the logits of pixels of weight 0/,
  },
  'takes weight 2 for 1': {
    plugin: spoilt((input, task) =>
      mean(input, pixels(input, task.overlapping), tf.step(input.weight)),
    ),
    check: 'counts a pixel of weight 2 like two copies of it',
    says: /weight 2 are not like two copies: the value differs/,
  },
  'weighs a pixel twice': {
    plugin: spoilt((input, task) =>
      mean(input, pixels(input, task.overlapping), tf.square(input.weight)),
    ),
    check: 'counts a pixel of weight 2 like two copies of it',
    says: /multiply by weight once/,
  },
  'divides by all pixels': {
    plugin: spoilt((input, task) =>
      tf.div(
        right(input, task),
        tf.div(
          product(input.weight.shape.slice(1)),
          guarded(tf.sum(input.weight, spaceAxes(input))),
        ),
      ),
    ),
    check: 'does not count pixels of weight 0',
    says: /without them has another value.*sum of the weights/,
  },
  'is NaN at an empty mask': {
    plugin: spoilt((input) => {
      const { hits, alarms, misses } = counts(input);
      const found = tf.slice(hits, [0, hits.shape[1]! - 1]);
      const truth = tf.slice(tf.add(hits, misses), [0, hits.shape[1]! - 1]);
      const noise = tf.slice(alarms, [0, hits.shape[1]! - 1]);
      return tf.squeeze(tf.sub(tf.div(noise, truth), tf.div(found, truth)), [1]) as tf.Tensor1D;
    }),
    check: 'is finite where no image of the batch has foreground',
    says: /masks without foreground: the (value|gradient) is not finite/,
  },
  'has a root with an infinite slope at an empty mask': {
    plugin: spoilt((input) => {
      const { hits, alarms, misses } = counts(input);
      const overlap = tf.div(
        tf.add(hits, 1e-6),
        tf.add(tf.add(hits, tf.add(alarms, misses)), 1e-6),
      );
      return tf.mean(tf.sqrt(tf.relu(tf.sub(1, overlap))), 1) as tf.Tensor1D;
    }),
    check: 'is finite where no image of the batch has foreground',
    says: /gradient is not finite.*root at 0/,
  },
  'takes the logarithm of probabilities': {
    plugin: spoilt((input) =>
      mean(input, tf.neg(tf.mul(input.target, tf.log(input.probabilities)))),
    ),
    check: 'is finite at logits of plus and minus 1000',
    says: /logits of 1000.*not finite.*logProbabilities/,
  },
  'divides by the size of an absent class': {
    plugin: spoilt((input) => {
      const { hits, misses } = counts(input);
      const truth = tf.add(hits, misses);
      return tf.mean(tf.sub(1, tf.div(hits, truth)), 1) as tf.Tensor1D;
    }),
    check: 'is finite where one class is absent',
    says: /no class but [ab].*not finite/,
  },
  'divides by the sum of the weights unguarded': {
    plugin: spoilt((input, { overlapping }) =>
      tf.div(
        tf.sum(tf.mul(pixels(input, overlapping), input.weight), spaceAxes(input)),
        tf.sum(input.weight, spaceAxes(input)),
      ),
    ),
    check: 'is finite where no pixel counts',
    says: /weight 0 in the first image: the value is not finite.*NaN/,
  },
  'takes the axis after the batch for the classes': {
    plugin: spoilt((input) =>
      mean(
        input,
        tf.neg(
          tf.mul(
            input.target,
            tf
              .logSoftmax(tf.transpose(input.logits, last(input.logits.rank)), -1)
              .transpose(last(input.logits.rank)),
          ),
        ),
      ),
    ),
    check: 'does not depend on where in the image a pixel lies',
    says: /depends on where in the image a pixel lies.*class axis is the last/,
  },
  'looks at the last class alone': {
    plugin: spoilt((input, { overlapping }) => {
      const values = pixels(input, overlapping);
      const { rank, shape } = values;
      return mean(input, tf.slice(values, [...Array(rank - 1).fill(0), shape[rank - 1]! - 1]));
    }),
    check: 'treats foreground classes alike',
    says: /foreground classes change places/,
  },
  'sums over the axes of an image only': {
    plugin: spoilt((input, { overlapping }) => {
      const sum = (values: tf.Tensor) => tf.sum(values, [1, 2, 3]);
      return tf.div(
        sum(tf.mul(pixels(input, overlapping), input.weight)),
        guarded(sum(input.weight)),
      ) as tf.Tensor1D;
    }),
    check: 'returns one number for each sample, or a scalar',
    says: /3 exclusive classes, 3-D.*wrong shape/,
  },
  'has no form for volumes': {
    plugin: spoilt((input, task) => {
      if (input.logits.rank !== 4) throw new Error('expected a tensor of rank 4');
      return right(input, task);
    }),
    check: 'is finite at ordinary logits',
    says: /3-D.*throws.*Error: expected a tensor of rank 4.*rank of the logits/,
  },
  'adds up volumes otherwise than images': {
    plugin: spoilt((input, task) => tf.div(right(input, task), input.logits.rank) as tf.Tensor1D),
    check: 'gives a volume the value of an image with the same pixels',
    says: /another value as a volume/,
  },
  'uses sigmoids where classes exclude each other': {
    plugin: spoilt((input) =>
      mean(
        input,
        pixels(
          {
            ...input,
            target: input.target,
            weight: input.weight,
            logits: input.logits,
            probabilities: input.probabilities,
            logProbabilities: tf.neg(tf.softplus(tf.neg(input.logits))),
          },
          true,
        ),
      ),
    ),
    check: 'uses the softmax of exclusive classes',
    says: /exclusive classes have a softmax/,
  },
  'looks at the middle of the image': {
    plugin: spoilt((input, task) => {
      const extent = input.logits.shape[1]!;
      const rise = tf.reshape(tf.range(1, extent + 1), [
        1,
        extent,
        ...Array(input.logits.rank - 2).fill(1),
      ]);
      return mean(input, tf.mul(pixels(input, task.overlapping), rise));
    }),
    check: 'does not depend on where in the image a pixel lies',
    says: /depends on where in the image/,
  },
  'keeps a tensor': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      leaked.push(tf.keep(tf.clone(values)));
      return values;
    }),
    check: 'keeps no tensor',
    says: /keeps tensors.*3 more after 3 calls/,
  },
  'has a variable': {
    plugin: defineLoss({
      name: 'faulty',
      api: 1,
      create: () => {
        const first = tf.scalar(1);
        const scale = tf.variable(first);
        leaked.push(first, scale);
        return (input) => tf.mul(right(input, { overlapping: true }), scale) as tf.Tensor1D;
      },
    }),
    check: 'keeps no tensor',
    says: /keeps tensors.*tf\.variable/,
  },
  'keeps the batch before': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      const before = leaked.at(-1);
      leaked.push(tf.keep(tf.mean(values)));
      return before ? (tf.add(values, before) as tf.Tensor1D) : values;
    }),
    check: 'keeps no tensor',
    says: /keeps tensors.*constants once/,
  },
  'follows a slow clock': {
    plugin: spoilt(
      (input, task) =>
        tf.mul(
          right(input, task),
          1 + 0.1 * (Math.floor(Date.now() / 3_600_000) % 5),
        ) as tf.Tensor1D,
    ),
    check: 'gives the same input the same value',
    says: /another value an hour later.*nothing from the clock/,
  },
  'changes after a hundred calls': {
    plugin: defineLoss({
      name: 'faulty',
      api: 1,
      needs: { facts },
      create(_, services) {
        let calls = 0;
        return (input) => {
          calls += 1;
          return tf.mul(right(input, services.facts), calls > 100 ? 2 : 1) as tf.Tensor1D;
        };
      },
    }),
    check: 'gives the same value after many calls',
    says: /another value the second time/,
  },
  'changes its options': {
    plugin: spoilt(right, {
      options: z.strictObject({ weights: z.array(z.number()).default([1, 2]) }),
      create(options: { weights: number[] }, services: { facts: Task }) {
        options.weights.sort((a, b) => b - a);
        return (input: LossInput) => right(input, services.facts);
      },
    }),
    check: 'does not change its options',
    says: /changes its options.*\[1,2\].*\[2,1\].*copy the options/,
  },
  'reads later': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      setTimeout(() => void values.array(), 0);
      return values;
    }),
    check: 'reads no data of a tensor',
    says: /reads the data of a tensor.*1 readings/,
  },
  'counts values': {
    plugin: spoilt((input, task) => {
      const seen = tf.unique(tf.reshape(input.probabilities, [-1])).values;
      return tf.add(right(input, task), tf.mean(seen)) as tf.Tensor1D;
    }),
    check: 'has the gradient of its value',
    says: /no gradient goes through Unique.*faultyLosses\.ts:\d+.*compare with each value/,
  },
  'disposes its input': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      input.target.dispose();
      return values;
    }),
    check: 'does not change its input',
    says: /changes target of its input.*is disposed/,
  },
  'writes into the weights': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      input.weight.dataSync().fill(3);
      return values;
    }),
    check: 'does not change its input',
    says: /changes weight of its input.*Got: 3 where/,
  },
  'puts other probabilities into its input': {
    plugin: spoilt((input, task) => {
      Object.defineProperty(input, 'probabilities', { value: tf.square(input.probabilities) });
      return right(input, task);
    }),
    check: 'does not change its input',
    says: /changes probabilities of its input.*another tensor/,
  },
  'clips probabilities': {
    plugin: spoilt((input) =>
      mean(
        input,
        tf.neg(tf.mul(input.target, tf.log(tf.clipByValue(input.probabilities, 1e-7, 1)))),
      ),
    ),
    check: 'has a gradient wherever a prediction is wrong',
    says: /gradient is cut off: no missed pixel has any/,
  },
  'rounds probabilities': {
    plugin: spoilt((input) => {
      const decided = tf.step(tf.sub(input.probabilities, 0.5));
      return mean(input, tf.add(tf.abs(tf.sub(decided, input.target)), tf.mul(input.logits, 0)));
    }),
    check: 'has a gradient wherever a prediction is wrong',
    says: /gradient is cut off/,
  },
  'has a gradient of its own making': {
    plugin: spoilt((input, task) => {
      const doubled = tf.customGrad((x) => ({
        value: tf.clone(x as tf.Tensor),
        gradFunc: (dy) => tf.mul(dy as tf.Tensor, 2),
      }));
      return doubled(right(input, task)) as tf.Tensor1D;
    }),
    check: 'has the gradient of its value',
    says: /gradient is not that of the value.*by differences/,
  },
  'rewards mistakes': {
    plugin: spoilt((input, task) => tf.neg(right(input, task)) as tf.Tensor1D),
    check: 'costs less for a better prediction',
    says: /better prediction costs more.*check the sign/,
  },
  'is constant': {
    plugin: spoilt((input) => mean(input, tf.mul(input.logits, 0))),
    check: 'costs less for a better prediction',
    says: /nothing depends on the prediction/,
  },
  'does not mind false alarms': {
    plugin: spoilt((input) => {
      const { hits, misses } = counts(input);
      const { overlapping } = { overlapping: input.logits.shape.at(-1)! % 2 === 1 };
      const first = overlapping ? 0 : 1;
      const from = [0, Math.min(first, hits.shape[1]! - 1)];
      return tf.mean(
        tf.sub(1, quotient(tf.slice(hits, from), tf.slice(tf.add(hits, misses), from))),
        1,
      ) as tf.Tensor1D;
    }),
    check: 'makes false alarms and missed pixels cost something',
    says: /false alarms cost nothing/,
  },
  'adds random noise': {
    plugin: spoilt((input, task) => {
      const values = right(input, task);
      return tf.add(values, tf.mul(tf.randomUniform(values.shape), 0.01)) as tf.Tensor1D;
    }),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called.*ask for rng/,
  },
  'remembers earlier calls': {
    plugin: spoilt((input, task) => {
      calls += 1;
      return tf.mul(right(input, task), 1 + calls) as tf.Tensor1D;
    }),
    check: 'gives the same input the same value',
    says: /another value the second time/,
  },
  'reads the truth to decide': {
    plugin: spoilt((input, task) => {
      const [foreground] = tf.sum(input.target).dataSync();
      return foreground === 0 ? mean(input, input.probabilities) : right(input, task);
    }),
    check: 'reads no data of a tensor',
    says: /reads the data of a tensor/,
  },
  'takes options that do not exist': {
    plugin: plain((input) => right(input, { overlapping: true }), {
      options: z.object({ smooth: z.number().default(1) }),
    }),
    check: 'refuses an option that it does not have',
    says: /takes an option that does not exist.*z\.strictObject/,
  },
  'was written for other contracts': {
    plugin: plain((input) => right(input, { overlapping: true }), { api: 2 }),
    check: 'is a loss plugin for these contracts',
    says: /no usable api. Expected: 1. Got: 2/,
  },
  'cannot be made': {
    plugin: defineLoss({
      name: 'faulty',
      api: 1,
      needs: { facts },
      create: (_, { facts }) => {
        if (facts.overlapping) throw new TypeError('no background class');
        return (input) => right(input, facts);
      },
    }),
    check: 'is finite at ordinary logits',
    says: /overlapping class.*cannot be made.*TypeError: no background class/s,
  },
};

function product(extents: readonly number[]): number {
  return extents.reduce((result, extent) => result * extent, 1);
}

/** Exchanges the first space axis and the last axis. */
function last(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  [axes[1], axes[rank - 1]] = [rank - 1, 1];
  return axes;
}
