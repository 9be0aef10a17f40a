import { type Facts, firstForeground, type LossPlugin } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { lossInput } from '@raremask/core/loss-input';
import * as tf from '@tensorflow/tfjs';
import type { Check } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { drawsOwnRandomNumbers, notDeclared } from '../pluginFaults.ts';
import {
  type Batch,
  drawnBatch,
  product,
  randomBatch,
  withClasses,
  withImages,
  withPixels,
} from '../trial/batch.ts';
import { make } from '../trial/make.ts';
import { TASKS } from '../trial/tasks.ts';
import {
  difference,
  type Evaluation,
  evaluate,
  list,
  number,
  tensors,
  totalOf,
} from '../trial/valueAndGradient.ts';
import { countRandomDraws, countReadings } from '../trial/watch.ts';
import { EXTREMES } from './extremes.ts';
import {
  changesInput,
  dependsOnClassOrder,
  dependsOnNeighbours,
  dependsOnPosition,
  dilutedByHidden,
  gradientCutOff,
  keepsTensors,
  lossShape,
  lossThrows,
  missIsCheaper,
  mistakeIsFree,
  notFinite,
  notPure,
  notSoftmax,
  optionActsElsewhere,
  permutedBatch,
  readsData,
  rewardsMistakes,
  seesHiddenPixels,
  undeclaredScalar,
  unlikeCopies,
  volumeDiffers,
  wrongGradient,
} from './faults.ts';
import { inEveryTask, type LossSubject } from './subject.ts';

/** What the author knows of a loss. */
export interface LossCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, five tasks are tried: 2-D and 3-D, exclusive and overlapping. */
  readonly facts?: Facts;
  /** Largest relative difference of two numbers that should be equal; left out, 1e-4. */
  readonly tolerance?: number;
  /** False for a loss that sees the neighbourhood of a pixel (distances, skeletons, structures). */
  readonly local?: boolean;
  /** False where options treat foreground classes apart by their place, such as a list of weights. */
  readonly alike?: boolean;
  readonly expects?: {
    /** At as many hits, missed pixels cost more (true) or less (false) than false alarms. */
    readonly missCostsMore?: boolean;
    /** Name of the numeric option that weighs false alarms. */
    readonly alarmOption?: string;
    /** Name of the numeric option that weighs missed pixels. */
    readonly missOption?: string;
  };
}

const SEED = 1;

