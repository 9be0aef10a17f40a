import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  BackendFact,
  Draw,
  OnEvent,
  RandomStream,
  RunEvent,
  ScoreText,
  ValidationScores,
} from '@raremask/core';
import { epochScoreDefinitions, type ImageScore, takesBest } from '@raremask/metrics';
import { MetricsTable, type RunFolder } from '@raremask/record';
import { noBatches } from '../errors.ts';
import { hasStoppedWaiting } from '../guard/errors.ts';
import type { Judged } from '../judging/judge.ts';
import type { Work } from '../opening/openWork.ts';
import type { Feed } from '../reading/feed.ts';
import type { Batch, BatchCounts } from '../reading/plan.ts';
import { readCheckpoint, resumeState, writeCheckpoint } from '../record/checkpoint.ts';
import type { EpochEvent, EpochSums, Progress } from '../record/checkpointHead.ts';
import type { Compute } from '../runner/compute.ts';
import { openRunner } from '../runner/openRunner.ts';
import type { Network, Runner, StateArrays, StepCall, StepResult } from '../runner/runner.ts';
import { averageDecay } from '../step/average.ts';
import { culpritOf, type UpdateBatch, updateCulpritOf } from '../step/culprit.ts';
import { type MetState, stateNotFinite } from '../step/errors.ts';
import type { StepProgram } from '../step/program.ts';
import { rampValue } from '../step/ramp.ts';
import { scheduleFactor } from '../step/schedule.ts';
import { initialState, type Unusable, unusableIn } from '../step/state.ts';
import { madeByFirst } from '../team/agreement.ts';
import { isFirst, type Team } from '../team/team.ts';
import { accumulationNote, gatheringOf, updateProgress } from './accumulation.ts';
import type { Course } from './course.ts';
import { DrawnEpochs } from './drawnEpochs.ts';
import { improved, isStopped, stoppedNote } from './earlyStop.ts';
import { switchedLosses } from './emptySwitch.ts';
import { emptiedNote, means, NOTHING_DONE, plus } from './epochSums.ts';
import { notFiniteLoss } from './errors.ts';
import { grouped } from './grouped.ts';
import { LoadMeter } from './loadMeter.ts';
import { type Acted, Lookout } from './lookout.ts';
import { LossScale } from './lossScale.ts';
import type { Parts } from './parts.ts';
import { programOf } from './programOf.ts';
import { restored } from './restored.ts';
import { progressOf, type ResumePoint } from './resumePoint.ts';
import { alignState } from './sameState.ts';
import { startEvent } from './startEvent.ts';
import type { DoneStep, Together } from './together.ts';
import type { Trackers } from './trackers.ts';
import { validate } from './validation.ts';

export interface TrainResult {
  readonly folder: string;
  /** Epoch of the best checkpoint, counted from 1; 0 where nothing was validated. */
  readonly bestEpoch: number;
  /** Epochs and steps of the whole run so far. */
  readonly epochs: number;
  readonly steps: number;
  readonly interrupted: boolean;
  /** Seconds that steps waited for a batch, without the first of each epoch; before a resume not counted. */
  readonly waitSeconds: number;
}

interface RunSettings {
  readonly work: Work;
  readonly parts: Parts;
  readonly program: StepProgram;
  /** What the run starts with, or goes on with. */
  readonly state: StateArrays;
  readonly folder: RunFolder;
  readonly feed: Feed;
  readonly emit: OnEvent;
  /** What a run that goes on starts from. */
  readonly from: ResumePoint | null;
  /** What compiled steps run on; without it every step runs on the tfjs backend in use. */
  readonly compute: Compute | undefined;
  readonly trackers: Trackers;
  /** Made once the network can be tried on validation images. */
  readonly course: (network: Network) => Promise<Course>;
  readonly team: Team;
  /** Of a team of several, how they go together. */
  readonly together: Together | undefined;
}

/** What a step has of its epoch. */
interface RunningEpoch {
  /** Seconds that it waited for its batch. */
  readonly waited: number;
  /** Seconds of the epoch so far. */
  readonly elapsed: () => number;
  readonly signal: AbortSignal | undefined;
}

/** A score below which a network has found next to nothing. */
const NOTHING_FOUND = 0.05;

const NOTHING_SAVED = 'nothing was saved since';

