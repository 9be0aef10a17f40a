import type { Facts, Loss } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import { isForeground, labelDepth } from '@raremask/metrics';
import { tf } from '@raremask/tfjs';
import type { Judged } from '../judging/judge.ts';
import { fillTruth } from '../reading/fillWindow.ts';
import type { Pull } from './observation.ts';

/** Images of each kind, and the extent to which they are cut: enough to see who pulls, and cheap. */
const EACH = 3;
const MOST = { 2: 96, 3: 24 };

/** One image as the losses see it: [...extent, classes]. */
interface Cut {
  readonly isEmpty: boolean;
  readonly extent: readonly number[];
  readonly probabilities: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

/** Keeps a few validation images of each kind, cut to one extent, until their losses are asked. */
export class PullWatch {
  readonly #facts: Facts;
  readonly #kept: Cut[] = [];
  #extent: readonly number[] | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  image({ sample, decision }: Judged): void {
    if (sample.labels === undefined) return;
    const extent = sample.size.map((size) => Math.min(size, MOST[this.#facts.space]));
    if (this.#extent !== undefined && extent.join() !== this.#extent.join()) return;
    const filled = this.#kept.filter(({ isEmpty }) => !isEmpty).length;
    if (filled >= EACH && this.#kept.length - filled >= EACH) return;
    const cut = cutOf(this.#facts, sample.labels, decision.probabilities, sample.size, extent);
    const same = this.#kept.filter(({ isEmpty }) => isEmpty === cut.isEmpty).length;
    if (same >= EACH) return;
    this.#extent = extent;
    this.#kept.push(cut);
  }

  /**
   * Undefined where nothing was kept.
   *
   * @param weights factor of each term in the sum
   */
  async pull(losses: readonly Loss[], weights: readonly number[]): Promise<Pull | undefined> {
    if (this.#kept.length === 0) return undefined;
    // Of a single term, the sum is the term.
    const terms = losses.map((_, index) =>
      losses.map((_, at) => (at === index ? weights[at]! : 0)),
    );
    const norms = await this.#norms(losses, losses.length === 1 ? terms : [...terms, weights]);
    const filled = this.#kept.flatMap(({ isEmpty }, at) => (isEmpty ? [] : [at]));
    const empty = this.#kept.flatMap(({ isEmpty }, at) => (isEmpty ? [at] : []));
    const mean = (values: ArrayLike<number>, places: readonly number[]) =>
      places.length === 0
        ? 0
        : places.reduce((sum, place) => sum + values[place]!, 0) / places.length;
    const errors = this.#kept.map(({ probabilities, target }) => {
      let sum = 0;
      for (let at = 0; at < target.length; at++) sum += (probabilities[at]! - target[at]!) ** 2;
      return Math.sqrt(sum);
    });
    const both = norms.map((values) => ({
      filled: mean(values, filled),
      empty: mean(values, empty),
    }));
    return {
      terms: both.slice(0, losses.length),
      weights,
      ...both.at(-1)!,
      filledError: mean(errors, filled),
      emptyError: mean(errors, empty),
      filledImages: filled.length,
      emptyImages: empty.length,
    };
  }

  /** Norm of the gradient with respect to the logits, one an image, of each sum of weighted terms. */
  async #norms(
    losses: readonly Loss[],
    sums: readonly (readonly number[])[],
  ): Promise<readonly (readonly number[])[]> {
    const count = this.#kept.length;
    const shape = [count, ...this.#extent!];
    const classes = this.#facts.classes.length;
    const norms = tf.tidy(() => {
      const joined = (key: 'probabilities' | 'target' | 'weight', depth: number) => {
        const values = new Float32Array(count * this.#kept[0]![key].length);
        for (const [at, cut] of this.#kept.entries()) values.set(cut[key], at * cut[key].length);
        return tf.tensor(values, [...shape, depth]);
      };
      const [target, weight] = [joined('target', classes), joined('weight', 1)];
      const logits = logitsOf(this.#facts, joined('probabilities', classes));
      const normOf = (weights: readonly number[]) => {
        const gradient = tf.grad((seen: tf.Tensor) => {
          const input = lossInput(this.#facts, seen, target, weight);
          const terms = losses.flatMap((loss, index) =>
            weights[index] === 0
              ? []
              : [tf.mul(tf.mean(loss(input)), weights[index]!) as tf.Scalar],
          );
          // Without this, terms of weight 0 alone would have no gradient to ask for.
          const nothing = tf.mul(tf.sum(seen), 0) as tf.Scalar;
          return terms.reduce<tf.Scalar>((sum, term) => tf.add(sum, term), nothing);
        })(logits);
        return tf.sqrt(tf.sum(tf.square(tf.reshape(gradient, [count, -1])), 1)) as tf.Tensor1D;
      };
      return tf.stack(sums.map(normOf)) as tf.Tensor2D;
    });
    try {
      return await norms.array();
    } finally {
      norms.dispose();
    }
  }
}

/** Logits of which the probabilities are these; what is nearly 0 or 1 stays finite. */
function logitsOf({ overlapping }: Facts, probabilities: tf.Tensor): tf.Tensor {
  const safe = tf.clipByValue(probabilities, 1e-12, 1);
  if (!overlapping) return tf.log(safe);
  return tf.sub(tf.log(safe), tf.log(tf.clipByValue(tf.sub(1, probabilities), 1e-12, 1)));
}

/** Around the first pixel of the foreground, or the middle of the image. */
function cutOf(
  facts: Facts,
  labels: Uint8Array,
  probabilities: Float32Array,
  size: readonly number[],
  extent: readonly number[],
): Cut {
  const classes = facts.classes.length;
  const depth = labelDepth(facts);
  const pixels = size.reduce((product, one) => product * one, 1);
  let first = 0;
  while (first < pixels && !isForeground(labels, first, facts)) first++;
  const isEmpty = first === pixels;
  const middle = isEmpty ? size.map((one) => one >> 1) : placeOf(first, size);
  const from = size.map((one, axis) =>
    Math.max(0, Math.min(middle[axis]! - (extent[axis]! >> 1), one - extent[axis]!)),
  );
  const count = extent.reduce((product, one) => product * one, 1);
  const cut = {
    probabilities: new Float32Array(count * classes),
    labels: new Uint8Array(count * depth),
    target: new Float32Array(count * classes),
    weight: new Float32Array(count).fill(1),
  };
  for (let at = 0; at < count; at++) {
    const place = placeOf(at, extent);
    const pixel = size.reduce((sum, one, axis) => sum * one + place[axis]! + from[axis]!, 0);
    const seen = probabilities.subarray(pixel * classes, (pixel + 1) * classes);
    cut.probabilities.set(seen, at * classes);
    cut.labels.set(labels.subarray(pixel * depth, (pixel + 1) * depth), at * depth);
  }
  const inside = new Uint8Array(count).fill(1);
  fillTruth({ ...cut, inside, facts, pixelWeights: facts.classes.map(() => 1) });
  return { isEmpty, extent, ...cut };
}

function placeOf(index: number, size: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (let axis = size.length - 1; axis >= 0; axis--) {
    place[axis] = rest % size[axis]!;
    rest = Math.floor(rest / size[axis]!);
  }
  return place;
}
