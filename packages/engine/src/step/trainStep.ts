import type { LossInput, Model } from '@raremask/core';
import { completeGradients, withJoinedPools } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import type { BatchInput } from './batchInput.ts';
import { imageLoss } from './imageLoss.ts';
import { tidied, withKept } from './kept.ts';
import { alarmShare, sampleLoss } from './outcomes.ts';
import { type Packing, packNothing, packVectors } from './packing.ts';
import { processesOf, summed } from './processes.ts';
import type { StepProgram } from './program.ts';
import type { NetworkState, StepState } from './state.ts';
import { supervised } from './supervision.ts';

/** The numbers of one update. */
export interface UpdateInput {
  readonly learningRate: tf.Scalar;
  /** The optimizer's own, by name. */
  readonly numbers: Readonly<Record<string, tf.Scalar>>;
  /** Share of a moving average that stays, where averages are kept. */
  readonly decay?: tf.Scalar | undefined;
}

/** How a batch takes part in an update that several batches make together. */
export interface GatherInput {
  /** Its share of their images. */
  readonly share: tf.Scalar;
  /** 0 at the first of them, whose gradient replaces what was gathered; else 1. */
  readonly keep: tf.Scalar;
}

/** What a batch says; the caller owns the tensors. */
interface BatchReport {
  /**
   * The weighted sum of the terms; with auxiliary outputs, that of their means over all outputs, and
   * with an image output its cross-entropy too.
   */
  readonly loss: tf.Scalar;
  /** Each term of the logits before its weight. */
  readonly terms: readonly tf.Scalar[];
  /** [batch, 2] where asked for: each sample's loss, and its share of background pixels alarmed. */
  readonly outcomes?: tf.Tensor2D;
}

export interface StepOutput extends BatchReport {
  /** What has changed, whole. */
  readonly state: Partial<StepState>;
  /** Norm of the gradient of all weights together, before the clip; none where nothing was updated nor scaled. */
  readonly gradientNorm?: tf.Scalar;
}

/**
 * The gradient of one batch's loss, as a pure function: nothing is read, nothing but the result is
 * kept, and the caller owns the result. One gradient for each weight that is not frozen.
 *
 * @param share factor of the gradient; left out, 1. Where processes join in the middle of a model, what they
 *   hand back to each other is weighed already.
 */
export function gradients(
  program: StepProgram,
  state: NetworkState<tf.Tensor>,
  input: BatchInput,
  share?: tf.Scalar,
): BatchReport & { readonly gradients: tf.Tensor[]; readonly buffers: tf.Tensor[] } {
  // Before the model: its operations may need them, too.
  completeGradients();
  const { result, kept } = withKept((keep) =>
    tf.tidy(() => {
      const moving = movingOf(program);
      const { lossScale } = input;
      const forward = (...moved: tf.Tensor[]): tf.Scalar => {
        const weights = placed(state.weights, moving, moved);
        const outputs = program.model.forward({
          images: input.images,
          weights,
          buffers: state.buffers,
          mode: 'train',
          uniform: input.uniform,
          ...(program.processes &&
            input.processes && { processes: processesOf(program.processes, input.processes) }),
        });
        const [main, ...auxiliary] = supervised(program.facts, outputs, input);
        const lossesOf = (seen: LossInput) =>
          withJoinedPools(program.processes && summed, () =>
            program.losses.map((loss) => loss(seen)),
          );
        const values = lossesOf(main!.seen);
        const terms = values.map((value) => tf.mean(value) as tf.Scalar);
        const learnt = auxiliary.reduce(
          (sums, { seen, share }) =>
            lossesOf(seen).map((value, index) =>
              tf.add(sums[index]!, tf.mul(tf.mean(value), share)),
            ),
          main!.share === 1 ? terms : terms.map((term) => tf.mul(term, main!.share)),
        );
        const { image } = outputs;
        const total = sum([
          ...learnt.map((term, index) => tf.mul(term, input.termWeights[index]!) as tf.Scalar),
          ...(image ? [tf.mul(imageLoss(program.facts, image.logits, input), image.weight)] : []),
        ] as tf.Scalar[]);
        keep(
          'buffers',
          (outputs.buffers ?? state.buffers).map((buffer) =>
            state.buffers.includes(buffer) ? tf.clone(buffer) : buffer,
          ),
        );
        keep('terms', [total, ...terms]);
        if (program.outcomes) {
          keep('outcomes', [
            tf.stack(
              [sampleLoss(values, input), alarmShare(program.facts, outputs.logits, input)],
              1,
            ),
          ]);
        }
        const shared = share ? tf.mul(total, share) : total;
        return (lossScale ? tf.mul(shared, lossScale) : shared) as tf.Scalar;
      };
      const { grads } = tf.valueAndGrads(forward)(moving.map((index) => state.weights[index]!));
      return lossScale ? grads.map((one) => tf.div(one, lossScale)) : grads;
    }),
  );
  const [loss, ...terms] = kept.terms as [tf.Scalar, ...tf.Scalar[]];
  const outcomes = kept.outcomes?.[0] as tf.Tensor2D | undefined;
  return {
    gradients: result,
    buffers: kept.buffers!,
    loss,
    terms,
    ...(outcomes && { outcomes }),
  };
}