/** Checks that every loss must pass, on the tfjs backend that is set. */
export function lossChecks(
  plugin: LossPlugin,
  {
    options = [{}],
    facts,
    tolerance = 1e-4,
    local = true,
    alike = true,
    expects = {},
  }: LossCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? TASKS : [facts];
  const check = (name: string, law: (subject: LossSubject) => Promise<void>): Check => ({
    name,
    run: () => inEveryTask(plugin, options, tasks, law),
  });
  const near = (one: readonly number[], two: readonly number[]) => difference(one, two, tolerance);
  const nearGradient = (one: readonly number[], two: readonly number[]) =>
    difference(one, two, 10 * tolerance);

  const checks: Check[] = [
    ...pluginChecks(plugin, 'loss'),
    check('returns one number for each sample, or a scalar', async (subject) => {
      for (const batch of [random(subject), withImages(random(subject), [0])]) {
        const { shape, dtype } = await evaluated(subject, batch);
        const fits = shape.length === 0 || (shape.length === 1 && shape[0] === batch.images);
        if (!fits || dtype !== 'float32') {
          throw lossShape(place(subject, batch), batch.images, `${dtype} [${shape.join(', ')}]`);
        }
      }
    }),
    check('returns a scalar only where it says that it pools the batch', async (subject) => {
      const batch = random(subject);
      if (typeof subject.pools !== 'boolean') {
        throw notDeclared(subject.where, 'poolsBatch', 'true or false', subject.pools);
      }
      const { shape } = await evaluated(subject, batch);
      if (shape.length === 0 && !subject.pools) throw undeclaredScalar(place(subject, batch));
    }),
    ...Object.entries(EXTREMES).map(([name, extremes]) =>
      check(name, async (subject) => {
        for (const batch of extremes(random(subject))) {
          const { values, gradient } = await evaluated(subject, batch);
          if (!values.every(Number.isFinite)) {
            throw notFinite(place(subject, batch), 'value', list(values));
          }
          const at = gradient.findIndex((slope) => !Number.isFinite(slope));
          if (at >= 0) throw notFinite(place(subject, batch), 'gradient', `${gradient[at]}`);
        }
      }),
    ),
    check('ignores pixels of weight 0', async (subject) => {
      const { hidden, isHidden } = hiddenRow(random(subject));
      const scrambled = {
        ...hidden,
        logits: hidden.logits.map((logit, index) => (isHidden(index) ? 7 - logit : logit)),
      };
      const one = await evaluated(subject, hidden);
      const other = near((await evaluated(subject, scrambled)).values, one.values);
      if (other) throw seesHiddenPixels(place(subject, hidden), 'value', other);
      const slopes = one.gradient.filter((_, index) => isHidden(index));
      const slope = near(
        slopes,
        slopes.map(() => 0),
      );
      if (slope) throw seesHiddenPixels(place(subject, hidden), 'gradient', slope);
    }),
    check('gives a batch in another order its values in that order', async (subject) => {
      const batch = random(subject);
      const order = [2, 0, 1];
      const { values } = await evaluated(subject, batch);
      const moved = await evaluated(subject, withImages(batch, order));
      const scalar = values.length === 1;
      const other = near(moved.values, scalar ? values : order.map((image) => values[image]!));
      if (other) throw permutedBatch(place(subject, batch), other);
    }),
    check('depends on neighbours in the batch only where it says so', async (subject) => {
      if (subject.pools) return;
      const batch = random(subject);
      const { values, gradient } = await evaluated(subject, batch);
      const perImage = gradient.length / batch.images;
      for (let image = 0; image < batch.images; image++) {
        const alone = await evaluated(subject, withImages(batch, [image]));
        const other =
          near([values[image]!], alone.values) ??
          nearGradient(gradient.slice(image * perImage, (image + 1) * perImage), alone.gradient);
        if (other) throw dependsOnNeighbours(place(subject, batch), image, other);
      }
    }),
    local
      ? check('does not depend on where in the image a pixel lies', async (subject) => {
          const batch = random(subject);
          const pixels = product(batch.size);
          const order = createRandom(SEED).shuffle(Array.from({ length: pixels }, (_, at) => at));
          const { batch: moved } = withPixels(batch, batch.size, () => order);
          const one = await evaluated(subject, batch);
          const other = near((await evaluated(subject, moved)).values, one.values);
          if (other) throw dependsOnPosition(place(subject, batch), other);
        })
      : check('gives a mirrored image the same value', async (subject) => {
          const batch = random(subject);
          const one = await evaluated(subject, batch);
          for (const axis of batch.size.keys()) {
            const { batch: moved } = withPixels(batch, batch.size, () =>
              mirrored(batch.size, axis),
            );
            const other = near((await evaluated(subject, moved)).values, one.values);
            if (other) throw dependsOnPosition(place(subject, batch), other);
          }
        }),
    check('costs less for a better prediction', async (subject) => {
      const batch = random(subject);
      const jitter = batch.logits.map((logit) => logit / 5);
      const towards = (margin: number) => ({
        ...batch,
        label: `${batch.label}, logits ${margin} from the truth`,
        logits: batch.target.map((truth, index) => margin * (2 * truth - 1) + jitter[index]!),
      });
      const ladder = [-1.5, 0, 1];
      const totals: number[] = [];
      for (const margin of ladder) {
        totals.push((await evaluated(subject, towards(margin))).values.reduce((a, b) => a + b, 0));
      }
      const [wrong, unsure, right] = totals as [number, number, number];
      const slack = tolerance * Math.max(Math.abs(wrong), Math.abs(right));
      const complain = (margin: number, better: number, worse: number) =>
        rewardsMistakes(place(subject, towards(margin)), {
          better: number(better),
          worse: number(worse),
        });
      // Distances from the border of the prediction may grow on the way.
      if (local) {
        if (!(unsure <= wrong + slack)) throw complain(0, unsure, wrong);
        if (!(right <= unsure + slack)) throw complain(1, right, unsure);
      }
      if (!(right < wrong - slack)) throw complain(1, right, wrong);
    }),
    check('makes false alarms and missed pixels cost something', async (subject) => {
      const good = await totalOfSubject(subject, mistaken(subject.facts, 0, 0, 3));
      for (const [mistake, batch] of [
        ['false alarms', mistaken(subject.facts, 0, 3, 3)],
        ['missed pixels', mistaken(subject.facts, 3, 0, 3)],
      ] as const) {
        const cost = await totalOfSubject(subject, batch);
        if (!(cost > good + tolerance * Math.max(Math.abs(good), 1e-2))) {
          const got = { expected: number(good), got: number(cost) };
          throw mistakeIsFree(place(subject, batch), mistake, got);
        }
      }
    }),
    check('has the gradient of its value', async (subject) => {
      const batch = random(subject);
      const { gradient } = await evaluated(subject, batch);
      const steepness = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
      const directions = 10;
      const reach = 1e-2;
      const wrong: { readonly expected: string; readonly got: string }[] = [];
      for (let seed = 0; seed < directions; seed++) {
        const stream = createRandom(`direction ${seed}`);
        // A few logits in each: where pixels are chosen or left out, few of the steps make one jump.
        const step = gradient.map(() => (stream.next() < 0.1 ? stream.normal() : 0));
        const moved = (by: number) =>
          totalOf(subject.loss, {
            ...batch,
            logits: batch.logits.map((logit, index) => logit + by * step[index]!),
          });
        const along = step.reduce((sum, part, index) => sum + part * gradient[index]!, 0);
        const differences = ((await moved(reach)) - (await moved(-reach))) / (2 * reach);
        // Sums of about 1 in float32 are 1e-7 off, and so differences over 2e-2 are 1e-5 off.
        const allowed =
          0.03 * Math.max(Math.abs(along), Math.abs(differences), steepness / 3) + 2e-4;
        if (!(Math.abs(along - differences) <= allowed)) {
          wrong.push({ expected: number(differences), got: number(along) });
        }
      }
      // A step that crosses a kink says nothing; most steps do not.
      if (wrong.length * 2 > directions) throw wrongGradient(place(subject, batch), wrong[0]!);
    }),
    check('has a gradient wherever a prediction is wrong', async (subject) => {
      // A softmax has the gradient p (1 - p): from 16 on, 1 - p of an alarm is 0 in float32.
      for (const [mistake, margins, misses, alarms] of [
        ['missed pixel', [3, 8, 15, 17], 3, 0],
        ['false alarm', [3, 8, 15], 0, 3],
      ] as const) {
        for (const margin of margins) {
          const batch = mistaken(subject.facts, misses, alarms, margin);
          const { gradient } = await evaluated(subject, batch);
          const classes = subject.facts.classes.length;
          const isWrong = (index: number) =>
            wrongPixels(misses, alarms).includes(Math.floor(index / classes));
          if (!gradient.some((slope, index) => isWrong(index) && slope !== 0)) {
            throw gradientCutOff(place(subject, batch), mistake);
          }
        }
      }
    }),
    check('uses the softmax of exclusive classes', async (subject) => {
      if (subject.facts.overlapping) return;
      const batch = random(subject);
      const stream = createRandom(SEED);
      const rises = batch.weight.map(() => 2 * stream.normal());
      const classes = subject.facts.classes.length;
      const risen = {
        ...batch,
        logits: batch.logits.map((logit, index) => logit + rises[Math.floor(index / classes)]!),
      };
      const one = await evaluated(subject, batch);
      const other = near((await evaluated(subject, risen)).values, one.values);
      if (other) throw notSoftmax(place(subject, batch), other);
    }),
    check('keeps no tensor', async (subject) => {
      const batch = random(subject);
      const before = tf.memory().numTensors;
      const { product: loss, dispose } = await make(plugin, subject.written, subject);
      for (let call = 0; call < 3; call++) await evaluated({ ...subject, loss }, batch);
      const kept = tf.memory().numTensors - before;
      await dispose();
      if (kept !== 0) throw keepsTensors(place(subject, batch), kept);
    }),
    check('does not change its input', async (subject) => {
      const batch = random(subject);
      const given = tensors(batch);
      const { logits, target, weight } = given;
      try {
        const changed: [string, string][] = [];
        tf.tidy(() => {
          const input = lossInput(batch.facts, logits, target, weight);
          const { probabilities, logProbabilities } = input;
          const all = { logits, target, weight, probabilities, logProbabilities };
          const before = Object.entries(all).map(([name, tensor]) => ({
            name: name as keyof typeof all,
            tensor,
            copy: Float32Array.from(tensor.dataSync()),
          }));
          guarded(subject, batch, () => subject.loss(input));
          for (const { name, tensor, copy } of before) {
            if (tensor.isDisposed) {
              changed.push([name, 'a tensor that is disposed']);
              return;
            }
            if (input[name] !== tensor) changed.push([name, 'another tensor in its place']);
            const other = near([...tensor.dataSync()], [...copy]);
            if (other) changed.push([name, `${other.got} where ${other.expected} was`]);
          }
        });
        const [first] = changed;
        if (first) throw changesInput(place(subject, batch), ...first);
      } finally {
        tf.dispose(Object.values(given));
      }
    }),
    check('gives the same input the same value', async (subject) => {
      const batch = random(subject);
      const one = await evaluated(subject, batch);
      await evaluated(subject, withImages(randomBatch(subject.facts, SEED + 1), [0, 1]));
      const two = await evaluated(subject, batch);
      const other = near(two.values, one.values) ?? nearGradient(two.gradient, one.gradient);
      if (other) throw notPure(place(subject, batch), other);
    }),
    check('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const { product: loss, dispose } = await make(plugin, subject.written, subject);
        await evaluated({ ...subject, loss }, random(subject));
        await dispose();
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    check('reads no data of a tensor', async (subject) => {
      const batch = random(subject);
      const readings = countReadings(() =>
        tf.tidy(() => {
          const { logits, target, weight } = tensors(batch);
          const value = (scores: tf.Tensor): tf.Scalar =>
            tf.sum(
              guarded(subject, batch, () =>
                subject.loss(lossInput(batch.facts, scores, target, weight)),
              ),
            );
          guarded(subject, batch, () => tf.grad(value)(logits));
        }),
      );
      if (readings > 0) throw readsData(place(subject, batch), readings);
    }),
  ];

  if (local) {
    checks.push(
      check('does not count pixels of weight 0', async (subject) => {
        const batch = random(subject);
        const { hidden } = hiddenRow(batch);
        const [rows, ...rest] = batch.size as [number, ...number[]];
        const kept = Array.from({ length: (rows - 1) * product(rest) }, (_, at) => at);
        const { batch: left } = withPixels(hidden, [rows - 1, ...rest], () => kept);
        const alone = await evaluated(subject, left);
        const other = near((await evaluated(subject, hidden)).values, alone.values);
        if (other) throw dilutedByHidden(place(subject, hidden), other);
      }),
      check('counts a pixel of weight 2 like two copies of it', async (subject) => {
        const { doubled, copied, from } = copies(random(subject));
        const one = await evaluated(subject, doubled);
        const two = await evaluated(subject, copied);
        const other = near(one.values, two.values);
        if (other) throw unlikeCopies(place(subject, doubled), 'value', other);
        const joined = one.gradient.map(() => 0);
        for (const [index, original] of from.entries()) joined[original]! += two.gradient[index]!;
        const slope = nearGradient(one.gradient, joined);
        if (slope) throw unlikeCopies(place(subject, doubled), 'gradient', slope);
      }),
    );
    if (facts === undefined) {
      checks.push(
        check('gives a volume the value of an image with the same pixels', async (subject) => {
          if (subject.facts.space === 3) return;
          const batch = randomBatch(subject.facts, SEED, [4, 6]);
          const volume: Batch = {
            ...batch,
            size: [2, 2, 6],
            facts: { ...subject.facts, space: 3 },
            label: `${batch.label} as [2, 2, 6] instead of [4, 6]`,
          };
          const { product: loss, dispose } = await make(plugin, subject.written, volume);
          const flat = await evaluated(subject, batch);
          const deep = await evaluated({ ...subject, loss }, volume);
          await dispose();
          const other = near(deep.values, flat.values);
          if (other) throw volumeDiffers(place(subject, volume), other);
        }),
      );
    }
  }
  if (alike) {
    checks.push(
      check('treats foreground classes alike', async (subject) => {
        const first = firstForeground(subject.facts);
        const classes = [...subject.facts.classes.keys()];
        if (classes.length - first < 2) return;
        const order = [...classes.slice(0, first), ...classes.slice(first).toReversed()];
        const batch = random(subject);
        const moved = withClasses(batch, order);
        const { product: loss, dispose } = await make(plugin, subject.written, moved);
        const one = await evaluated(subject, batch);
        const two = await evaluated({ ...subject, loss }, moved);
        await dispose();
        const other = near(two.values, one.values);
        if (other) throw dependsOnClassOrder(place(subject, batch), other);
      }),
    );
  }
  const { missCostsMore } = expects;
  if (missCostsMore !== undefined) {
    checks.push(
      check(
        `makes ${missCostsMore ? 'missed pixels' : 'false alarms'} cost more`,
        async (subject) => {
          const { missed, alarmed } = equalHits(subject.facts);
          const [miss, alarm] = [
            await totalOfSubject(subject, missed),
            await totalOfSubject(subject, alarmed),
          ];
          const slack = tolerance * Math.max(Math.abs(miss), Math.abs(alarm));
          if (!((missCostsMore ? miss - alarm : alarm - miss) > slack)) {
            throw missIsCheaper(
              place(subject, missed),
              missCostsMore ? 'missed pixels' : 'false alarms',
              { missed: number(miss), alarmed: number(alarm) },
            );
          }
        },
      ),
    );
  }
  for (const [option, mistake] of [
    [expects.alarmOption, 'false alarms'],
    [expects.missOption, 'missed pixels'],
  ] as const) {
    if (option === undefined) continue;
    checks.push(
      check(`lets the option ${option} weigh ${mistake}`, async (subject) => {
        const set = subject.options as Readonly<Record<string, number>>;
        const written = { ...(subject.written as object), [option]: 2 * set[option]! };
        const { product: loss, dispose } = await make(plugin, written, subject);
        const { missed, alarmed } = equalHits(subject.facts);
        const rise = async (batch: Batch) =>
          (await totalOfSubject({ ...subject, loss }, batch)) -
          (await totalOfSubject(subject, batch));
        const [miss, alarm] = [await rise(missed), await rise(alarmed)];
        await dispose();
        const [own, others] = mistake === 'false alarms' ? [alarm, miss] : [miss, alarm];
        if (!(own > 0 && own > others + tolerance)) {
          throw optionActsElsewhere(place(subject, missed), option, mistake, {
            missed: number(miss),
            alarmed: number(alarm),
          });
        }
      }),
    );
  }
  return checks;
}

function random({ facts }: LossSubject): Batch {
  return randomBatch(facts, SEED);
}

function place({ where }: LossSubject, { label }: Batch): { where: string; label: string } {
  return { where, label };
}

/** Values and gradient; what the loss throws gets its place. */
async function evaluated(subject: LossSubject, batch: Batch): Promise<Evaluation> {
  try {
    return await evaluate(subject.loss, batch);
  } catch (error) {
    throw lossThrows(place(subject, batch), error);
  }
}

async function totalOfSubject(subject: LossSubject, batch: Batch): Promise<number> {
  return (await evaluated(subject, batch)).values.reduce((sum, value) => sum + value, 0);
}

function guarded<T>(subject: LossSubject, batch: Batch, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw lossThrows(place(subject, batch), error);
  }
}

