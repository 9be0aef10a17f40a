import type { Draw, RandomStream } from '@raremask/core';
import type { BatchPart } from '../reading/plan.ts';
import type { Gathering, Runner, StepCall, StepResult, UpdateCall } from '../runner/runner.ts';
import { madeByFirst } from '../team/agreement.ts';
import { fewerDrawsThanProcesses } from '../team/errors.ts';
import { type Share, shareOf, sharesOf } from '../team/share.ts';
import { isFirst, type Team } from '../team/team.ts';

/** What a step of all processes together was told, and says. */
export interface JointStep {
  readonly result: StepResult;
  /** What this process says of its own part. */
  readonly own: StepResult;
  /** Of the whole batch. */
  readonly masks: number;
  readonly emptied: number;
  readonly pasted: number;
  /** Seconds that the slowest-fed of them waited on average. */
  readonly waited: number;
}

/** What of a batch is counted beside the losses. */
interface Counts {
  readonly masks: number;
  readonly emptied: number;
  readonly pasted: number;
  readonly waited: number;
}

interface Step {
  readonly runner: Runner;
  /** The call of this process's own part. */
  readonly call: StepCall;
  readonly counts: Counts;
  /** Draws of the whole batch. */
  readonly draws: readonly Draw[];
  /** The place of the whole batch among those that make one update. */
  readonly gathering: Gathering | undefined;
  readonly terms: number;
  readonly outcomes: boolean;
  /** Whether this process was asked to stop. */
  readonly asked: boolean;
}

/**
 * One training of several processes. Each computes the gradient of its part of a batch; the sum over all is the
 * gradient of the batch, and every process makes the same update with it. What decides how a run goes on (the
 * time, a wish to stop, every number of a step) is agreed at each step, so that all decide alike.
 */
export class Together {
  readonly #team: Team;
  readonly #clock: () => number;
  #now: number;
  /** When all met before that. */
  #last: number;
  #isAsked = false;

  /** @param clock seconds of this process; those of the first count */
  constructor(team: Team, batch: number, clock: () => number) {
    if (batch < team.size) throw fewerDrawsThanProcesses(batch, team.size);
    this.#team = team;
    this.#clock = clock;
    this.#now = clock();
    this.#last = this.#now;
  }

  /** Seconds of the last step, as the first process has seen it. */
  get stepSeconds(): number {
    return this.#now - this.#last;
  }

  /** Seconds of the first process when all met last. */
  readonly clock = (): number => this.#now;

  /** Whether one of them was asked to stop, as all know by now. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** This process's part of a batch, and what its reader has to know of the rest. */
  part(
    draws: readonly Draw[],
    sizeOf: (id: string) => readonly number[],
  ): { readonly draws: readonly Draw[]; readonly part: BatchPart } {
    const { draws: own, from } = shareOf(draws, this.#team);
    return { draws: own, part: { from, draws, sizes: draws.map(({ id }) => sizeOf(id)) } };
  }

  /** The numbers that this process's part of a batch takes of a stream for the whole batch. */
  uniform(random: RandomStream, draws: readonly Draw[]): StepCall['uniform'] {
    const { draws: own, from } = shareOf(draws, this.#team);
    return (into) => {
      // Arrays for dropout begin with the batch's axis.
      const each = Math.floor(into.length / own.length);
      const start = from * each;
      const all = Math.max(each * draws.length, start + into.length);
      for (let index = 0; index < all; index++) {
        const value = random.next();
        if (index >= start && index < start + into.length) into[index - start] = value;
      }
    };
  }

  /** One step of all; at the last batch of an update the gradients are summed, and the weights move. */
  async step({
    runner,
    call,
    counts,
    draws,
    gathering,
    terms,
    outcomes,
    asked,
  }: Step): Promise<JointStep> {
    const share = shareOf(draws, this.#team);
    const { first, last, share: ofUpdate } = gathering ?? { first: true, last: true, share: 1 };
    const own = await runner.step({
      ...call,
      // No pixel of an image that counts for nothing is pooled with those of others.
      ...(share.weight === 0 && { weight: new Float32Array(call.weight.length) }),
      gathering: { first, last: false, share: share.weight * ofUpdate },
      processes: { shares: sharesOf(draws, this.#team), images: draws.length },
    });
    const said = this.#agreed(own, { counts, share, count: draws.length, terms, outcomes, asked });
    const gradientNorm = last ? await this.#update(runner, call, share.weight) : null;
    return { ...said, own, result: { ...said.result, gradientNorm } };
  }

  async #update(runner: Runner, call: UpdateCall, weight: number): Promise<number> {
    await runner.exchange((gathered, buffers) => {
      this.#team.sum(gathered);
      // Running statistics are those of each part: their mean is kept by all.
      for (let at = 0; at < buffers.length; at++) buffers[at]! *= weight;
      this.#team.sum(buffers);
    });
    return await runner.update(call);
  }

  /** What all say of a batch: means over its images, and sums of what is counted. */
  #agreed(
    own: StepResult,
    of: {
      readonly counts: Counts;
      readonly share: Share<Draw>;
      readonly count: number;
      readonly terms: number;
      readonly outcomes: boolean;
      readonly asked: boolean;
    },
  ): Pick<JointStep, 'result' | 'masks' | 'emptied' | 'pasted' | 'waited'> {
    const { counts, share, count, terms } = of;
    const counted = share.weight > 0 ? 1 : 0;
    const lead = isFirst(this.#team) ? 1 : 0;
    const head = [
      this.#clock() * lead,
      of.asked ? 1 : 0,
      counts.masks * counted,
      counts.emptied * counted,
      counts.pasted * counted,
      counts.waited / this.#team.size,
      own.loss * share.weight,
      ...own.terms.map((term) => term * share.weight),
    ];
    const values = new Float64Array(head.length + (of.outcomes ? 2 * count : 0));
    values.set(head);
    if (of.outcomes && counted) {
      for (const [index, { loss, alarms }] of own.outcomes!.entries()) {
        values.set([loss, alarms], head.length + 2 * (share.from + index));
      }
    }
    this.#team.sum(values);
    const [now, asked, masks, emptied, pasted, waited, loss] = values;
    this.#last = this.#now;
    this.#now = now!;
    this.#isAsked ||= asked! > 0;
    const outcomes = Array.from({ length: count }, (_, index) => {
      const at = head.length + 2 * index;
      return { loss: values[at]!, alarms: values[at + 1]! };
    });
    return {
      ...{ masks: masks!, emptied: emptied!, pasted: pasted!, waited: waited! },
      result: {
        loss: loss!,
        terms: [...values.subarray(7, 7 + terms)],
        gradientNorm: null,
        ...(of.outcomes && { outcomes }),
      },
    };
  }

  /** All take the first process's time anew: what was done since is no part of a step. */
  async meet(): Promise<void> {
    this.#now = await madeByFirst(this.#team, this.#clock);
    this.#last = this.#now;
  }
}