/**
 * Weights moved along a gradient, likewise a pure function.
 *
 * @param gradient one for each weight that is not frozen
 */
export function update(
  program: StepProgram,
  state: Pick<StepState, 'weights' | 'slots'>,
  gradient: readonly tf.Tensor[],
  input: UpdateInput,
): Pick<StepState, 'weights' | 'slots'> & { readonly gradientNorm: tf.Scalar } {
  const { optimizer, clip } = program;
  return tidied(() => {
    const moving = movingOf(program);
    const packing = packingOf(program);
    const packed = packing.pack(gradient);
    const norm = normOf(packed);
    const clipped =
      clip === null
        ? packed
        : packed.map((one) => tf.mul(one, tf.div(clip, tf.maximum(norm, clip))));
    const packedOf = (tensors: readonly tf.Tensor[]) =>
      packing.pack(moving.map((index) => tensors[index]!));
    const weights = packedOf(state.weights);
    const count = state.weights.length;
    const slotsBefore = optimizer.slots.map((_, slot) =>
      state.slots.slice(slot * count, (slot + 1) * count),
    );
    const slots = slotsBefore.map(packedOf);
    const moved = clipped.map((one, index) => {
      const first = moving[packing.firsts[index]!]!;
      const factor = program.factors?.[first] ?? 1;
      return optimizer.update({
        weight: weights[index]!,
        gradient: one,
        slots: Object.fromEntries(
          optimizer.slots.map((name, slot) => [name, slots[slot]![index]!]),
        ),
        learningRate:
          factor === 1 ? input.learningRate : (tf.mul(input.learningRate, factor) as tf.Scalar),
        numbers: input.numbers,
        decay: program.model.weights[first]!.decay,
      });
    });
    // A tensor that has not changed is still the caller's.
    const given = new Set([...state.weights, ...state.slots]);
    const own = (tensor: tf.Tensor) => (given.has(tensor) ? tf.clone(tensor) : tensor);
    return {
      weights: placed(state.weights, moving, packing.unpack(moved.map(({ weight }) => weight))).map(
        own,
      ),
      slots: optimizer.slots.flatMap((name, slot) =>
        placed(
          slotsBefore[slot]!,
          moving,
          packing.unpack(moved.map((updated) => updated.slots[name]!)),
        ).map(own),
      ),
      gradientNorm: norm,
    };
  });
}

/** One batch, one update. The caller owns the input and the result. */
export function trainStep(
  program: StepProgram,
  state: StepState,
  input: BatchInput & UpdateInput,
): StepOutput {
  return tidied(() => {
    const { gradients: gradient, buffers, ...report } = gradients(program, state, input);
    return { ...report, ...updated(program, state, gradient, buffers, input) };
  });
}

/** A batch whose gradient waits for those of others. */
export function gatherStep(
  program: StepProgram,
  state: Pick<StepState, 'weights' | 'buffers' | 'gathered'>,
  input: BatchInput & GatherInput,
): StepOutput {
  return tidied(() => {
    const { processes } = program;
    const weighed = processes && input.share;
    const { gradients: gradient, buffers, ...report } = gradients(program, state, input, weighed);
    const gathered = gatheredWith(program, state.gathered, gradient, {
      keep: input.keep,
      share: weighed ? tf.scalar(1) : input.share,
    });
    // Gathering says no norm, and what has overflowed must be seen.
    const gradientNorm = program.scaled && normOf(gradient);
    return { ...report, state: { buffers, gathered }, ...(gradientNorm && { gradientNorm }) };
  });
}

/** The last batch of those that make one update. */
export function finishStep(
  program: StepProgram,
  state: StepState,
  input: BatchInput & GatherInput & UpdateInput,
): StepOutput {
  return tidied(() => {
    const { gradients: gradient, buffers, ...report } = gradients(program, state, input);
    const gathered = gatheredWith(program, state.gathered, gradient, input);
    const own = movingOf(program).map((index) => gathered[index]!);
    return { ...report, ...updated(program, state, own, buffers, input) };
  });
}

