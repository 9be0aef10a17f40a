import type { Facts, ImageNumbers, Score, ScoredRegion } from '@raremask/core';
import { type AddedScore, type ImageScore, scoreImage, summarize } from '@raremask/metrics';
import { isRefusal } from '../trial/cases.ts';
import type { Trial } from '../trial/everyOptions.ts';
import { task } from '../trial/tasks.ts';
import { type Drawn, type Frame, inputOf } from './drawn.ts';
import { notNumbers, notSummed, otherNames, scoreThrows } from './faults.ts';

/** A score under trial: one plugin with one set of options in one task. */
export interface ScoreSubject {
  readonly facts: Facts;
  readonly score: Score;
  /** What messages begin with. */
  readonly where: string;
  /** Another one, made of the same things. */
  another(): Promise<Score>;
}

/** The tasks that a score is tried on: images and volumes, exclusive and overlapping classes. */
export const SCORE_TASKS: readonly Facts[] = [
  task('exclusive', 2, 2),
  task('exclusive', 3, 2),
  task('overlapping', 2, 2),
  task('exclusive', 2, 3),
];

/** The score that a law looks at. */
export async function subjectOf({ facts, fresh, where }: Trial<'score'>): Promise<ScoreSubject> {
  return { facts, score: await fresh(), where, another: fresh };
}

/** Millimetres of a pixel along each axis, all of them different. */
function spacingOf({ space }: Facts): readonly number[] {
  return space === 2 ? [0.75, 1.5] : [3, 0.75, 1.5];
}

/** How images are measured where it is not as usual. */
interface Measuring extends Partial<Frame> {
  /** Left out, that of `spacingOf`; null, unknown. */
  readonly spacing?: readonly number[] | null;
}

/** Images as a score has measured them, as a run does it. */
export function measured(
  subject: ScoreSubject,
  images: readonly Drawn[],
  { ignored = 0, spacing = spacingOf(subject.facts) }: Measuring = {},
): readonly ImageScore[] {
  const score = checked(subject);
  return images.map((image) => {
    const input = inputOf(subject.facts, image, spacing ?? undefined, { ignored });
    return scoreImage(image.id, input, [score]);
  });
}

/** What the score is of a set, of any foreground; null where it does not exist. */
export function scoreOf(subject: ScoreSubject, images: readonly ImageScore[]): number | null {
  const { foreground } = summarize(images, { added: [checked(subject)] });
  return foreground.added?.[NAME] ?? null;
}

const NAME = 'tried';

/** The score, of which nothing gets through that is no number. */
function checked({ score, where }: ScoreSubject): AddedScore {
  let names: string | undefined;
  const called = <T>(label: string, call: () => T): T => {
    try {
      return call();
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw scoreThrows({ where, label }, error);
    }
  };
  return {
    name: NAME,
    measure(region) {
      const label = labelOf(region);
      const numbers: unknown = called(label, () => score.measure(region));
      if (!areNumbers(numbers)) throw notNumbers({ where, label }, numbers);
      const found = Object.keys(numbers).sort().join(', ');
      names ??= found;
      if (names !== found) throw otherNames({ where, label }, names, found);
      return { ...numbers };
    },
    of(set) {
      const label = `a set of ${set.images} images, ${set.imagesWithForeground} with foreground`;
      const value: unknown = called(label, () => score.of(set));
      if (value !== null && !Number.isFinite(value)) throw notSummed({ where, label }, value);
      return value as number | null;
    },
  };
}

function labelOf({ id, className }: ScoredRegion): string {
  return `the image "${id}", ${className === null ? 'any foreground' : `class ${className}`}`;
}

function areNumbers(value: unknown): value is ImageNumbers {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (value instanceof Promise) return false;
  return Object.values(value).every((one) => one === null || Number.isFinite(one));
}
