import { tf } from '@raremask/tfjs';
import { compile, graphOf, intoPort } from './compile.ts';
import { inMemory } from './providers/device.ts';
import { loadRuntime, runtimeLack } from './runtime.ts';

/** What became of compiling, when it was tried. */
export interface CompilerProbe {
  readonly name: 'compiled';
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
  readonly remedy?: string;
}

/** Relative difference from plain JavaScript. */
const TOLERANCE = 1e-4;

/**
 * Loads onnxruntime-node, compiles a network of three convolutions with its gradients, runs it and
 * compares with tfjs's plain JavaScript. The tfjs backend is as before afterwards.
 */
export async function probeCompiler(): Promise<CompilerProbe> {
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') {
    const { what, remedy } = runtimeLack(outcome);
    return { name: 'compiled', state: outcome.state, detail: what, remedy };
  }
  const { runtime } = outcome;
  const { block } = runtime.provider.forms;
  const blocks = block ? `blocks of ${block} channels` : 'no blocked convolutions';
  const detail = `onnxruntime-node ${runtime.version}, ${blocks}`;
  const remedy = 'ask for backend: wasm, and report this with your processor and Node version';
  await tf.ready();
  const before = tf.engine().backendName;
  try {
    const values = SHAPES.map((shape, index) => wave(shape, 0.7 + 0.4 * index));
    const specs = SHAPES.map((shape) => ({ shape, type: 'float32' as const }));
    const { graph } = await graphOf(specs, trainOnce);
    const program = await compile(runtime, graph, {
      name: 'probe',
      threads: 1,
      optimize: 'extended',
    });
    const found = inMemory(
      await program.run(
        values.map((elements, index) => intoPort(program.inputs[index]!, elements)),
      ),
    );
    await program.dispose();
    await tf.setBackend('cpu');
    const expected = tf.tidy(() =>
      trainOnce(values.map((elements, index) => tf.tensor(elements, SHAPES[index]))).map((tensor) =>
        tensor.dataSync(),
      ),
    );
    const difference = Math.max(
      ...expected.map((numbers, index) => differenceOf(found[index]!, numbers)),
    );
    if (difference <= TOLERANCE) return { name: 'compiled', state: 'ok', detail };
    const apart = `${detail}: a gradient differs from plain JavaScript's by ${difference.toExponential(1)} of its size, more than ${TOLERANCE}`;
    return { name: 'compiled', state: 'broken', detail: apart, remedy };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    return { name: 'compiled', state: 'broken', detail: `${detail}: ${reason}`, remedy };
  } finally {
    await tf.setBackend(before);
  }
}

/** An image, a target, and filters of three convolutions, the second of them transposed. */
const SHAPES = [
  [2, 8, 8, 3],
  [2, 8, 8, 2],
  [3, 3, 3, 32],
  [2, 2, 32, 32],
  [3, 3, 32, 2],
];

function trainOnce([image, target, ...weights]: readonly tf.Tensor[]): tf.Tensor[] {
  const { value, grads } = tf.valueAndGrads((first, up, last) => {
    const wide = tf.relu(tf.conv2d(image as tf.Tensor4D, first as tf.Tensor4D, 1, 'same'));
    const narrow = tf.maxPool(wide as tf.Tensor4D, 2, 2, 0);
    const again = tf.conv2dTranspose(narrow, up as tf.Tensor4D, [2, 8, 8, 32], 2, 'same');
    const logits = tf.conv2d(tf.elu(again), last as tf.Tensor4D, 1, 'same');
    return tf.mean(tf.square(tf.sub(tf.softmax(logits), target!))) as tf.Scalar;
  })([...weights]);
  return [value, ...grads];
}

/** Numbers between -1 and 1 that are the same everywhere. */
function wave(shape: readonly number[], frequency: number): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: size }, (_, index) => Math.sin(frequency * index));
}

function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [most, scale] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(found[index]! - expected[index]!);
    if (!(difference <= most)) most = difference;
    scale = Math.max(scale, Math.abs(expected[index]!));
  }
  return most / scale;
}