/** The last row along the first space axis with weight 0, and without truth, as ignored pixels are. */
function hiddenRow(batch: Batch): { hidden: Batch; isHidden: (index: number) => boolean } {
  const [rows, ...rest] = batch.size as [number, ...number[]];
  const row = product(rest);
  const classes = batch.facts.classes.length;
  const isLast = (pixel: number) => Math.floor(pixel / row) % rows === rows - 1;
  const isHidden = (index: number) => isLast(Math.floor(index / classes));
  return {
    isHidden,
    hidden: {
      ...batch,
      label: `${batch.label} with the last row along the first space axis ignored`,
      weight: batch.weight.map((times, pixel) => (isLast(pixel) ? 0 : times)),
      target: batch.target.map((truth, index) => (isHidden(index) ? 0 : truth)),
    },
  };
}

/** The first row with twice its weight; and written twice. `from`: where each logit comes from. */
function copies(batch: Batch): { doubled: Batch; copied: Batch; from: readonly number[] } {
  const [rows, ...rest] = batch.size as [number, ...number[]];
  const row = product(rest);
  const pixels = Array.from({ length: rows * row }, (_, at) => at);
  const twice = [...pixels.slice(0, row), ...pixels];
  const { batch: copied, from } = withPixels(batch, [rows + 1, ...rest], () => twice);
  const doubled = {
    ...batch,
    label: `${batch.label} with twice the weight in the first row along the first space axis`,
    weight: batch.weight.map((times, pixel) => (pixel % (rows * row) < row ? 2 * times : times)),
  };
  return { doubled, copied, from };
}

