import { type Facts, isRaremaskError, type Model, type ModelPlugin } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import * as tf from '@tensorflow/tfjs';
import type { Check } from '../check.ts';
import type { Differing, Place } from '../errors.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { drawsOwnRandomNumbers } from '../pluginFaults.ts';
import { MIXED, surveyOf } from '../sampler/stock.ts';
import { inEveryCase } from '../trial/cases.ts';
import { make, whereOf } from '../trial/make.ts';
import { task } from '../trial/tasks.ts';
import { difference, list, number } from '../trial/valueAndGradient.ts';
import { countRandomDraws, countReadings } from '../trial/watch.ts';
import { auxiliaryFault } from './auxiliary.ts';
import {
  auxiliaryUnusable,
  bufferFault,
  channelUnseen,
  classesAlike,
  dropoutElsewhere,
  hiddenState,
  modelChangesInput,
  modelIgnoresSeed,
  modelKeepsTensors,
  modelNeighbours,
  modelNotFinite,
  modelNotPure,
  modelReadsData,
  modelShape,
  modelThrows,
  otherFirstWeights,
  parameterFault,
  randomInference,
  statisticsElsewhere,
  takesUnfitSize,
  unclearSizeError,
  weightCutOff,
  wrongWeightGradient,
} from './faults.ts';
import {
  type Answer,
  answerOf,
  type Call,
  callOf,
  fittingSize,
  gradientsOf,
  type Plain,
  tensorsOf,
  uniformOf,
  weightedSum,
  withCallImages,
} from './forward.ts';
import { parameterFaults } from './parameterFaults.ts';

/** What the author knows of a model. */
export interface ModelCheckOptions {
  /** Sets of options as a manifest writes them, of small models; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, four are tried: 2-D and 3-D, one channel and three. */
  readonly facts?: Facts;
  /** Largest relative difference of two numbers that should be equal; left out, 1e-4. */
  readonly tolerance?: number;
  /** False for a model whose first weights do not come from chance, such as one trained before. */
  readonly seeded?: boolean;
  readonly expects?: {
    /** With these options, training sets values to 0 by chance (true), or does not (false). */
    readonly dropout?: boolean;
    /** With these options, images of a batch are normalised together in training, or are not. */
    readonly batchStatistics?: boolean;
  };
}

/** A model under trial: one plugin with one set of options in one task. */
interface ModelSubject {
  readonly facts: Facts;
  readonly model: Model;
  /** What messages begin with. */
  readonly where: string;
  /** Another one, made of the same things. */
  another(seed?: number): Promise<Model>;
}

const SEED = 1;
const MODES = ['train', 'infer'] as const;

const TASKS: readonly Facts[] = [
  task('exclusive', 2, 2),
  task('exclusive', 4, 2, 3),
  task('overlapping', 2, 2),
  task('exclusive', 3, 3),
];

