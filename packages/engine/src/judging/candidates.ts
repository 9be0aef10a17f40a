import { type Facts, IGNORE } from '@raremask/core';
import { classMask, classPlane, components, eachPixelOf } from '@raremask/metrics';
import { classesIn, labelled } from './decide.ts';
import type { Judged } from './judge.ts';

/** One predicted structure. */
interface Candidate {
  readonly pixels: number;
  /** Pixels that are judged, and those of them that are right. */
  readonly judged: number;
  readonly hits: number;
  readonly peak: number;
  /** Structures of the truth that it touches. */
  readonly touched: readonly number[];
}

/** One class of one image. */
export interface ClassSeen {
  /** What the image is drawn with: a patient, say. */
  readonly group: string;
  /** Probability that the image has any structure; 1 where no model says it. */
  readonly presence: number;
  /** Whether the image has no class at all. */
  readonly isEmpty: boolean;
  /** Pixels of the truth. */
  readonly truth: number;
  /** Structures of the truth. */
  readonly structures: number;
  /** What is predicted with each threshold. */
  readonly candidates: readonly (readonly Candidate[])[];
}

/**
 * What each threshold predicts of each class from `first` on, and what of it is right.
 *
 * @param image decided without leaving any structure out
 */
export function classesSeen(
  facts: Facts,
  { sample, decision: { probabilities }, presence = 1 }: Judged,
  thresholds: readonly number[],
  { first, group }: { readonly first: number; readonly group: string },
): ClassSeen[] {
  const labels = sample.labels!;
  const predicted = thresholds.map((threshold) => {
    const own = labelled(facts, probabilities, threshold);
    return { own, there: classesIn(facts, own) };
  });
  const structuresOf = facts.classes
    .slice(first)
    .map((_, at) => components(classMask(labels, first + at, facts), sample.size));
  const isEmpty = structuresOf.every(({ count }) => count === 0);
  return structuresOf.map((structures, at) => {
    const index = first + at;
    return {
      ...{ group, presence, isEmpty },
      truth: structures.pixels.reduce((sum, pixels) => sum + pixels, 0),
      structures: structures.count,
      // Mostly a class is not predicted at all, with several thresholds.
      candidates: predicted.map(({ own, there }) =>
        there[index]
          ? candidatesOf(facts, {
              ...{ index, labels, probabilities, size: sample.size },
              ...{ predicted: own, structures: structures.labels },
            })
          : [],
      ),
    };
  });
}

interface Predicted {
  readonly index: number;
  readonly labels: Uint8Array;
  readonly probabilities: Float32Array;
  readonly predicted: Uint8Array;
  readonly size: readonly number[];
  /** Number of the truth's structure at each pixel, from 1. */
  readonly structures: Int32Array;
}

function candidatesOf(facts: Facts, of: Predicted): Candidate[] {
  const { index, labels, probabilities, predicted, size, structures } = of;
  const depth = facts.classes.length;
  const { first, stride, present } = classPlane(index, facts);
  const found = components(classMask(predicted, index, facts), size);
  return Array.from(found.pixels, (pixels, component) => {
    let [judged, hits, peak] = [0, 0, 0];
    const touched = new Set<number>();
    eachPixelOf(found, component, size, (at) => {
      const label = labels[first + at * stride]!;
      if (label !== IGNORE) judged++;
      if (label === present) {
        hits++;
        touched.add(structures[at]! - 1);
      }
      peak = Math.max(peak, probabilities[at * depth + index]!);
    });
    return { pixels, judged, hits, peak, touched: [...touched] };
  });
}