/** The loop over epochs and steps. Owns the tensors of the state. */
export class TrainingRun {
  readonly #work: Work;
  /** With other losses once the sentinel has switched them. */
  #parts: Parts;
  readonly #folder: RunFolder;
  readonly #feed: Feed;
  readonly #emit: OnEvent;
  readonly #compute: Compute | undefined;
  /** Another one once frozen weights are thawed. */
  #program: StepProgram;
  #runner: Runner;
  readonly #table: MetricsTable;
  readonly #trackers: Trackers;
  readonly #team: Team;
  readonly #together: Together | undefined;
  /** Factor of the learning rate, where the sentinel has lowered it. */
  #rateFactor = 1;
  /** Losses that the sentinel has switched. */
  #switched = 0;
  /** Whether it was said that the processes drift apart. */
  #isAligned = false;
  /** Sizes of images, for batches that are divided. */
  #sizeOf: (id: string) => readonly number[] = () => [];
  readonly #load = new LoadMeter();
  readonly #openCourse: RunSettings['course'];
  #course!: Course;
  readonly #drawn: DrawnEpochs;
  #lookout!: Lookout;
  /** Whether the sentinel ends the training with the running epoch. */
  #isCut = false;
  /** Whether the sentinel, or a score that gets no better, has ended the training. */
  #isEnded = false;
  #progress: Omit<Progress, 'sampler' | 'schedule' | 'course'>;
  readonly #from: ResumePoint | null;
  /** Where products are in float16. */
  readonly #scale: LossScale | undefined;
  /** Whether the optimizer has moved the weights since the start, and left them finite. */
  #updated = false;

