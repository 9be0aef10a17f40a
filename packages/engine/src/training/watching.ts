import type { Facts, Json, Loss, RunEvent } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import {
  adviceFor,
  type ManifestView,
  manifestView,
  type Problem,
  type Seen,
} from '@raremask/record';
import { tf } from '@raremask/tfjs';
import type { Judged } from '../judging/judge.ts';
import type { Batch, BatchCounts } from '../reading/plan.ts';
import type { EpochEvent } from '../record/checkpointHead.ts';
import type { Network, StepResult } from '../runner/runner.ts';
import type { BatchesSeen, Modes, Place } from '../sentinel/observation.ts';
import { PullWatch } from '../sentinel/pullWatch.ts';
import type { Found } from '../sentinel/rule.ts';
import { Sentinel } from '../sentinel/sentinel.ts';
import { type Observation, ValidationWatch, validationSeen } from '../sentinel/validationWatch.ts';
import { weightsMoved } from '../sentinel/weightsMoved.ts';
import type { Parts } from './parts.ts';

const NOTHING: BatchesSeen = { batches: 0, images: 0, withForeground: 0, bare: 0 };

/** Epochs in which the pull of the terms is looked at: the first ones, then every fourth. */
const pulls = (epoch: number) => epoch <= 6 || epoch % 4 === 0;

interface Watched {
  readonly facts: Facts;
  /** What an image is drawn with, as a patient. */
  readonly groupOf: (id: string) => string;
  readonly parts: Pick<Parts, 'losses' | 'model' | 'terms'>;
  readonly seen: Required<Pick<Seen, 'foregroundShare'>>;
  /** The run's manifest, for what to change in it. */
  readonly manifest: Json;
  /** What the sentinel may do. */
  readonly act: readonly Act[];
  /** Losses that can be made to hear empty images, by their place in `loss`. */
  readonly switchable: readonly number[];
  /** Of a run that goes on. */
  readonly state: Json | undefined;
}

export type Act = 'lower-rate' | 'restore-best' | 'switch-empty' | 'stop';
export type Finding = Extract<RunEvent, { type: 'finding' }>;

/** What is new after an epoch or a stretch of one, and what is to be done about it. */
export interface Noticed {
  readonly findings: readonly Finding[];
  readonly acts: readonly Act[];
}

/** Times by which the learning rate is lowered. */
const LOWER = 0.1;
/** Problems of losses that do not hear empty images. */
const BY_POLICY: readonly Problem[] = ['empty-silent', 'alarms'];
/** Problems that a lower rate mends, and those with which nothing can come of a training. */
const BY_RATE: readonly Problem[] = ['rate-too-high', 'saturated', 'lost'];
const HOPELESS: readonly Problem[] = [
  ...BY_RATE,
  ...(['background', 'alarms', 'loss-constant', 'labels', 'statistics'] as const),
];

/** What the steps since the last look come to. */
interface Stretch {
  readonly make: BatchesSeen;
  readonly loss: number;
  readonly terms: readonly number[];
  readonly gradientNorm: number;
  readonly updates: number;
  readonly from: Place;
}

/** A step that has been made, both counted from 1. */
interface DoneStep extends Place {
  readonly result: StepResult;
}

interface State {
  readonly sentinel: Json;
  readonly rateFactor: number;
  /** What stretches of long epochs have shown; the one that has begun, and its batches; absent in older files. */
  readonly within?: Json;
  readonly stretch?: Stretch;
  readonly make?: BatchesSeen;
  /** Some of the weights after the last epoch, and after the last look; absent in older files. */
  readonly weights?: readonly number[];
  readonly weightsWithin?: readonly number[];
  /** What was found within the running epoch. */
  readonly early?: readonly Finding[];
  /** Losses that hear empty images by now, by their place in `loss`. */
  readonly switched?: readonly number[];
  /** Whether the training ends with the running epoch, which is cut short. */
  readonly isEnded?: boolean;
  /** Those of the last epoch, in case the process dies before the journal has them. */
  readonly last: readonly Finding[];
}

