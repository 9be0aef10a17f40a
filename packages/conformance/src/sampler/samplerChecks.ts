import { inspect, isDeepStrictEqual } from 'node:util';
import type {
  Draw,
  Facts,
  Json,
  Outcome,
  Sampler,
  SamplerPlugin,
  Survey,
  Window,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { Check } from '../check.ts';
import type { Place } from '../errors.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { changesGiven, drawsOwnRandomNumbers, makesTensors } from '../pluginFaults.ts';
import { inEveryCase } from '../trial/cases.ts';
import { make, whereOf } from '../trial/make.ts';
import { task } from '../trial/tasks.ts';
import { countRandomDraws, countTensorsMade } from '../trial/watch.ts';
import {
  batchCount,
  feedbackInEpoch,
  oneSideOfState,
  repeatsEpoch,
  samplerIgnoresSeed,
  samplerNotPure,
  seedNotEnough,
  sharedBatch,
  stateNotJson,
  stateStillWritten,
  unknownDraw,
  unlikeAfterResume,
  windowCannotBeCut,
  windowNotDeclared,
} from './faults.ts';
import { copied, describeDraws, type Plan, planDifference, planOf, thrown } from './plan.ts';
import { MIXED, STOCKS, type Stock, surveyOf } from './stock.ts';

/** What the author knows of a sampler. */
export interface SamplerCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, two are tried: images and volumes. */
  readonly facts?: Facts;
  /** Images of a batch; left out, 4. Where there are many images, 1 and 64 are tried as well. */
  readonly batchSize?: number;
  /** False for a sampler that draws the same in every epoch, whatever the seed, on purpose. */
  readonly varies?: boolean;
}

/** A sampler under trial: one plugin with one set of options, some images and a task. */
interface SamplerSubject {
  /** What was given to it, and how that was. */
  readonly facts: Facts;
  readonly survey: Survey;
  readonly original: Facts;
  readonly stock: Stock;
  readonly batchSize: number;
  readonly sampler: Sampler;
  readonly place: Place;
  /** Another one, made of the same things. */
  another(seed?: number): Promise<Sampler>;
}

interface Case {
  readonly facts: Facts;
  readonly stock: Stock;
  readonly batchSize: number;
}

const SEED = 1;