/** An update along gradients that were gathered before, without a batch. */
export function updateStep(
  program: StepProgram,
  state: StepState,
  input: UpdateInput,
): Pick<StepOutput, 'state' | 'gradientNorm'> {
  return tidied(() => {
    const own = movingOf(program).map((index) => state.gathered[index]!);
    const { state: changed, gradientNorm } = updated(program, state, own, state.buffers, input);
    const { buffers: _same, ...moved } = changed;
    return { state: moved, gradientNorm };
  });
}

/**
 * What a network says of one batch, for scoring and prediction: logits [batch, ...space, classes], and
 * of a model that judges images [batch, 1]. The caller owns them.
 */
export function infer(
  model: Model,
  state: NetworkState<tf.Tensor>,
  images: tf.Tensor,
): [logits: tf.Tensor, image?: tf.Tensor] {
  completeGradients();
  return tf.tidy(() => {
    const { logits, image } = model.forward({
      images,
      weights: state.weights,
      buffers: state.buffers,
      mode: 'infer',
      uniform: (shape) => tf.ones([...shape]),
    });
    return image ? [logits, image.logits] : [logits];
  });
}

function updated(
  program: StepProgram,
  state: StepState,
  gradient: readonly tf.Tensor[],
  buffers: readonly tf.Tensor[],
  input: UpdateInput,
): { readonly state: Partial<StepState>; readonly gradientNorm: tf.Scalar } {
  const { weights, slots, gradientNorm } = update(program, state, gradient, input);
  const averages = program.average
    ? movedAverages(program, state.averages, { weights, buffers }, input.decay!)
    : [];
  return { state: { weights, buffers, slots, averages }, gradientNorm };
}

/**
 * Exponential moving averages of the weights (Polyak and Juditsky 1992, Acceleration of stochastic
 * approximation by averaging, average them all; the older ones count less here), and of the buffers,
 * so that running statistics fit the weights that they are used with.
 */
function movedAverages(
  { model, frozen }: StepProgram,
  averages: readonly tf.Tensor[],
  { weights, buffers }: NetworkState<tf.Tensor>,
  decay: tf.Scalar,
): tf.Tensor[] {
  const packing = packVectors(
    [...model.weights, ...model.buffers].map(({ shape }) => ({ shape, key: '' })),
  );
  const latest = packing.pack([...weights, ...buffers]);
  const moved = packing
    .pack(averages)
    .map((average, index) =>
      tf.add(tf.mul(average, decay), tf.mul(latest[index]!, tf.sub(1, decay))),
    );
  // Of what does not move, the average is not rounded anew at each step.
  return packing
    .unpack(moved)
    .map((average, index) => (frozen?.[index] ? tf.clone(weights[index]!) : average));
}

function gatheredWith(
  program: StepProgram,
  gathered: readonly tf.Tensor[],
  gradient: readonly tf.Tensor[],
  { keep, share }: GatherInput,
): tf.Tensor[] {
  const moving = movingOf(program);
  const packing = packingOf(program);
  const before = packing.pack(moving.map((index) => gathered[index]!));
  const sums = packing
    .pack(gradient)
    .map((one, index) => tf.add(tf.mul(before[index]!, keep), tf.mul(one, share)));
  return placed(gathered, moving, packing.unpack(sums)).map((tensor) =>
    gathered.includes(tensor) ? tf.clone(tensor) : tensor,
  );
}

/** Places of the weights that are not frozen. */
function movingOf({ model, frozen }: StepProgram): number[] {
  return model.weights.flatMap((_, index) => (frozen?.[index] ? [] : [index]));
}

/** A list with other elements in some places. */
function placed<T>(list: readonly T[], places: readonly number[], others: readonly T[]): T[] {
  const result = [...list];
  for (const [at, place] of places.entries()) result[place] = others[at]!;
  return result;
}

/** Vectors that are moved alike lie end to end; those that are frozen are not among them. */
function packingOf(program: StepProgram): Packing {
  const { model, optimizer, factors } = program;
  const moving = movingOf(program);
  if (optimizer.wholeWeights) return packNothing(moving);
  return packVectors(
    moving.map((index) => {
      const { shape, decay } = model.weights[index]!;
      return { shape, key: `${decay} ${factors?.[index] ?? 1}` };
    }),
  );
}

function normOf(gradient: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(sum(gradient.map((one) => tf.sum(tf.square(one)) as tf.Scalar)));
}

function sum(scalars: readonly tf.Scalar[]): tf.Scalar {
  return scalars.reduce((left, right) => tf.add(left, right));
}