/** Checks that every model must pass, on the tfjs backend that is set. */
export function modelChecks(
  plugin: ModelPlugin,
  { options = [{}], facts, tolerance = 1e-4, seeded = true, expects = {} }: ModelCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? TASKS : [facts];
  const check = (name: string, law: (subject: ModelSubject) => Promise<void>): Check => ({
    name,
    async run() {
      for (const written of options) {
        await inEveryCase(tasks, (one) => opened(plugin, written, one), law);
      }
    },
  });
  const near = (one: readonly number[], two: readonly number[]) => difference(one, two, tolerance);
  const sameLogits = (one: Answer, two: Answer) => near(one.logits.values, two.logits.values);

  const checks: Check[] = [
    ...pluginChecks(plugin, 'model'),
    check('declares weights and buffers before it is called', async (subject) => {
      const { model, facts, where } = subject;
      const before = `${namesOf(model, 'weights')}; ${namesOf(model, 'buffers')}`;
      await answered(subject, callOf(model, facts));
      const after = `${namesOf(model, 'weights')}; ${namesOf(model, 'buffers')}`;
      if (after !== before) {
        const what = 'the weights or buffers declared change with a call';
        throw parameterFault(where, { what, expected: before, got: after });
      }
    }),
    check('has the same first weights for the same seed', async (subject) => {
      const { model, where } = subject;
      // Long enough for a clock to go on.
      await new Promise((resolve) => setTimeout(resolve, 2));
      const other = await subject.another();
      for (const kind of ['weights', 'buffers'] as const) {
        const [names, others] = [namesOf(model, kind), namesOf(other, kind)];
        if (names !== others)
          throw otherFirstWeights(where, kind, { expected: names, got: others });
        for (const [index, { name, initial }] of model[kind].entries()) {
          const differing = difference(other[kind][index]!.initial, initial, 0);
          if (differing) throw otherFirstWeights(where, name, differing);
        }
      }
    }),
    check('gives logits of the size of the images, one for each class', async (subject) => {
      const { model, facts } = subject;
      for (const size of sizesOf(model)) {
        for (const images of [1, 3]) {
          for (const mode of MODES) {
            const call = callOf(model, facts, { images, size, mode });
            const { logits } = await answered(subject, call);
            const expected = [images, ...size, facts.classes.length];
            if (`${logits.shape}` !== `${expected}` || logits.dtype !== 'float32') {
              throw modelShape(place(subject, call), expected, logits);
            }
          }
        }
      }
    }),
    check('takes images of one block, or says why it cannot', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { images: 1, size: model.multipleOf, mode });
        try {
          const { logits } = await answerOf(model, call);
          requireFinite(subject, call, 'logits', logits.values);
        } catch (error) {
          if (!isClear(error)) throw modelThrows(place(subject, call), error);
        }
      }
    }),
    check('is finite for images with and without contrast', async (subject) => {
      const { model, facts } = subject;
      const alike = (call: Call, label: string, value: (old: number) => number): Call => ({
        ...call,
        label: `${call.label}, ${label}`,
        images: call.images.map(value),
      });
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        for (const tried of [
          call,
          alike(call, 'all pixels 0', () => 0),
          alike(call, 'all pixels 1', () => 1),
          alike(call, 'intensities of 100', (old) => 100 * Math.sign(old)),
          alike(callOf(model, facts, { mode, images: 1 }), 'all pixels 0', () => 0),
        ]) {
          const { logits, buffers = [] } = await answered(subject, tried);
          requireFinite(subject, tried, 'logits', logits.values);
          for (const [index, { values }] of buffers.entries()) {
            requireFinite(subject, tried, model.buffers[index]?.name ?? 'a buffer', values);
          }
          if (mode === 'infer') continue;
          for (const [index, slopes] of (await differentiated(subject, tried)).entries()) {
            const what = `the gradient of ${model.weights[index]!.name}`;
            requireFinite(subject, tried, what, slopes ?? []);
          }
        }
      }
    }),
    check('refuses images of a size that does not fit', async (subject) => {
      const { model, facts } = subject;
      for (const [axis, multiple] of model.multipleOf.entries()) {
        if (multiple === 1) continue;
        const size = fittingSize(model).map((extent, at) => (at === axis ? extent + 1 : extent));
        for (const mode of MODES) {
          const call = callOf(model, facts, { images: 1, size, mode });
          const before = tf.memory().numTensors;
          const error = await answerOf(model, call).then(
            () => undefined,
            (thrown: unknown) => thrown ?? new Error('nothing'),
          );
          const kept = tf.memory().numTensors - before;
          const where = place(subject, call);
          if (error === undefined) throw takesUnfitSize(where, model.multipleOf);
          const clear = isClear(error) && String(error).includes(String(size[axis]));
          if (!clear) throw unclearSizeError(where, error);
          if (kept !== 0) throw modelKeepsTensors(where, kept, 'a call that was refused');
        }
      }
    }),
    check('gives the same call the same result', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const one = await answered(subject, call);
        await answered(subject, callOf(model, facts, { seed: 'other images', images: 2 }));
        const two = await answered(subject, call);
        const differing = sameLogits(two, one) ?? near(joined(two.buffers), joined(one.buffers));
        if (differing) throw modelNotPure(place(subject, call), differing);
      }
    }),
    check('depends on weights, buffers and images alone', async (subject) => {
      const { model, facts } = subject;
      const other = await subject.another(SEED + 1);
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const one = await answered(subject, call);
        const two = await answered({ ...subject, model: other }, call);
        const differing = sameLogits(two, one) ?? near(joined(two.buffers), joined(one.buffers));
        if (differing) throw hiddenState(place(subject, call), differing);
      }
    }),
    check('gives an image the same logits among others as alone', async (subject) => {
      const { model, facts } = subject;
      const call = callOf(model, facts, { mode: 'infer' });
      const { logits } = await answered(subject, call);
      const perImage = logits.values.length / 3;
      for (const image of [0, 1, 2]) {
        const alone = await answered(subject, withCallImages(call, [image]));
        const among = logits.values.slice(image * perImage, (image + 1) * perImage);
        const differing = near(among, alone.logits.values);
        if (differing) throw modelNeighbours(place(subject, call), image, differing);
      }
    }),
    check('leaves chance to training', async (subject) => {
      const { model, facts } = subject;
      const infer = callOf(model, facts, { mode: 'infer' });
      const { draws } = await answered(subject, infer);
      if (draws.length > 0) throw randomInference(place(subject, infer), draws.length);
      const train = callOf(model, facts);
      const one = await answered(subject, train);
      if (expects.dropout !== undefined && expects.dropout !== one.draws.length > 0) {
        throw dropoutElsewhere(place(subject, train), expects.dropout, `${one.draws.length} draws`);
      }
      if (one.draws.length === 0) return;
      const matters = await someCall(subject, async (source, seed) => {
        const call = callOf(source, facts, { seed });
        const other = { ...call, uniform: 'other numbers' };
        return logitsDiffer(await answered(subject, call), await answered(subject, other));
      });
      if (!matters) {
        const got = 'the same logits with other numbers';
        throw dropoutElsewhere(place(subject, train), true, got);
      }
    }),
    check('hands over new buffers in training, and uses them in inference', async (subject) => {
      const { model, facts } = subject;
      const train = callOf(model, facts);
      const infer = callOf(model, facts, { mode: 'infer' });
      const where = place(subject, train);
      const { buffers: returned = [] } = await answered(subject, train);
      const shapes = (list: readonly { readonly shape: readonly number[] }[]) =>
        list.map(({ shape }) => `[${shape.join(', ')}]`).join(' ') || 'none';
      if (shapes(returned) !== shapes(model.buffers)) {
        throw bufferFault(where, 'the new buffers are not those declared', {
          expected: `${shapes(model.buffers)} in outputs.buffers`,
          got: shapes(returned),
        });
      }
      const moved = returned.map(
        ({ values }, index) => near(values, [...train.buffers[index]!]) !== undefined,
      );
      if (model.buffers.length > 0 && !moved.includes(true) && expects.batchStatistics !== false) {
        throw bufferFault(where, 'no buffer changes in training', {
          expected: 'statistics that follow the images',
          got: 'the values that were given',
        });
      }
      for (const [index, { name }] of model.buffers.entries()) {
        const isUsed = () =>
          someCall(subject, async (source, seed) => {
            const withMoved = (call: Call, move: (value: number) => number): Call => ({
              ...call,
              buffers: call.buffers.map((values, at) => (at === index ? values.map(move) : values)),
            });
            const others = (answer: Answer) =>
              joined(answer.buffers?.filter((_, at) => at !== index));
            for (const mode of ['infer', 'train'] as const) {
              const call = callOf(source, facts, { mode, seed });
              const one = await answered(subject, call);
              // A unit that is silent may stay so when its mean is raised, but not when it is lowered.
              for (const move of [(value: number) => 2 * value + 1, (value: number) => value - 1]) {
                const two = await answered(subject, withMoved(call, move));
                if (logitsDiffer(one, two) || difference(others(one), others(two), 0)) return true;
              }
            }
            return false;
          });
        if (moved[index] && !(await isUsed())) {
          throw bufferFault(place(subject, infer), `the buffer ${name} changes nothing`, {
            expected: 'other logits in inference with another value of it',
            got: 'the same logits',
          });
        }
      }
    }),
    check('has a gradient for every weight', async (subject) => {
      const call = callOf(subject.model, subject.facts);
      const gradients = await differentiated(subject, call, 'outputs');
      const learnt = gradients.map(isSteep);
      await someCall(subject, async (source, seed) => {
        if (learnt.includes(false)) {
          const others = await differentiated(
            subject,
            callOf(source, subject.facts, { seed }),
            'outputs',
          );
          for (const [index, slopes] of others.entries()) learnt[index] ||= isSteep(slopes);
        }
        return !learnt.includes(false);
      });
      const index = learnt.indexOf(false);
      if (index < 0) return;
      const { name } = subject.model.weights[index]!;
      throw weightCutOff(place(subject, call), name, gradients[index] === undefined);
    }),
    check('gives auxiliary logits that divide the images, in training alone', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const found: Differing[] = [];
        tf.tidy(() => {
          const one = guarded(subject, call, () => auxiliaryFault(model, call, facts));
          if (one) found.push(one);
        });
        const [fault] = found;
        if (fault) throw auxiliaryUnusable(place(subject, call), fault);
      }
    }),
    check('has the gradient of its logits', async (subject) => {
      const { model } = subject;
      const call = callOf(model, subject.facts);
      const gradients = await differentiated(subject, call);
      for (const [index, { name }] of model.weights.entries()) {
        const slopes = gradients[index];
        if (slopes === undefined) continue;
        let wrong: Differing | undefined;
        for (let direction = 0; direction < 4; direction++) {
          wrong = await slopeFault(subject, call, index, slopes, `direction ${direction}`);
          if (wrong === undefined) break;
        }
        if (wrong) throw wrongWeightGradient(place(subject, call), name, wrong);
      }
    }),
    check('keeps no tensor', async (subject) => {
      const before = tf.memory().numTensors;
      const model = await subject.another();
      const fresh = { ...subject, model };
      const call = callOf(model, subject.facts);
      for (let count = 0; count < 2; count++) {
        for (const mode of MODES) await answered(fresh, { ...call, mode });
        await differentiated(fresh, call);
      }
      const kept = tf.memory().numTensors - before;
      if (kept !== 0) throw modelKeepsTensors(place(subject, call), kept, '6 calls');
    }),
    check('does not change what it is given', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const initials = [...model.weights, ...model.buffers].map(({ initial }) => initial.slice());
        const changed = tf.tidy(() => changesOf(subject, call));
        if (changed) throw modelChangesInput(place(subject, call), ...changed);
        for (const [index, { name, initial }] of [...model.weights, ...model.buffers].entries()) {
          const differing = near([...initial], [...initials[index]!]);
          if (differing) {
            const got = `${differing.got} where ${differing.expected} was`;
            throw modelChangesInput(place(subject, call), `the first values of ${name}`, got);
          }
        }
      }
    }),
    check('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const model = await subject.another();
        for (const mode of MODES) {
          await answered({ ...subject, model }, callOf(model, subject.facts, { mode }));
        }
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    check('reads no data of a tensor', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const readings = countReadings(() =>
          tf.tidy(() => {
            const { uniform } = uniformOf(call.uniform);
            guarded(subject, call, () =>
              model.forward({ ...tensorsOf(model, call), mode, uniform }),
            );
          }),
        );
        if (readings > 0) throw modelReadsData(place(subject, call), readings);
      }
    }),
    check('sees every channel of the images', async (subject) => {
      const { model, facts } = subject;
      const call = callOf(model, facts, { mode: 'infer' });
      const other = callOf(model, facts, { mode: 'infer', seed: 'another channel' });
      for (let channel = 0; channel < facts.channels; channel++) {
        const seen = await someCall(subject, async (source, seed) => {
          const one = callOf(source, facts, { mode: 'infer', seed });
          const images = one.images.map((value, at) =>
            at % facts.channels === channel ? other.images[at]! : value,
          );
          const two = { ...one, images };
          return logitsDiffer(await answered(subject, one), await answered(subject, two));
        });
        if (!seen) throw channelUnseen(place(subject, call), channel);
      }
    }),
    check('has logits of its own for each class', async (subject) => {
      const call = callOf(subject.model, subject.facts, { mode: 'infer' });
      const { values } = (await answered(subject, call)).logits;
      const classes = subject.facts.classes.length;
      const logitsOf = (index: number) => values.filter((_, at) => at % classes === index);
      for (let index = 0; index < classes; index++) {
        for (let other = 0; other < index; other++) {
          if (near(logitsOf(index), logitsOf(other))) continue;
          const [first, second] = [other, index].map((at) => subject.facts.classes[at]!.name);
          throw classesAlike(place(subject, call), first!, second!);
        }
      }
    }),
  ];
  if (seeded) {
    checks.push(
      check('has other first weights for another seed', async ({ model, where, another }) => {
        const other = await another(SEED + 1);
        const same = model.weights.every(
          ({ initial }, index) => !difference(other.weights[index]?.initial ?? [], initial, 0),
        );
        if (same) throw modelIgnoresSeed(where);
      }),
    );
  }
  const { batchStatistics } = expects;
  if (batchStatistics !== undefined) {
    checks.push(
      check(
        `normalises the images of a batch ${batchStatistics ? 'together' : 'apart'} in training`,
        async (subject) => {
          const call = callOf(subject.model, subject.facts);
          const { values } = (await answered(subject, call)).logits;
          const alone = (await answered(subject, withCallImages(call, [0]))).logits.values;
          const differing = near(values.slice(0, alone.length), alone);
          if ((differing !== undefined) !== batchStatistics) {
            throw statisticsElsewhere(place(subject, call), batchStatistics, differing);
          }
        },
      ),
    );
  }
  return checks;
}

