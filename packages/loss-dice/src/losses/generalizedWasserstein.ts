import type { Facts } from '@raremask/core';
import { numbersByClass, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { needsExclusive } from '../errors.ts';
import { smooth } from '../region/options.ts';
import {
  defineRegionLoss,
  type Region,
  type RegionFunction,
  type Settled,
} from '../region/regionLoss.ts';
import { ratio } from '../region/regionStatistics.ts';

const NAME = 'generalized-wasserstein';

const options = {
  smooth,
  distances: z
    .record(z.string(), z.record(z.string(), z.number().min(0).max(1)))
    .default({})
    .describe(
      'How bad it is to take one class for another, 0 to 1: a map of maps by class name, in both directions alike; pairs that are not written have 1',
    ),
  weighting: z
    .enum(['uniform', 'volume'])
    .default('uniform')
    .describe(
      'Weight of a hit on a class of V true pixels: 1, or 1/(V + 1) above and below the fraction',
    ),
};
type Options = z.output<z.ZodObject<typeof options>>;

/** Generalized Wasserstein Dice (Fidon 2017): some confusions are worse than others. */
export default defineRegionLoss({
  name: NAME,
  summary: 'Generalized Wasserstein Dice: confusions of classes cost what their distance says',
  options,
  loss,
  // The background's hits are what is left to count where no other class is.
  background: (chosen, settled) => {
    const lossOf = loss(chosen, settled);
    return (region, taken) =>
      lossOf(
        region,
        tf.mul(
          tf.step(tf.sum(taken, 1, true)),
          settled.facts.classes.map((_, index) => +(index === 0)),
        ),
      );
  },
});

function loss({ distances, weighting }: Options, { facts, smooth }: Settled): RegionFunction {
  if (facts.overlapping) throw needsExclusive(NAME);
  const matrix = distanceMatrix(distances, facts);
  const above = Math.max(...smooth.numerator);
  const below = Math.max(...smooth.denominator);
  return (region, taken) => {
    const { target, weight, pool, sums } = region;
    const distance = distanceToTruth(region, matrix);
    const hits = poolSum(tf.mul(tf.mul(target, weight), tf.sub(1, distance)), pool);
    const errors = poolSum(tf.mul(distance, weight), pool);
    const classWeights = weighting === 'uniform' ? taken : tf.div(taken, tf.add(sums.truth, 1));
    const sum = (values: tf.Tensor2D): tf.Tensor2D => tf.sum(tf.mul(values, classWeights), 1, true);
    const numerator: tf.Tensor2D = tf.mul(sum(hits), 2);
    const denominator: tf.Tensor2D =
      weighting === 'uniform' ? tf.add(numerator, errors) : sum(tf.add(hits, sums.truth));
    return tf.sub(1, ratio(tf.add(numerator, above), tf.add(denominator, below)));
  };
}

/** Expected distance of the predicted from the true class of each pixel: [batch, ...space, 1]. */
function distanceToTruth(
  { probabilities, target }: Region,
  matrix: readonly number[][],
): tf.Tensor {
  const classes = matrix.length;
  const fromEach = tf.matMul(
    tf.reshape(probabilities, [-1, classes]),
    tf.tensor2d([...matrix], [classes, classes]),
  );
  return tf.sum(tf.mul(tf.reshape(fromEach, target.shape), target), -1, true);
}

function distanceMatrix(written: Options['distances'], { classes }: Facts): number[][] {
  const names = classes.map(({ name }) => name);
  const where = `${NAME} distances`;
  const rows = numbersByName(written, names, where);
  return names.map((_, from) =>
    names.map((_, to) => (from === to ? 0 : (rows[from]?.[to] ?? rows[to]?.[from] ?? 1))),
  );
}

/** By class, the written distances to each class; undefined where none is written. */
function numbersByName(
  written: Options['distances'],
  names: readonly string[],
  where: string,
): readonly (readonly (number | undefined)[] | undefined)[] {
  numbersByClass(
    Object.fromEntries(Object.keys(written).map((name) => [name, 0])),
    names,
    0,
    where,
  );
  return names.map((name) => {
    const row = written[name];
    if (row === undefined) return undefined;
    numbersByClass(row, names, 1, `${where} ${name}`);
    return names.map((other) => row[other]);
  });
}
