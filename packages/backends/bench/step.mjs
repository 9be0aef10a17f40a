// Times whole training steps of a U-Net on the wasm backend: 4 levels, two 3x3 convolutions with
// batch norm and ReLU a block, transposed convolutions, Dice + cross-entropy, Adam.
//
//   node bench/step.mjs [--batch 4] [--size 128] [--filters 16] [--steps 8] [--kernels]
//
// With --kernels it also prints the time spent in each kernel of the backend.
import { parseArgs } from 'node:util';
import { prepareBackend } from '@raremask/backends';
import * as tf from '@tensorflow/tfjs';

const { values: options } = parseArgs({
  options: {
    batch: { type: 'string', default: '4' },
    size: { type: 'string', default: '128' },
    filters: { type: 'string', default: '16' },
    steps: { type: 'string', default: '8' },
    backend: { type: 'string', default: 'wasm' },
    kernels: { type: 'boolean', default: false },
  },
});
const [batch, size, filters, steps] = [
  options.batch,
  options.size,
  options.filters,
  options.steps,
].map(Number);
const depth = 4;

const prepared = await prepareBackend(options.backend);
console.log(prepared.reason);

const times = new Map();
if (options.kernels) timeKernels();

let state = 1;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

function noise(shape, scale) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from({ length: size }, () => (random() + random() - 1) * scale);
  return tf.tensor(values, shape);
}

const widths = Array.from({ length: depth + 1 }, (_, level) => filters * 2 ** level);
const weights = [];
function weight(shape) {
  const fan = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  weights.push(noise(shape, Math.sqrt(6 / fan)));
  return weights.length - 1;
}
function constant(size, value) {
  weights.push(tf.fill([size], value));
  return weights.length - 1;
}
function block(from, to) {
  return [from, to].map((channels) => ({
    filter: weight([3, 3, channels, to]),
    scale: constant(to, 1),
    shift: constant(to, 0),
  }));
}
const encoder = widths.map((width, level) => block(level === 0 ? 1 : widths[level - 1], width));
const decoder = widths
  .slice(0, -1)
  .map((width, level) => ({
    up: weight([2, 2, width, widths[level + 1]]),
    block: block(2 * width, width),
  }))
  .reverse();
const head = weight([1, 1, filters, 2]);

const batchNorm = tf.customGrad((x, scale, shift, save) => {
  const axes = [0, 1, 2];
  const mean = tf.mean(x, axes);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes), 1e-5));
  const normalized = tf.mul(centred, inverse);
  save([normalized, inverse, scale]);
  return {
    value: tf.add(tf.mul(normalized, scale), shift),
    gradFunc: (dy, [normalized, inverse, scale]) => {
      const count = dy.size / dy.shape[3];
      const dShift = tf.sum(dy, axes);
      const dScale = tf.sum(tf.mul(dy, normalized), axes);
      const common = tf.div(tf.add(dShift, tf.mul(normalized, dScale)), count);
      return [tf.mul(tf.mul(inverse, scale), tf.sub(dy, common)), dScale, dShift];
    },
  };
});

function run(layers, x, w) {
  for (const { filter, scale, shift } of layers) {
    x = tf.relu(batchNorm(tf.conv2d(x, w[filter], 1, 'same'), w[scale], w[shift]));
  }
  return x;
}

function forward(x, w) {
  const skips = [];
  for (const [level, layers] of encoder.entries()) {
    x = run(layers, x, w);
    if (level < depth) {
      skips.push(x);
      x = tf.maxPool(x, 2, 2, 'valid');
    }
  }
  for (const { up, block } of decoder) {
    const skip = skips.pop();
    x = run(block, tf.concat([skip, tf.conv2dTranspose(x, w[up], skip.shape, 2, 'same')], 3), w);
  }
  return tf.conv2d(x, w[head], 1, 'same');
}

function lossOf(logits, target) {
  const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), target), -1)));
  const corner = [0, 0, 0, 1];
  const extent = [batch, size, size, 1];
  const found = tf.slice(tf.softmax(logits), corner, extent);
  const truth = tf.slice(target, corner, extent);
  const overlap = tf.add(tf.mul(2, tf.sum(tf.mul(found, truth))), 1);
  return tf.add(
    entropy,
    tf.sub(1, tf.div(overlap, tf.add(tf.add(tf.sum(found), tf.sum(truth)), 1))),
  );
}

const images = noise([batch, size, size, 1], 2);
const mask = Int32Array.from({ length: batch * size * size }, () => (random() < 0.03 ? 1 : 0));
const target = tf.reshape(tf.oneHot(tf.tensor1d(mask, 'int32'), 2), [batch, size, size, 2]);
const truth = tf.cast(target, 'float32');
let parameters = weights;
let first = weights.map((w) => tf.zerosLike(w));
let second = weights.map((w) => tf.zerosLike(w));

function step() {
  const results = tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads((...w) => lossOf(forward(images, w), truth))(
      parameters,
    );
    const means = first.map((m, i) => tf.add(tf.mul(m, 0.9), tf.mul(grads[i], 0.1)));
    const squares = second.map((m, i) =>
      tf.add(tf.mul(m, 0.999), tf.mul(tf.square(grads[i]), 0.001)),
    );
    const moved = parameters.map((w, i) =>
      tf.sub(w, tf.mul(1e-3, tf.div(means[i], tf.add(tf.sqrt(squares[i]), 1e-7)))),
    );
    return [value, ...moved, ...means, ...squares];
  });
  tf.dispose([parameters, first, second]);
  const count = weights.length;
  parameters = results.slice(1, 1 + count);
  first = results.slice(1 + count, 1 + 2 * count);
  second = results.slice(1 + 2 * count);
  const loss = results[0].dataSync()[0];
  results[0].dispose();
  return loss;
}

/** Wraps every kernel of the backend with a clock; time inside an inner kernel counts for both. */
function timeKernels() {
  for (const { kernelName, kernelFunc, ...rest } of tf.getKernelsForBackend(tf.getBackend())) {
    tf.unregisterKernel(kernelName, tf.getBackend());
    tf.registerKernel({
      ...rest,
      kernelName,
      kernelFunc: (call) => {
        const start = performance.now();
        const result = kernelFunc(call);
        const entry = times.get(kernelName) ?? { calls: 0, ms: 0 };
        entry.calls += 1;
        entry.ms += performance.now() - start;
        times.set(kernelName, entry);
        return result;
      },
    });
  }
}

const walls = [];
const processor = [];
for (let index = 0; index < steps; index++) {
  if (index === 2) times.clear();
  const start = performance.now();
  const before = process.cpuUsage();
  const loss = step();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  walls.push(ms);
  processor.push((user + system) / 1000);
  console.log(
    `step ${index}  loss ${loss.toFixed(5)}  ${ms.toFixed(0)} ms, ${processor[index].toFixed(0)} ms of processor`,
  );
}
const [timed, busy] = [walls, processor].map((all) => all.slice(2).sort((a, b) => a - b));
console.log(
  `median ${timed[timed.length >> 1].toFixed(0)} ms, best ${timed[0].toFixed(0)} ms (of processor ${busy[busy.length >> 1].toFixed(0)} and ${busy[0].toFixed(0)} ms), ${tf.memory().numTensors} tensors, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB resident`,
);
if (options.kernels) {
  const rows = [...times].sort((a, b) => b[1].ms - a[1].ms);
  for (const [name, { calls, ms }] of rows) {
    const count = calls / timed.length;
    console.log(
      `${name.padEnd(26)} ${(ms / timed.length).toFixed(1).padStart(8)} ms  ${count} calls`,
    );
  }
}