/** Checks that every sampler must pass. */
export function samplerChecks(
  plugin: SamplerPlugin,
  { options = [{}], facts, batchSize = 4, varies = true }: SamplerCheckOptions = {},
): readonly Check[] {
  const tasks =
    facts === undefined ? [task('exclusive', 3, 2), task('overlapping', 2, 3)] : [facts];
  const mixed: readonly Case[] = tasks.map((facts) => ({ facts, stock: MIXED, batchSize }));
  const all: readonly Case[] = tasks.flatMap((facts) => [
    ...STOCKS.map((stock) => ({ facts, stock, batchSize })),
    ...[1, 64].map((other) => ({ facts, stock: MIXED, batchSize: other })),
  ]);
  const check = (
    name: string,
    cases: readonly Case[],
    law: (subject: SamplerSubject) => Promise<void>,
  ): Check => ({
    name,
    async run() {
      for (const written of options) {
        await inEveryCase(cases, (one) => opened(plugin, written, one), law);
      }
    },
  });

  const checks: Check[] = [
    ...pluginChecks(plugin, 'sampler'),
    check('draws from any images, or says why it cannot', all, async (subject) => {
      const plan = planOf(subject.sampler, 0, subject.place);
      if (subject.stock.images.length > 0 && plan.length === 0) {
        throw batchCount(subject.place, 'at least one batch in an epoch', 'none');
      }
    }),
    check('fills every batch but the last', all, async ({ sampler, batchSize, place }) => {
      for (const epoch of epochs()) {
        const plan = planOf(sampler, epoch, place);
        for (const [index, batch] of plan.entries()) {
          const isLast = index === plan.length - 1;
          if (batch.length === batchSize) continue;
          if (isLast && batch.length > 0 && batch.length < batchSize) continue;
          const expected = isLast ? `1 to ${batchSize} draws` : `${batchSize} draws`;
          const at = `batch ${index} of ${plan.length} in epoch ${epoch}`;
          throw batchCount(place, `${expected} in ${at}`, `${batch.length}`);
        }
        if (new Set(plan).size < plan.length) throw sharedBatch(place);
      }
    }),
    check('draws images of the training split', all, async ({ sampler, survey, place }) => {
      const train = new Set(survey.train);
      for (const epoch of epochs()) {
        for (const { id } of planOf(sampler, epoch, place).flat()) {
          if (!train.has(id)) throw unknownDraw(place, id, survey.train);
        }
      }
    }),
    check('draws windows that show a part of their image', all, async (subject) => {
      for (const epoch of epochs()) {
        for (const draw of planOf(subject.sampler, epoch, subject.place).flat()) {
          const { id, window } = draw;
          if (window === undefined || !subject.survey.train.includes(id)) continue;
          const { size } = subject.survey.image(id);
          const fault = windowFault(window, size);
          if (fault !== undefined) {
            throw windowCannotBeCut(subject.place, fault, size, describeDraws([draw]));
          }
        }
      }
    }),
    check('draws windows of the size that it declares', all, async ({ sampler, place }) => {
      const declared = sampler.window;
      for (const draw of epochs().flatMap((epoch) => planOf(sampler, epoch, place).flat())) {
        const size = draw.window?.size;
        if (`${size}` !== `${declared}`) {
          const expected = declared === undefined ? undefined : `[${declared.join(', ')}]`;
          throw windowNotDeclared(place, expected, describeDraws([draw]));
        }
      }
    }),
    check('gives the same seed the same batches', mixed, async (subject) => {
      for (const epoch of epochs()) {
        const plan = planOf(subject.sampler, epoch, subject.place);
        // Long enough for a clock to go on.
        await new Promise((resolve) => setTimeout(resolve, 2));
        const other = planOf(await subject.another(), epoch, subject.place);
        const differing = planDifference(plan, other);
        if (differing) throw seedNotEnough(subject.place, epoch, differing);
      }
    }),
    check('gives an epoch the same batches, whatever was asked before', mixed, async (subject) => {
      const { sampler, place } = subject;
      const raw = epochs().map((epoch) => planOf(sampler, epoch, place));
      const plans = raw.map(copied);
      const compare = (epoch: number, got: Plan, asked: string) => {
        const differing = planDifference(plans[epoch]!, got);
        if (differing) throw samplerNotPure(place, epoch, asked, differing);
      };
      for (const epoch of epochs().toReversed()) {
        compare(epoch, planOf(await subject.another(), epoch, place), 'first of all');
        compare(epoch, planOf(sampler, epoch, place), 'after all the others');
        compare(epoch, planOf(sampler, epoch, place), 'twice');
      }
      // An epoch that is left in the middle, and another one between two of its batches.
      const begun = sampler.batches(0)[Symbol.iterator]();
      const first = begun.next();
      compare(1, planOf(sampler, 1, place), 'while epoch 0 is under way');
      const rest: (readonly Draw[])[] = first.done ? [] : [first.value];
      for (let next = begun.next(); !next.done; next = begun.next()) rest.push(next.value);
      compare(0, rest, 'with another epoch asked between its batches');
      for (const epoch of epochs()) {
        compare(epoch, raw[epoch]!, 'in the list that was handed over at first');
      }
    }),
    check('draws no random numbers of its own', mixed, async (subject) => {
      const draws = await countRandomDraws(async () => {
        const sampler = await subject.another();
        for (const epoch of epochs()) planOf(sampler, epoch, subject.place);
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.place.where, draws);
    }),
    check('draws the same when it is resumed', mixed, async (subject) => {
      const { place } = subject;
      const run = await subject.another();
      const plans: Plan[] = [];
      const saved: { readonly epoch: number; readonly step: number; readonly text: string }[] = [];
      for (const epoch of epochs()) {
        const plan = copied(planOf(run, epoch, place));
        plans.push(plan);
        for (const [step, draws] of plan.entries()) {
          if (step < 2) saved.push({ epoch, step, text: JSON.stringify(stateOf(run, place)) });
          hear(run, draws, epoch, step, place);
        }
      }
      for (const { epoch, step, text } of saved) {
        const resumed = await subject.another();
        restore(resumed, text, place);
        for (let later = epoch; later < plans.length; later++) {
          const plan = copied(planOf(resumed, later, place));
          const differing = planDifference(plans[later]!, plan);
          const when = `epoch ${later}, resumed before batch ${step} of epoch ${epoch}`;
          if (differing) throw unlikeAfterResume(place, when, run.state !== undefined, differing);
          for (const [index, draws] of plan.entries()) {
            if (later > epoch || index >= step) hear(resumed, draws, later, index, place);
          }
        }
      }
    }),
    check('lets feedback change later epochs only', mixed, async (subject) => {
      const { place } = subject;
      const sampler = await subject.another();
      if (sampler.observe === undefined) return;
      for (const epoch of epochs()) {
        const plan = copied(planOf(sampler, epoch, place));
        for (const [step, draws] of plan.slice(0, -1).entries()) {
          hear(sampler, draws, epoch, step, place);
          // A look ahead is no sign that the epoch is over.
          planOf(sampler, epoch + 1, place);
          const differing = planDifference(plan, planOf(sampler, epoch, place));
          if (differing) throw feedbackInEpoch(place, epoch, step, differing);
        }
      }
    }),
    check('has a state that JSON can hold', mixed, async (subject) => {
      const { place } = subject;
      const sampler = await subject.another();
      if ((sampler.state === undefined) !== (sampler.restore === undefined)) {
        throw oneSideOfState(place, sampler.state === undefined ? 'restore' : 'state');
      }
      if (sampler.state === undefined) return;
      const hearAll = (epoch: number) => {
        for (const [step, draws] of planOf(sampler, epoch, place).entries()) {
          hear(sampler, draws, epoch, step, place);
        }
      };
      hearAll(0);
      const state = stateOf(sampler, place);
      const before = throughJson(state);
      if (!isDeepStrictEqual(before, state)) {
        throw stateNotJson(
          place,
          inspect(state, { depth: 2, breakLength: Number.POSITIVE_INFINITY }),
        );
      }
      hearAll(1);
      if (!isDeepStrictEqual(throughJson(state), before)) throw stateStillWritten(place);
    }),
    check('does not change what it is given', all, async (subject) => {
      const { sampler, stock, place } = subject;
      for (const epoch of epochs()) planOf(sampler, epoch, place);
      const untouched = surveyOf(stock, subject.original);
      const pairs: readonly (readonly [string, unknown, unknown])[] = [
        ['the facts', subject.original, subject.facts],
        ['the list of training images', untouched.train, subject.survey.train],
        ...untouched.train.map(
          (id) => [`the count of ${id}`, untouched.image(id), subject.survey.image(id)] as const,
        ),
      ];
      for (const [member, expected, got] of pairs) {
        if (!isDeepStrictEqual(got, expected)) {
          throw changesGiven(place, member, {
            expected: JSON.stringify(expected),
            got: JSON.stringify(got),
          });
        }
      }
    }),
    check('makes no tensor', mixed, async (subject) => {
      const made = await countTensorsMade(async () => {
        const sampler = await subject.another();
        for (const epoch of epochs()) planOf(sampler, epoch, subject.place);
      });
      if (made > 0) throw makesTensors(subject.place.where, 'a sampler', made);
    }),
  ];
  if (varies) {
    checks.push(
      check('gives epochs batches of their own', mixed, async ({ sampler, place }) => {
        const [first, ...others] = epochs().map((epoch) => copied(planOf(sampler, epoch, place)));
        if (others.every((plan) => planDifference(first!, plan) === undefined)) {
          throw repeatsEpoch(place, describeDraws(first![0] ?? []));
        }
      }),
      check('follows the seed of the run', mixed, async (subject) => {
        const other = await subject.another(SEED + 1);
        const same = epochs().every((epoch) => {
          const plan = copied(planOf(subject.sampler, epoch, subject.place));
          return planDifference(plan, planOf(other, epoch, subject.place)) === undefined;
        });
        if (same) throw samplerIgnoresSeed(subject.place);
      }),
    );
  }
  return checks;
}

/** Epochs 0, 1, ... that the checks look at. */
function epochs(): number[] {
  return [0, 1, 2, 3];
}

async function opened(plugin: SamplerPlugin, written: unknown, { facts, stock, batchSize }: Case) {
  const makings: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const making of makings) await making.dispose();
  };
  const makeOne = async (seed: number) => {
    const given = structuredClone(facts);
    const survey = surveyOf(stock, given);
    const made = await make(plugin, written, { facts: given, survey, batchSize, seed });
    makings.push(made);
    return { sampler: made.product, facts: given, survey };
  };
  const place = {
    where: whereOf(plugin, written, facts),
    label: `${stock.label}, batches of ${batchSize}`,
  };
  try {
    const one = await makeOne(SEED);
    // What the images do not allow may be said as late as this.
    planOf(one.sampler, 0, place);
    const subject: SamplerSubject = {
      ...one,
      original: facts,
      stock,
      batchSize,
      place,
      another: async (seed = SEED) => (await makeOne(seed)).sampler,
    };
    return { subject, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What becomes of a batch: numbers that follow from what it is and when it comes. */
function hear(
  sampler: Sampler,
  draws: readonly Draw[],
  epoch: number,
  step: number,
  place: Place,
): void {
  const random = createRandom(`outcomes ${epoch} ${step}`);
  const outcomes = draws.map(
    (draw): Outcome => ({
      draw,
      loss: 2 * random.next(),
      alarms: random.next(),
    }),
  );
  try {
    sampler.observe?.(outcomes, epoch);
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, observe` });
  }
}

function stateOf(sampler: Sampler, place: Place): Json {
  try {
    return sampler.state?.() ?? null;
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, state` });
  }
}

function restore(sampler: Sampler, text: string, place: Place): void {
  try {
    sampler.restore?.(JSON.parse(text));
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, restore` });
  }
}

/** What is left of a value in a checkpoint. */
function throughJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

/** Why a window cannot be cut out of an image of a size, or shows nothing of it. */
function windowFault({ origin, size }: Window, image: readonly number[]): string | undefined {
  if (origin?.length !== image.length || size?.length !== image.length) {
    return `the window has not ${image.length} axes`;
  }
  if (!origin.every(Number.isInteger)) return 'the window begins between two pixels';
  if (!size.every((extent) => Number.isInteger(extent) && extent > 0)) {
    return 'an extent of the window is no whole number from 1';
  }
  const beside = image.some((extent, axis) => {
    const from = origin[axis]!;
    return from >= extent || from + size[axis]! <= 0;
  });
  return beside ? 'the window lies beside the image, so that no pixel of it counts' : undefined;
}