async function opened(plugin: ModelPlugin, written: unknown, facts: Facts) {
  const makings: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const making of makings) await making.dispose();
  };
  const another = async (seed = SEED): Promise<Model> => {
    const given = structuredClone(facts);
    const made = await make(plugin, written, {
      facts: given,
      survey: surveyOf(MIXED, given),
      seed,
    });
    makings.push(made);
    return made.product;
  };
  const model = await another();
  const where = whereOf(plugin, written, facts);
  const [declared] = parameterFaults(model, facts);
  if (declared !== undefined) {
    await dispose();
    throw parameterFault(where, declared);
  }
  const subject: ModelSubject = { facts, model, where, another };
  return { subject, dispose };
}

function place({ where }: ModelSubject, { label }: Call): Place {
  return { where, label };
}

/** What comes of a call; what the model throws gets its place. */
async function answered(subject: ModelSubject, call: Call): Promise<Answer> {
  try {
    return await answerOf(subject.model, call);
  } catch (error) {
    throw modelThrows(place(subject, call), error);
  }
}

async function differentiated(
  subject: ModelSubject,
  call: Call,
  of: 'logits' | 'outputs' = 'logits',
) {
  try {
    return await gradientsOf(subject.model, call, of);
  } catch (error) {
    throw modelThrows(place(subject, call), error);
  }
}

