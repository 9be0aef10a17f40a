import { keptShare } from '../judging/keptLogits.ts';
import { SHARE_OF_LAST, VALIDATION_SHARE } from '../judging/validationShare.ts';
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
/** Of enough steps, the share after which a network has learnt half of what it will of a class: most is learnt early. */
const HALF_LEARNT = 0.08;
/** Of enough steps, or of those that there are at most, the share that a finer grid must leave: with fewer nothing is learnt. */
const LEFT = 0.5;
/** Of what masks lose at half of the sides, the share that a network loses which takes pixels two by two. */
const LOST_TOGETHER = 0.6;
/** How often an image of two dimensions is looked at where it is seen mirrored, too. */
const MIRRORED = 4;
/** Seconds of a command that neither train nor validate: opening, compiling, the report. */
const AROUND = 8;

/** What may be tried: a resolution, and how many pixels of it the network takes together along each axis. */
interface Grid {
  readonly coarseness: Coarseness;
  readonly patch: 1 | 2;
  /** What a network can draw of masks there. */
  readonly drawn: number;
}

/**
 * Chooses the resolution, and whether the network takes the pixels there two by two. Of the resolutions that show enough, from the
 * finest down to the first at which the smallest network has enough steps and validation leaves the rest its time, the one at
 * which most is to be expected: a fine grid draws what a coarse one loses, and the steps that it costs are the last ones, from
 * which least is learnt. Then the widest network for which enough steps are left: more of them with a longer budget.
 */
export async function withinBudget(question: Question): Promise<Within> {
  const [narrowest, ...widerOnes] = question.start ? JOINED_FILTERS : FILTERS;
  const needed = question.start ? STARTED_STEPS : STEPS;
  const isEnough = (one: Within) => one.steps >= needed && leavesTime(one);
  const able = showing(question);
  // A finer one was left out for what a step would show there.
  const isFinestShown = ({ resolution }: Within) =>
    resolution === able[0]!.factor && resolution !== question.resolutions[0]!.factor;
  const tried: Within[] = [];
  for (const grid of able.flatMap((coarseness) => gridsOf(question, coarseness))) {
    const one = await triedOne(question, grid, narrowest!);
    tried.push(one);
    if (isEnough(one)) break;
  }
  let chosen = mostExpected(tried, needed);
  const { resolution: factor, kept, dice, patch, drawn } = chosen;
  for (const filters of isEnough(chosen) ? widerOnes : []) {
    const wider = await triedOne(
      question,
      { coarseness: { factor, kept, dice }, patch, drawn },
      filters,
    );
    if (!isEnough(wider) || wider.steps < stepsWithin(question.seconds, question.start)) break;
    chosen = wider;
  }
  return isFinestShown(chosen) ? { ...chosen, isFinestShown: true } : chosen;
}

/**
 * A resolution pixel by pixel and, of images, two by two: that costs what half of the sides would, and draws some of what is
 * lost there, as long as it is known what that is.
 */
function gridsOf({ figures, resolutions, start }: Question, coarseness: Coarseness): Grid[] {
  const { factor, dice: drawn = 1 } = coarseness;
  const own: Grid = { coarseness, patch: 1, drawn };
  const half = resolutions.find((one) => one.factor <= factor / 2 + 1e-9)?.dice;
  if (figures.space !== 2 || start !== undefined || half === undefined) return [own];
  return [own, { coarseness, patch: 2, drawn: drawn - LOST_TOGETHER * (drawn - half) }];
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
 * The one that promises most, of those whose validation leaves time for training and that have steps enough to learn anything.
 * Where it is not the one with the most steps, it says what that one would have had.
 *
 * @param tried the finest first
 */
function mostExpected(tried: readonly Within[], needed: number): Within {
  const timely = tried.filter(leavesTime);
  const most = Math.max(...timely.map(({ steps }) => steps));
  const learning = timely.filter(({ steps }) => steps >= LEFT * Math.min(needed, most));
  const [first, ...others] = learning.length > 0 ? learning : tried.slice(-1);
  const expected = (one: Within) => expectedOf(one, needed);
  const chosen = others.reduce(
    (best, one) => (expected(one) > expected(best) ? one : best),
    first!,
  );
  const longest = learning.reduce((best, one) => (one.steps > best.steps ? one : best), chosen);
  if (longest === chosen) return chosen;
  const { resolution, patch, drawn, steps } = longest;
  return { ...chosen, spared: { resolution, patch, drawn, steps } };
}

/**
 * What a network is to be expected to have of what it could have at the finest resolution: small structures and thin ones lose
 * more to a coarse grid than their masks do, and of steps the first ones teach most; several classes share them.
 */
function expectedOf({ drawn, steps, figures }: Within, needed: number): number {
  return (drawn ** 2 * steps) / (steps + HALF_LEARNT * needed * figures.classes.length);
}

function leavesTime({ last, seconds }: Within): boolean {
  return last.plain <= VALIDATION_SHARE * seconds;
}

async function triedOne(
  { budget, seconds, figures, validationImages, around, start, rehearse }: Question,
  { coarseness: { factor, kept, dice }, patch, drawn }: Grid,
  filters: number,
): Promise<Within> {
  const own = figuresAt(figures, factor);
  const shape = shapeOf(own, { resized: factor !== 1, start });
  const image = shape.fit ?? own.medianSize;
  const costs = await rehearse({
    filters,
    depth: depthOf(shape, patch),
    patch,
    ...(start && { encoder: start.encoder }),
    seen: shape.seen,
    image,
    batch: shape.batch,
  });
  const pass = (costs.image + around) * validationImages;
  const last = lastSeconds({ image, costs, around, validationImages, figures });
  const validation = Math.max(SHARE_OF_LAST * seconds, last.plain);
  const training = Math.max(seconds - AROUND - validation, 0);
  const steps = Math.max(Math.floor(training / costs.step), 1);
  return {
    ...{ budget, seconds, filters, patch, resolution: factor, kept, dice, drawn },
    ...{ costs, steps, pass, last, figures: own },
  };
}

/**
 * Seconds of what follows training: the last epoch's pass over the validation split, the search of a decision, and the scoring,
 * for which images are looked at again where there is no room to remember them.
 */
function lastSeconds({
  image,
  costs,
  around,
  validationImages,
  figures: { classes, overlapping },
}: Pick<Question, 'around' | 'validationImages' | 'figures'> & {
  readonly image: readonly number[];
  readonly costs: Costs;
}): Within['last'] {
  const pixels = image.reduce((product, extent) => product * extent, validationImages);
  const again = 1 - keptShare(pixels * (classes.length + (overlapping ? 0 : 1)));
  const secondsOf = (mirrored: number) =>
    (3 * around + (1 + mirrored + again * mirrored) * costs.image) * validationImages;
  return { plain: secondsOf(1), mirrored: secondsOf(MIRRORED) };
}