/** Collects what the sentinel looks at, from what training and validation have in hand already. */
export class Watching {
  readonly #facts: Facts;
  readonly #groupOf: Watched['groupOf'];
  #parts: Watched['parts'];
  readonly #sentinel: Sentinel;
  readonly #manifest: ManifestView;
  readonly #seen: Watched['seen'];
  readonly #act: readonly Act[];
  readonly #within: Sentinel;
  readonly #switchable: readonly number[];
  #stretch: Stretch | undefined;
  #weights: readonly number[] | undefined;
  #weightsWithin: readonly number[] | undefined;
  #early: readonly Finding[];
  #switched: readonly number[];
  #isEnded: boolean;
  #make: BatchesSeen;
  #validation: ValidationWatch;
  #pull: PullWatch;
  #modes: Modes | undefined;
  #modesWithin: Modes | undefined;
  /** Factor of the learning rate, where the sentinel has lowered it. */
  #rateFactor: number;
  #last: readonly Finding[];

  constructor({ facts, groupOf, parts, seen, manifest, act, switchable, state }: Watched) {
    const saved = state as unknown as State | null | undefined;
    this.#facts = facts;
    this.#groupOf = groupOf;
    this.#parts = parts;
    this.#manifest = manifestView(manifest);
    this.#seen = seen;
    this.#act = act;
    const setting = { terms: parts.terms, hasEmpty: seen.foregroundShare < 1 };
    this.#sentinel = new Sentinel(setting, saved?.sentinel);
    this.#within = new Sentinel({ ...setting, isWithin: true }, saved?.within);
    this.#switchable = switchable;
    this.#stretch = saved?.stretch;
    this.#make = saved?.make ?? NOTHING;
    this.#weights = saved?.weights;
    this.#weightsWithin = saved?.weightsWithin;
    this.#early = saved?.early ?? [];
    this.#switched = saved?.switched ?? [];
    this.#isEnded = saved?.isEnded ?? false;
    this.#rateFactor = saved?.rateFactor ?? 1;
    this.#last = saved?.last ?? [];
    this.#validation = new ValidationWatch(facts, groupOf);
    this.#pull = new PullWatch(facts);
  }

  get rateFactor(): number {
    return this.#rateFactor;
  }

  /** Losses that hear empty images by now, by their place in `loss`. */
  get switched(): readonly number[] {
    return this.#switched;
  }

  /** Whether the training ends with the running epoch, which is cut short. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** What was found within the running epoch. */
  get early(): readonly Finding[] {
    return this.#early;
  }

  /** What was found after the epoch before. */
  get last(): readonly Finding[] {
    return this.#last;
  }

