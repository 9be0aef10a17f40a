import type { Draw } from '@raremask/core';
import type { Judged } from '../judging/judge.ts';
import type { Work } from '../opening/openWork.ts';
import type { Feed } from '../reading/feed.ts';
import type { Batch, BatchCounts } from '../reading/plan.ts';
import type { EpochEvent, Progress } from '../record/checkpointHead.ts';
import type { Network, Runner, StepResult } from '../runner/runner.ts';
import { weightsKept } from '../sentinel/weightsMoved.ts';
import { madeByEach, madeByFirst } from '../team/agreement.ts';
import { isFirst, type Team } from '../team/team.ts';
import { switchable } from './emptySwitch.ts';
import { chosenOf, Looks, stepsApart } from './looks.ts';
import type { Parts } from './parts.ts';
import { type Act, type Finding, type Noticed, Watching } from './watching.ts';

/** What the sentinel has done after an epoch or a stretch, as the first process knows it and tells the others. */
export interface Acted {
  readonly acts: readonly Act[];
  readonly rateFactor: number;
  /** Losses that hear empty images by now, by their place in `loss`. */
  readonly switched: readonly number[];
}

interface Opened {
  readonly work: Work;
  readonly parts: Parts;
  readonly feed: Feed;
  readonly team: Team;
  /** Of a run that goes on. */
  readonly state: Progress['sentinel'];
}

/** A step that has been made, of an epoch of so many; all counted from 1. */
interface Step {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** How the run goes at a step. */
interface Pace {
  readonly learningRate: number;
  readonly isWarming: boolean;
  /** Factor of each term in the sum. */
  readonly termWeights: readonly number[];
}

/**
 * The sentinel's part in a run: what it is shown of steps and validations, when it looks within a long epoch, and what
 * all processes hear of that. Of several processes the first one looks.
 */
export class Lookout {
  readonly #work: Work;
  readonly #parts: Pick<Parts, 'sampler' | 'rule' | 'tiles' | 'frozen'>;
  readonly #feed: Feed;
  readonly #team: Team;
  /** Undefined where the manifest switches the sentinel off. */
  readonly #watching: Watching | undefined;
  /** What is looked at within long epochs. */
  #looks: Looks | undefined;

  private constructor({ work, parts, feed, team }: Opened, watching: Watching | undefined) {
    this.#work = work;
    this.#parts = parts;
    this.#feed = feed;
    this.#team = team;
    this.#watching = watching;
  }

  static async open(opened: Opened): Promise<Lookout> {
    const { loaded, facts, splits, dataset } = opened.work;
    const { sentinel } = loaded.manifest.train;
    if (sentinel === 'off') return new Lookout(opened, undefined);
    const survey = await opened.work.survey();
    const shown = splits.train.filter((id) => survey.hasForeground(id));
    const watching = new Watching({
      facts,
      groupOf: (id) => dataset.group?.(id) ?? id,
      parts: opened.parts,
      seen: { foregroundShare: shown.length / Math.max(1, splits.train.length) },
      manifest: loaded.toJson(),
      act: sentinel.act,
      switchable: await switchable(loaded),
      state: opened.state,
    });
    return new Lookout(opened, watching);
  }

  /** For the checkpoint. */
  get state(): Pick<Progress, 'sentinel'> {
    return this.#watching ? { sentinel: this.#watching.state } : {};
  }

  /** What was found within the running epoch. */
  get early(): readonly Finding[] {
    return this.#watching?.early ?? [];
  }

  /** What was found after the epoch before. */
  get last(): readonly Finding[] {
    return this.#watching?.last ?? [];
  }

  /** Whether the training ends with the running epoch: what the first process knows, for all. */
  async isCut(): Promise<boolean> {
    return await madeByFirst(this.#team, () => this.#watching?.isEnded ?? false);
  }

  /** What the first process has done, for all. */
  async acted(acts: readonly Act[] = []): Promise<Acted> {
    return await madeByFirst<Acted>(this.#team, () => ({
      acts,
      rateFactor: this.#watching?.rateFactor ?? 1,
      switched: this.#watching?.switched ?? [],
    }));
  }

