import type { Facts, Loss } from '@raremask/core';
import { decisionRule } from '../judging/decisionRule.ts';
import { judge, scoreJudged } from '../judging/judge.ts';
import { trialImages } from '../judging/trialImages.ts';
import type { Work } from '../opening/openWork.ts';
import { paddedSize } from '../reading/window.ts';
import type { Compute } from '../runner/compute.ts';
import { openRunner } from '../runner/openRunner.ts';
import type { StepCall } from '../runner/runner.ts';
import type { StepProgram } from '../step/program.ts';
import { initialState } from '../step/state.ts';

/** A network, and the extents of what it would see: in a step, and of a validation image. */
export interface Candidate {
  readonly filters: number;
  readonly depth: number;
  /** Pixels along each axis that the network takes together. */
  readonly patch: 1 | 2;
  /** A published encoder in place of the network's own. */
  readonly encoder?: string;
  readonly seen: readonly number[];
  readonly image: readonly number[];
  readonly batch: number;
}

/** What a step and an image cost on this machine, in seconds. */
export interface Costs {
  readonly step: number;
  readonly image: number;
}

/** Calls that are timed after two to warm up: in the first ones memory settles. */
const TIMED = 4;
/** Seconds after which what was timed is enough. */
const PATIENCE = 3;

/** A network that steps and images are timed with. */
export interface Rehearsal {
  /** Seconds of a step. @param size extents of what it sees @throws RaremaskError where memory is short */
  step(batch: number, size: readonly number[]): Promise<number>;
  /** Seconds of a look at one image. */
  image(size: readonly number[]): Promise<number>;
  dispose(): Promise<void>;
}

/** Times steps and images of candidates, of made-up pixels: what they hold changes no time. */
export async function rehearser(
  work: Work,
  compute: Compute | undefined,
): Promise<(candidate: Candidate) => Promise<Costs>> {
  const { model: loaded } = work.loaded.plugins;
  const trained = await trainedBy(work);
  return async ({ filters, depth, patch, encoder, seen, image, batch }) => {
    const options = loaded.plugin.options.parse({
      ...{ filters, depth, lastBias: 0 },
      ...(patch > 1 && { patch }),
      ...(encoder !== undefined && { encoder }),
    });
    const model = await work.scope.make({ ...loaded, options });
    const rehearsal = rehearsalOf(work.facts, { ...trained, model }, compute);
    try {
      return { step: await rehearsal.step(batch, seen), image: await rehearsal.image(image) };
    } finally {
      await rehearsal.dispose();
    }
  };
}

/** The same of the manifest's own network. */
export async function ownRehearsal(work: Work, compute: Compute | undefined): Promise<Rehearsal> {
  const model = await work.scope.make(work.loaded.plugins.model);
  return rehearsalOf(work.facts, { ...(await trainedBy(work)), model }, compute);
}

async function trainedBy({
  loaded,
  scope,
}: Work): Promise<Pick<StepProgram, 'losses' | 'optimizer'>> {
  const losses: Loss[] = [];
  for (const loss of loaded.plugins.losses) losses.push(await scope.make(loss));
  return { losses, optimizer: await scope.make(loaded.plugins.optimizer) };
}

/** Seconds that a validation image takes beside the network: to be read, decided and scored. */
export async function aroundNetwork(work: Work): Promise<number> {
  const { facts, splits } = work;
  const { survey } = await work.counted();
  const ids = splits.validation.filter((id) => survey.has(id));
  const tried = trialImages(ids, work.workers);
  if (tried.length === 0) return 0;
  const feed = await work.feed({
    normalization: { kind: 'none' },
    multipleOf: facts.space === 2 ? [1, 1] : [1, 1, 1],
  });
  const infer = async (_: Float32Array, count: number, size: readonly number[]) => ({
    logits: new Float32Array(count * product(size) * facts.classes.length),
  });
  const rule = decisionRule(work.loaded.manifest.evaluate, facts);
  const judging = { facts, network: { infer }, rule, tiles: () => undefined, mirror: false };
  try {
    let seconds = 0;
    // The first time threads begin.
    for (let round = 0; round < 2; round++) {
      const started = performance.now();
      for await (const image of judge(judging, feed, tried)) scoreJudged(facts, image, []);
      seconds = (performance.now() - started) / 1000;
    }
    return seconds / tried.length;
  } finally {
    await feed.close();
  }
}

function rehearsalOf(
  facts: Facts,
  parts: Pick<StepProgram, 'model' | 'losses' | 'optimizer'>,
  compute: Compute | undefined,
): Rehearsal {
  const { model, losses, optimizer } = parts;
  const program: StepProgram = { facts, ...parts, clip: null, outcomes: false };
  const runner = openRunner(compute, program, initialState(program), () => undefined);
  const numbers = (update: number) => optimizer.numbers?.(update) ?? {};
  return {
    step(batch, size) {
      const call = madeUp(facts, losses.length, batch, paddedSize(size, model.multipleOf));
      return timed(async (count) => {
        const calls = Array.from({ length: runner.atOnce }, (_, ahead) => ({
          ...call,
          numbers: numbers(count + ahead + 1),
        }));
        return (await runner.steps(calls)).length;
      });
    },
    image(own) {
      const size = paddedSize(own, model.multipleOf);
      const pixels = filled(product(size) * facts.channels);
      return timed(async () => {
        await runner.infer(pixels, 1, size);
        return 1;
      });
    },
    dispose: () => runner.dispose(),
  };
}

/**
 * Median seconds of what a call does.
 *
 * @param call hears how much was done before, and says how much it has done
 */
async function timed(call: (before: number) => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  const began = performance.now();
  let before = 0;
  for (let count = 0; count < 2 + TIMED; count++) {
    const started = performance.now();
    const done = await call(before);
    const ended = performance.now();
    before += done;
    // The first call compiles.
    if (count > 0) seconds.push((ended - started) / 1000 / done);
    if (seconds.length > 0 && ended - began > PATIENCE * 1000) break;
  }
  const settled = seconds.length > 1 ? seconds.slice(1) : seconds;
  return settled.sort((left, right) => left - right)[Math.floor(settled.length / 2)]!;
}

function madeUp(facts: Facts, terms: number, count: number, size: readonly number[]): StepCall {
  const { length: classes } = facts.classes;
  const pixels = count * product(size);
  const target = new Float32Array(pixels * classes);
  // Every class is somewhere.
  for (let pixel = 0; pixel < pixels; pixel++) target[pixel * classes + (pixel % classes)] = 1;
  return {
    count,
    size,
    images: filled(pixels * facts.channels),
    target,
    weight: new Float32Array(pixels).fill(1),
    learningRate: 1e-4,
    numbers: {},
    termWeights: Array<number>(terms).fill(1),
    uniform: (into) => into.fill(0.5),
  };
}

/** Numbers about as large as normalised intensities, the same each time. */
function filled(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9898) * 1.4);
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
