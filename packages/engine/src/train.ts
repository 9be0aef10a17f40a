import { join, relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Draw, Loss, Model, Sample, Sampler } from '@raremask/core';
import { isRaremaskError } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type Summary, summarize } from '@raremask/metrics';
import { UNCHANGED } from './augment/rule.ts';
import { lossFailed, lossShape, noBatches, notFiniteLoss, windowDoesNotFit } from './errors.ts';
import type { BackendFact, OnEvent, RunEvent, ValidationScores } from './events.ts';
import { type Normalization, normalizationOf } from './intensities/normalize.ts';
import { type DecisionRule, decisionRule } from './judging/decide.ts';
import { judge, scoreJudged } from './judging/judge.ts';
import { type TileRule, tileRule } from './judging/tiles.ts';
import { openWork, splitOf, type Work } from './opening/openData.ts';
import type { Feed } from './reading/feed.ts';
import type { Batch } from './reading/plan.ts';
import { appendLine, writeAtomically } from './record/atomicFile.ts';
import {
  type Checkpoint,
  checkpointState,
  type EpochSums,
  initialState,
  type Progress,
  readCheckpoint,
  writeCheckpoint,
} from './record/checkpoint.ts';
import { MetricsTable } from './record/metricsTable.ts';
import {
  createRunFolder,
  type Environment,
  openRunFolder,
  type RunFolder,
  writeJson,
} from './record/runFolder.ts';
import type { Compute } from './runner/compute.ts';
import { openRunner } from './runner/openRunner.ts';
import type { Runner, StepResult } from './runner/runner.ts';
import { createOptimizer, type Optimizer } from './step/optimizer.ts';
import { scheduleFactor } from './step/schedule.ts';
import type { StepProgram } from './step/trainStep.ts';

export interface TrainOptions {
  readonly backend: BackendFact;
  /** What compiled steps run on; without it every step runs on the tfjs backend in use. */
  readonly compute?: Compute | undefined;
  /** Version of the command that trains, for environment.json. */
  readonly version: string;
  readonly onEvent: OnEvent;
  /** Where the run folder is made; default: `output`/`name` of the manifest, with -2, -3, ... */
  readonly out?: string;
  /** A run folder to go on with, instead of making one. */
  readonly resume?: string;
  /** When it fires, the running step is finished, its state saved, and the run returns. */
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly folder: string;
  /** Epoch of the best checkpoint, counted from 1; 0 where nothing was validated. */
  readonly bestEpoch: number;
  readonly interrupted: boolean;
  /** Seconds that steps waited for a batch, without the first of each epoch; before a resume not counted. */
  readonly waitSeconds: number;
}

/** Trains as the manifest says and leaves a run folder. */
export async function train(loaded: LoadedManifest, options: TrainOptions): Promise<TrainResult> {
  const journal = new Journal(options.onEvent);
  const work = await openWork(loaded, journal.emit);
  let feed: Feed | undefined;
  let run: TrainingRun | undefined;
  try {
    const from = options.resume
      ? await resumePoint((await openRunFolder(options.resume)).folder)
      : null;
    const parts = await makeParts(work, from?.checkpoint.head.normalization);
    const folder =
      from?.folder ??
      createRunFolder(
        options.out ?? join(loaded.folder, loaded.manifest.output, loaded.manifest.name),
      );
    if (from === null) await writeHead(folder, work, options);
    journal.open(folder.events);
    feed = await work.feed({
      normalization: parts.normalization,
      multipleOf: parts.model.multipleOf,
      augment: loaded.manifest.train.augment,
      donors: await donorsOf(work),
      sizesDiffer: await sizesDiffer(work),
    });
    run = new TrainingRun(work, parts, folder, feed, journal.emit, from, options.compute);
    return await run.train(options.backend, options.signal);
  } finally {
    await run?.dispose();
    await feed?.close();
    await work.close();
  }
}

/** Passes events on, and writes those that stay interesting into events.ndjson. */
class Journal {
  #path: string | undefined;
  #waiting: string[] = [];
  readonly #onEvent: OnEvent;

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
  }

  readonly emit = (event: RunEvent): void => {
    this.#onEvent(event);
    if (event.type === 'step' || event.type === 'survey' || event.type === 'validate') return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };

  open(path: string): void {
    this.#path = path;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const line of waiting) this.#write(line);
  }

  #write(line: string): void {
    if (this.#path === undefined) this.#waiting.push(line);
    else appendLine(this.#path, line);
  }
}