  /** From here on other losses are trained with. */
  useLosses(losses: Parts['losses']): void {
    this.#watching?.useLosses(losses);
  }

  /** Before the first batch of an epoch; of a long one, what is looked at within it is read once. */
  async begin(batches: readonly (readonly Draw[])[], runner: Runner): Promise<void> {
    if (this.#watching?.needsWeights && isFirst(this.#team)) {
      this.#watching.begin(await this.#kept(runner));
    }
    const apart = stepsApart(batches.length);
    const isWatched = this.#watching !== undefined && isFirst(this.#team);
    if (!isWatched || apart === undefined || this.#looks !== undefined) return;
    const chosen = await chosenOf(this.#work, this.#parts.sampler.window, apart);
    this.#looks = await Looks.open(this.#feed, chosen);
  }

  /**
   * @param seen what the batch held, of all processes
   * @param result of the step, of all processes
   */
  batch(seen: BatchCounts, { steps, ...place }: Step, result: StepResult): void {
    const isLong = stepsApart(steps) !== undefined;
    this.#watching?.batch(seen, isLong ? { ...place, result } : undefined);
  }

  /** The last batch of an epoch, or of a stretch, is seen once more as predictions see images, where that is doubted. */
  async again(
    network: Network,
    batch: Batch,
    own: StepResult,
    { step, steps }: Step,
    termWeights: () => readonly number[],
  ): Promise<void> {
    for (const isWithin of [true, false]) {
      const isLast = isWithin ? this.#isDue(step, steps) : step === steps;
      if (!isLast || !this.#watching?.wantsBatch(isWithin)) continue;
      await this.#watching.again(network, batch, own, termWeights(), isWithin);
    }
  }

  /** A validation image, once it is judged. */
  image(judged: Judged, epoch: number): void {
    this.#watching?.image(judged, epoch);
  }

  /** What is new after an epoch; undefined in all processes but the first. */
  async epoch(
    event: EpochEvent,
    termWeights: readonly number[],
    runner: Runner,
  ): Promise<Noticed | undefined> {
    if (this.#watching === undefined) return undefined;
    const observed = (await madeByEach(this.#team, this.#watching.observations)).flat();
    if (isFirst(this.#team)) {
      return await this.#watching.epoch(event, termWeights, await this.#kept(runner), observed);
    }
    this.#watching.forget();
    return undefined;
  }

  /**
   * Looks, where a stretch of a long epoch has ended; undefined where none has.
   *
   * @returns what was done, for all, and what the first process has found
   */
  async look(
    runner: Runner,
    { epoch, step, steps }: Step,
    paceOf: () => Pace,
  ): Promise<{ readonly acted: Acted; readonly findings: readonly Finding[] } | undefined> {
    if (!this.#isDue(step, steps)) return undefined;
    const { termWeights, ...pace } = paceOf();
    const { facts } = this.#work;
    const { rule, tiles } = this.#parts;
    const noticed = isFirst(this.#team)
      ? await this.#watching!.look(
          { epoch, step },
          pace,
          termWeights,
          await this.#kept(runner),
          this.#looks!.judged({ facts, network: runner, rule, tiles }),
        )
      : this.#watching!.looked();
    const acted = await this.acted(noticed?.acts);
    return { acted, findings: noticed?.findings ?? [] };
  }

  /** Batches until the sentinel looks within an epoch, whatever the epoch still has. @param steps of the epoch */
  untilLook(steps: number): number {
    const apart = stepsApart(steps);
    if (this.#watching === undefined || apart === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(apart - this.#watching.sinceLook, 1);
  }

  /** Some of the weights that are trained. */
  async #kept(runner: Runner): Promise<readonly number[]> {
    const { weights } = await runner.state();
    return weightsKept(weights.filter((_, index) => !this.#parts.frozen[index]));
  }

  /** @param done batches of the epoch */
  #isDue(done: number, steps: number): boolean {
    const apart = stepsApart(steps);
    if (this.#watching === undefined || apart === undefined) return false;
    const { accumulate } = this.#work.loaded.manifest.train;
    if (done === steps) return true;
    return this.#watching.sinceLook >= apart && done % accumulate === 0;
  }
}
