import type { Draw, RandomStream } from '@raremask/core';
import type { BatchCounts, BatchPart } from '../reading/plan.ts';
import type { Gathering, Runner, StepCall, StepResult, UpdateCall } from '../runner/runner.ts';
import { madeByFirst } from '../team/agreement.ts';
import { fewerDrawsThanProcesses } from '../team/errors.ts';
import { type Share, shareOf, sharesOf } from '../team/share.ts';
import { isFirst, type Team } from '../team/team.ts';

/** A step as all processes know it. */
export interface DoneStep {
  readonly result: StepResult;
  /** What this process says of its own part of the batch. */
  readonly own: StepResult;
  /** The whole batch. */
  readonly batch: BatchCounts;
  /** Seconds that it was waited for: of several processes, their mean. */
  readonly waited: number;
}

interface Step {
  readonly runner: Runner;
  /** The call of this process's own part, without what follows from the whole batch. */
  readonly call: Omit<StepCall, 'uniform' | 'gathering' | 'processes'>;
  /** This process's part of the batch. */
  readonly batch: BatchCounts;
  readonly waited: number;
  /** Draws of the whole batch. */
  readonly draws: readonly Draw[];
  /** The place of the whole batch among those that make one update. */
  readonly gathering: Gathering | undefined;
  /** The stream of the whole batch's dropout. */
  readonly random: RandomStream;
  /** Whether an earlier batch of the update has overflowed in one of the processes: it will not happen. */
  readonly isDropped: boolean;
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

  /** One step of all; at the last batch of an update the gradients are summed, and the weights move. */
  async step(step: Step): Promise<DoneStep> {
    const { runner, call, draws, gathering, random } = step;
    const share = shareOf(draws, this.#team);
    const { first, last, share: ofUpdate } = gathering ?? { first: true, last: true, share: 1 };
    const own = await runner.step({
      ...call,
      // No pixel of an image that counts for nothing is pooled with those of others.
      ...(share.weight === 0 && { weight: new Float32Array(call.weight.length) }),
      uniform: partOfStream(random, share, draws.length),
      gathering: { first, last: false, share: share.weight * ofUpdate },
      processes: { shares: sharesOf(draws, this.#team), images: draws.length },
    });
    const { result, ...said } = this.#agreed(own, share, step);
    const isDropped = step.isDropped || result.overflowed === true;
    const gradientNorm = last
      ? await this.#update(runner, isDropped ? undefined : call, share.weight)
      : null;
    return { ...said, own, result: { ...result, gradientNorm } };
  }

  /** @param call left out where the update does not happen, and only running statistics are made the same */
  async #update(
    runner: Runner,
    call: UpdateCall | undefined,
    weight: number,
  ): Promise<number | null> {
    await runner.exchange((gathered, buffers) => {
      this.#team.sum(gathered);
      // Running statistics are those of each part: their mean is kept by all.
      for (let at = 0; at < buffers.length; at++) buffers[at]! *= weight;
      this.#team.sum(buffers);
    });
    return call ? await runner.update(call) : null;
  }

  /** What all say of a batch: means over its images, and sums of what is counted. */
  #agreed(
    own: StepResult,
    share: Share<Draw>,
    { batch, waited, draws, asked }: Step,
  ): Omit<DoneStep, 'own'> {
    const counted = share.weight > 0 ? 1 : 0;
    const lead = isFirst(this.#team) ? 1 : 0;
    const head = [
      this.#clock() * lead,
      asked ? 1 : 0,
      own.overflowed ? 1 : 0,
      batch.masks * counted,
      batch.emptied * counted,
      batch.pasted * counted,
      waited / this.#team.size,
      own.loss * share.weight,
      ...own.terms.map((term) => term * share.weight),
    ];
    const values = new Float64Array(head.length + (own.outcomes ? 2 * draws.length : 0));
    values.set(head);
    if (own.outcomes && counted) {
      for (const [index, { loss, alarms }] of own.outcomes.entries()) {
        values.set([loss, alarms], head.length + 2 * (share.from + index));
      }
    }
    this.#team.sum(values);
    const [now, wishes, overflows, masks, emptied, pasted, mean, loss, ...rest] =
      values as unknown as number[];
    this.#last = this.#now;
    this.#now = now!;
    this.#isAsked ||= wishes! > 0;
    const outcomes = draws.map((_, index) => {
      const [ofSample, alarms] = rest.slice(own.terms.length + 2 * index);
      return { loss: ofSample!, alarms: alarms! };
    });
    return {
      batch: { draws, masks: masks!, emptied: emptied!, pasted: pasted! },
      waited: mean!,
      result: {
        loss: loss!,
        terms: rest.slice(0, own.terms.length),
        gradientNorm: null,
        ...(overflows! > 0 && { overflowed: true }),
        ...(own.outcomes && { outcomes }),
      },
    };
  }

  /** All take the first process's time anew: what was done since is no part of a step. */
  async meet(): Promise<void> {
    this.#now = await madeByFirst(this.#team, this.#clock);
    this.#last = this.#now;
  }
}

/** The numbers that a part of a batch takes of a stream for all of its images. */
function partOfStream(
  random: RandomStream,
  { draws, from }: Share<Draw>,
  images: number,
): StepCall['uniform'] {
  return (into) => {
    // Arrays for dropout begin with the batch's axis.
    const each = Math.floor(into.length / draws.length);
    const start = from * each;
    const all = Math.max(each * images, start + into.length);
    for (let index = 0; index < all; index++) {
      const value = random.next();
      if (index >= start && index < start + into.length) into[index - start] = value;
    }
  };
}