/** What the manifest's plugins have made. */
interface Parts {
  readonly model: Model;
  readonly sampler: Sampler;
  readonly losses: readonly Loss[];
  /** Names of the loss terms in curves and messages, unique. */
  readonly terms: readonly string[];
  readonly optimizer: Optimizer;
  readonly normalization: Normalization;
  readonly tiles: TileRule;
  readonly rule: DecisionRule;
}

/** @param fitted the normalization of a run that goes on */
async function makeParts(work: Work, fitted: Normalization | undefined): Promise<Parts> {
  const { plugins, manifest } = work.loaded;
  splitOf(work, 'train');
  const normalization =
    fitted ??
    (await normalizationOf(manifest.data.normalize, await work.survey(), work.facts, () =>
      trainingSamples(work),
    ));
  const losses: Loss[] = [];
  for (const loss of plugins.losses) losses.push(await work.scope.make(loss));
  const sampler = await work.scope.make(plugins.sampler);
  const model = await work.scope.make(plugins.model);
  const { window } = sampler;
  if (window?.some((extent, axis) => extent % (model.multipleOf[axis] ?? 1) !== 0)) {
    throw windowDoesNotFit(window, model.multipleOf);
  }
  return {
    model,
    tiles: tileRule(manifest.evaluate.window, work.facts, model),
    rule: decisionRule(manifest.evaluate, work.facts),
    sampler,
    losses,
    terms: uniqueNames(
      plugins.losses.map((loss, index) => manifest.loss[index]?.name ?? loss.plugin.name),
    ),
    optimizer: createOptimizer(manifest.train.optimizer, model.weights),
    normalization,
  };
}

async function sizesDiffer(work: Work): Promise<boolean> {
  const survey = await work.survey();
  return new Set(work.splits.train.map((id) => survey.image(id).size.join())).size > 1;
}

/** Every image of the training split once, whole and raw. */
async function* trainingSamples(work: Work): AsyncGenerator<Sample> {
  const feed = await work.feed({
    normalization: { kind: 'none' },
    multipleOf: work.facts.space === 2 ? [1, 1] : [1, 1, 1],
    augment: UNCHANGED,
  });
  try {
    for await (const { sample } of feed.whole(work.splits.train)) yield sample;
  } finally {
    await feed.close();
  }
}

function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
}

async function writeHead(folder: RunFolder, work: Work, options: TrainOptions): Promise<void> {
  const { loaded } = work;
  const { dataset, model, sampler, losses } = loaded.plugins;
  const environment: Environment = {
    raremask: options.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    backend: options.backend,
    seed: loaded.manifest.seed,
    workers: work.workers,
    plugins: Object.fromEntries(
      [dataset, model, sampler, ...losses].map(({ use, package: from }) => [
        use,
        from?.version ?? 'file',
      ]),
    ),
    manifestFolder: relative(folder.path, loaded.folder) || '.',
    startedAt: new Date().toISOString(),
    ...(work.facts.remark !== undefined && { remark: work.facts.remark }),
  };
  await writeJson(folder.environment, environment);
  await writeAtomically(folder.manifest, loaded.toYaml());
}

interface ResumePoint {
  readonly folder: RunFolder;
  readonly checkpoint: Checkpoint;
}

async function resumePoint(folder: RunFolder): Promise<ResumePoint> {
  return { folder, checkpoint: await readCheckpoint(folder.last) };
}

/** Share of the masks of an epoch that augmentation may empty without a word. */
const EMPTIED_SHARE = 0.05;

function emptiedNote(emptied: number, masks: number): string {
  return `augmentation left ${emptied} of ${masks} windows with foreground without any; lower train.augment.cutout.size, scale.to or turn.degrees, or take larger windows`;
}

/** Ids that structures may be copied from; spread evenly where there are more than enough. */
async function donorsOf({ loaded, survey: count, splits }: Work): Promise<string[]> {
  if (loaded.manifest.train.augment.paste === undefined) return [];
  const survey = await count();
  const able = splits.train.filter((id) => survey.hasForeground(id));
  const most = 4096;
  if (able.length <= most) return able;
  return Array.from({ length: most }, (_, at) => able[Math.floor((at * able.length) / most)]!);
}

