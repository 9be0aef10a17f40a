import {
  encode,
  type Graph,
  generalize,
  lower,
  NotGeneral,
  type OnnxModel,
  type Runtime,
} from '@raremask/compiler';
import type { Facts, Model, OnEvent, RaremaskError } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { writeAtomically } from '@raremask/record';
import { exportDiffers, exportNeedsSize } from './errors.ts';
import type { DecisionRule } from './judging/decisionRule.ts';
import {
  openTrained,
  readTrained,
  scopeWithoutData,
  warnUnsearched,
} from './opening/openTrained.ts';
import { paddedSize } from './reading/window.ts';
import type { CheckpointHead } from './record/checkpointHead.ts';
import { eagerNetwork } from './runner/eagerRunner.ts';
import { graphsOfTwoSizes, inferenceGraph } from './runner/inferenceGraph.ts';
import type { NetworkArrays } from './runner/runner.ts';
import type { NetworkProgram } from './step/program.ts';

export interface ExportOptions {
  /** The .onnx file. */
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  /** Extents of an image; without them the file takes any size that the network takes, if it can. */
  readonly size?: readonly number[];
  /** Extents of an image for a graph that depends on the size, where `size` is left out; without them it is refused. */
  readonly sizeIfNeeded?: readonly number[] | undefined;
  /** Runs the file before it is kept; without one it is written unchecked. */
  readonly runtime?: Runtime | undefined;
  /** Version of the command that exports, for the file. */
  readonly version: string;
  readonly onEvent: OnEvent;
}

export interface ExportResult {
  readonly out: string;
  readonly bytes: number;
  /** Shape of the input `images`; names stand for extents that vary. */
  readonly images: readonly (number | string)[];
  readonly logits: readonly (number | string)[];
  /** Extents that an image must have; absent where the file takes any that the network takes. */
  readonly size?: readonly number[];
  /** Largest difference from the model's logits, relative to the largest; null where it was not run. */
  readonly difference: number | null;
  /** Images in each batch that it was run on. */
  readonly batches: readonly number[];
}

/** Relative to the largest logit. */
const TOLERANCE = 1e-4;

/** Batches that a file is run on; of large images one alone, whose maps of features fit into memory. */
const BATCHES = [1, 2, 5];
const MOST_PIXELS = 1_500_000;

/**
 * Writes the network of a run as an ONNX file: images [batch, ...space, channels], normalised as the
 * metadata say, to logits [batch, ...space, classes] (and of a model that judges images to image
 * [batch, 1]). Weights are inside; the batch may have any size.
 *
 * @throws RaremaskError where the graph depends on the size and none is named, or the file, run by
 *   onnxruntime, differs from the model
 */
export async function exportOnnx(
  loaded: LoadedManifest,
  runPath: string,
  options: ExportOptions,
): Promise<ExportResult> {
  const run = await readTrained(loaded, runPath, options.checkpoint, options.onEvent);
  const { head } = run.checkpoint;
  const { scope, close } = scopeWithoutData(loaded, head, options.onEvent);
  try {
    const trained = await openTrained(loaded, run, scope);
    warnUnsearched(loaded.manifest.evaluate, trained, options.onEvent);
    const { facts, model, state, rule } = trained;
    const program = { facts, model };
    const written = (extents: readonly number[] | undefined) =>
      openModel(
        program,
        state,
        extents,
        metadataOf(loaded, head, model, rule, { ...options, size: extents }),
      );
    let size = options.size;
    const onnx = await written(size).catch((error: unknown) => {
      if (!(error instanceof NotGeneral) || size !== undefined) throw error;
      size = options.sizeIfNeeded;
      if (size === undefined) throw needsSize(error, program);
      return written(size);
    });
    const bytes = encode(onnx);
    const batches = options.runtime ? batchesOf(size) : [];
    const difference = options.runtime
      ? await differenceFrom(options.runtime, bytes, program, state, size, batches)
      : null;
    // Written so that NaN is refused.
    if (difference !== null && !(difference <= TOLERANCE)) {
      throw exportDiffers(options.out, difference, TOLERANCE);
    }
    await writeAtomically(options.out, bytes);
    const [images, logits] = [onnx.inputs[0]!.shape, onnx.outputs[0]!.shape];
    return {
      ...{ out: options.out, bytes: bytes.length, images, logits, difference, batches },
      ...(size !== undefined && { size }),
    };
  } finally {
    await close();
  }
}

