import type { Facts, Json, RunEvent } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import { adviceFor, type ManifestView, manifestView, type Problem } from '@raremask/record';
import { tf } from '@raremask/tfjs';
import type { Judged } from '../judging/judge.ts';
import type { Batch, BatchCounts } from '../reading/plan.ts';
import type { EpochEvent } from '../record/checkpointHead.ts';
import type { Network, StepResult } from '../runner/runner.ts';
import type { BatchesSeen, Modes } from '../sentinel/observation.ts';
import { PullWatch } from '../sentinel/pullWatch.ts';
import { Sentinel } from '../sentinel/sentinel.ts';
import { type Observation, ValidationWatch, validationSeen } from '../sentinel/validationWatch.ts';
import type { Parts } from './parts.ts';

const NOTHING: BatchesSeen = { batches: 0, images: 0, withForeground: 0, bare: 0 };

/** Epochs in which the pull of the terms is looked at: the first ones, then every fourth. */
const pulls = (epoch: number) => epoch <= 6 || epoch % 4 === 0;

interface Watched {
  readonly facts: Facts;
  readonly parts: Pick<Parts, 'losses' | 'model' | 'terms'>;
  readonly hasEmpty: boolean;
  /** The run's manifest, for what to change in it. */
  readonly manifest: Json;
  /** What the sentinel may do. */
  readonly act: readonly Act[];
  /** Of a run that goes on. */
  readonly state: Json | undefined;
}

export type Act = 'lower-rate' | 'restore-best' | 'stop';
export type Finding = Extract<RunEvent, { type: 'finding' }>;

/** What is new after an epoch, and what is to be done about it. */
export interface Noticed {
  readonly findings: readonly Finding[];
  readonly acts: readonly Act[];
}

/** Times by which the learning rate is lowered. */
const LOWER = 0.1;
/** Problems that a lower rate mends, and those with which nothing can come of a training. */
const BY_RATE: readonly Problem[] = ['rate-too-high', 'saturated', 'lost'];
const HOPELESS: readonly Problem[] = [
  ...BY_RATE,
  ...(['background', 'alarms', 'loss-constant', 'labels', 'statistics'] as const),
];

interface State {
  readonly sentinel: Json;
  readonly rateFactor: number;
  /** Those of the last epoch, in case the process dies before the journal has them. */
  readonly last: readonly Finding[];
}

/** Collects what the sentinel looks at, from what training and validation have in hand already. */
export class Watching {
  readonly #facts: Facts;
  readonly #parts: Watched['parts'];
  readonly #sentinel: Sentinel;
  readonly #manifest: ManifestView;
  readonly #act: readonly Act[];
  #make = NOTHING;
  #validation: ValidationWatch;
  #pull: PullWatch;
  #modes: Modes | undefined;
  /** Factor of the learning rate, where the sentinel has lowered it. */
  #rateFactor: number;
  #last: readonly Finding[];

  constructor({ facts, parts, hasEmpty, manifest, act, state }: Watched) {
    const saved = state as unknown as State | null | undefined;
    this.#facts = facts;
    this.#parts = parts;
    this.#manifest = manifestView(manifest);
    this.#act = act;
    this.#sentinel = new Sentinel({ terms: parts.terms, hasEmpty }, saved?.sentinel);
    this.#rateFactor = saved?.rateFactor ?? 1;
    this.#last = saved?.last ?? [];
    this.#validation = new ValidationWatch(facts);
    this.#pull = new PullWatch(facts);
  }

  get rateFactor(): number {
    return this.#rateFactor;
  }

  /** What was found after the epoch before. */
  get last(): readonly Finding[] {
    return this.#last;
  }

  get state(): Json {
    const { state: sentinel } = this.#sentinel;
    const state: State = { sentinel, rateFactor: this.#rateFactor, last: this.#last };
    return state as unknown as Json;
  }

  batch({ draws, masks, emptied, pasted }: BatchCounts): void {
    const withForeground = masks - emptied + pasted;
    this.#make = {
      batches: this.#make.batches + 1,
      images: this.#make.images + draws.length,
      withForeground: this.#make.withForeground + withForeground,
      bare: this.#make.bare + (withForeground === 0 ? 1 : 0),
    };
  }

  /** Whether the last batch of the epoch is to be seen once more, as predictions see images. */
  get wantsBatch(): boolean {
    return this.#parts.model.buffers.length > 0 && this.#sentinel.doubtsModes;
  }

  /** @param weights factor of each term in the sum */
  async again(
    network: Network,
    batch: Batch,
    { terms }: StepResult,
    weights: readonly number[],
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
    this.#modes = { training: sum(terms), prediction: sum(values) };
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
   * @param observations of all validation images, whoever judged them
   */
  async epoch(
    event: EpochEvent,
    weights: readonly number[],
    observations: readonly Observation[],
  ): Promise<Noticed> {
    const pull = await this.#pull.pull(this.#parts.losses, weights);
    const { epoch, learningRate, loss, terms, gradientNorm, validation } = event;
    const found = this.#sentinel.observe({
      ...{ epoch, learningRate, loss, gradientNorm, make: this.#make },
      terms: Object.values(terms).map((term, index) => term * weights[index]!),
      ...(validation && { seen: validationSeen(observations) }),
      ...(pull && { pull }),
      ...(this.#modes && { modes: this.#modes }),
    });
    this.forget();
    const acts = this.#actsOn(found.map(({ problem }) => problem));
    if (acts.includes('lower-rate')) this.#rateFactor *= LOWER;
    const done = acts.map((act) => DONE[act]).join(', ');
    this.#last = found.map(({ problem, since, text }) => ({
      ...{ type: 'finding', epoch, problem, since, text },
      advice: adviceFor(problem, this.#manifest),
      ...(done !== '' && { done }),
    }));
    return { findings: this.#last, acts };
  }

  /** Begins an epoch with nothing. */
  forget(): void {
    this.#make = NOTHING;
    this.#modes = undefined;
    this.#validation = new ValidationWatch(this.#facts);
    this.#pull = new PullWatch(this.#facts);
  }

  #actsOn(problems: readonly Problem[]): readonly Act[] {
    const mends = problems.some((problem) => BY_RATE.includes(problem))
      ? this.#act.filter((act) => act !== 'stop')
      : [];
    if (mends.length > 0) return mends;
    const hopeless = problems.some((problem) => HOPELESS.includes(problem));
    return hopeless && this.#act.includes('stop') ? ['stop'] : [];
  }
}

const DONE: Readonly<Record<Act, string>> = {
  'lower-rate': 'the learning rate is a tenth from here',
  'restore-best': 'the best weights are taken again',
  stop: 'the training ends here',
};
