import { type Batch, product, withPixels } from '../../trial/batch.ts';
import { type Law, law } from '../../trial/law.ts';
import { dilutedByHidden, seesHiddenPixels, unlikeCopies } from '../faults.ts';
import { evaluated, type LossSubject, place, random } from '../subject.ts';
import { type LossKnowledge, nearness } from './law.ts';

/** Pixels count as often as their weight says. */
export function weightLaws({ tolerance, local }: LossKnowledge): readonly Law<LossSubject>[] {
  const { near, nearGradient } = nearness(tolerance);
  return [
    law('ignores pixels of weight 0', async (subject) => {
      const { hidden, isHidden } = hiddenRow(random(subject));
      const scrambled = {
        ...hidden,
        logits: hidden.logits.map((logit, index) => (isHidden(index) ? 7 - logit : logit)),
      };
      const one = await evaluated(subject, hidden);
      const other = near((await evaluated(subject, scrambled)).values, one.values);
      if (other) throw seesHiddenPixels(place(subject, hidden), 'value', other);
      const slopes = one.gradient.filter((_, index) => isHidden(index));
      const slope = near(
        slopes,
        slopes.map(() => 0),
      );
      if (slope) throw seesHiddenPixels(place(subject, hidden), 'gradient', slope);
    }),
    ...(local
      ? [
          law<LossSubject>('does not count pixels of weight 0', async (subject) => {
            const batch = random(subject);
            const { hidden } = hiddenRow(batch);
            const [rows, ...rest] = batch.size as [number, ...number[]];
            const kept = Array.from({ length: (rows - 1) * product(rest) }, (_, at) => at);
            const { batch: left } = withPixels(hidden, [rows - 1, ...rest], () => kept);
            const alone = await evaluated(subject, left);
            const other = near((await evaluated(subject, hidden)).values, alone.values);
            if (other) throw dilutedByHidden(place(subject, hidden), other);
          }),
          law<LossSubject>('counts a pixel of weight 2 like two copies of it', async (subject) => {
            const { doubled, copied, from } = copies(random(subject));
            const one = await evaluated(subject, doubled);
            const two = await evaluated(subject, copied);
            const other = near(one.values, two.values);
            if (other) throw unlikeCopies(place(subject, doubled), 'value', other);
            const joined = one.gradient.map(() => 0);
            for (const [index, original] of from.entries())
              joined[original]! += two.gradient[index]!;
            const slope = nearGradient(one.gradient, joined);
            if (slope) throw unlikeCopies(place(subject, doubled), 'gradient', slope);
          }),
        ]
      : []),
  ];
}

/** The last row along the first space axis with weight 0, and without truth, as ignored pixels are. */
function hiddenRow(batch: Batch): { hidden: Batch; isHidden: (index: number) => boolean } {
  const [rows, ...rest] = batch.size as [number, ...number[]];
  const row = product(rest);
  const classes = batch.facts.classes.length;
  const isLast = (pixel: number) => Math.floor(pixel / row) % rows === rows - 1;
  const isHidden = (index: number) => isLast(Math.floor(index / classes));
  return {
    isHidden,
    hidden: {
      ...batch,
      label: `${batch.label} with the last row along the first space axis ignored`,
      weight: batch.weight.map((times, pixel) => (isLast(pixel) ? 0 : times)),
      target: batch.target.map((truth, index) => (isHidden(index) ? 0 : truth)),
    },
  };
}

/** The first row with twice its weight; and written twice. `from`: where each logit comes from. */
function copies(batch: Batch): { doubled: Batch; copied: Batch; from: readonly number[] } {
  const [rows, ...rest] = batch.size as [number, ...number[]];
  const row = product(rest);
  const pixels = Array.from({ length: rows * row }, (_, at) => at);
  const twice = [...pixels.slice(0, row), ...pixels];
  const { batch: copied, from } = withPixels(batch, [rows + 1, ...rest], () => twice);
  const doubled = {
    ...batch,
    label: `${batch.label} with twice the weight in the first row along the first space axis`,
    weight: batch.weight.map((times, pixel) => (pixel % (rows * row) < row ? 2 * times : times)),
  };
  return { doubled, copied, from };
}
