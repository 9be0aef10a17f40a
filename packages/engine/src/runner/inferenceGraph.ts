import { type Graph, graphOf, type InputSpec, type Tracer } from '@raremask/compiler';
import type { Model } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { logitsShape } from '../errors.ts';
import type { NetworkProgram } from '../step/program.ts';
import { infer } from '../step/trainStep.ts';
import { MODEL } from './compute.ts';
import type { NetworkArrays } from './runner.ts';

/**
 * The forward pass, with weights and buffers as inputs before the images, or as constants.
 *
 * @param image [count, ...size]
 */
export async function inferenceGraph(
  program: NetworkProgram,
  image: readonly number[],
  state: 'inputs' | NetworkArrays,
) {
  const { model, facts } = program;
  const images = float([...image, facts.channels]);
  const given = state === 'inputs' ? [...model.weights, ...model.buffers] : [];
  const { graph } = await graphOf(
    [...given.map(({ shape }) => float(shape)), images],
    (tensors, tracer) => {
      const held = state === 'inputs' ? tensors.slice(0, -1) : constants(model, state);
      const outputs = infer(
        tracedModel(program.model, tracer),
        {
          weights: held.slice(0, model.weights.length),
          buffers: held.slice(model.weights.length),
        },
        tensors.at(-1)!,
      );
      requireShapes(program, image, outputs);
      return outputs as tf.Tensor[];
    },
  );
  return graph;
}

/** @param image [count, ...size] @throws RaremaskError where an output has another shape */
export function requireShapes(
  { model, facts }: NetworkProgram,
  image: readonly number[],
  [logits, judged]: readonly [tf.Tensor, tf.Tensor?],
): void {
  const expected = [...image, facts.classes.length];
  if (logits.shape.join() !== expected.join()) throw logitsShape('model', logits.shape, expected);
  const wanted = model.judgesImages ? [image[0]!, 1] : [];
  const found = judged?.shape ?? [];
  if (found.join() !== wanted.join()) throw logitsShape('model (image output)', found, wanted);
}

function constants(model: Model, { weights, buffers }: NetworkArrays): tf.Tensor[] {
  const shapes = [...model.weights, ...model.buffers].map(({ shape }) => [...shape]);
  return [...weights, ...buffers].map((values, index) => tf.tensor(values, shapes[index]!));
}

/**
 * Graphs for two sizes that have no extent in common, and no two axes that grow alike, so that what belongs to one
 * axis, or to several together, is not taken for what belongs to others.
 */
export async function graphsOfTwoSizes(
  program: NetworkProgram,
  state: 'inputs' | NetworkArrays,
): Promise<[Graph, Graph]> {
  const graph = (count: number, factors: readonly number[]) =>
    inferenceGraph(
      program,
      [count, ...program.model.multipleOf.map((multiple, axis) => multiple * factors[axis]!)],
      state,
    );
  return [await graph(3, [5, 7, 11]), await graph(5, [7, 11, 13])];
}

/** The same model, named where it cannot be traced. */
export function tracedModel(model: Model, tracer: Tracer): Model {
  return {
    ...model,
    forward: (call) => tracer.at(MODEL, () => model.forward(call)),
  };
}

export function float(shape: readonly number[]): InputSpec {
  return { shape, type: 'float32' };
}