function guarded<T>(subject: ModelSubject, call: Call, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw modelThrows(place(subject, call), error);
  }
}

function requireFinite(
  subject: ModelSubject,
  call: Call,
  what: string,
  values: readonly number[],
): void {
  if (!values.every(Number.isFinite)) {
    throw modelNotFinite(
      place(subject, call),
      what,
      list(values.filter((x) => !Number.isFinite(x))),
    );
  }
}

/**
 * True where a call with the first weights of one of several seeds shows it. Of a small network, one
 * of them may have units that are always silent.
 */
async function someCall(
  subject: ModelSubject,
  shows: (source: Model, seed: string) => Promise<boolean>,
): Promise<boolean> {
  for (let draw = 0; draw < 8; draw++) {
    if (await shows(await subject.another(SEED + draw), `draw ${draw}`)) return true;
  }
  return false;
}

/** To the last digit: what one part of a network adds may be small. */
function logitsDiffer(one: Answer, two: Answer): boolean {
  return difference(one.logits.values, two.logits.values, 0) !== undefined;
}

function isSteep(slopes: readonly number[] | undefined): boolean {
  return slopes?.some((slope) => slope !== 0) ?? false;
}

/**
 * Compares the slope of the logits' weighted sum along a random direction of one weight with
 * differences. At a kink, which a small network with ReLU and a normalisation has everywhere, the
 * slope to one side or over a shorter step may be the one.
 */
