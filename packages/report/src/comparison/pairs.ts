import { type PairedDifference, pairedDifferences } from '@raremask/metrics';
import type { EvaluatedImage, Evaluation } from '@raremask/record';

/** One image of which two runs say something else. */
export interface DifferingImage {
  readonly id: string;
  readonly group: string | null;
  /** Of the first run and of the other one; null on an empty image. */
  readonly dice: readonly [number | null, number | null];
  readonly alarms: readonly [number, number];
}

/** What two runs make of the same images: the first one of a comparison, and another. */
export interface Pairing {
  /** Images that both have scored, with the same truth. */
  readonly images: number;
  /** Those that one of them has alone, or with another truth. */
  readonly apart: number;
  readonly differences: readonly PairedDifference[];
  /** Images with foreground of which one hits something, and the other nothing. */
  readonly foundByFirst: readonly DifferingImage[];
  readonly foundByOther: readonly DifferingImage[];
  /** Images without foreground in which one alone predicts something. */
  readonly alarmOfFirst: readonly DifferingImage[];
  readonly alarmOfOther: readonly DifferingImage[];
}

/** By image: what is the same for both is no difference, and needs no interval. */
export function paired(first: Evaluation, other: Evaluation): Pairing {
  const others = new Map(other.images.map((image) => [image.id, image]));
  const both = first.images.flatMap((image) => {
    const own = others.get(image.id);
    return own === undefined || own.foreground !== image.foreground ? [] : [[image, own] as const];
  });
  const differing = (keep: (left: EvaluatedImage, right: EvaluatedImage) => boolean) =>
    both.flatMap(([left, right]) => (keep(left, right) ? [differingImage(left, right)] : []));
  const isFilled = ({ foreground }: EvaluatedImage) => foreground > 0;
  return {
    images: both.length,
    apart: first.images.length + other.images.length - 2 * both.length,
    differences: pairedDifferences(
      both.map(([left, right]) => ({
        ...{ id: left.id, group: left.group ?? left.id, isFilled: isFilled(left) },
        ...{ left: countsOf(left), right: countsOf(right) },
      })),
    ),
    foundByFirst: differing((left, right) => left.hits > 0 && right.hits === 0),
    foundByOther: differing((left, right) => left.hits === 0 && right.hits > 0),
    alarmOfFirst: differing((l, r) => !isFilled(l) && l.alarms > 0 && r.alarms === 0),
    alarmOfOther: differing((l, r) => !isFilled(l) && l.alarms === 0 && r.alarms > 0),
  };
}

function differingImage(left: EvaluatedImage, right: EvaluatedImage): DifferingImage {
  return {
    id: left.id,
    group: left.group ?? null,
    dice: [left.dice, right.dice],
    alarms: [left.alarms, right.alarms],
  };
}

/** Images that are listed have scored pixels; how many does not matter. */
function countsOf({
  hits,
  misses,
  alarms,
  structures,
  structuresFound,
  falseStructures,
}: EvaluatedImage) {
  return { pixels: 1, hits, misses, alarms, structures, structuresFound, falseStructures };
}