const NOTHING_DONE: EpochSums = {
  batches: 0,
  images: 0,
  loss: 0,
  terms: [],
  gradientNorm: 0,
  masks: 0,
  emptied: 0,
  pasted: 0,
  waited: 0,
  seconds: 0,
};

/** The loop over epochs and steps. Owns the tensors of the state. */
class TrainingRun {
  readonly #work: Work;
  readonly #parts: Parts;
  readonly #folder: RunFolder;
  readonly #feed: Feed;
  readonly #emit: OnEvent;
  readonly #runner: Runner;
  readonly #table: MetricsTable;
  #progress: Omit<Progress, 'sampler'>;
  #resumed: boolean;

  constructor(
    work: Work,
    parts: Parts,
    folder: RunFolder,
    feed: Feed,
    emit: OnEvent,
    from: ResumePoint | null,
    compute: Compute | undefined,
  ) {
    this.#work = work;
    this.#parts = parts;
    this.#folder = folder;
    this.#feed = feed;
    this.#emit = emit;
    const program: StepProgram = {
      facts: work.facts,
      model: parts.model,
      losses: parts.losses.map((loss, index) => guarded(loss, this.#place(index))),
      optimizer: parts.optimizer,
      clip: work.loaded.manifest.train.clip,
      outcomes: parts.sampler.observe !== undefined,
      places: parts.losses.map((_, index) => this.#place(index)),
    };
    this.#table = new MetricsTable(folder.metrics, parts.terms);
    this.#resumed = from !== null;
    this.#progress = (from && progressOf(from.checkpoint)) ?? {
      epoch: 0,
      step: 0,
      totalSteps: 0,
      sums: NOTHING_DONE,
      best: null,
      seconds: 0,
    };
    if (from) parts.sampler.restore?.(from.checkpoint.head.progress.sampler);
    const state = from
      ? checkpointState(from.checkpoint, parts.model, parts.optimizer)
      : initialState(parts.model, parts.optimizer);
    this.#runner = openRunner(compute, program, state, emit);
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async train(backend: BackendFact, signal: AbortSignal | undefined): Promise<TrainResult> {
    const { manifest } = this.#work.loaded;
    const { epochs } = manifest.train;
    if (this.#resumed) await this.#table.keepUntil(this.#progress.epoch);
    await this.#announce(backend);
    while (this.#progress.epoch < epochs && !signal?.aborted) await this.#epoch(signal);
    const interrupted = this.#progress.epoch < epochs;
    const bestEpoch = (this.#progress.best?.epoch ?? -1) + 1;
    this.#emit({
      type: 'end',
      folder: this.#folder.path,
      bestEpoch,
      seconds: this.#progress.seconds,
      interrupted,
    });
    const waitSeconds = this.#feed.waited;
    return { folder: this.#folder.path, bestEpoch, interrupted, waitSeconds };
  }

  async #announce(backend: BackendFact): Promise<void> {
    const { splits, facts, loaded } = this.#work;
    const survey = await this.#work.survey();
    const empty = (ids: readonly string[]) => ids.filter((id) => !survey.hasForeground(id)).length;
    this.#emit({
      type: 'start',
      name: loaded.manifest.name,
      folder: this.#folder.path,
      backend,
      epochs: loaded.manifest.train.epochs,
      batchesPerEpoch: [...this.#parts.sampler.batches(this.#progress.epoch)].length,
      batch: loaded.manifest.train.batch,
      counts: {
        train: splits.train.length,
        trainEmpty: empty(splits.train),
        validation: splits.validation.length,
        validationEmpty: empty(splits.validation),
      },
      parameters: this.#parts.model.weights.reduce((sum, { initial }) => sum + initial.length, 0),
      classes: facts.classes.map(({ name }) => name),
      startEpoch: this.#progress.epoch + 1,
    });
  }

  async #epoch(signal: AbortSignal | undefined): Promise<void> {
    const { manifest } = this.#work.loaded;
    const { epoch } = this.#progress;
    const batches = [...this.#parts.sampler.batches(epoch)];
    if (batches.length === 0) throw noBatches('sampler');
    const started = performance.now();
    const before = this.#progress.sums.seconds;
    let counted = this.#feed.waited;
    const elapsed = () => before + (performance.now() - started) / 1000;
    for await (const batch of this.#feed.batches(epoch, batches, this.#progress.step)) {
      const waited = this.#feed.waited - counted;
      counted = this.#feed.waited;
      await this.#step(batch, batches.length, waited, elapsed);
      this.#feed.release(batch);
      // A signal of the system is heard between turns of the event loop, and eager steps with batches
      // that are ready take none by themselves.
      await nextTurn();
      if (signal?.aborted && this.#progress.step < batches.length) {
        this.#addSeconds(elapsed());
        await this.#save(this.#folder.last);
        return;
      }
    }
    const seconds = elapsed();
    const { sums } = this.#progress;
    const validation =
      (epoch + 1) % manifest.train.validateEvery === 0 || epoch + 1 === manifest.train.epochs
        ? await this.#validate(epoch)
        : undefined;
    const score = validation?.[manifest.evaluate.score] ?? null;
    const best = score !== null && score > (this.#progress.best?.score ?? Number.NEGATIVE_INFINITY);
    this.#addSeconds(seconds);
    this.#progress = {
      ...this.#progress,
      epoch: epoch + 1,
      step: 0,
      sums: NOTHING_DONE,
      best: best ? { epoch, score } : this.#progress.best,
    };
    if (best) await this.#save(this.#folder.best);
    await this.#save(this.#folder.last);
    const done = epoch + 1;
    const event: Extract<RunEvent, { type: 'epoch' }> = {
      type: 'epoch',
      epoch: done,
      epochs: manifest.train.epochs,
      learningRate: this.#learningRate(epoch, batches.length - 1, batches.length),
      seconds,
      imagesPerSecond: sums.images / seconds,
      loss: sums.loss / sums.batches,
      terms: this.#named(sums.terms.map((term) => term / sums.batches)),
      gradientNorm: sums.gradientNorm / sums.batches,
      waitSeconds: sums.waited,
      masks: sums.masks,
      emptied: sums.emptied,
      pasted: sums.pasted,
      ...(validation && { validation }),
      best,
      secondsLeft: (this.#progress.seconds / done) * (manifest.train.epochs - done),
    };
    await this.#table.add(event);
    this.#emit(event);
    if (sums.emptied > EMPTIED_SHARE * sums.masks) {
      this.#emit({ type: 'note', level: 'warn', text: emptiedNote(sums.emptied, sums.masks) });
    }
  }

  async #step(batch: Batch, steps: number, waited: number, elapsed: () => number): Promise<void> {
    const { manifest } = this.#work.loaded;
    const { epoch, step, totalSteps, sums } = this.#progress;
    const { monitor, outcomes } = await this.#run(batch, steps);
    const [loss, terms, norm] = [monitor[0]!, [...monitor.slice(1, -1)], monitor.at(-1)!];
    if (!monitor.every(Number.isFinite)) {
      throw notFiniteLoss({
        epoch: epoch + 1,
        step: step + 1,
        ids: batch.draws.map(({ id }) => id),
        terms: terms.map((value, index) => ({ place: this.#place(index), value })),
        gradientNorm: norm,
        lastCheckpoint: totalSteps > 0 && epoch > 0 ? this.#folder.last : null,
      });
    }
    if (outcomes) {
      this.#parts.sampler.observe?.(
        batch.draws.map((draw: Draw, index: number) => ({
          draw,
          loss: outcomes[2 * index]!,
          alarms: outcomes[2 * index + 1]!,
        })),
        epoch,
      );
    }
    const seconds = elapsed();
    this.#progress = {
      ...this.#progress,
      step: step + 1,
      totalSteps: totalSteps + 1,
      sums: {
        batches: sums.batches + 1,
        images: sums.images + batch.draws.length,
        loss: sums.loss + loss,
        terms: terms.map((term, index) => (sums.terms[index] ?? 0) + term),
        gradientNorm: sums.gradientNorm + norm,
        masks: sums.masks + batch.masks,
        emptied: sums.emptied + batch.emptied,
        pasted: sums.pasted + batch.pasted,
        waited: sums.waited + waited,
        seconds,
      },
    };
    const allSteps = steps * (manifest.train.epochs - epoch);
    this.#emit({
      type: 'step',
      epoch: epoch + 1,
      step: step + 1,
      steps,
      loss,
      terms: this.#named(terms),
      imagesPerSecond: this.#progress.sums.images / seconds,
      secondsLeft: (seconds / (step + 1)) * (allSteps - step - 1),
    });
  }

  #run(batch: Batch, steps: number): Promise<StepResult> {
    const { manifest } = this.#work.loaded;
    const { epoch, step, totalSteps } = this.#progress;
    const random = this.#work.scope.random(`dropout/${totalSteps}`);
    return this.#runner.step({
      count: batch.draws.length,
      size: batch.size,
      images: batch.images,
      target: batch.target,
      weight: batch.weight,
      learningRate: this.#learningRate(epoch, step, steps),
      ...this.#parts.optimizer.scalars(totalSteps + 1),
      termWeights: manifest.loss.map(({ weight }) => rampValue(weight, epoch + step / steps)),
      uniform: (into) => {
        for (let index = 0; index < into.length; index++) into[index] = random.next();
      },
    });
  }

  async #validate(epoch: number): Promise<ValidationScores | undefined> {
    const ids = this.#work.splits.validation;
    if (ids.length === 0) return undefined;
    const scores = [];
    const judged = judge(
      {
        facts: this.#work.facts,
        network: this.#runner,
        rule: this.#parts.rule,
        tiles: this.#parts.tiles,
        mirror: false,
      },
      this.#feed,
      ids,
    );
    for await (const image of judged) {
      scores.push(scoreJudged(this.#work.facts, image));
      this.#emit({ type: 'validate', epoch: epoch + 1, done: scores.length, total: ids.length });
    }
    return validationScores(summarize(scores).foreground);
  }

  async #save(path: string): Promise<void> {
    await writeCheckpoint(
      path,
      {
        format: 1,
        facts: this.#work.facts,
        normalization: this.#parts.normalization,
        census: await this.#work.census(),
        progress: { ...this.#progress, sampler: this.#parts.sampler.state?.() ?? null },
      },
      this.#parts.model,
      this.#parts.optimizer,
      this.#runner.state(),
    );
  }

  #addSeconds(seconds: number): void {
    this.#progress = { ...this.#progress, seconds: this.#progress.seconds + seconds };
  }

  #learningRate(epoch: number, step: number, steps: number): number {
    const { optimizer, schedule, epochs } = this.#work.loaded.manifest.train;
    return optimizer.learningRate * scheduleFactor(schedule, epoch + step / steps, epochs);
  }

  #named(terms: readonly number[]): Record<string, number> {
    return Object.fromEntries(terms.map((value, index) => [this.#parts.terms[index]!, value]));
  }

  #place(index: number): string {
    return `loss[${index}] (${this.#parts.terms[index]})`;
  }
}