async function slopeFault(
  subject: ModelSubject,
  call: Call,
  index: number,
  gradient: readonly number[],
  seed: string,
): Promise<Differing | undefined> {
  const stream = createRandom(seed);
  const step = gradient.map(() => stream.normal());
  const valueAt = async (by: number) => {
    const weights = call.weights.map((values, at) =>
      at === index ? values.map((value, place) => value + by * step[place]!) : values,
    );
    return weightedSum((await answered(subject, { ...call, weights })).logits.values);
  };
  const along = step.reduce((sum, part, at) => sum + part * gradient[at]!, 0);
  const steepness = Math.hypot(...gradient);
  const here = await valueAt(0);
  let shown = 0;
  for (const reach of [1e-3, 4e-3, 3e-4]) {
    const [before, after] = [await valueAt(-reach), await valueAt(reach)];
    const sides = [(after - here) / reach, (here - before) / reach];
    const middle = (after - before) / (2 * reach);
    for (const slope of [middle, ...sides]) {
      const scale = Math.max(Math.abs(along), Math.abs(slope), steepness / 2);
      // Logits of about 1 in float32 are 1e-7 off, their sum 1e-5, differences over 2e-3 then 5e-3.
      if (Math.abs(along - slope) <= 0.03 * scale + 1e-2) return undefined;
    }
    shown ||= middle;
  }
  return { expected: number(shown), got: number(along) };
}

