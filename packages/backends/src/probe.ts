import { tf } from '@raremask/tfjs';
import { cpuBackend } from './cpu.ts';
import { loadNative, nativePackages } from './native.ts';
import { firstLine } from './quietly.ts';
import { startWasm, wasmFault } from './wasm.ts';

/** What became of one backend when it was tried. */
export interface Probe {
  readonly name: string;
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
  readonly remedy?: string;
}

/** Relative difference from plain JavaScript that a backend may have. */
const TOLERANCE = 1e-4;

/**
 * Tries every backend: a small convolution with its gradients on each, compared with plain
 * JavaScript. The backend that was in use before is in use again afterwards.
 *
 * @param from the folder whose node_modules are searched for the optional native packages
 */
export async function probeBackends(from: string = process.cwd()): Promise<readonly Probe[]> {
  cpuBackend();
  const before = tf.engine().backendName;
  try {
    await tf.setBackend('cpu');
    const expected = trainOnce();
    return [
      { name: 'cpu', state: 'ok', detail: 'plain JavaScript' },
      await probeWasm(expected),
      await probeNative('tensorflow-gpu', from, expected),
      await probeNative('tensorflow', from, expected),
    ];
  } finally {
    await tf.setBackend(before ?? 'cpu');
  }
}

async function probeWasm(expected: readonly number[]): Promise<Probe> {
  try {
    const { version } = await startWasm();
    return compared('wasm', `@tensorflow/tfjs-backend-wasm ${version}, SIMD, one thread`, expected);
  } catch (thrown) {
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    return { name: 'wasm', state: 'broken', ...wasmFault(cause) };
  }
}

async function probeNative(
  name: 'tensorflow-gpu' | 'tensorflow',
  from: string,
  expected: readonly number[],
): Promise<Probe> {
  const packageName = nativePackages[name];
  const outcome = await loadNative(name, from);
  switch (outcome.state) {
    case 'absent':
      return { name, state: 'absent', detail: `${packageName} is not installed (it is optional)` };
    case 'other':
      return {
        name,
        state: 'ok',
        detail: `${packageName} is installed; not run, because this process holds ${outcome.loaded} and can hold one of the two`,
      };
    case 'broken':
      return { name, state: 'broken', detail: outcome.detail, remedy: outcome.remedy };
    case 'ok': {
      await tf.setBackend('tensorflow');
      const device = outcome.gpu ? 'GPU' : 'CPU';
      const libraries = Object.entries(outcome.versions).map((entry) => entry.join(' '));
      return compared(name, `${libraries.join(', ')}, computes on the ${device}`, expected);
    }
  }
}

function compared(name: string, detail: string, expected: readonly number[]): Probe {
  let found: readonly number[];
  try {
    found = trainOnce();
  } catch (thrown) {
    const remedy = 'ask for another backend';
    return { name, state: 'broken', detail: `${detail}: ${firstLine(thrown)}`, remedy };
  }
  const difference = largestDifference(found, expected);
  if (difference <= TOLERANCE) return { name, state: 'ok', detail };
  return {
    name,
    state: 'broken',
    detail: `${detail}: a gradient differs from plain JavaScript's by ${difference.toExponential(1)} of its size, more than ${TOLERANCE}`,
    remedy: 'ask for another backend, and report this with your processor and Node version',
  };
}

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  const differences = expected.map((value, index) => Math.abs(value - found[index]!) / scale);
  return differences.every(Number.isFinite) ? Math.max(...differences) : Number.POSITIVE_INFINITY;
}

/** Value and all gradients of a network of three convolutions, one of them transposed. */
function trainOnce(): number[] {
  return tf.tidy(() => {
    const image = wave([2, 8, 8, 3], 0.7);
    const target = wave([2, 8, 8, 2], 1.3);
    const weights = [wave([3, 3, 3, 8], 0.9), wave([2, 2, 4, 8], 1.1), wave([3, 3, 4, 2], 1.7)];
    const { value, grads } = tf.valueAndGrads((first, up, last) => {
      const narrow = tf.maxPool(
        tf.relu(tf.conv2d(image, first as tf.Tensor4D, 1, 'same')),
        2,
        2,
        0,
      );
      const wide = tf.conv2dTranspose(narrow, up as tf.Tensor4D, [2, 8, 8, 4], 2, 'same');
      const logits = tf.conv2d(tf.elu(wide), last as tf.Tensor4D, 1, 'same');
      return tf.mean(tf.square(tf.sub(tf.softmax(logits), target))) as tf.Scalar;
    })(weights);
    return [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
  });
}

/** Numbers between -1 and 1 that are the same everywhere. */
function wave(shape: [number, number, number, number], frequency: number): tf.Tensor4D {
  const size = tf.util.sizeFromShape(shape);
  const values = Float32Array.from({ length: size }, (_, index) => Math.sin(frequency * index));
  return tf.tensor4d(values, shape);
}