/** Checkpoints of an epoch's middle that were written before augmentation was counted lack its sums. */
function progressOf({ head: { progress } }: Checkpoint): Progress {
  return { ...progress, sums: { ...NOTHING_DONE, ...progress.sums } };
}

/** A loss whose mistakes carry its place in the manifest. */
function guarded(loss: Loss, place: string): Loss {
  return (input) => {
    let value: ReturnType<Loss>;
    try {
      value = loss(input);
    } catch (error) {
      throw isRaremaskError(error) ? error : lossFailed(place, error);
    }
    const [batch] = input.logits.shape as [number];
    const fits = value.rank === 0 || (value.rank === 1 && value.shape[0] === batch);
    if (!fits) throw lossShape(place, value.shape, batch);
    return value;
  };
}

/** The weight of a loss term: a number, or a straight ramp over the first epochs. */
export function rampValue(
  weight: number | { readonly from: number; readonly to: number; readonly epochs: number },
  progress: number,
): number {
  if (typeof weight === 'number') return weight;
  const done = Math.min(progress / weight.epochs, 1);
  return weight.from + (weight.to - weight.from) * done;
}

function validationScores(summary: Summary): ValidationScores {
  return {
    diceForeground: summary.diceForeground,
    missed: summary.missed,
    alarmShare: summary.alarmShare,
    alarmPixels: summary.alarmPixelsPerEmptyImage,
    pooledDice: summary.pooledDice,
    balanced: summary.balanced,
  };
}