function mirrored(size: readonly number[], axis: number): readonly number[] {
  const inner = product(size.slice(axis + 1));
  const extent = size[axis]!;
  return Array.from({ length: product(size) }, (_, at) => {
    const along = Math.floor(at / inner) % extent;
    return at + (extent - 1 - 2 * along) * inner;
  });
}

/** Pixels of the drawn structure: two rows of 8 in an image of [8, 8]; volumes have it in one slice. */
const STRUCTURE = Array.from({ length: 16 }, (_, at) => 16 + at);
const BACKGROUND = 40;

function wrongPixels(misses: number, alarms: number): readonly number[] {
  const alarmed = Array.from({ length: alarms }, (_, at) => BACKGROUND + at);
  return [...STRUCTURE.slice(0, misses), ...alarmed];
}

/** One image with a structure of the first foreground class: some of it missed, some false alarms. */
function mistaken(facts: Facts, misses: number, alarms: number, margin: number): Batch {
  const first = firstForeground(facts);
  const size = facts.space === 2 ? [8, 8] : [2, 8, 8];
  const wrong = new Set(wrongPixels(misses, alarms));
  const structure = new Set(STRUCTURE);
  const pixels = Array.from({ length: product(size) }, (_, at) => at);
  const none = facts.overlapping ? -1 : 0;
  const truth = pixels.map((at) => (structure.has(at) ? first : none));
  const predicted = pixels.map((at) => (structure.has(at) !== wrong.has(at) ? first : none));
  const margins = pixels.map((at) => (wrong.has(at) ? margin : 3));
  const label =
    `a structure of 16 pixels, ${misses} missed, ${alarms} false alarms` +
    (misses + alarms > 0 ? `, wrong by logits of ${margin}` : '');
  return drawnBatch(label, facts, size, truth, predicted, margins);
}

/** Eight hits and six missed pixels; eight hits and six false alarms. Predicted with certainty. */
function equalHits(facts: Facts): { missed: Batch; alarmed: Batch } {
  const first = firstForeground(facts);
  const size = facts.space === 2 ? [8, 8] : [2, 8, 8];
  const none = facts.overlapping ? -1 : 0;
  const pixels = Array.from({ length: product(size) }, (_, at) => at);
  const row = (count: number) => pixels.map((at) => (at >= 16 && at < 16 + count ? first : none));
  return {
    missed: drawnBatch('8 hits and 6 missed pixels', facts, size, row(14), row(8), 10),
    alarmed: drawnBatch('8 hits and 6 false alarms', facts, size, row(8), row(14), 10),
  };
}