  constructor(settings: RunSettings) {
    const { work, parts, folder, feed, emit, from, compute, trackers } = settings;
    this.#openCourse = settings.course;
    this.#trackers = trackers;
    this.#team = settings.team;
    this.#together = settings.together;
    this.#work = work;
    this.#parts = parts;
    this.#folder = folder;
    this.#feed = feed;
    this.#emit = emit;
    this.#compute = compute;
    this.#program = settings.program;
    this.#table = new MetricsTable(
      folder.metrics,
      parts.terms,
      parts.scores.map(({ name }) => name),
    );
    this.#from = from;
    this.#progress = (from && progressOf(from.checkpoint)) ?? {
      epoch: 0,
      step: 0,
      totalSteps: 0,
      updates: 0,
      sums: NOTHING_DONE,
      best: null,
      seconds: 0,
    };
    this.#scale = settings.program.scaled
      ? new LossScale(emit, this.#progress.lossScale)
      : undefined;
    if (from) {
      const { sampler, schedule } = from.checkpoint.head.progress;
      parts.sampler.restore?.(sampler);
      // Checkpoints from before schedules were plugins have none.
      if (schedule !== undefined && schedule !== null) parts.schedule.restore?.(schedule);
    }
    const { epoch, step, positions } = this.#progress;
    this.#drawn = new DrawnEpochs(parts.sampler, positions, step > 0 ? epoch : undefined);
    this.#runner = openRunner(compute, this.#program, settings.state, emit);
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  /** @param until epochs of the whole run after which it stops, as it stops for a signal */
  async train(
    backend: BackendFact,
    signal: AbortSignal | undefined,
    until = Number.POSITIVE_INFINITY,
  ): Promise<TrainResult> {
    const { manifest } = this.#work.loaded;
    this.#course = await this.#openCourse(this.#runner);
    this.#isEnded = this.#isStoppedEarly;
    this.#lookout = await Lookout.open({
      ...{ work: this.#work, parts: this.#parts, feed: this.#feed, team: this.#team },
      state: this.#progress.sentinel,
    });
    this.#isCut = await this.#lookout.isCut();
    await this.#actOn(await this.#lookout.acted());
    const survey = await this.#work.survey();
    this.#sizeOf = (id) => survey.image(id).size;
    const restoredEvents = await this.#restore();
    await this.#trackers.start({
      folder: this.#folder.path,
      name: manifest.name,
      manifest: this.#work.loaded.toJson(),
      startEpoch: this.#progress.epoch + 1,
      startStep: this.#progress.totalSteps,
    });
    this.#emit(
      await startEvent({
        ...{ work: this.#work, parts: this.#parts, course: this.#course, backend },
        ...{ folder: this.#folder.path, epoch: this.#progress.epoch },
        batchesPerEpoch: this.#batchesOf(this.#progress.epoch).length,
      }),
    );
    for (const event of restoredEvents) this.#emit(event);
    for (const finding of this.#lookout.early) this.#emit(finding);
    const note = accumulationNote(this.#work, this.#parts, this.#team);
    if (note !== undefined) this.#emit({ type: 'note', level: 'info', text: note });
    await this.#epochs(signal, until);
    const interrupted = !this.#isOver;
    const given = interrupted ? undefined : this.#course.given?.(this.#progress);
    if (given !== undefined) this.#emit({ type: 'note', level: 'info', text: given });
    const bestEpoch = (this.#progress.best?.epoch ?? -1) + 1;
    this.#emit({
      type: 'end',
      folder: this.#folder.path,
      bestEpoch,
      seconds: this.#progress.seconds,
      interrupted,
    });
    const waitSeconds = this.#feed.waited;
    const { epoch: epochs, totalSteps: steps } = this.#progress;
    return { folder: this.#folder.path, bestEpoch, epochs, steps, interrupted, waitSeconds };
  }

  async #epochs(signal: AbortSignal | undefined, until: number): Promise<void> {
    try {
      while (!this.#isOver && !this.#isAsked(signal) && this.#progress.epoch < until) {
        await this.#epoch(signal);
      }
    } catch (error) {
      // Several processes would not stop together.
      if (this.#together || !hasStoppedWaiting(error)) throw error;
    }
  }

  /** Whether the run is to stop: this process knows, or all have agreed. */
  #isAsked(signal: AbortSignal | undefined): boolean {
    if (this.#together === undefined) return signal?.aborted ?? false;
    return this.#together.isAsked && !this.#isGathering;
  }

  /** Whether an update of several batches has begun, where the epoch has not ended. */
  get #isGathering(): boolean {
    return this.#progress.step % this.#work.loaded.manifest.train.accumulate > 0;
  }

  /** An epoch that time has cut short is yet to be ended where its validation has failed before. */
  get #isOver(): boolean {
    return (
      this.#isEnded || (this.#course.isOver(this.#progress.epoch) && this.#progress.step === 0)
    );
  }

  async #epoch(signal: AbortSignal | undefined): Promise<void> {
    const { manifest } = this.#work.loaded;
    const { epoch } = this.#progress;
    const batches = this.#batchesOf(epoch);
    if (batches.length === 0) throw noBatches('sampler');
    if (this.#progress.step === 0) await this.#thaw(epoch);
    const started = performance.now();
    // Of an epoch that was begun before, these are in the seconds of the run already.
    const before = this.#progress.sums.seconds;
    let counted = this.#feed.waited;
    const elapsed = () => before + (performance.now() - started) / 1000;
    const left = this.#course.isOver(epoch) || this.#isCut ? [] : batches;
    await this.#lookout.begin(batches, this.#runner);
    const part =
      this.#together && ((draws: readonly Draw[]) => this.#together!.part(draws, this.#sizeOf));
    const { step } = this.#progress;
    const reading = this.#feed.batches(epoch, left, step, part, () => this.#runner.atOnce);
    const stopped = async () => {
      this.#addSeconds(elapsed() - before);
      await this.#save(this.#folder.last);
    };
    const groups = grouped(savedWhenStopped(reading, stopped), () => this.#atOnce(batches.length));
    for await (const group of groups) {
      const waited = (this.#feed.waited - counted) / group.length;
      counted = this.#feed.waited;
      for (let left = group; left.length > 0; ) {
        left = left.slice(await this.#steps(left, batches, { waited, elapsed, signal }));
      }
      for (const batch of group) this.#feed.release(batch);
      // A signal of the system is heard between turns of the event loop, and eager steps with batches
      // that are ready take none by themselves.
      await this.#look(batches.length);
      await nextTurn();
      if ((this.#course.isOver(epoch) || this.#isCut) && !this.#isGathering) break;
      if (this.#isAsked(signal) && this.#progress.step < batches.length) {
        await stopped();
        return;
      }
    }
    // Read while the epoch is validated and saved.
    if (!this.#together && !this.#isCut && !this.#course.isOver(epoch + 1)) {
      this.#feed.prepare(epoch + 1, this.#batchesOf(epoch + 1));
    }
    this.#load.ask();
    await this.#align();
    const seconds = elapsed();
    const { sums } = this.#progress;
    const validation = this.#course.validates(epoch) ? await this.#validate(epoch) : undefined;
    const { better } = this.#chosenBy;
    const score = validation?.[manifest.evaluate.score] ?? null;
    const best = takesBest({ better }, score, this.#progress.best?.score);
    if (score !== null) {
      this.#parts.schedule.observe?.(better === 'lower' ? -score : score, epoch);
    }
    const { earlyStop } = manifest.train;
    if (earlyStop !== null && score !== null) {
      const last = improved(earlyStop, better, this.#progress.improved, { epoch, score });
      this.#progress = { ...this.#progress, improved: last };
    }
    this.#addSeconds(seconds - before);
    const done = epoch + 1;
    const within = updateProgress(batches.length - 1, batches.length, manifest.train.accumulate);
    const event: EpochEvent = {
      type: 'epoch',
      epoch: done,
      epochs: this.#course.epochs(done),
      learningRate: this.#learningRate(epoch, within),
      seconds,
      imagesPerSecond: sums.images / seconds,
      ...this.#meansOf(sums),
      waitSeconds: sums.waited,
      masks: sums.masks,
      emptied: sums.emptied,
      pasted: sums.pasted,
      ...(validation && { validation }),
      best,
      secondsLeft:
        this.#course.secondsLeft ??
        (this.#progress.seconds / done) * (manifest.train.epochs - done),
    };
    this.#progress = {
      ...this.#progress,
      epoch: done,
      step: 0,
      sums: NOTHING_DONE,
      best: best ? { epoch, score } : this.#progress.best,
      lastEpoch: event,
    };
    const termWeights = this.#termWeights(epoch, within);
    const noticed = await this.#lookout.epoch(event, termWeights, this.#runner);
    if (best) await this.#save(this.#folder.best);
    const acted = await this.#lookout.acted(noticed?.acts);
    await this.#together?.meet();
    await this.#actOn(acted);
    // The checkpoint has the row that follows: whenever the process dies, none is lost.
    await this.#save(this.#folder.last);
    if (isFirst(this.#team)) await this.#table.add(event);
    this.#emit(event);
    this.#emit(this.#load.taken(done));
    const note = emptiedNote(sums, this.#parts.augmentations);
    if (note !== undefined) this.#emit({ type: 'note', level: 'warn', text: note });
    for (const finding of noticed?.findings ?? []) this.#emit(finding);
    this.#isEnded = this.#isCut || acted.acts.includes('stop');
    if (this.#isStoppedEarly && !this.#course.isOver(done)) {
      const text = stoppedNote(earlyStop!, this.#progress.improved!);
      this.#emit({ type: 'note', level: 'info', text });
      this.#isEnded = true;
    }
    await this.#trackers.epoch(done, this.#progress.totalSteps, () => this.#weights());
  }

  #batchesOf(epoch: number): readonly (readonly Draw[])[] {
    return this.#drawn.batches(epoch, this.#course.position(epoch, 0));
  }

  /** Before weights are judged and saved, those of several processes are one. */
  async #align(): Promise<void> {
    if (this.#together === undefined) return;
    const apart = await alignState(this.#team, this.#runner);
    if (!apart || this.#isAligned) return;
    this.#isAligned = true;
    const text =
      'the processes round otherwise than each other, as different processors do: after each epoch all take the weights of rank 0';
    this.#emit({ type: 'note', level: 'info', text });
  }

  get #isStoppedEarly(): boolean {
    const { earlyStop } = this.#work.loaded.manifest.train;
    return isStopped(earlyStop, this.#progress.improved, this.#progress.epoch);
  }

  /**
   * Weights that were frozen are trained from here. The optimizer's memory begins anew: of weights without one
   * it would make steps that are several times too long.
   */
  async #thaw(epoch: number): Promise<void> {
    const { freeze, thaw } = this.#work.loaded.manifest.model;
    if (thaw === null || epoch < thaw || this.#program.frozen === undefined) return;
    if (freeze.length === 0) return;
    await this.#reopen(true, ({ slots, ...state }) => ({
      ...state,
      slots: slots.map((slot) => new Float32Array(slot.length)),
    }));
    this.#progress = { ...this.#progress, thawedAt: this.#progress.updates };
    const text = `from epoch ${epoch + 1} on all weights are trained (model.thaw)`;
    this.#emit({ type: 'note', level: 'info', text });
  }

  /** What is to be said of a run that goes on, once its files say what its checkpoint says. */
  async #restore(): Promise<readonly RunEvent[]> {
    if (this.#from === null || !isFirst(this.#team)) return [];
    const { epoch, step } = this.#progress;
    const { accumulate } = this.#work.loaded.manifest.train;
    const batches = this.#batchesOf(epoch).length;
    return await restored({
      from: this.#from,
      table: this.#table,
      folder: this.#folder,
      progress: this.#progress,
      findings: this.#lookout.last,
      learningRate: () => this.#learningRate(epoch, updateProgress(step, batches, accumulate)),
    });
  }

  #meansOf(sums: EpochSums): Pick<EpochEvent, 'loss' | 'terms' | 'gradientNorm'> {
    const { loss, terms, gradientNorm } = means(sums);
    return { loss, terms: this.#named(terms), gradientNorm };
  }

  /** The score that chooses the best checkpoint; the manifest's check has found it. */
  get #chosenBy(): Pick<ScoreText, 'better'> {
    const { score: name } = this.#work.loaded.manifest.evaluate;
    const standard = epochScoreDefinitions.find(({ epoch }) => epoch.name === name);
    return standard ?? this.#parts.scores.find((score) => score.name === name)!.text;
  }

  async #weights() {
    const { weights } = await this.#runner.state();
    return this.#parts.model.weights.map(({ name, shape }, index) => ({
      name,
      shape,
      values: weights[index]!,
    }));
  }

  /** How many batches are trained on at once, from the next one on. @param steps of the epoch */
  #atOnce(steps: number): number {
    const isAlone = this.#together !== undefined || this.#program.accumulate || !this.#updated;
    return isAlone ? 1 : Math.min(this.#runner.atOnce, this.#lookout.untilLook(steps));
  }

  /** Trains on one batch, or on several at once. @returns on how many of them */
  async #steps(
    group: readonly Batch[],
    batches: readonly (readonly Draw[])[],
    { elapsed, ...of }: RunningEpoch,
  ): Promise<number> {
    // Of the first update; it is not copied at each step. What several batches or processes compute together is not
    // computed again by one.
    const isCopied = !this.#updated && !this.#program.accumulate;
    const before = isCopied ? await this.#runner.state() : undefined;
    const begun = this.#progress.sums.seconds;
    const done = await this.#run(group, batches, of);
    const seconds = (elapsed() - begun) / done.length;
    for (const [index, step] of done.entries()) {
      await this.#take(step, group[index]!, batches, {
        before,
        seconds: begun + (index + 1) * seconds,
      });
    }
    return done.length;
  }

  /** Takes note of a step. */
  async #take(
    { own, batch: seen, waited, ...done }: DoneStep,
    batch: Batch,
    batches: readonly (readonly Draw[])[],
    { before, seconds }: { readonly before: StateArrays | undefined; readonly seconds: number },
  ): Promise<void> {
    const { manifest } = this.#work.loaded;
    const steps = batches.length;
    const { epoch, step, totalSteps, updates, sums } = this.#progress;
    const place = { epoch: epoch + 1, step: step + 1, steps };
    const isDropped = this.#scale?.after(done.result, place, this.#isLast(batches)) ?? false;
    const result = isDropped ? { ...done.result, gradientNorm: null } : done.result;
    const { loss, terms, gradientNorm, outcomes } = result;
    const isLost = result.overflowed && !isDropped;
    if (isLost || ![loss, ...terms, gradientNorm ?? 0].every(Number.isFinite)) {
      throw await this.#notFinite(result, batch, seen, this.#termWeightsAt(step, steps));
    }
    this.#lookout.batch(seen, place, result);
    await this.#lookout.again(this.#runner, batch, own, place, () =>
      this.#termWeightsAt(step, steps),
    );
    if (!this.#updated && gradientNorm !== null) {
      await this.#checkFirst(before, batch, batches);
      this.#updated = true;
    }
    if (outcomes) {
      this.#parts.sampler.observe?.(
        outcomes.map((outcome, index) => ({ draw: seen.draws[index]!, ...outcome })),
        epoch,
      );
    }
    this.#course.stepped(this.#together?.stepSeconds ?? seconds - sums.seconds, steps);
    this.#progress = {
      ...this.#progress,
      step: step + 1,
      totalSteps: totalSteps + 1,
      updates: updates + (gradientNorm === null ? 0 : 1),
      ...(this.#scale && { lossScale: this.#scale.state }),
      sums: plus(sums, { batch: seen, result, waited, seconds }),
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
      secondsLeft: this.#course.secondsLeft ?? (seconds / (step + 1)) * (allSteps - step - 1),
    });
  }

  async #run(
    group: readonly Batch[],
    batches: readonly (readonly Draw[])[],
    { waited, signal }: Pick<RunningEpoch, 'waited' | 'signal'>,
  ): Promise<readonly DoneStep[]> {
    const { train } = this.#work.loaded.manifest;
    const { step } = this.#progress;
    const gathering = gatheringOf(batches, step, train.accumulate);
    if (!this.#together && !gathering) {
      const results = await this.#runner.steps(
        group.map((batch, ahead) => {
          const random = this.#dropout(ahead);
          const call = this.#callOf(batch, batches.length, ahead);
          return { ...call, uniform: (into) => fill(into, random) };
        }),
      );
      return results.map((result, index) => ({
        ...{ result, own: result, waited },
        batch: group[index]!,
      }));
    }
    const [batch] = group as [Batch];
    const isDropped = this.#scale?.isDropped ?? false;
    const random = this.#dropout();
    const call = this.#callOf(batch, batches.length);
    if (this.#together) {
      const asked = signal?.aborted ?? false;
      const draws = batches[step]!;
      return [
        await this.#together.step({
          runner: this.#runner,
          ...{ call, batch, waited, draws, gathering, random, asked, isDropped },
        }),
      ];
    }
    const result = await this.#runner.step({
      ...call,
      // Batches of an update that will not happen are only gathered, and replaced by the next one's first.
      gathering: { ...gathering!, last: gathering!.last && !isDropped },
      uniform: (into) => fill(into, random),
    });
    return [{ result, own: result, batch, waited }];
  }

  /** Whether the next batch is the last one of its update. */
  #isLast(batches: readonly (readonly Draw[])[]): boolean {
    const { accumulate } = this.#work.loaded.manifest.train;
    return gatheringOf(batches, this.#progress.step, accumulate)?.last ?? true;
  }

  /** A step's batch and numbers. @param steps of the epoch @param ahead how many steps come before it */
  #callOf(
    batch: Batch,
    steps: number,
    ahead = 0,
  ): Omit<UpdateBatch, 'uniform'> & Pick<StepCall, 'lossScale'> {
    const { train } = this.#work.loaded.manifest;
    const { epoch, step } = this.#progress;
    const updates = this.#progress.updates + ahead;
    const progress = updateProgress(step + ahead, steps, train.accumulate);
    return {
      count: batch.draws.length,
      size: batch.size,
      images: batch.images,
      target: batch.target,
      weight: batch.weight,
      learningRate: this.#learningRate(epoch, progress),
      numbers: this.#parts.optimizer.numbers?.(updates - (this.#progress.thawedAt ?? 0) + 1) ?? {},
      ...(train.average && { decay: averageDecay(train.average.decay, updates) }),
      termWeights: this.#termWeights(epoch, progress),
      ...(this.#scale && { lossScale: this.#scale.now }),
    };
  }

  #termWeights(epoch: number, progress: number): number[] {
    const position = this.#course.position(epoch, progress);
    return this.#work.loaded.manifest.loss.map(({ weight }) => rampValue(weight, position));
  }

  #termWeightsAt(step: number, steps: number): number[] {
    const { accumulate } = this.#work.loaded.manifest.train;
    return this.#termWeights(this.#progress.epoch, updateProgress(step, steps, accumulate));
  }

  /** Within a long epoch the sentinel looks after every so many steps. */
  async #look(steps: number): Promise<void> {
    const { epoch, step } = this.#progress;
    const { accumulate, schedule } = this.#work.loaded.manifest.train;
    const looked = await this.#lookout.look(this.#runner, { epoch: epoch + 1, step, steps }, () => {
      const within = updateProgress(step - 1, steps, accumulate);
      return {
        learningRate: this.#learningRate(epoch, within),
        isWarming: this.#course.position(epoch, within) < schedule.warmup,
        termWeights: this.#termWeights(epoch, within),
      };
    });
    if (looked === undefined) return;
    await this.#actOn(looked.acted);
    if (looked.acted.acts.includes('stop')) this.#isCut = true;
    for (const finding of looked.findings) this.#emit(finding);
  }

  async #actOn({ acts, rateFactor, switched }: Acted): Promise<void> {
    this.#rateFactor = rateFactor;
    if (switched.length > this.#switched) await this.#switchEmpty(switched);
    if (acts.includes('restore-best')) await this.#restoreBest();
  }

  async #switchEmpty(switched: readonly number[]): Promise<void> {
    const losses = await switchedLosses(this.#work, this.#parts, switched);
    this.#parts = { ...this.#parts, losses };
    this.#lookout.useLosses(losses);
    this.#switched = switched.length;
    await this.#reopen(this.#program.frozen === undefined, (state) => state);
  }

  /**
   * The step is made anew of the parts as they are now, and on the compiled backend traced once more.
   *
   * @param thawed whether weights that were frozen are trained by now
   * @param next what it goes on with, of the state as it is
   */
  async #reopen(thawed: boolean, next: (state: StateArrays) => StateArrays): Promise<void> {
    const state = next(await this.#runner.state());
    await this.#runner.dispose();
    this.#program = programOf(this.#work, this.#parts, thawed, this.#team);
    this.#runner = openRunner(this.#compute, this.#program, state, this.#emit);
  }

  /** Where the best epoch has found nothing yet, what the run began with. */
  async #restoreBest(): Promise<void> {
    const { best } = this.#progress;
    const { better } = this.#chosenBy;
    const isWorth = best !== null && (better === 'lower' || best.score > NOTHING_FOUND);
    const state = isWorth
      ? resumeState(await readCheckpoint(this.#folder.best), this.#program)
      : initialState(this.#program);
    this.#runner.load(state);
  }

  /** Where something goes wrong, the epoch's training is saved first: a resumed run validates next. */
  async #validate(epoch: number): Promise<ValidationScores | undefined> {
    const started = performance.now();
    try {
      const scores = await this.#scores(epoch);
      const seconds = await madeByFirst(this.#team, () => (performance.now() - started) / 1000);
      await this.#together?.meet();
      this.#course.validated(seconds);
      return scores;
    } catch (error) {
      await this.#save(this.#folder.last, false);
      throw error;
    }
  }

  #scores(epoch: number): Promise<ValidationScores | undefined> {
    const of = {
      facts: this.#work.facts,
      network: this.#runner,
      rule: this.#parts.rule,
      tiles: this.#parts.tiles,
      feed: this.#feed,
      ids: this.#work.splits.validation,
      scores: this.#parts.scores,
      onImage: async (image: Judged, score: ImageScore) => {
        this.#lookout.image(image, epoch);
        if (this.#trackers.wantImages) {
          await this.#trackers.image(epoch + 1, this.#work.facts, image, score);
        }
      },
      onProgress: (done: number, total: number) =>
        this.#emit({ type: 'validate', epoch: epoch + 1, done, total }),
    };
    return validate(of, this.#team);
  }

  /** @param gathering whether an update of several batches has begun */
  async #save(path: string, gathering = this.#isGathering): Promise<void> {
    const state = await this.#checkState('what was saved before is kept');
    if (!isFirst(this.#team)) return;
    await writeCheckpoint(
      path,
      {
        facts: this.#work.facts,
        normalization: this.#parts.normalization,
        census: await this.#work.census(),
        progress: {
          ...this.#progress,
          sampler: this.#parts.sampler.state?.() ?? null,
          schedule: this.#parts.schedule.state?.() ?? null,
          course: this.#course.state(),
          positions: this.#drawn.positions,
          ...this.#lookout.state,
        },
      },
      this.#program,
      state,
      gathering,
    );
  }

  /**
   * An optimizer that makes weights unusable would be told as a loss that is not finite, a step later, and
   * could be saved before. Looking costs a copy of the state, so it is done after the first update and
   * before each checkpoint.
   */
  async #checkState(kept: string): Promise<StateArrays> {
    const state = await this.#runner.state();
    const broken = unusableIn(this.#program, state);
    if (broken !== undefined) throw this.#stateNotFinite(broken, { when: this.#doneBy, kept });
    return state;
  }

  /** The same after the first update. @param before its state before, where the operation can be told of it */
  async #checkFirst(
    before: StateArrays | undefined,
    batch: Batch,
    batches: readonly (readonly Draw[])[],
  ): Promise<void> {
    const broken = unusableIn(this.#program, await this.#runner.state());
    if (broken === undefined) return;
    const { epoch, step } = this.#progress;
    const random = this.#dropout();
    const operation =
      before &&
      updateCulpritOf(this.#program, before, {
        ...this.#callOf(batch, batches.length),
        uniform: (into) => fill(into, random),
      });
    throw this.#stateNotFinite(broken, {
      when: `in epoch ${epoch + 1}, step ${step + 1}`,
      operation,
      kept: NOTHING_SAVED,
    });
  }

  /** The last step that is done, for messages. */
  get #doneBy(): string {
    const { epoch, step } = this.#progress;
    return step > 0 ? `by epoch ${epoch + 1}, step ${step}` : `by the end of epoch ${epoch}`;
  }

  #stateNotFinite(broken: Unusable, met: MetState): Error {
    const { modelPlace: model, optimizerPlace: update } = this.#parts;
    const place = { model, update, gradient: 'train.accumulate' }[broken.of];
    return stateNotFinite(place, broken, met);
  }

  /** What has made a step's loss or gradient not finite. The runner's state is that before the step. */
  async #notFinite(
    { terms, gradientNorm }: StepResult,
    batch: Batch,
    seen: BatchCounts,
    termWeights: readonly number[],
  ): Promise<Error> {
    const { epoch, step, totalSteps } = this.#progress;
    const state = await this.#runner.state();
    const broken = unusableIn(this.#program, state);
    if (broken !== undefined) {
      return this.#stateNotFinite(broken, { when: this.#doneBy, kept: NOTHING_SAVED });
    }
    const random = this.#dropout();
    // What processes compute together is not computed again by one of them.
    const culprit = this.#together
      ? undefined
      : culpritOf(this.#program, state, {
          ...{ count: batch.draws.length, size: batch.size, termWeights },
          ...{ images: batch.images, target: batch.target, weight: batch.weight },
          uniform: (into) => fill(into, random),
        });
    return notFiniteLoss({
      epoch: epoch + 1,
      step: step + 1,
      ids: seen.draws.map(({ id }) => id),
      terms: terms.map((value, index) => ({ place: this.#parts.places[index]!, value })),
      data: this.#parts.dataPlace,
      gradientNorm: gradientNorm ?? Number.NaN,
      culprit,
      isFloat16: this.#scale !== undefined,
      lastCheckpoint: totalSteps > 0 && epoch > 0 ? this.#folder.last : null,
    });
  }

  /** Numbers for the dropout of a step. @param ahead how many steps come before it */
  #dropout(ahead = 0): RandomStream {
    return this.#work.scope.random(`dropout/${this.#progress.totalSteps + ahead}`);
  }

  #addSeconds(seconds: number): void {
    this.#progress = { ...this.#progress, seconds: this.#progress.seconds + seconds };
  }

  /** @param progress share of the epoch that is done */
  #learningRate(epoch: number, progress: number): number {
    const { optimizer, schedule, epochs } = this.#work.loaded.manifest.train;
    const position = this.#course.position(epoch, progress);
    const factor = scheduleFactor(this.#parts.schedule, schedule.warmup, position, epochs);
    return optimizer.learningRate * factor * this.#rateFactor;
  }

  #named(terms: readonly number[]): Record<string, number> {
    return Object.fromEntries(terms.map((value, index) => [this.#parts.terms[index]!, value]));
  }
}

/** Batches; before it ends for a plugin that has not answered when the run was to stop, something is saved. */
async function* savedWhenStopped(
  batches: AsyncIterable<Batch>,
  save: () => Promise<void>,
): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    if (hasStoppedWaiting(error)) await save();
    throw error;
  }
}

function fill(into: Float32Array, random: RandomStream): void {
  for (let index = 0; index < into.length; index++) into[index] = random.next();
}
