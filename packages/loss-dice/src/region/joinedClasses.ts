import type { ClassFact, Facts, LossInput } from '@raremask/core';
import { nearest } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { cannotJoin, needsExclusive } from '../errors.ts';

/** Which classes count as one: all but the background, or by the name that they get together. */
export type WrittenJoin = 'foreground' | Readonly<Record<string, readonly string[]>>;

/** What a loss sees in place of the network's classes. */
interface Joined {
  readonly facts: Facts;
  input(input: LossInput): LossInput;
}

/**
 * Classes that exclude each other, some of them as one: the probability of "any defect" beside those of its kinds (regions,
 * as Isensee et al. 2019, nnU-Net for brain tumor segmentation, trains with). A pixel of one member that is taken for another
 * is then a hit. Classes that no join names stay as they are.
 *
 * @throws RaremaskError where classes overlap, a name is unknown or taken twice, or nothing is joined
 */
export function joinedClasses(join: WrittenJoin, facts: Facts, where: string): Joined {
  if (facts.overlapping) throw needsExclusive(where);
  const groups = groupsOf(join, facts.classes, where);
  const classes = groups.map(({ name, members }) => ({ name, value: members[0]! }));
  return {
    facts: { ...facts, classes },
    input: (input) => joined(input, groups),
  };
}

interface Group {
  readonly name: string;
  /** Indices of the network's classes. */
  readonly members: readonly number[];
}

/** In the order of their first members, so that the background stays first. */
function groupsOf(join: WrittenJoin, classes: readonly ClassFact[], where: string): Group[] {
  const [background, ...foreground] = classes.map(({ name }) => name);
  const written = join === 'foreground' ? { foreground } : join;
  const taken = new Map<string, string>();
  for (const [name, members] of Object.entries(written)) {
    if (background === name || (foreground.includes(name) && !members.includes(name))) {
      throw cannotJoin(where, `${name} is a class of its own`, 'give what is joined another name');
    }
    for (const member of members) {
      if (!foreground.includes(member)) {
        const similar = nearest(member, foreground);
        throw cannotJoin(
          where,
          `there is no class ${member}, or it is the background`,
          similar === undefined ? `name some of ${foreground.join(', ')}` : `write "${similar}"`,
        );
      }
      if (taken.has(member)) {
        throw cannotJoin(
          where,
          `${member} is named twice`,
          'name it once; another loss may join it otherwise',
        );
      }
      taken.set(member, name);
    }
  }
  if (Object.values(written).every(({ length }) => length < 2)) {
    throw cannotJoin(where, 'it joins nothing', 'name two classes at least, or leave it out');
  }
  const groups = new Map<string, number[]>();
  for (const [index, { name }] of classes.entries()) {
    const own = taken.get(name) ?? name;
    groups.set(own, [...(groups.get(own) ?? []), index]);
  }
  return [...groups].map(([name, members]) => ({ name, members }));
}

/** Everything is made on first use, as the loss may need a part of it. */
function joined(input: LossInput, groups: readonly Group[]): LossInput {
  const made: { probabilities?: tf.Tensor; logProbabilities?: tf.Tensor } = {};
  const logProbabilities = () => {
    made.logProbabilities ??= logarithms(input.logProbabilities, groups);
    return made.logProbabilities;
  };
  return {
    target: sums(input.target, groups),
    weight: input.weight,
    get probabilities() {
      made.probabilities ??= sums(input.probabilities, groups);
      return made.probabilities;
    },
    get logProbabilities() {
      return logProbabilities();
    },
    /** Their softmax are the probabilities. */
    get logits() {
      return logProbabilities();
    },
  };
}

/** [batch, ...space, classes] to [batch, ...space, groups]: the sum over the members of each. */
function sums(values: tf.Tensor, groups: readonly Group[]): tf.Tensor {
  const classes = values.shape.at(-1)!;
  const membership = Array.from({ length: classes }, (_, index) =>
    groups.map(({ members }) => (members.includes(index) ? 1 : 0)),
  );
  const flat = tf.matMul(tf.reshape(values, [-1, classes]), tf.tensor2d(membership));
  return tf.reshape(flat, [...values.shape.slice(0, -1), groups.length]);
}

/** The logarithm of the sum of exponentials, without overflow, and without the logarithm of 0 where all members have saturated. */
function logarithms(values: tf.Tensor, groups: readonly Group[]): tf.Tensor {
  const parts = tf.split(values, values.shape.at(-1)!, -1);
  const joinedParts = groups.map(({ members }) => {
    const own = members.map((index) => parts[index]!);
    return own.length === 1 ? own[0]! : tf.logSumExp(tf.concat(own, -1), -1, true);
  });
  return joinedParts.length === 1 ? joinedParts[0]! : tf.concat(joinedParts, -1);
}
