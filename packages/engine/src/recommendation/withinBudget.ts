import { VALIDATION_SHARE } from '../judging/validationShare.ts';
import { type Coarseness, keepsEnough } from './coarser.ts';
import { figuresAt, type TrainingFigures } from './figures.ts';
import type { Candidate, Costs } from './rehearse.ts';
import { depthOf, STARTED_STEPS, STEPS, shapeOf, stepsWithin } from './shape.ts';
import type { Start } from './start.ts';
import type { Within } from './within.ts';

interface Question {
  readonly budget: string;
  readonly seconds: number;
  readonly figures: TrainingFigures;
  /** The finest first. */
  readonly resolutions: readonly Coarseness[];
  readonly validationImages: number;
  /** Seconds that reading, deciding and scoring of one of them take beside the network. */
  readonly around: number;
  /** Published weights to begin with. */
  readonly start?: Start | undefined;
  readonly rehearse: (candidate: Candidate) => Promise<Costs>;
}

const FILTERS = [8, 16, 32];
/** Of what is joined to a published encoder, which has widths of its own. */
const JOINED_FILTERS = [8, 16];
/** Passes over the validation split at the end: the last epoch, the search of a decision, the scoring. */
const LAST_PASSES = 3;
/** Dice that masks have with themselves, below which a coarse grid costs more than half of the steps. */
const BLURRED = 0.8;
/** By how much more it has to be at the finer one. */
const CLEARER = 0.05;
/** Seconds of a command that neither train nor validate: opening, compiling, the report. */
const AROUND = 8;

/**
 * Chooses the finest resolution that shows enough and at which the smallest network has enough steps and validation leaves the
 * rest its time; where none has, the one with the most steps. Where that blurs thin structures, the finest one that leaves half of
 * its steps, or half of enough. Then the widest network for which enough steps are left: more of them with a longer budget.
 */
export async function withinBudget(question: Question): Promise<Within> {
  const [narrowest, ...widerOnes] = question.start ? JOINED_FILTERS : FILTERS;
  const isEnough = (one: Within) => isEnoughOf(one, question.start ? STARTED_STEPS : STEPS);
  const able = showing(question);
  // A finer one was left out for what a step would show there.
  const isFinestShown = ({ resolution }: Within) =>
    resolution === able[0]!.factor && resolution !== question.resolutions[0]!.factor;
  const tried: Within[] = [];
  for (const resolution of able) {
    const one = await triedOne(question, resolution, narrowest!);
    tried.push(one);
    if (isEnough(one)) break;
  }
  const most = tried.reduce((best, one) => (worth(one) > worth(best) ? one : best));
  let chosen = sparing(tried.find(isEnough) ?? most, tried, question);
  for (const filters of isEnough(chosen) ? widerOnes : []) {
    const wider = await triedOne(
      question,
      { factor: chosen.resolution, kept: chosen.kept, dice: chosen.dice },
      filters,
    );
    if (!isEnough(wider) || wider.steps < stepsWithin(question.seconds, question.start)) break;
    chosen = wider;
  }
  return isFinestShown(chosen) ? { ...chosen, isFinestShown: true } : chosen;
}

/**
 * Resolutions that keep the structures, and at which a step shows whole images, or a window that holds a structure with its
 * surroundings: smaller windows are cheap, but what is trained on them floods whole images with alarms. Where none does,
 * the one that comes nearest. Published weights know what they see of a structure, and want it fine.
 */
function showing({ figures, resolutions, start }: Question): readonly Coarseness[] {
  const keeping = resolutions.filter(keepsEnough);
  if (start) return keeping;
  const shows = ({ factor }: Coarseness) => {
    const own = figuresAt(figures, factor);
    const { window } = shapeOf(own, { resized: factor !== 1 });
    return window === undefined || 2 * own.structureReach <= Math.max(...window);
  };
  const shown = keeping.filter(shows);
  return shown.length > 0 ? shown : keeping.slice(-1);
}

/**
 * The finest resolution with half of the steps, where thin structures lose more to the coarse one than that. Where none has enough
 * steps, half of what the coarse one has: on a slow machine they are few at each.
 */
function sparing(chosen: Within, tried: readonly Within[], { start }: Question): Within {
  const { dice } = chosen;
  if (dice === undefined || dice >= BLURRED) return chosen;
  const half = Math.min(chosen.steps, start ? STARTED_STEPS : STEPS) / 2;
  const clearer = tried.find((one) => (one.dice ?? 0) >= dice + CLEARER && isEnoughOf(one, half));
  return clearer ? { ...clearer, spared: { resolution: chosen.resolution, dice } } : chosen;
}

function isEnoughOf({ steps, pass, seconds }: Within, needed: number): boolean {
  return steps >= needed && LAST_PASSES * pass <= VALIDATION_SHARE * seconds;
}

function worth({ steps }: Within): number {
  return steps;
}

async function triedOne(
  { budget, seconds, figures, validationImages, around, start, rehearse }: Question,
  { factor, kept, dice }: Coarseness,
  filters: number,
): Promise<Within> {
  const own = figuresAt(figures, factor);
  const shape = shapeOf(own, { resized: factor !== 1, start });
  const costs = await rehearse({
    filters,
    depth: depthOf(shape),
    ...(start && { encoder: start.encoder }),
    seen: shape.seen,
    image: shape.fit ?? own.medianSize,
    batch: shape.batch,
  });
  const pass = (costs.image + around) * validationImages;
  const validation = Math.max(VALIDATION_SHARE * seconds, LAST_PASSES * pass);
  const training = Math.max(seconds - AROUND - validation, 0);
  const steps = Math.max(Math.floor(training / costs.step), 1);
  return {
    ...{ budget, seconds, filters, resolution: factor, kept, dice },
    ...{ costs, steps, pass, figures: own },
  };
}
