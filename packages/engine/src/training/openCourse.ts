import { type Manifest, secondsOf } from '@raremask/core/manifest';
import { isSearched } from '../judging/decisionRule.ts';
import { keptShare } from '../judging/keptLogits.ts';
import { trialImages } from '../judging/trialImages.ts';
import { SHARE_OF_LAST, VALIDATION_SHARE } from '../judging/validationShare.ts';
import type { Work } from '../opening/openWork.ts';
import type { Feed } from '../reading/feed.ts';
import type { Progress } from '../record/checkpointHead.ts';
import type { Network } from '../runner/runner.ts';
import { madeByFirst } from '../team/agreement.ts';
import type { Team } from '../team/team.ts';
import { type Course, courseOfEpochs } from './course.ts';
import type { Parts } from './parts.ts';
import { TimedCourse } from './timedCourse.ts';
import { validate } from './validation.ts';

interface Settings {
  readonly work: Work;
  readonly parts: Parts;
  readonly feed: Feed;
  /** Seconds since what the budget is for has begun. */
  readonly clock: () => number;
  /** Of a run that goes on. */
  readonly progress: Progress | undefined;
  /** Who divides each validation. */
  readonly team: Team;
}

/** The course of a run: its epochs, or its time where the manifest has a budget. */
export async function openCourse(settings: Settings, network: Network): Promise<Course> {
  const { work, clock, progress } = settings;
  const { train, evaluate } = work.loaded.manifest;
  if (train.budget === null) return courseOfEpochs(train.epochs, train.validateEvery);
  const saved = progress?.course ?? undefined;
  const mirrors = evaluate.mirror ? 2 ** work.facts.space : 1;
  const { pass, kept } = await passOfAll(settings, network);
  // What the search has seen is scored without another look; reading and scoring are no more than a pass.
  const scoring = kept + (1 - kept) * mirrors;
  return new TimedCourse({
    budget: secondsOf(train.budget)!,
    length: train.epochs,
    every: train.validateEvery,
    validationShare: choosesByValidation(work.loaded.manifest) ? VALIDATION_SHARE : SHARE_OF_LAST,
    clock,
    passesAfter: isSearched(evaluate, settings.parts.model) ? mirrors + scoring : mirrors,
    pass,
    saved,
    ...(progress && saved === undefined && { before: progress.seconds }),
  });
}

/** Whether what comes of a run is decided by the validations between its epochs. */
function choosesByValidation({ train, evaluate }: Manifest): boolean {
  return evaluate.checkpoint === 'best' || train.earlyStop !== null;
}

/** What the first process has measured, for all: together they take less. */
async function passOfAll(settings: Settings, network: Network): Promise<Pass> {
  const { pass, kept } = await ownPass(settings, network);
  return await madeByFirst(settings.team, () => ({ pass: pass / settings.team.size, kept }));
}

/** One pass over the validation split, in seconds. */
interface Pass {
  readonly pass: number;
  /** Share of its logits that stay in memory for a second one. */
  readonly kept: number;
}

/**
 * Seconds that one pass over the validation split takes, from a few images of it. They are looked at twice:
 * the first time programs are compiled, and threads begin.
 */
async function ownPass({ work, parts, feed }: Settings, own: Network): Promise<Pass> {
  const ids = work.splits.validation;
  const tried = trialImages(ids, work.workers);
  let logits = 0;
  const network: Pick<Network, 'infer'> = {
    async infer(images, count, size) {
      const inferred = await own.infer(images, count, size);
      logits += inferred.logits.length;
      return inferred;
    },
  };
  const seconds = async () => {
    const started = performance.now();
    await validate({ ...parts, facts: work.facts, network, feed, ids: tried, onProgress() {} });
    return (performance.now() - started) / 1000;
  };
  const first = await seconds();
  const kept = keptShare((logits / Math.max(tried.length, 1)) * ids.length);
  // One volume may take as long as all the rest.
  if (tried.length < 2) return { pass: first, kept };
  return { pass: ((await seconds()) / tried.length) * ids.length, kept };
}