/** Sizes that fit: none with two axes of one length, and one longer along every axis. */
function sizesOf(model: Model): readonly (readonly number[])[] {
  const size = fittingSize(model);
  const longer = size.map((extent, axis) => extent + model.multipleOf[axis]! * (axis + 1));
  const wider = size.map((extent, axis) => extent + model.multipleOf[axis]! * (axis === 0 ? 2 : 0));
  return [size, longer, wider];
}

/** True for an error that tells the user what to do, whoever threw it. */
function isClear(error: unknown): boolean {
  return isRaremaskError(error) && error.category !== 'plugin';
}

function namesOf(model: Model, kind: 'weights' | 'buffers'): string {
  return model[kind].map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ') || 'none';
}

function joined(buffers: readonly Plain[] | undefined): readonly number[] {
  return (buffers ?? []).flatMap(({ values }) => values);
}

/** What a call has changed of what it was given, and how; it runs inside tf.tidy. */
function changesOf(subject: ModelSubject, call: Call): [string, string] | undefined {
  const { model } = subject;
  const { images, weights, buffers } = tensorsOf(model, call);
  const lists = { weights: [...weights], buffers: [...buffers] };
  const { uniform } = uniformOf(call.uniform);
  guarded(subject, call, () => model.forward({ images, ...lists, mode: call.mode, uniform }));
  const given: readonly (readonly [string, tf.Tensor, Float32Array])[] = [
    ['images', images, call.images],
    ...weights.map((tensor, at) => [model.weights[at]!.name, tensor, call.weights[at]!] as const),
    ...buffers.map((tensor, at) => [model.buffers[at]!.name, tensor, call.buffers[at]!] as const),
  ];
  for (const [name, tensor, values] of given) {
    if (tensor.isDisposed) return [name, 'a tensor that is disposed'];
    const differing = difference([...tensor.dataSync()], [...values], 0);
    if (differing) return [name, `${differing.got} where ${differing.expected} was`];
  }
  for (const [name, before] of Object.entries({ weights, buffers })) {
    const after = lists[name as keyof typeof lists];
    if (after.length !== before.length || after.some((tensor, at) => tensor !== before[at])) {
      return [`the list of ${name}`, `${after.length} tensors where ${before.length} were`];
    }
  }
  return undefined;
}