  get state(): Json {
    const state: State = {
      sentinel: this.#sentinel.state,
      rateFactor: this.#rateFactor,
      within: this.#within.state,
      ...(this.#stretch && { stretch: this.#stretch }),
      make: this.#make,
      ...(this.#weights && { weights: this.#weights }),
      ...(this.#weightsWithin && { weightsWithin: this.#weightsWithin }),
      early: this.#early,
      switched: this.#switched,
      isEnded: this.#isEnded,
      last: this.#last,
    };
    return state as unknown as Json;
  }

  /** Whether weights are yet to be told, to compare later ones with. */
  get needsWeights(): boolean {
    return this.#weights === undefined || this.#weightsWithin === undefined;
  }

  /** @param weights some of those that the run begins with */
  begin(weights: readonly number[]): void {
    this.#weights ??= weights;
    this.#weightsWithin ??= weights;
  }

  /** @param done the step that saw the batch; its sums are kept where the epoch is looked into */
  batch(counts: BatchCounts, done: DoneStep | undefined): void {
    this.#make = plusBatch(this.#make, counts);
    if (done === undefined) return;
    const { loss, terms, gradientNorm } = done.result;
    const { make, ...before } = this.#stretch ?? {
      make: NOTHING,
      ...{ loss: 0, terms: terms.map(() => 0), gradientNorm: 0, updates: 0 },
      from: { epoch: done.epoch, step: done.step },
    };
    this.#stretch = {
      make: plusBatch(make, counts),
      loss: before.loss + loss,
      terms: before.terms.map((term, index) => term + terms[index]!),
      gradientNorm: before.gradientNorm + (gradientNorm ?? 0),
      updates: before.updates + (gradientNorm === null ? 0 : 1),
      from: before.from,
    };
  }

  /** Steps since the last look. */
  get sinceLook(): number {
    return this.#stretch?.make.batches ?? 0;
  }

  /**
   * Whether the last batch of an epoch, or of a stretch of it, is to be seen once more, as predictions see
   * images.
   */
  wantsBatch(isWithin: boolean): boolean {
    const sentinel = isWithin ? this.#within : this.#sentinel;
    return this.#parts.model.buffers.length > 0 && sentinel.doubtsModes;
  }

  /** From here on other losses are trained with. */
  useLosses(losses: readonly Loss[]): void {
    this.#parts = { ...this.#parts, losses };
  }

  /** @param weights factor of each term in the sum */
  async again(
    network: Network,
    batch: Batch,
    { terms }: StepResult,
    weights: readonly number[],
    isWithin: boolean,
  ): Promise<void> {
    const { logits } = await network.infer(batch.images, batch.draws.length, batch.size);
    const shape = [batch.draws.length, ...batch.size];
    const losses = tf.tidy(() => {
      const classes = this.#facts.classes.length;
      const [seen, target] = [logits, batch.target].map((one) =>
        tf.tensor(one, [...shape, classes]),
      );
      const input = lossInput(this.#facts, seen!, target!, tf.tensor(batch.weight, [...shape, 1]));
      return tf.stack(this.#parts.losses.map((loss) => tf.mean(loss(input))));
    });
    const values = await losses.data();
    losses.dispose();
    const sum = (of: ArrayLike<number>) =>
      weights.reduce((all, weight, index) => all + weight * of[index]!, 0);
    const modes = { training: sum(terms), prediction: sum(values) };
    if (isWithin) this.#modesWithin = modes;
    else this.#modes = modes;
  }

  image(judged: Judged, epoch: number): void {
    this.#validation.image(judged);
    if (pulls(epoch + 1)) this.#pull.image(judged);
  }

  /** What this process has seen of the validation images that it judged. */
  get observations(): readonly Observation[] {
    return this.#validation.observations;
  }

  /**
   * What is new after an epoch; the next one begins with nothing.
   *
   * @param termWeights factor of each term in the sum
   * @param weights some of the network's
   * @param observations of all validation images, whoever judged them
   */
  async epoch(
    event: EpochEvent,
    termWeights: readonly number[],
    weights: readonly number[],
    observations: readonly Observation[],
  ): Promise<Noticed> {
    const pull = await this.#pull.pull(this.#parts.losses, termWeights);
    const { epoch, learningRate, loss, terms, gradientNorm, validation } = event;
    const found = this.#sentinel.observe(
      {
        ...{ epoch, learningRate, loss, gradientNorm, make: this.#make },
        terms: Object.values(terms).map((term, index) => term * termWeights[index]!),
        ...(this.#weights && { moved: weightsMoved(this.#weights, weights) }),
        ...(validation && { seen: validationSeen(observations) }),
        ...(pull && { pull }),
        ...(this.#modes && { modes: this.#modes }),
      },
      this.#within.told,
    );
    this.#weights = weights;
    this.forget();
    const noticed = this.#noticed(found, { epoch }, ({ since }) => ({ since }));
    this.#last = noticed.findings;
    return noticed;
  }

  /**
   * What is new after a stretch of a long epoch.
   *
   * @param termWeights factor of each term in the sum
   * @param weights some of the network's
   * @param judged images that each look is at
   */
  async look(
    { epoch, step }: Place,
    { learningRate, isWarming }: { readonly learningRate: number; readonly isWarming: boolean },
    termWeights: readonly number[],
    weights: readonly number[],
    judged: AsyncIterable<Judged>,
  ): Promise<Noticed> {
    const { make, loss, terms, gradientNorm, updates, from } = this.#stretch!;
    const { batches } = make;
    const { next: stretch } = this.#within;
    const validation = new ValidationWatch(this.#facts, this.#groupOf);
    const pullWatch = new PullWatch(this.#facts);
    for await (const image of judged) {
      validation.image(image);
      if (pulls(stretch)) pullWatch.image(image);
    }
    const { observations } = validation;
    const pull = await pullWatch.pull(this.#parts.losses, termWeights);
    const found = this.#within.observe(
      {
        ...{ epoch: stretch, from, isWarming, learningRate, loss: loss / batches, make },
        gradientNorm: gradientNorm / Math.max(updates, 1),
        terms: terms.map((term, index) => (term / batches) * termWeights[index]!),
        ...(this.#weightsWithin && { moved: weightsMoved(this.#weightsWithin, weights) }),
        ...(observations.length > 0 && { seen: validationSeen(observations) }),
        ...(pull && { pull }),
        ...(this.#modesWithin && { modes: this.#modesWithin }),
      },
      this.#sentinel.told,
    );
    this.#stretch = undefined;
    this.#modesWithin = undefined;
    this.#weightsWithin = weights;
    const noticed = this.#noticed(found, { epoch, step }, ({ since }) => {
      const begun = this.#within.from(since) ?? from;
      return { since: begun.epoch, sinceStep: begun.step };
    });
    this.#early = [...this.#early, ...noticed.findings];
    this.#isEnded ||= noticed.acts.includes('stop');
    return noticed;
  }

  /** A process that does not look begins the next stretch with the others. */
  looked(): undefined {
    this.#stretch = undefined;
    this.#modesWithin = undefined;
  }

  #noticed(
    found: readonly Found[],
    when: Pick<Finding, 'epoch' | 'step'>,
    since: (found: Found) => Pick<Finding, 'since' | 'sinceStep'>,
  ): Noticed {
    const acts = this.#actsOn(found.map(({ problem }) => problem));
    if (acts.includes('lower-rate')) this.#rateFactor *= LOWER;
    if (acts.includes('switch-empty')) this.#switched = this.#switchable;
    const done = acts.map((act) => DONE[act]).join(', ');
    const findings = found.map((one) => ({
      ...{ type: 'finding' as const, ...when, problem: one.problem, ...since(one) },
      text: one.text,
      advice: adviceFor(one.problem, this.#manifest, this.#seen),
      ...(done !== '' && { done }),
    }));
    return { findings, acts };
  }

  /** Begins an epoch with nothing. */
  forget(): void {
    this.#make = NOTHING;
    this.#early = [];
    this.#modes = undefined;
    this.#validation = new ValidationWatch(this.#facts, this.#groupOf);
    this.#pull = new PullWatch(this.#facts);
  }

  #actsOn(problems: readonly Problem[]): readonly Act[] {
    const isOf = (mended: readonly Problem[]) =>
      problems.some((problem) => mended.includes(problem));
    const canSwitch = this.#switchable.length > this.#switched.length;
    const mends = this.#act.filter((act) => {
      if (act === 'stop') return false;
      return act === 'switch-empty' ? canSwitch && isOf(BY_POLICY) : isOf(BY_RATE);
    });
    if (mends.length > 0) return mends;
    return isOf(HOPELESS) && this.#act.includes('stop') ? ['stop'] : [];
  }
}

/** The make of batches with one more. */
function plusBatch(make: BatchesSeen, { draws, masks, emptied, pasted }: BatchCounts): BatchesSeen {
  const withForeground = masks - emptied + pasted;
  return {
    batches: make.batches + 1,
    images: make.images + draws.length,
    withForeground: make.withForeground + withForeground,
    bare: make.bare + (withForeground === 0 ? 1 : 0),
  };
}

const DONE: Readonly<Record<Act, string>> = {
  'lower-rate': 'the learning rate is a tenth from here',
  'restore-best': 'the best weights are taken again',
  'switch-empty':
    'images without foreground are learnt from pixel by pixel from here (`empty: cross-entropy`)',
  stop: 'the training ends here',
};