/** Any batch of one size; or of any, or NotGeneral. */
async function openModel(
  program: NetworkProgram,
  state: NetworkArrays,
  size: readonly number[] | undefined,
  metadata: Readonly<Record<string, string>>,
): Promise<OnnxModel> {
  const lowered = (graph: Graph) =>
    lower(graph, {
      name: 'raremask',
      portable: true,
      inputNames: ['images'],
      outputNames: program.model.judgesImages ? ['logits', 'image'] : ['logits'],
      metadata,
    }).model;
  const names = (axis: number) => ['batch', ...spaceNames(program.facts.space)][axis]!;
  const ofSize = (count: number, space: readonly number[]) =>
    inferenceGraph(program, [count, ...space], state);
  const [first, second] = size
    ? [await ofSize(3, size), await ofSize(5, size)]
    : await graphsOfTwoSizes(program, state);
  return generalize(lowered(first), lowered(second), names);
}

function needsSize({ message }: NotGeneral, { facts, model }: NetworkProgram): RaremaskError {
  const wish = facts.space === 3 ? [96, 96, 96] : [256, 256];
  return exportNeedsSize(message, paddedSize(wish, model.multipleOf));
}

function spaceNames(space: 2 | 3): string[] {
  return space === 2 ? ['height', 'width'] : ['depth', 'height', 'width'];
}

function batchesOf(size: readonly number[] = []): readonly number[] {
  const pixels = size.reduce((product, extent) => product * extent, 1);
  return BATCHES.filter((count) => count === 1 || count * pixels <= MOST_PIXELS);
}

/** Runs the file on batches of random images, and the model on the same. */
async function differenceFrom(
  runtime: Runtime,
  bytes: Uint8Array,
  program: NetworkProgram,
  state: NetworkArrays,
  size: readonly number[] | undefined,
  batches: readonly number[],
): Promise<number> {
  const { facts, model } = program;
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const network = eagerNetwork(program, state);
  const random = createRandom(1);
  let worst = 0;
  try {
    for (const count of batches) {
      // Of other extents along every axis, and small: a large volume would take minutes.
      const small = (axis: number) =>
        facts.space === 2 ? count + 1 + axis : 1 + ((count + axis) % 3);
      const space = size ?? model.multipleOf.map((multiple, axis) => multiple * small(axis));
      const pixels = space.reduce((product, extent) => product * extent, count * facts.channels);
      const images = Float32Array.from({ length: pixels }, () => random.normal());
      const expected = await network.infer(images, count, space);
      const tensor = new runtime.Tensor('float32', images, [count, ...space, facts.channels]);
      const found = await session.run({ images: tensor });
      const scale = expected.logits.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
      for (const [name, values] of Object.entries(expected)) {
        const own = found[name]!.data as Float32Array;
        for (let at = 0; at < values.length; at++) {
          const difference = Math.abs(own[at]! - values[at]!) / scale;
          if (!(difference <= worst)) worst = difference;
        }
      }
    }
  } finally {
    await session.release();
    await network.dispose();
  }
  return worst;
}

/** What a user of the file has to know; values are JSON. */
function metadataOf(
  loaded: LoadedManifest,
  head: CheckpointHead,
  { multipleOf, judgesImages }: Pick<Model, 'multipleOf' | 'judgesImages'>,
  rule: DecisionRule,
  { version, size }: { readonly version: string; readonly size: readonly number[] | undefined },
): Record<string, string> {
  const { facts, normalization, progress } = head;
  const described = {
    raremask: version,
    name: loaded.manifest.name,
    epoch: progress.epoch,
    classes: facts.classes,
    overlapping: facts.overlapping,
    ...rule,
    ...(loaded.manifest.evaluate.mirror && { mirror: true }),
    channels: facts.channels,
    axes: ['batch', ...spaceNames(facts.space), 'channels'],
    logits: facts.overlapping ? 'sigmoid for each class' : 'softmax over the last axis',
    ...(judgesImages && {
      image:
        'sigmoid: probability of any structure, of windows the largest; below gate nothing is predicted',
    }),
    normalization,
    multipleOf,
    padding: paddingRule(multipleOf, facts),
    ...(loaded.manifest.data.resolution !== undefined && {
      resolution: loaded.manifest.data.resolution,
    }),
    ...(size && { size }),
    ...(facts.spacing && { spacing: facts.spacing }),
    ...(facts.remark !== undefined && { remark: facts.remark }),
  };
  return Object.fromEntries(
    Object.entries(described).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** How an image whose extents are no multiples becomes one that the network takes. */
function paddingRule(multipleOf: readonly number[], { space }: Facts): object {
  return {
    axes: spaceNames(space),
    multipleOf,
    where: 'behind the image along each axis',
    value: 0,
    when: 'after the normalization',
    logits: 'those of the padding are cut off',
  };
}
